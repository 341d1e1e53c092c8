"""What a beginner may hand to Algorithm 1, and what is said of it; and copies of a game."""

import copy

import numpy as np
import pytest

import minigan as mg


def pair():
    G = mg.Sequential([mg.Linear(1, 4), mg.ReLU(), mg.Linear(4, 1)], seed=1)
    D = mg.Sequential([mg.Maxout(1, 4), mg.Linear(4, 1)], seed=2)
    return G, D


def game(G, D, **options):
    settings = {"data": mg.Normal(), "noise": mg.Uniform(), "batch": 8}
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.SGD(D, 0.1)}
    return mg.Algorithm1(G, D, **{**settings, **optimizers, **options})


def test_a_discriminator_that_ends_in_a_sigmoid_is_refused():
    G, _ = pair()
    D = mg.Sequential([mg.Linear(1, 1), mg.Sigmoid()], seed=2)
    with pytest.raises(mg.InputError, match="a network that ends in a logit, got Sigmoid"):
        game(G, D)


def test_one_network_cannot_play_both_sides():
    G, _ = pair()
    with pytest.raises(mg.InputError, match="expected two networks"):
        game(G, G)


@pytest.mark.parametrize("what", ["data", "noise"])
@pytest.mark.parametrize("given", [None, np.zeros((5, 1))], ids=["None", "array"])
def test_what_cannot_be_sampled_is_refused_before_the_first_step(what, given):
    with pytest.raises(mg.InputError, match=rf"{what}: expected a distribution with sample"):
        game(*pair(), **{what: given})


@pytest.mark.parametrize("name", ["G_optimizer", "D_optimizer"])
def test_a_missing_optimizer_is_named(name):
    with pytest.raises(mg.InputError, match=f"{name}: expected an optimizer built on {name[0]}"):
        game(*pair(), **{name: None})


def test_an_optimizer_is_built_on_a_network():
    with pytest.raises(mg.InputError, match=r"SGD: expected a Sequential, got 0\.1"):
        mg.SGD(0.1, pair()[0])


@pytest.mark.parametrize("fast", [True, False])
def test_a_deep_copy_of_a_game_goes_on_as_the_game_does(fast):
    original = game(*pair())
    original.G.fast = original.D.fast = fast
    list(original.play(5))
    twin = copy.deepcopy(original)
    untouched = original.G.params.copy()
    ahead = list(twin.play(5))
    assert np.array_equal(original.G.params, untouched)
    assert list(original.play(5)) == ahead
    assert np.array_equal(original.G.params, twin.G.params)
