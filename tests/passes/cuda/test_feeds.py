"""Minibatches drawn ahead: as many as there is room for, each handed out once, in order."""

import numpy as np
import pytest
import strict_cupy
from devices import take
from games import STRICT
from minigan.cuda.feeds import AHEAD, ROOM, Feed
from minigan.cuda.kernels import TURNS
from minigan.cuda.passes import tools

from minigan import Examples, InputError, Linear, Normal, Sequential, Uniform
from minigan.base.randomness import mirrored_streams, streams


def feed(sampler, m=4, width=2, seed=0, dtype="float64", mirrored=False):
    net = Sequential([Linear(width, 1)], device=STRICT, dtype=dtype)
    source = (mirrored_streams if mirrored else streams)(seed, STRICT)
    return Feed("noise", sampler, m, width, net, source.noise, TURNS, tools(strict_cupy))


def handed_out(made, count):
    """The minibatches of so many turns, as (features, batch)."""
    state, found = strict_cupy.zeros(4, np.int64), []
    x = strict_cupy.empty((made._width, made._m), made.rows.dtype)
    for turn in range(count):
        made.prepare(turn)
        state[TURNS] = turn
        made.launch(state, x)
        found.append(take(x).copy())
    return np.array(found)


class Counting:
    """The whole numbers, row after row; it notes how many rows it is asked for."""

    def __init__(self, width=2):
        self.next, self.width, self.asked = 0, width, []

    def sample(self, m, rng):
        self.asked.append(m)
        n = m * self.width
        self.next += n
        return strict_cupy.arange(self.next - n, self.next, dtype=np.float64).reshape(m, -1)


def test_every_row_is_handed_out_once_and_in_order(kernels):
    sampler = Counting()
    made = feed(sampler)
    found = handed_out(made, 5)
    rows = found.transpose(0, 2, 1).reshape(-1, 2)
    np.testing.assert_array_equal(rows, np.arange(40.0).reshape(20, 2))
    assert sampler.asked == [4] * 5  # nobody knows what it does: one minibatch a turn


@pytest.mark.parametrize("sampler", [Uniform(dim=2), Normal(dim=2)])
def test_minigans_own_are_asked_for_many_minibatches_at_once(kernels, sampler):
    made = feed(sampler)
    assert len(made.rows) == AHEAD * 4
    found = handed_out(made, 2 * AHEAD)
    assert np.unique(found).size == found.size  # 1024 numbers, all different
    first = take(made.rows).copy()
    np.testing.assert_array_equal(found[AHEAD:].transpose(0, 2, 1).reshape(-1, 2), first)


def test_numbers_from_the_computer_are_asked_for_turn_by_turn(kernels):
    made = feed(Normal(dim=2), mirrored=True)
    expected = streams(0).noise
    for batch in handed_out(made, 3):
        np.testing.assert_array_equal(batch.T, Normal(dim=2).sample(4, expected))


def test_what_is_drawn_ahead_takes_a_bounded_room(kernels):
    assert feed(Normal(dim=50), m=10_000, width=50).rows.nbytes <= ROOM
    assert len(feed(Normal(dim=50), m=100_000, width=50).rows) == 100_000


def test_rows_of_a_data_set_are_its_rows(kernels, rng):
    X = rng.normal(size=(10, 2))
    made = feed(Examples(X).to(STRICT))
    for batch in handed_out(made, 3):
        assert all((row == X).all(axis=1).any() for row in batch.T)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (lambda m: strict_cupy.zeros((m, 3)), r"noise\.sample: expected \(4, 2\), got \(4, 3\)"),
        (lambda m: np.zeros((m, 2)), r"expected a strict_cupy array, got numpy float64 \(4, 2\)"),
    ],
    ids=["width", "host"],
)
def test_a_sampler_that_draws_something_else_is_one_line(kernels, rows, message):
    class Wrong:
        def sample(self, m, rng):
            return rows(m)

    with pytest.raises(InputError, match=message):
        feed(Wrong()).prepare(0)
