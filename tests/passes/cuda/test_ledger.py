"""Records on a GPU: promises that are kept when they are read, and games that stop in time."""

import copy
import pickle

import numpy as np
import pytest
import strict_cupy
from devices import take
from games import device_of, game, networks, small
from minigan.cuda.ledger import CAPACITY
from minigan.cuda.plan import Plan

from minigan import SGD, Adam, Linear, NonFiniteError, Record, ReLU, Sequential
from minigan.optimizers import Optimizer


@pytest.fixture
def play(kernels):
    return game(*small(device_of(kernels)))


def test_a_record_waits_for_the_gpu_only_when_it_is_read(play):
    list(play.play(1))
    with strict_cupy.forbid_sync():
        records = [play.step() for _ in range(5)]
        assert [record.step for record in records] == [2, 3, 4, 5, 6]
    with strict_cupy.counting() as reading:
        values = [(record.J_D, record.G_grad_norm, tuple(record)) for record in records]
    if isinstance(play.G.params, strict_cupy.ndarray):
        assert reading.synchronisations == 1
    assert len({value[0] for value in values}) == 5


def test_a_record_is_as_a_record_of_the_cpu_once_it_is_read(play):
    record = play.step()
    plain = Record(*record)
    assert record == plain
    assert plain == record
    assert record != plain._replace(J_D=0.0)
    assert (record[1], record[-1], len(record)) == (plain.J_D, plain.G_grad_norm, 7)
    assert record._asdict() == plain._asdict()
    assert repr(record) == repr(plain)
    assert [type(field) for field in record] == [int, *[float] * 6]
    assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == plain
    with pytest.raises(AttributeError):
        record.no_such_field  # noqa: B018


def test_records_may_be_read_late_and_in_any_order(kernels):
    here, there = (game(*small(device_of(kernels), "float64")) for _ in "12")
    late = [here.step() for _ in range(CAPACITY + 20)]
    at_once = [tuple(there.step()) for _ in range(CAPACITY + 20)]
    for index in (150, 0, CAPACITY + 19, 7):
        assert tuple(late[index]) == at_once[index]


def test_a_turn_is_a_promise_too(play):
    list(play.play(1))
    with strict_cupy.forbid_sync():
        of_D, of_G = play.update_discriminator(), play.update_generator()
    assert (len(of_D), len(of_G)) == (4, 2)
    assert of_D[1] * 8 == round(of_D[1] * 8)


@pytest.mark.parametrize("k", [1, 3, CAPACITY + 1])
def test_any_number_of_turns_fits_into_the_ledger(kernels, k):
    play = game(*small(device_of(kernels)), k=k)
    records = [play.step() for _ in range(2)]
    assert np.isfinite([tuple(record) for record in records]).all()


# What is not finite.


class Poisoned:
    """Sampler of zeros, of which one minibatch is not finite."""

    def __init__(self, xp, turn, value=np.nan, width=1):
        self.xp, self.turn, self.value, self.width, self.asked = xp, turn, value, width, 0

    def sample(self, m, rng):
        self.asked += 1
        rows = self.xp.full((m, self.width), 0.5)
        if self.asked == self.turn:
            rows[0] = self.value
        return rows


class Sign(Optimizer):
    """An optimizer that minigan does not know."""

    def _update(self, params, grads, lr):
        params -= lr * self.network.xp.sign(grads)


OPTIMIZERS = {
    "sgd": lambda net: SGD(net, 0.1, 0.5),
    "adam": lambda net: Adam(net, 0.01),
    "any": lambda net: Sign(net, 0.01),
}


def simple(place, optimizer=OPTIMIZERS["sgd"], **options):
    G = [Linear(1, 4), ReLU(), Linear(4, 1)]
    D = [Linear(1, 5), ReLU(), Linear(5, 1, max_col_norm=0.4)]
    return game(*networks(G, D, place, "float64"), optimizer, **options)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
def test_data_that_is_not_finite_stops_the_game_before_that_update(kernels, optimizer, fast):
    place = device_of(kernels)
    options = {"optimizer": optimizer, "fast": fast, "noise": Poisoned(kernels, 0)}
    good = simple(place, data=Poisoned(kernels, 0), **options)
    list(good.play(6))
    bad = simple(place, data=Poisoned(kernels, 7), **options)
    with pytest.raises(NonFiniteError, match="step 7: J_D became nan") as error:
        list(bad.play(50))
    assert error.value.step == 7
    assert bad.steps_done == 6
    assert (bad.D_optimizer.t, bad.G_optimizer.t) == (6, 6)
    assert np.array_equal(take(bad.D.params), take(good.D.params))
    assert np.array_equal(take(bad.G.params), take(good.G.params))


