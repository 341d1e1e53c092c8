"""Minibatches drawn ahead: as many as there is room for, each handed out once, in order."""

import numpy as np
import pytest
import strict_cupy
from devices import take
from games import STRICT, mirrored, networks, toy

from minigan import SGD, Examples, Game, InputError, Linear, Normal, Turn, Uniform
from minigan.base.randomness import Streams
from minigan.game.gpu.feeds import AHEAD, ROOM


class Counting:
    """The whole numbers, row after row; it notes how many rows it is asked for."""

    def __init__(self):
        self.next, self.asked = 0, []

    def sample(self, m, rng):
        self.asked.append(m)
        self.next += m
        return strict_cupy.arange(self.next - m, self.next, dtype=np.float64).reshape(m, 1)


def feed(sampler, seed=0, **options):
    play = toy(STRICT, data=sampler, seed=seed, **{"batch": 4, **options})
    return play, play._on_gpu.feed("x")


def rows(feed, count):
    return np.concatenate([take(feed.minibatch()) for _ in range(count)])


def test_a_sampler_that_is_unknown_is_asked_for_one_minibatch_a_turn():
    sampler = Counting()
    np.testing.assert_array_equal(rows(feed(sampler)[1], 5)[:, 0], np.arange(20.0))
    assert sampler.asked == [4] * 5


@pytest.mark.parametrize("sampler", [Uniform(), Normal()])
def test_minigans_own_are_asked_for_many_minibatches_at_once(sampler):
    made = feed(sampler)[1]
    made.minibatch()
    with strict_cupy.counting() as count:
        found = rows(made, AHEAD - 1)
    assert count.launches == 0
    found = np.concatenate([found, rows(made, AHEAD)])
    assert np.unique(found).size == found.size  # all different


def test_numbers_from_the_host_are_asked_for_turn_by_turn():
    made = feed(Normal(), mirrored(STRICT))[1]
    expected = Streams(0)["x"]
    for _ in range(3):
        np.testing.assert_array_equal(take(made.minibatch()), Normal().sample(4, expected))


def test_what_is_drawn_ahead_takes_a_bounded_room():
    m = ROOM // 8 // 5
    made = feed(Normal(), batch=m)[1]
    made.minibatch()
    assert made.state()["rows"].shape == (4 * m, 1)  # one of five was handed out


def test_rows_of_a_data_set_are_its_rows(rng):
    X = rng.normal(size=(10, 1))
    assert np.isin(rows(feed(Examples(X))[1], 3), X).all()


def test_another_sampler_or_size_is_asked_at_once():
    play, _ = feed(Normal())
    list(play.play(2))
    play.data = Examples(np.ones((3, 1)))
    assert (rows(play._on_gpu.feed("x"), 1) == 1).all()
    play.batch = 6
    assert play._on_gpu.feed("x").minibatch().shape == (6, 1)


WRONG = {
    r"x: expected rows \(4, width\) from sample": lambda m: strict_cupy.zeros((m + 1, 1)),
    r"x: expected rows of strict_cupy, got numpy float64 \(4, 1\)": lambda m: np.zeros((m, 1)),
}


@pytest.mark.parametrize(("message", "rows"), WRONG.items(), ids=["rows", "host"])
def test_a_sampler_that_draws_something_else_is_one_line(kernels, message, rows):
    class Wrong:
        def sample(self, m, rng):
            return rows(m)

    with pytest.raises(InputError, match=message):
        feed(Wrong())[0].step()


class Pairs:
    """Points, and the sums of their coordinates."""

    def sample(self, m, rng):
        x = rng.standard_normal((m, 2), dtype=np.float64)
        return x, x.sum(axis=1, keepdims=True)


class Regression(Turn):
    """f's turn: least squares on pairs."""

    moves, draws = ("f",), ("pairs",)

    def __init__(self, f):
        self.f = f

    def gradients(self, rng, pairs):
        x, target = pairs
        y, cache = self.f.forward(x, rng=rng)
        error = y - target
        self.f.backward(error / len(x), cache, input_grad=False)
        return {"J": (error * error).mean() / 2}


def test_a_sampler_of_pairs_will_do(played):
    f, _ = networks([Linear(2, 1)], [Linear(1, 1)], STRICT, "float64")
    play = Game(Regression(f), optimizers=[SGD(f, 0.3)], pairs=Pairs(), batch=16)
    *_, record = play.play(60)
    assert record.J < 1e-6
    np.testing.assert_allclose(take(f.params), [1, 1, 0], atol=1e-3)
