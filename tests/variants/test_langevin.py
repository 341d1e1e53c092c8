"""The Langevin rule: its score against quadrature, its law where it is linear, MALA, mistakes."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.randomness import generator
from minigan.distributions import Mixture
from minigan.variants import langevin, langevin_ring
from minigan.variants.langevin import Rates, langevin_rates, linear_std, mala, walk
from minigan.variants.langevin_ring import law_of

UNEVEN = Mixture([[0.0, 1.0], [2.0, 0.0], [-1.0, -1.0]], 0.5, [0.5, 0.3, 0.2])


def test_the_score_is_the_slope_of_log_p():
    x = 2 * generator(0).standard_normal((20, 2))
    value, score = law_of(UNEVEN)(x)
    off = value - np.log(UNEVEN.pdf(x))
    assert off == pytest.approx(np.full(20, off[0]), abs=1e-10)
    for i, e in enumerate(1e-5 * np.eye(2)):
        slope = (np.log(UNEVEN.pdf(x + e)) - np.log(UNEVEN.pdf(x - e))) / 2e-5
        assert score[:, i] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_the_best_denoiser_has_the_score_of_the_blurred_data():
    """R(x~) = E[x|x~] by a sum over x. The noise's std alone is no std of the blurred modes.

    That is ermongroup/ncsn #6.
    """
    s0, x = 0.4, np.linspace(-6, 6, 4001)
    data, seen = (Mixture([-1.0, 1.5], std, [0.4, 0.6]) for std in (0.3, 0.5))
    at = np.linspace(-2, 3, 11)[:, None]
    weights = data.pdf(x) * np.exp(-((at - x) ** 2) / (2 * s0**2))
    pull = (weights @ x / weights.sum(axis=1))[:, None] - at
    assert pull / s0**2 == pytest.approx(law_of(seen)(at)[1], rel=1e-6, abs=1e-8)
    wrong = law_of(Mixture(data.means, s0, data.weights))(at)[1]
    assert np.abs(pull / s0**2 - wrong).max() > 0.5


def chains(S, e3, factor=1.0, moves=60):
    """Chains near one mode of std S at 0, whose R(h) - h is -s0^2 h / S^2."""
    rates, rng = langevin_rates(e3, 0.2), generator(1)
    rates = rates._replace(noise=factor * e3)
    return walk(np.ones((8000, 1)), moves, rates, rng, lambda h: -0.04 * h / S**2)


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.1, 0.0])
def test_near_one_mode_the_chain_has_the_law_of_a_linear_one(factor):
    """By the recursion v <- (1 - e3^2 / 2 S^2)^2 v + f^2 e3^2, and by chains."""
    S, e3, v = 0.2828, 0.2, 1.0
    for _ in range(200):
        v = (1 - e3**2 / (2 * S**2)) ** 2 * v + (factor * e3) ** 2
    assert linear_std(S, e3, factor) == pytest.approx(np.sqrt(v), rel=1e-12)
    assert chains(S, e3, factor).std() == pytest.approx(np.sqrt(v), rel=0.025, abs=1e-7)
    if factor:
        assert abs(chains(S, e3, factor).std() / (factor * S) - 1) > 0.05  # the step has an error


def test_metropolis_takes_the_error_of_the_step_away():
    """With e3 = 1.5 S the rule alone is 51 % too wide; without q the test is no remedy."""
    law, start = law_of(Mixture([0.0], 1.0)), generator(2).standard_normal((8000, 1))
    assert chains(1.0, 1.5).std() == pytest.approx(1 / np.sqrt(1 - 1.5**2 / 4), rel=0.02)
    ends, accepted = mala(start, 40, 1.5, generator(3), law)
    assert ends.std() == pytest.approx(1.0, rel=0.025)
    assert 0.5 < accepted < 0.9
    kurtosis = (ends**4).mean() / (ends**2).mean() ** 2
    assert kurtosis == pytest.approx(3.0, rel=0.1)


def test_a_term_whose_rate_is_0_is_left_out():
    h, fails = np.ones((3, 2)), lambda h: pytest.fail("it was called")
    assert (walk(h, 5, Rates(0, 0, 0), generator(0), fails, fails) == h).all()
    moved = walk(h, 1, Rates(0.5, 0.25, 0), generator(0), lambda h: -h, lambda h: 2 * h)
    assert (moved == 1).all()


def test_with_a_condition_the_chains_sample_the_posterior():
    """Of one mode of the ring: p(y|h) is exact, and so is p(h|y)."""
    p, rng = langevin_ring.BLURRED, generator(4)
    law, one = law_of(p), law_of(Mixture(p.means[2:3], p.std))
    pulls = (lambda h: 0.04 * law(h)[1]), (lambda h: one(h)[1] - law(h)[1])
    h = walk(rng.uniform(-3, 3, (500, 2)), 200, langevin_rates(0.1, 0.2), rng, *pulls)
    assert np.abs(h.mean(axis=0) - p.means[2]).max() < 0.06
    assert h.std(axis=0) == pytest.approx(np.full(2, linear_std(p.std, 0.1)), rel=0.1)


def test_pairs_are_what_was_added_and_where_it_led():
    data = Mixture([[1.0, 1.0]], 1e-9)
    back, x = langevin.Corrupted(data, 0.5).sample(5000, generator(0))
    assert np.abs(back + x - 1).max() < 1e-6
    assert x.std() == pytest.approx(0.5, rel=0.02)
    assert (langevin.Blurred(data, 0.5).sample(5000, generator(0)) == x).all()


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (lambda: linear_std(0.5, 1.0), "chain diverges: expected e3 < 2S = 1, got 1"),
        (lambda: linear_std(0.5, 0.0), "linear_std: e3"),
        (lambda: linear_std(0.0, 0.1), "linear_std: S"),
        (lambda: langevin_rates(0.1, 0.0), "langevin_rates: s0"),
        (lambda: langevin.Blurred(UNEVEN, -1.0), "Blurred: s0"),
        (lambda: walk(np.ones((2, 2)), 1, Rates(1, 0, 1), None, np.negative), "walk: expected rng"),
        (lambda: mala(np.ones((2, 2)), 1, 0.1, None, law_of(UNEVEN)), "mala: expected rng"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(refused, says):
    with pytest.raises(mg.InputError, match=says):
        refused()


@pytest.mark.slow
def test_a_learned_score_costs_little_and_a_long_step_more():
    """The acceptance of `minigan ppgn` in the plane; other seeds are in docs/paper.md."""
    found = langevin_ring.on_ring(5000, {0.1: 399, 0.3: 44}, 3000, 10)
    assert found["error"] < 0.2
    assert max(found["above"].values()) < 0.006
    assert found["std off"] < 0.03
    long = found["jsd"]["0.3"]
    assert long["exact"] - found["floor"] > 0.007
    assert long["MALA"] - found["floor"] < 0.005