def test_noise_that_is_not_finite_in_gs_turn_leaves_d_updated(kernels):
    place = device_of(kernels)
    bad = simple(place, noise=Poisoned(kernels, 6), data=Poisoned(kernels, 0))
    with pytest.raises(NonFiniteError, match="step 3: J_G became nan"):
        list(bad.play(10))
    assert (bad.steps_done, bad.D_optimizer.t, bad.G_optimizer.t) == (2, 3, 2)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_cost_that_overflows_is_named_as_on_the_cpu(kernels, simultaneous):
    messages = []
    for place in ("cpu", device_of(kernels)):
        G, D = networks([Linear(1, 1)], [Linear(1, 1)], place, "float32")
        D.params[...] = 100.0
        options = {"cost": "max-likelihood", "simultaneous": simultaneous}
        play = game(G, D, lambda net: SGD(net, 0.0), **options)
        with pytest.raises(NonFiniteError) as error:
            list(play.play(3))
        messages.append(str(error.value))
    assert messages[0] == messages[1] == "step 1: J_G became -inf"


def test_a_gradient_that_overflows_is_named(kernels):
    G, D = networks([Linear(1, 1)], [Linear(1, 1)], device_of(kernels), "float32")
    D.layers[0].W[...] = 0
    play = game(G, D, data=Poisoned(kernels, 2, 1e30))
    with pytest.raises(NonFiniteError, match="step 2: the gradient of J_D became inf"):
        list(play.play(5))


def test_the_error_is_raised_by_the_record_that_is_read(kernels):
    options = {"noise": Poisoned(kernels, 0), "data": Poisoned(kernels, 3)}
    play = simple(device_of(kernels), **options)
    records = [play.step() for _ in range(5)]
    for _ in range(2):
        with pytest.raises(NonFiniteError, match="step 3: J_D became nan"):
            records[2].J_D  # noqa: B018
    assert np.isfinite(tuple(records[1])).all()  # what was before remains readable
    with pytest.raises(NonFiniteError, match="step 3"):
        tuple(records[4])


def test_nobody_reads_and_still_the_error_comes_within_a_hundred_steps(kernels):
    options = {"noise": Poisoned(kernels, 0), "data": Poisoned(kernels, 3)}
    play = simple(device_of(kernels), **options)
    with pytest.raises(NonFiniteError, match="step 3: J_D became nan"):
        for _ in range(102):
            play.step()
    assert play.steps_done == 2


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_after_the_error_the_game_can_go_on(kernels, optimizer):
    place = device_of(kernels)
    noise = Poisoned(kernels, 0)
    bad = simple(place, optimizer, noise=noise, data=Poisoned(kernels, 5))
    with pytest.raises(NonFiniteError, match="step 5"):
        list(bad.play(20))
    good = simple(place, optimizer, noise=noise, data=Poisoned(kernels, 0))
    list(good.play(4))
    assert [record.step for record in bad.play(3)] == [5, 6, 7]
    list(good.play(3))
    if optimizer is not OPTIMIZERS["any"]:
        assert np.array_equal(take(bad.D.params), take(good.D.params))
    assert bad.G_optimizer.t == good.G_optimizer.t == 7


def test_no_room_on_the_gpu_is_one_line_about_the_batch(play, monkeypatch):
    class OutOfMemoryError(MemoryError):
        pass

    def full(*given, **named):
        raise OutOfMemoryError("Out of memory allocating 8,192 bytes\nand more")

    monkeypatch.setattr(Plan, "__init__", full)
    message = r"^batch: expected .* room for, got 8 \(Out of memory allocating 8,192 bytes\)$"
    with pytest.raises(MemoryError, match=message):
        play.step()
    monkeypatch.undo()
    assert play.step().step == 1


def test_a_game_that_was_copied_has_a_ledger_of_its_own(kernels):
    play = game(
        Sequential([Linear(1, 1)], device=device_of(kernels)),
        Sequential([Linear(1, 1)], device=device_of(kernels)),
    )
    before = [play.step() for _ in range(3)]
    twin = copy.deepcopy(play)
    ahead = [twin.step() for _ in range(3)]
    assert [record.step for record in before + ahead] == [1, 2, 3, 4, 5, 6]
    assert tuple(play.step()) == tuple(ahead[0])
    assert np.isfinite([tuple(record) for record in before]).all()
