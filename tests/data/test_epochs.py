"""Epochs: every example once an epoch, in a new order each time, and again after a resume."""

import numpy as np
import pytest

from minigan import InputError
from minigan.base.backend import CPU, Device, to_host
from minigan.data import Epochs


def numbered(n):
    """n examples that know their number."""
    return np.arange(n, dtype=np.float32)[:, None]


def drawn(data, rng, batches, m):
    return np.concatenate([data.sample(m, rng)[:, 0] for _ in range(batches)])


def test_an_epoch_has_every_example_once_in_an_order_of_its_own(rng):
    data, orders = Epochs(numbered(50)), {tuple(range(50))}
    for epoch in range(3):
        assert data.epoch == epoch
        orders.add(tuple(drawn(data, rng, 10, 5)))
        assert all(sorted(order) == list(range(50)) for order in orders)
    assert data.epoch == 3 and len(orders) == 4


@pytest.mark.parametrize("m", [1, 3, 7, 10, 11, 25])
def test_batches_that_do_not_fit_run_into_the_next_epoch_and_leave_nothing_out(m, rng):
    data = Epochs(numbered(10))
    x = drawn(data, rng, 20, m)
    for start in range(0, len(x) - 9, 10):
        assert np.array_equal(np.sort(x[start : start + 10]), np.arange(10))
    assert data.epoch == 20 * m // 10


def test_every_order_is_equally_likely():
    data, rng = Epochs(numbered(3)), np.random.default_rng(5)
    orders = [tuple(data.sample(3, rng)[:, 0].astype(int)) for _ in range(6000)]
    counts = np.array([orders.count(order) for order in sorted(set(orders))])
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-squared, 5 degrees, p = 0.001


def test_random_numbers_are_drawn_only_when_an_epoch_begins():
    data, rng, twin = Epochs(numbered(6)), np.random.default_rng(1), np.random.default_rng(1)
    data.sample(2, rng), data.sample(2, rng), data.sample(2, rng)
    twin.random(6)
    assert rng.random() == twin.random()


def test_rows_and_their_type_are_those_of_the_data(rng):
    X = rng.random((9, 4), dtype=np.float32)
    data = Epochs(X)
    assert data.dim == 4
    for m in (2, 20):
        x = data.sample(m, rng)
        assert (x.shape, x.dtype) == ((m, 4), np.float32)
        assert all((row == X).all(axis=1).any() for row in x)
        x[:] = -1  # it is a copy
    assert X.min() >= 0


@pytest.mark.parametrize("batches", [0, 1, 3, 5, 8])
def test_a_restored_game_sees_what_the_other_would_have_seen(batches, tmp_path):
    data, rng = Epochs(numbered(20)), np.random.default_rng(3)
    drawn(data, rng, batches, 4) if batches else None
    state, rng_state = data.state(), rng.bit_generator.state
    np.savez(tmp_path / "state.npz", **state)
    expected = drawn(data, rng, 9, 4)

    with np.load(tmp_path / "state.npz", allow_pickle=False) as saved:
        for given in (state, dict(saved)):  # the first has not moved with the game
            other, other_rng = Epochs(numbered(20)), np.random.default_rng(0)
            other.restore(given)
            other_rng.bit_generator.state = rng_state
            assert other.epoch == batches * 4 // 20
            np.testing.assert_array_equal(drawn(other, other_rng, 9, 4), expected)


@pytest.mark.parametrize(
    "state",
    [
        {},
        None,
        {"drawn": 3},
        {"drawn": 3, "order": np.arange(19)},
        {"drawn": 3, "order": np.zeros(20, int)},
        {"drawn": 3, "order": np.arange(0)},
        {"drawn": -1, "order": np.arange(20)},
        {"drawn": "three", "order": np.arange(20)},
        {"drawn": 3.5, "order": np.arange(20)},
        {"drawn": 3, "order": np.arange(20.0)},
        {"drawn": 3, "order": np.arange(20)[:, None]},
        {"drawn": 3, "order": None},
    ],
)
def test_another_state_is_refused_and_nothing_changes(state, rng):
    data = Epochs(numbered(20))
    data.sample(7, rng)
    before = data.state()
    with pytest.raises(InputError, match="Epochs: expected a"):
        data.restore(state)
    assert data.state()["drawn"] == before["drawn"]
    np.testing.assert_array_equal(data.state()["order"], before["order"])


# Devices.


def test_on_a_device_every_example_comes_once_and_stays_there(device):
    rng = device.generator(np.random.SeedSequence(4))
    data = Epochs(numbered(10)).to(device)
    batches = [data.sample(m, rng) for m in (4, 4, 4, 8)]
    assert all(isinstance(batch, device.xp.ndarray) for batch in batches)
    x = np.concatenate([to_host(batch)[:, 0] for batch in batches])
    assert np.array_equal(np.sort(x[:10]), np.arange(10))
    assert np.array_equal(np.sort(x[10:]), np.arange(10))


def test_a_draw_does_not_wait_for_the_device(gpu):
    if not hasattr(gpu, "forbid_sync"):
        pytest.skip("only the stand-in tells")
    device = Device("cuda", gpu)
    rng = device.generator(np.random.SeedSequence(4))
    data = Epochs(numbered(10)).to(device)
    with gpu.forbid_sync():
        for _ in range(5):
            data.sample(4, rng)


def test_moved_in_mid_epoch_it_goes_on_with_the_same_order(gpu, rng):
    data = Epochs(numbered(10))
    data.sample(3, rng)
    moved = data.to(Device("cuda", gpu))
    np.testing.assert_array_equal(to_host(moved.sample(7, rng)), data.sample(7, rng))


def test_a_state_from_a_device_fits_the_cpu_and_the_other_way_round(device):
    there, here = Epochs(numbered(10)).to(device), Epochs(numbered(10))
    there.sample(3, device.generator(np.random.SeedSequence(4)))
    here.restore(there.state())
    expected = to_host(there.sample(7, None))
    np.testing.assert_array_equal(here.sample(7, None), expected)
    there.restore(here.state() | {"drawn": 3})
    np.testing.assert_array_equal(to_host(there.sample(7, None)), expected)
    assert here.to(CPU) is here


@pytest.mark.parametrize(
    "X",
    [np.zeros(3), np.zeros((0, 3)), np.zeros((3, 2), int), np.array([[np.nan]]), [[1, 2]]],
)
def test_other_data_are_refused(X):
    with pytest.raises(InputError, match="Epochs: expected finite floating-point rows"):
        Epochs(X)
    with pytest.raises(InputError, match="Epochs: m: expected a whole number >= 1"):
        Epochs(numbered(5)).sample(0, None)
