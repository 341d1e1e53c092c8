"""A game on a GPU is the game on the CPU, step for step, given the same random numbers."""

import copy

import numpy as np
import pytest
from devices import take
from games import device_of, game, networks, small

from minigan import SGD, Adam, Linear, Normal, ReLU
from minigan.base.randomness import mirrored_streams
from minigan.optimizers import Optimizer

OPTIMIZERS = {"sgd": lambda net: SGD(net, 0.1, 0.5), "adam": lambda net: Adam(net, 0.01)}
COSTS = ("non-saturating", "minimax", "max-likelihood")
TURNS = {"k=1": {}, "k=3": {"k": 3}, "simultaneous": {"simultaneous": True}}
CLOSE = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 2e-3, "atol": 2e-5}}

every_turn = pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS)
fast_and_plain = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def assert_same_game(here, there, steps, dtype="float64"):
    """Records after every step, and parameters at the end, agree to rounding."""
    ours, theirs = list(here.play(steps)), list(there.play(steps))
    assert [record.step for record in ours] == [record.step for record in theirs]
    np.testing.assert_allclose(ours, [tuple(record) for record in theirs], **CLOSE[dtype])
    for one, other in ((here.G, there.G), (here.D, there.D)):
        np.testing.assert_allclose(take(other.params), one.params, **CLOSE[dtype])
    assert (there.D_optimizer.t, there.G_optimizer.t) == (here.D_optimizer.t, here.G_optimizer.t)


def pair(gpu, dtype="float64", dropout=False, **options):
    """The same game twice, on the CPU and on the device."""
    place = device_of(gpu)
    mirrored = mirrored_streams(0, place)
    return (
        game(*small("cpu", dtype, dropout), **options),
        game(*small(place, dtype, dropout), seed=mirrored, **options),
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("cost", COSTS)
@every_turn
@fast_and_plain
def test_the_game_is_the_cpus(kernels, optimizer, cost, turns, fast):
    here, there = pair(kernels, optimizer=optimizer, cost=cost, fast=fast, **turns)
    assert_same_game(here, there, 12)


@every_turn
@fast_and_plain
def test_in_float32_it_is_the_cpus_to_rounding(kernels, turns, fast):
    assert_same_game(*pair(kernels, "float32", fast=fast, **turns), 12, "float32")


@every_turn
@fast_and_plain
def test_with_dropout_it_is_the_cpus_too(kernels, turns, fast):
    assert_same_game(*pair(kernels, dropout=True, fast=fast, **turns), 12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_schedules_are_followed_over_several_tables(kernels, optimizer):
    def decaying(net):
        made = optimizer(net)
        made.lr = lambda t: 0.05 / (1 + t / 50)
        return made

    assert_same_game(*pair(kernels, optimizer=decaying, k=2), 130)


def test_momentum_may_follow_a_schedule(kernels):
    ramp = lambda net: SGD(net, 0.05, lambda t: min(0.1 + t / 40, 0.7))  # noqa: E731
    assert_same_game(*pair(kernels, optimizer=ramp), 40)


def test_a_rate_that_is_changed_in_mid_game_is_followed(kernels):
    here, there = pair(kernels)
    assert_same_game(here, there, 5)
    for each in (here, there):
        each.G_optimizer.lr = lambda t: 0.02
        each.D_optimizer.momentum = lambda t: 0.1
    assert_same_game(here, there, 5)


def test_a_schedule_may_end_where_the_game_does(kernels):
    rates = [0.1, 0.05, 0.02]
    assert_same_game(*pair(kernels, optimizer=lambda net: SGD(net, rates.__getitem__)), 3)


def test_optimizers_and_samplers_may_be_exchanged_in_mid_game(kernels):
    here, there = pair(kernels)
    assert_same_game(here, there, 3)
    for each in (here, there):
        each.data = Normal(-1.0, dim=3)
        each.D_optimizer = Adam(each.D, 0.01)
    assert_same_game(here, there, 5)


class Sign(Optimizer):
    """An optimizer that minigan does not know."""

    def _update(self, params, grads, lr):
        params -= lr * self.network.xp.sign(grads)


@every_turn
def test_any_optimizer_will_do(kernels, turns):
    assert_same_game(*pair(kernels, optimizer=lambda net: Sign(net, 0.01), **turns), 12)


class Doubled(Linear):
    """A layer that minigan does not know."""

    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return 2 * y, cache

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(2 * dy, cache, param_grads=param_grads)


@every_turn
def test_any_layer_will_do(kernels, turns):
    def players(place):
        G = [Linear(1, 4), ReLU(), Doubled(4, 2)]
        return networks(G, [Doubled(2, 5), ReLU(), Linear(5, 1)], place, "float64")

    place = device_of(kernels)
    here = game(*players("cpu"), **turns)
    assert_same_game(here, game(*players(place), seed=mirrored_streams(0, place), **turns), 12)


class Playback:
    """Sampler of rows that are fixed beforehand, and moved to the device once."""

    def __init__(self, rows):
        self.rows, self.at = rows, 0

    def sample(self, m, rng):
        self.at += m
        return self.rows[self.at - m : self.at]

    def to(self, device):
        return Playback(device.to_device(self.rows))


@pytest.mark.parametrize("k", [1, 3])
@fast_and_plain
def test_rows_that_are_played_back_need_no_transfer(kernels, k, fast, rng):
    place = device_of(kernels)
    x, z = rng.normal(size=(2, 1000, 3))
    laws = {"data": Playback(x), "noise": Playback(z[:, :2].copy())}
    options = {"k": k, "fast": fast, **laws}
    here, there = (game(*small(at, "float64"), **options) for at in ("cpu", place))
    assert_same_game(here, there, 12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@every_turn
def test_the_same_seed_is_the_same_game_bit_for_bit(kernels, dtype, turns):
    place = device_of(kernels)
    games = [game(*small(place, dtype, True), seed=7, **turns) for _ in range(2)]
    first, second = ([tuple(record) for record in each.play(30)] for each in games)
    assert first == second
    assert np.array_equal(take(games[0].G.params), take(games[1].G.params))
    other = game(*small(place, dtype, True), seed=8, **turns)
    assert tuple(next(other.play(1))) != first[0]


@pytest.mark.parametrize("k", [1, 3])
def test_turn_by_turn_is_step_by_step(kernels, k):
    whole, by_turns = (game(*small(device_of(kernels), "float64", True), k=k) for _ in "12")
    records = [tuple(record) for record in whole.play(5)]
    for record in records:
        for _ in range(whole.k):
            J_D, real, fake, D_norm = by_turns.update_discriminator()
        J_G, G_norm = by_turns.update_generator()
        assert (J_D, J_G, real, fake, D_norm, G_norm) == record[1:]
    assert np.array_equal(take(whole.G.params), take(by_turns.G.params))


@fast_and_plain
@pytest.mark.parametrize("mirrored", [True, False], ids=["mirrored", "own"])
def test_a_deep_copy_goes_on_as_the_game_does(kernels, fast, mirrored):
    place = device_of(kernels)
    seed = mirrored_streams(3, place) if mirrored else 3
    original = game(*small(place, dropout=not mirrored), seed=seed, fast=fast)
    list(original.play(5))
    twin = copy.deepcopy(original)
    untouched = take(original.G.params).copy()
    ahead = [tuple(record) for record in twin.play(80)]
    assert np.array_equal(take(original.G.params), untouched)
    assert [tuple(record) for record in original.play(80)] == ahead
    assert np.array_equal(take(original.D.params), take(twin.D.params))
