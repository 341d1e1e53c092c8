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
    epoch_by_epoch,
    every_layer,
    game,
    matching,
    mirrored,
    networks,
    penalised,
    three,
    toy,
    unrolled,
)

from minigan import (
    SGD,
    Adam,
    BatchNorm,
    Layer,
    Linear,
    MinibatchFeatures,
    Normal,
    ReferenceBatchNorm,
    ReferenceNetwork,
    ReLU,
    VirtualBatchNorm,
    costs,
)
from minigan.base.numerics import logistic

pytestmark = pytest.mark.usefixtures("little_ahead")


def adam(net):
    return Adam(net, 0.01)


def falling_sgd(net):
    return SGD(net, lambda t: 0.05 / (1 + t / 50), lambda t: min(0.1 + t / 40, 0.7))


def falling_adam(net):
    return Adam(net, lambda t: 0.05 / (1 + t / 50))


def ending(net):
    """Gradient descent by a schedule that ends where the game does."""
    return SGD(net, [*[0.1] * 6, *[0.05] * 6].__getitem__)


def least_squares(a_real, a_fake):
    """A cost of D's own, by the arrays' own operators."""
    J = 0.05 * ((a_real - 1) ** 2).mean() + 0.05 * (a_fake**2).mean()
    return J, (a_real - 1) / (10 * a_real.size), a_fake / (10 * a_fake.size)


def smoothed(a_fake):
    minus_log_D, slope = logistic(-0.9 * a_fake)
    return minus_log_D.mean(), -0.9 * slope / a_fake.size


class Centred(Layer):
    """A layer that mixes the examples of a batch."""

    def forward(self, x, *, train=True, rng=None):
        return x - x.mean(axis=0), None

    def backward(self, dy, cache, *, param_grads=True):
        return dy - dy.mean(axis=0)


def unknown_layers(middle):
    def make(place="cpu", fast=True, **options):
        G = [Linear(1, 4), ReLU(), Doubled(4, 2)]
        look = middle()
        D = [Doubled(2, 5), look, Linear(look.n_out or 5, 1)]
        return game(*networks(G, D, place, "float64", fast=fast), **options)

    return make


def with_a_reference_batch(place="cpu", fast=True, **options):
    z, x = np.random.default_rng(3).normal(size=(2, 5, 1))
    options_of_both = {"dtype": "float64", "device": place, "fast": fast}
    G = [Linear(1, 4), VirtualBatchNorm(4), ReLU(), Linear(4, 1)]
    D = [Linear(1, 5), ReferenceBatchNorm(5), ReLU(), Linear(5, 1)]
    G = ReferenceNetwork(G, z, seed=1, name="G", **options_of_both)
    return game(G, ReferenceNetwork(D, x, seed=2, name="D", **options_of_both), **options)


def with_options(**chosen):
    return lambda place="cpu", **options: every_layer(place, **chosen, **options)


# Name: how it is made, steps, and whether it can be recorded.
GAMES = {
    "sgd": (with_options(), 12, True),
    "sgd, k=3": (with_options(k=3), 12, True),
    "sgd, simultaneous": (with_options(simultaneous=True), 12, True),
    "adam": (with_options(optimizer=adam), 12, True),
    "adam, k=3": (with_options(optimizer=adam, k=3), 12, True),
    "float32": (with_options(dtype="float32", k=2), 12, True),
    "several tables of sgd": (with_options(optimizer=falling_sgd, k=2), 25, True),
    "several tables of adam": (with_options(optimizer=falling_adam, k=2), 25, True),
    "a schedule that ends": (with_options(optimizer=ending), 12, True),
    "three networks": (three, 12, True),
    "features": (matching, 12, True),
    "epochs": (epoch_by_epoch, 12, True),
    "epochs, k=3": (lambda *given, **o: epoch_by_epoch(*given, k=3, **o), 12, True),
    "epochs of less than two minibatches": (
        lambda *given, **options: epoch_by_epoch(*given, batch=13, **options),
        12,
        True,
    ),
    "epochs of less than one minibatch": (
        lambda *given, **options: epoch_by_epoch(*given, batch=50, **options),
        12,
        True,
    ),
    "unrolled": (unrolled, 6, False),
    "penalised": (penalised, 6, False),
    "costs of one's own": (with_options(cost=smoothed, D_cost=least_squares), 12, True),
    **{cost: (with_options(cost=cost), 12, True) for cost in costs.GENERATOR_COSTS},
    "an optimizer": (with_options(optimizer=Sign), 12, False),
    "an optimizer, simultaneous": (with_options(optimizer=Sign, simultaneous=True), 12, False),
    "a layer": (unknown_layers(ReLU), 12, False),
    "a layer that mixes": (unknown_layers(Centred), 12, False),
    "batch norm": (unknown_layers(lambda: BatchNorm(5)), 12, False),
    "minibatch features": (unknown_layers(lambda: MinibatchFeatures(5, 3, 2)), 12, False),
    "virtual batch norm": (with_a_reference_batch, 12, False),
}


