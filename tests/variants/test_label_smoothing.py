"""Label smoothing: the cost, Eq. 15, the force that is left, and the steps that it takes."""

import pickle

import numpy as np
import pytest

import minigan as mg
from minigan import InputError, Mixture, Normal
from minigan.base.numerics import softplus
from minigan.checks import check_cost, check_layer, check_turn
from minigan.theory.densities import log_density
from minigan.theory.optimum import optimal_logit, smoothed_optimum
from minigan.variants.label_smoothing import (
    Shift,
    flow,
    mean_force,
    slope_of_log_D,
    smoothed_cost,
)

SIDES = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.05, 0.15)]


@pytest.mark.parametrize(("alpha", "beta"), SIDES)
def test_the_cost_is_the_cross_entropy_with_targets_one_minus_alpha_and_beta(alpha, beta):
    a, b = np.linspace(-4, 5, 7)[:, None], np.linspace(-6, 2, 5)[:, None]
    J, da, db = smoothed_cost(alpha, beta)(a, b)
    real = (1 - alpha) * softplus(-a) + alpha * softplus(a)
    fake = beta * softplus(-b) + (1 - beta) * softplus(b)
    assert pytest.approx((real.mean() + fake.mean()) / 2, rel=1e-13) == J
    sigmoid = [1 / (1 + np.exp(-t)) for t in (a, b)]
    np.testing.assert_allclose(da, (sigmoid[0] - (1 - alpha)) / 14, atol=1e-16)
    np.testing.assert_allclose(db, (sigmoid[1] - beta) / 10, atol=1e-16)


def test_without_smoothing_it_is_the_usual_cost():
    a, b = np.linspace(-4, 5, 7)[:, None], np.linspace(-6, 2, 5)[:, None]
    for one, other in zip(smoothed_cost()(a, b), mg.discriminator_cost(a, b), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


def test_targets_are_at_their_expectation_for_noisy_labels():
    """Two-sided by accident: soumith/ganhacks #10, agrimgupta92/sgan #3.

    Labels from (.7, 1.2) and (0, .3) are targets .95 and .15 in the mean; beta is .15, not 0.
    The cost is linear in the targets, so that only their means matter.
    """
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 6, 1))
    grid = (np.arange(1000) + 0.5) / 1000
    J = [smoothed_cost_of_targets(a, b, 0.7 + 0.5 * u, 0.3 * u) for u in grid]
    assert np.mean(J) == pytest.approx(smoothed_cost(0.05, 0.15)(a, b)[0], rel=1e-12)


def smoothed_cost_of_targets(a, b, real, fake):
    J_real = real * softplus(-a) + (1 - real) * softplus(a)
    return (J_real.mean() + (fake * softplus(-b) + (1 - fake) * softplus(b)).mean()) / 2


@pytest.mark.parametrize(("alpha", "beta"), SIDES[1:])
def test_d_star_is_a_rising_line_of_the_unsmoothed_one(alpha, beta):
    """No peak at a spurious mode that the unsmoothed one has not."""
    x = np.linspace(-7, 7, 2001)
    p, q = Mixture([-2.0, 2.0], 0.5).pdf(x), Mixture([2.0, 5.0], 0.6).pdf(x)
    r = smoothed_optimum(p, q)
    line = beta + (1 - alpha - beta) * r
    np.testing.assert_allclose(smoothed_optimum(p, q, alpha, beta), line, atol=3e-16)
    # and it is the point at which the cost's gradient vanishes, integrated
    a = np.log(line / (1 - line))
    slope = p * (1 / (1 + np.exp(-a)) - (1 - alpha)) + q * (1 / (1 + np.exp(-a)) - beta)
    np.testing.assert_allclose(slope, 0, atol=1e-15)


def test_at_p_g_equal_to_p_data_d_is_not_a_half_with_one_side():
    for (alpha, beta), D in zip(SIDES, (0.5, 0.45, 0.5, 0.55), strict=True):
        assert smoothed_optimum(np.array(1.0), np.array(1.0), alpha, beta) == pytest.approx(D)


