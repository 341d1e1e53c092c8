"""Noise of a learned size, and the exact p_g of a G that ends in it."""

import math

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_layer
from minigan.distributions import Normal
from minigan.figures import hidden_noise as hidden
from minigan.theory import PushForward
from minigan.theory.binned import bin_masses
from minigan.variants import better_z, hidden_noise, noisy_curve
from minigan.variants.learned_noise import ConcatenatedNoise, LearnedNoise


@pytest.mark.parametrize("multiplicative", [False, True])
def test_gradients_are_right_for_the_same_noise(multiplicative):
    assert check_layer(LearnedNoise(3, 0.4, multiplicative=multiplicative), seeds=range(3)).passed


@pytest.mark.parametrize(("multiplicative", "std"), [(False, 0.5), (True, 1.5)])
def test_the_noise_has_the_size_it_says(multiplicative, std):
    layer = LearnedNoise(1, 0.5, multiplicative=multiplicative)
    mg.Sequential([layer], seed=0, dtype="float64")
    y, _ = layer.forward(np.full((100_000, 1), 3.0), rng=np.random.default_rng(0))
    assert [y.mean(), y.std()] == pytest.approx([3, std], abs=0.02)


def test_without_training_there_is_none_and_in_training_an_rng_is_asked_for():
    net = mg.Sequential([LearnedNoise(2, 0.5)], seed=0)
    x = np.ones((3, 2), np.float32)
    assert np.array_equal(net(x), x)
    with pytest.raises(mg.InputError, match="expected rng= when train=True"):
        net.forward(x)
    for std in (0, -1, math.inf):
        with pytest.raises(mg.InputError, match="std: expected"):
            LearnedNoise(2, std)


def test_p_g_is_that_of_many_samples():
    game = noisy_curve.noise_game(1, seed=0)
    p_g = noisy_curve.masses(*noisy_curve.law(game.G)).reshape(len(noisy_curve.X), -1)
    z = np.random.default_rng(1).standard_normal((200_000, 1)).astype(np.float32)
    x, _ = game.G.forward(z, rng=np.random.default_rng(2))
    middle = [p_g.sum(axis=1) @ noisy_curve.X, p_g.sum(axis=0) @ noisy_curve.Y]
    assert middle == pytest.approx(x.mean(axis=0), abs=0.01)
    inside = p_g[abs(noisy_curve.X) < 0.525][:, abs(noisy_curve.Y) < 0.5].sum()
    sampled = ((abs(x[:, 0]) < 0.55) & (abs(x[:, 1]) < 0.5)).mean()
    assert inside == pytest.approx(sampled, abs=0.02)


def test_samples_of_the_data_have_the_law_that_is_computed():
    p_data = noisy_curve.masses(noisy_curve.curve(noisy_curve.Z), (noisy_curve.STD,) * 2)
    x = noisy_curve.Data().sample(200_000, np.random.default_rng(0))
    of_y = p_data.reshape(len(noisy_curve.X), -1).sum(axis=0)
    assert of_y @ noisy_curve.Y**2 == pytest.approx((x[:, 1] ** 2).mean(), rel=0.02)


def test_on_ever_smaller_cells_a_curve_is_log_2_away_even_from_its_own_data():
    jsd = [noisy_curve.on_cells(noisy_curve.curve(noisy_curve.Z), h) for h in (0.4, 0.1, 0.025)]
    assert jsd == sorted(jsd)
    assert 0.5 < jsd[-1] < math.log(2)


def test_noise_may_be_a_column_of_its_own():
    assert check_layer(ConcatenatedNoise(2), seeds=range(3)).passed
    net = mg.Sequential([ConcatenatedNoise(1)], seed=0)
    x = np.full((50_000, 1), 3, np.float32)
    assert np.array_equal(net(x), np.hstack([x, 0 * x]))
    y, _ = net.forward(x, rng=np.random.default_rng(0))
    assert np.array_equal(y[:, :1], x)
    assert [y[:, 1].mean(), y[:, 1].std()] == pytest.approx([0, 1], abs=0.02)


@pytest.mark.parametrize("z", [False, True])
@pytest.mark.parametrize("kind", hidden_noise.KINDS)
def test_p_g_of_noise_in_the_middle_is_that_of_many_samples(kind, z):
    game = hidden_noise.hidden_noise_game(kind, 1.5, 1, seed=2, z=z)
    next(game.play(1))
    law = hidden_noise.hidden_law(game.G, z=z)
    rng = np.random.default_rng(0)
    given = rng.standard_normal((200_000, 1)).astype(np.float32) * z
    x, _ = game.G.forward(given, rng=rng)
    assert law.sum() == pytest.approx(1)
    below = law.cumsum()
    for at in np.searchsorted(better_z.EDGES, np.quantile(x, [0.05, 0.3, 0.6, 0.95])):
        assert below[at - 1] == pytest.approx((x < better_z.EDGES[at]).mean(), abs=0.01)


def test_the_law_is_that_of_a_change_of_variables():
    game = hidden_noise.hidden_noise_game("additive", 2.0, 1, seed=0)
    h, B = game.G[:3](np.zeros((1, 1), np.float32)), game.G[4:].copy("float64", "cpu")
    masses = hidden_noise.hidden_law(game.G)
    exact = bin_masses(PushForward(B, Normal(float(h[0, 0]), 2.0)), better_z.EDGES)[1:-1]
    assert abs(masses - exact).sum() < 2e-3


def test_an_unknown_kind_of_noise_is_refused():
    with pytest.raises(mg.InputError, match=r"^kind: expected one of additive, "):
        hidden_noise.hidden_noise_game("added", 1.0, 5, seed=0)


@pytest.mark.slow
def test_the_game_finds_the_ridge():
    p_data = noisy_curve.masses(noisy_curve.curve(noisy_curve.Z), (noisy_curve.STD,) * 2)
    game = noisy_curve.noise_game(5000, seed=10)
    for _ in game.play(5000):
        pass
    middle, std = noisy_curve.law(game.G)
    assert noisy_curve.js_masses(p_data, noisy_curve.masses(middle, std)) <= 0.10
    assert std == pytest.approx([0.2, 0.2], abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_how_large_the_noise_in_the_middle_starts_decides(kind):
    small = [hidden.play(f"{kind}, 0.5", seed).jsd for seed in (0, 1)]
    assert max(small) >= hidden.NARROW
    assert hidden.play(f"{kind}, 2", 0).jsd <= 0.05
