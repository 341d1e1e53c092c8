"""A game on a GPU is the game on the CPU, step for step, given the same random numbers."""

import copy
import pickle

import numpy as np
import pytest
from devices import take
from games import (
    Doubled,
    Sign,
    assert_same_game,
    device_of,
    game,
    matching,
    mirrored,
    networks,
    small,
    three,
    toy,
)

from minigan import SGD, Adam, Layer, Linear, Normal, ReLU, costs
from minigan.base.numerics import logistic

OPTIMIZERS = {"sgd": lambda net: SGD(net, 0.1, 0.5), "adam": lambda net: Adam(net, 0.01)}
TURNS = {"k=1": {}, "k=3": {"k": 3}, "simultaneous": {"simultaneous": True}}

every_turn = pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS)
fast_and_plain = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def pair(gpu, dtype="float64", dropout=False, fast=True, **options):
    """The same game twice, on the CPU and on the device."""
    place = device_of(gpu)
    return (
        game(*small("cpu", dtype, dropout, fast=fast), **options),
        game(*small(place, dtype, dropout, fast=fast), seed=mirrored(place), **options),
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@every_turn
def test_the_game_is_the_cpus(played, optimizer, turns):
    assert_same_game(*pair(played, optimizer=optimizer, dropout=True, **turns), 12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@every_turn
def test_so_is_the_plain_one(kernels, turns, dtype):
    assert_same_game(*pair(kernels, dtype, fast=False, dropout=True, **turns), 12, dtype)


def test_in_float32_it_is_the_cpus_to_rounding(graphs):
    assert_same_game(*pair(graphs, "float32", k=2), 12, "float32")


def least_squares(a_real, a_fake):
    """A cost of D's own, by the arrays' own operators."""
    J = 0.05 * ((a_real - 1) ** 2).mean() + 0.05 * (a_fake**2).mean()
    return J, (a_real - 1) / (10 * a_real.size), a_fake / (10 * a_fake.size)


def smoothed(a_fake):
    minus_log_D, slope = logistic(-0.9 * a_fake)
    return minus_log_D.mean(), -0.9 * slope / a_fake.size


@pytest.mark.parametrize("cost", [*costs.GENERATOR_COSTS, smoothed])
def test_any_cost_will_do(graphs, cost):
    assert_same_game(*pair(graphs, cost=cost, D_cost=least_squares), 12)


@pytest.mark.parametrize("make", [three, matching])
def test_turns_of_ones_own_will_do(played, make):
    place = device_of(played)
    assert_same_game(make(), make(place, mirrored(place)), 12)


FALLING = {
    "sgd": lambda net: SGD(net, lambda t: 0.05 / (1 + t / 50), lambda t: min(0.1 + t / 40, 0.7)),
    "adam": lambda net: Adam(net, lambda t: 0.05 / (1 + t / 50)),
}


@pytest.mark.parametrize("optimizer", FALLING.values(), ids=FALLING)
def test_schedules_are_followed_over_several_tables(graphs, optimizer):
    assert_same_game(*pair(graphs, optimizer=optimizer, k=2), 130)


def test_a_schedule_may_end_where_the_game_does(kernels):
    rates = [0.1, 0.05, 0.02]
    assert_same_game(*pair(kernels, optimizer=lambda net: SGD(net, rates.__getitem__)), 3)


def rates(play):
    play.G_optimizer.lr = lambda t: 0.02
    play.D_optimizer.momentum = lambda t: 0.1


def decays(play):
    play.G_optimizer.beta1 = 0.3


def layers(play):
    play.D[0].keep, play.D[1].std, play.D[3].keep = 0.4, 0.1, 1.0
    play.D[4].slope, play.D[5].max_col_norm, play.D[7].max_col_norm = -0.3, 0.2, None


def cost(play):
    play.turns[1].cost = costs.minimax_cost


def sampler(play):
    play.data = Normal(-1.0, dim=3)


def batch(play):
    play.batch = 5


def number_of_turns(play):
    play.k = 3


CHANGES = [rates, decays, layers, cost, sampler, batch, number_of_turns]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_changed_in_mid_game_is_followed(graphs, change):
    adam = lambda net: Adam(net, 0.05)  # noqa: E731
    here, there = pair(graphs, dropout=True, **({"optimizer": adam} if change is decays else {}))
    assert_same_game(here, there, 5)
    change(here)
    change(there)
    assert_same_game(here, there, 5)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_any_optimizer_will_do(kernels, simultaneous):
    assert_same_game(*pair(kernels, optimizer=Sign, simultaneous=simultaneous), 12)


class Centred(Layer):
    """A layer that mixes the examples of a batch."""

    def forward(self, x, *, train=True, rng=None):
        return x - x.mean(axis=0), None

    def backward(self, dy, cache, *, param_grads=True):
        return dy - dy.mean(axis=0)


@pytest.mark.parametrize("middle", [ReLU, Centred])
def test_any_layer_will_do(kernels, middle):
    def players(place):
        G = [Linear(1, 4), ReLU(), Doubled(4, 2)]
        return networks(G, [Doubled(2, 5), middle(), Linear(5, 1)], place, "float64")

    place = device_of(kernels)
    here = game(*players("cpu"))
    assert_same_game(here, game(*players(place), seed=mirrored(place)), 12)


@every_turn
def test_the_same_seed_is_the_same_game_bit_for_bit(played, turns):
    place = device_of(played)
    games = [game(*small(place, "float32", True), seed=7, **turns) for _ in range(2)]
    first, second = ([dict(record) for record in each.play(30)] for each in games)
    assert first == second
    assert np.array_equal(take(games[0].G.params), take(games[1].G.params))
    other = game(*small(place, "float32", True), seed=8, **turns)
    assert next(other.play(1)) != first[0]


@pytest.mark.parametrize("k", [1, 3])
def test_turn_by_turn_is_step_by_step(graphs, k):
    whole, by_turns = (game(*small(device_of(graphs), "float64", True), k=k) for _ in "12")
    for record in whole.play(5):
        for _ in range(whole.k):
            of_D = by_turns.take("D")
        assert {**of_D, **by_turns.take("G")} == record
        by_turns.steps_done += 1
    assert np.array_equal(take(whole.G.params), take(by_turns.G.params))


@fast_and_plain
@pytest.mark.parametrize("seed", [lambda place: 3, lambda place: mirrored(place, 3)])
def test_a_deep_copy_goes_on_as_the_game_does(kernels, fast, seed):
    place = device_of(kernels)
    original = game(*small(place, dropout=True, fast=fast), seed=seed(place))
    list(original.play(5))
    twin = copy.deepcopy(original)
    untouched = take(original.G.params).copy()
    ahead = [dict(record) for record in twin.play(80)]
    assert np.array_equal(take(original.G.params), untouched)
    assert [dict(record) for record in original.play(80)] == ahead
    assert np.array_equal(take(original.D.params), take(twin.D.params))


def test_a_game_on_a_gpu_cannot_be_pickled_and_says_so(kernels):
    play = toy(device_of(kernels))
    play.step()
    with pytest.raises(TypeError, match=r"a game on a GPU cannot be pickled: save .* state\(\)"):
        pickle.dumps(play)