@pytest.mark.parametrize(("alpha", "beta"), SIDES)
def test_the_slope_is_that_of_the_exact_optimum(alpha, beta):
    p, q, h = Normal(), Normal(3.0, 1.0), 1e-5
    x = np.linspace(-2, 6, 41)

    def log_D(x):
        return -np.logaddexp(0, -optimal_logit(p, q, alpha, beta)(x))

    log_u = log_density(p, x) - log_density(q, x)
    found = slope_of_log_D(log_u, -3.0, alpha, beta)
    np.testing.assert_allclose(found, (log_D(x + h) - log_D(x - h)) / (2 * h), atol=1e-8)


def test_far_away_one_sided_smoothing_keeps_the_force_and_two_sided_loses_it():
    known = {0.5: (0.2647, 0.2041), 2: (1.5504, 0.6101), 5: (4.9526, 0.0847), 8: (7.9996, 0.0007)}
    for mu, (whole, left) in known.items():
        assert mean_force(mu, 0.1) == mean_force(mu) == pytest.approx(whole, abs=5e-5)
        assert mean_force(mu, 0.1, 0.1) == pytest.approx(left, abs=5e-5)
    assert mean_force(100.0, 0.1, 0.1) == 0.0  # and no overflow


def test_the_lost_slope_of_two_modes():
    """Data at +-2, samples at 5: the mean size of the slope is 11.99, or .0153 with two sides."""
    p, q, x = Mixture([-2.0, 2.0], 0.5), Normal(5.0, 0.4), np.linspace(1.4, 8.6, 20_001)
    weights = np.exp(-2 * (x[:, None] - p.means[:, 0]) ** 2)
    score = (weights @ p.means[:, 0] / weights.sum(axis=1) - x) / 0.25
    log_u, slope = log_density(p, x) - log_density(q, x), score - (5 - x) / 0.16
    found = {}
    for sides in SIDES[:3]:
        size = np.abs(slope_of_log_D(log_u, slope, *sides))
        found[sides] = [np.trapezoid(q.pdf(x) * each, x) for each in (size, size < 1e-3)]
    none, one, two = found.values()
    assert none == one == pytest.approx([11.99, 0], abs=0.01)
    assert two == pytest.approx([0.0153, 0.93], abs=0.005)


def test_steps_against_the_exact_optimum():
    steps = [len(flow(6.0, *sides, stop=0.1)) - 1 for sides in SIDES[:3]]
    assert steps == [263, 263, 1736]
    assert len(flow(6.0, 0.1, 0.1, stop=0.1, most=7)) == 8


@pytest.mark.parametrize(("alpha", "beta"), SIDES)
def test_gradients(alpha, beta):
    assert check_cost(smoothed_cost(alpha, beta), seeds=range(3)).passed


def test_the_cost_survives_pickle():
    cost = pickle.loads(pickle.dumps(smoothed_cost(0.1, 0.2)))
    a = np.ones((2, 1))
    assert cost(a, a)[0] == smoothed_cost(0.1, 0.2)(a, a)[0]


def test_turns_and_layer():
    assert check_layer(Shift(0.7), seeds=range(3)).passed
    G = mg.Sequential([Shift(2.0)])
    assert G.params.tolist() == [2.0]
    D = mg.Sequential([mg.Linear(1, 6), mg.Tanh(), mg.Linear(6, 1)], seed=1)
    turns = mg.DiscriminatorTurn(G, D, smoothed_cost(0.1, 0.1)), mg.GeneratorTurn(G, D)
    assert all(check_turn(turn, seeds=range(2)).passed for turn in turns)


@pytest.mark.parametrize("bad", [(-0.1, 0), (0, 1), (0.5, 0.5), (1.2, 0), (0, -0.1), ("a", 0)])
def test_smoothings_that_turn_the_labels_round_are_refused(bad):
    """A noise of the wrong sign: davidADSP/Generative_Deep_Learning_2nd_Edition PR #50."""
    with pytest.raises(InputError, match=r"^(alpha|beta|smoothing): expected"):
        smoothed_cost(*bad)
