"""AIS against the exact likelihood of a linear decoder, and a pilot's weights that break it."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.numerics import log_sum_exp, sigmoid
from minigan.evaluation.ais import ais, anneal

STD = 0.3


def linear(seed, n=20, k=10, d=64):
    """A decoder z W + b, rows that it made, their z, and their exact log p(x)."""
    rng = np.random.default_rng(seed)
    G = mg.Sequential([mg.Linear(k, d)], dtype="float64")
    G.layers[0].W = rng.standard_normal((k, d)) / np.sqrt(k)
    G.layers[0].b = 0.1 * rng.standard_normal(d)
    z = rng.standard_normal((n, k))
    x = G(z) + STD * rng.standard_normal((n, d))
    W, r = G.layers[0].W, x - G.layers[0].b
    cov = W.T @ W + STD**2 * np.eye(d)
    exact = -(r * np.linalg.solve(cov, r.T).T).sum(axis=1) / 2
    return G, x, z, exact - np.linalg.slogdet(2 * np.pi * cov)[1] / 2


def test_the_two_ways_hold_the_exact_likelihood_between_them():
    G, x, z, exact = linear(0, n=10, k=3, d=8)
    rng = np.random.default_rng(1)
    low, high = ais(G, x, STD, 150, rng), ais(G, x, STD, 150, rng, z=z)
    assert -0.5 < (low - exact).mean() < 0.1
    assert -0.1 < (high - exact).mean() < 0.5


def test_the_weights_are_right_in_the_mean_however_few_the_temperatures():
    """E w = p(x), so exp(error) has mean 1 over rows, while the mean error is well below 0."""
    G, x, _, exact = linear(0, n=1000, k=2, d=3)
    error = ais(G, x, STD, 40, np.random.default_rng(0), chains=2) - exact
    ratio = np.exp(error)
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / len(x) ** 0.5 and error.mean() < -0.05


@pytest.mark.slow
def test_bounds_tighten_with_the_number_of_temperatures():
    G, x, z, exact = linear(0)
    rng, gaps = np.random.default_rng(1), []
    for steps in (300, 1000):
        low, high = ais(G, x, STD, steps, rng), ais(G, x, STD, steps, rng, z=z)
        gaps.append((high - low).mean())
    assert -1 < (low - exact).mean() < 0.2
    assert low.mean() <= high.mean() and gaps[1] < gaps[0]


@pytest.mark.slow
def test_step_sizes_that_follow_their_own_chain_break_the_bound():
    G, x, _, exact = linear(0)
    g = sigmoid(np.linspace(-4, 4, 1000))
    betas, rows = (g - g[0]) / (g[-1] - g[0]), np.tile(x, (16, 1))
    errors = {}
    _, sizes = anneal(G, rows, _prior(0), STD, betas, None, np.random.default_rng(77))
    for name, given in (("frozen", sizes), ("adapting", None)):
        found = [
            anneal(G, rows, _prior(seed), STD, betas, given, np.random.default_rng(seed))[0]
            for seed in (2, 3)
        ]
        errors[name] = np.array(
            [log_sum_exp(w.reshape(16, -1), 0) - np.log(16) - exact for w in found]
        )
    assert errors["adapting"].mean() > errors["frozen"].mean() + 0.05


def _prior(seed):
    return np.random.default_rng(100 + seed).standard_normal((320, 10))


def test_weights_are_added_before_the_move():
    """With T = 2 the weight is p(x|z) of z from the prior: its mean is p(x), whatever the move."""
    G, x, _, exact = linear(2, n=2, k=1, d=1)
    low = ais(G, x, STD, 2, np.random.default_rng(0), chains=40_000)
    assert low == pytest.approx(exact, abs=0.05)


def test_what_does_not_fit_is_refused():
    G, x, z, _ = linear(0, n=2)
    rng = np.random.default_rng(0)
    for refused in ((x[:, 1:], STD, 9), (x, 0.0, 9), (x, STD, 1)):
        with pytest.raises(mg.InputError, match=r"^ais"):
            ais(G, *refused, rng)
    with pytest.raises(mg.InputError, match=r"^ais: expected rng"):
        ais(G, x, STD, 9, None)
    with pytest.raises(mg.InputError, match="and z"):
        ais(G, x, STD, 9, rng, z=z[:, 1:])