@pytest.mark.filterwarnings("ignore:.* kernel by kernel")
@pytest.mark.parametrize("way", ["plain", "launched", "recorded"])
@pytest.mark.parametrize(("make", "steps", "recorded"), GAMES.values(), ids=GAMES)
def test_the_game_is_the_cpus(kernels, make, steps, recorded, way, request):
    if way == "recorded":
        request.getfixturevalue("graphs")
    place, fast = device_of(kernels), way != "plain"
    here, there = make(fast=fast), make(place, fast=fast, seed=mirrored(place))
    assert_same_game(here, there, steps, str(there.networks["D"].dtype))
    assert way != "recorded" or there._on_gpu.recorded == recorded


def test_a_step_after_the_end_of_a_schedule_is_an_error(kernels):
    with pytest.raises(IndexError):
        list(toy(device_of(kernels), optimizer=ending).play(13))


def passed_over(play):
    """What somebody else takes from a data set is not drawn again."""
    play.data.sample(7, play._streams["x"])


def went_back(play):
    """Another order of the same epoch, at the same place."""
    state = play.data.state()
    state["order"] = state["order"][::-1].copy()
    play.data.restore(state)


def other_data(play):
    play.data.X = play.data.X + 1


EPOCHS = [passed_over, went_back, other_data]


@pytest.mark.parametrize("change", EPOCHS, ids=lambda change: change.__name__)
def test_what_is_done_to_the_epochs_in_mid_game_is_followed(graphs, change):
    place = device_of(graphs)
    here, there = epoch_by_epoch(), epoch_by_epoch(place, seed=mirrored(place))
    assert_same_game(here, there, 5)
    change(here)
    change(there)
    assert_same_game(here, there, 7)
    assert there._on_gpu.recorded


def test_after_a_turn_that_failed_the_epochs_go_on_behind_it(graphs, monkeypatch):
    place = device_of(graphs)
    here, there = epoch_by_epoch(), epoch_by_epoch(place, seed=mirrored(place))
    assert_same_game(here, there, 4)
    here.data.sample(8, here._streams["x"])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(there._on_gpu._updates["D"], "prepare", interrupted)
        there.take("D")
    here._minibatch("z")
    assert_same_game(here, there, 5)


def interrupted():
    raise KeyboardInterrupt


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
    options, place = {"optimizer": adam} if change is decays else {}, device_of(graphs)
    here, there = every_layer(**options), every_layer(place, seed=mirrored(place), **options)
    assert_same_game(here, there, 5)
    change(here)
    change(there)
    assert_same_game(here, there, 5)


@pytest.mark.parametrize("turns", [{}, {"k": 3}, {"simultaneous": True}], ids=str)
def test_the_same_seed_is_the_same_game_bit_for_bit(played, turns):
    place = device_of(played)
    games = [every_layer(place, "float32", seed=7, **turns) for _ in range(2)]
    first, second = ([dict(record) for record in each.play(12)] for each in games)
    assert first == second
    assert np.array_equal(take(games[0].G.params), take(games[1].G.params))
    assert next(every_layer(place, "float32", seed=8, **turns).play(1)) != first[0]


@pytest.mark.parametrize("k", [1, 3])
def test_turn_by_turn_is_step_by_step(graphs, k):
    whole, by_turns = (every_layer(device_of(graphs), k=k) for _ in "12")
    for record in whole.play(5):
        for _ in range(whole.k):
            of_D = by_turns.take("D")
        assert {**of_D, **by_turns.take("G")} == record
        by_turns.steps_done += 1
    assert np.array_equal(take(whole.G.params), take(by_turns.G.params))


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
@pytest.mark.parametrize("seed", [lambda place: 3, lambda place: mirrored(place, 3)])
def test_a_deep_copy_goes_on_as_the_game_does(kernels, fast, seed):
    place = device_of(kernels)
    original = every_layer(place, "float32", fast=fast, seed=seed(place))
    list(original.play(5))
    twin = copy.deepcopy(original)
    untouched = take(original.G.params).copy()
    ahead = [dict(record) for record in twin.play(12)]
    assert np.array_equal(take(original.G.params), untouched)
    assert [dict(record) for record in original.play(12)] == ahead
    assert np.array_equal(take(original.D.params), take(twin.D.params))


def test_a_game_on_a_gpu_cannot_be_pickled_and_says_so(kernels):
    play = toy(device_of(kernels))
    play.step()
    with pytest.raises(TypeError, match=r"a game on a GPU cannot be pickled: save .* state\(\)"):
        pickle.dumps(play)
