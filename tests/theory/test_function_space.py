"""Proposition 2 on a grid: any start reaches p_data, C(G) falls at every step, convexity."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr

from minigan import InputError, IrwinHall
from minigan.theory.function_space import (
    convexity_gap,
    criterion,
    descend,
    masses,
    mirror_step,
    optimal_logit,
    slope,
    subgradient_gap,
    value,
)

CELLS = 512
HALF = np.array([0.5, 0.5])


def density(rng, cells=CELLS, roughness=1.0):
    logs = roughness * rng.standard_normal(cells)
    p = np.exp(logs - logs.max())
    return p / p.sum()


def bell():
    """p_data on a grid, a quarter of whose cells are empty."""
    return np.diff(IrwinHall().cdf(np.linspace(-4, 4, CELLS + 1)))


def kl(p, q):
    return rel_entr(p, q).sum()


def step(p_data, p, eta):
    return mirror_step(p, slope(optimal_logit(p_data, p)), eta)


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.0])
def test_twenty_random_starts_reach_the_data_and_c_of_g_falls_at_every_step(rng, eta):
    p_data = bell()
    for roughness in np.linspace(0, 50, 20):
        run = descend(p_data, density(rng, roughness=roughness), eta)
        assert jensenshannon(p_data, run.p_g) ** 2 < 1e-8
        assert run.jsd[-1] <= 1e-10 < run.jsd[-2]
        falls = np.diff(run.c_of_g)
        assert (falls <= 0).all()
        assert (falls < 0).all() or roughness > 20  # the first falls may be below 1e-16 there
        assert run.c_of_g[-1] == pytest.approx(-math.log(4), abs=1e-9)


@pytest.mark.parametrize("tiny", [1e-20, 1e-300, 5e-324])
@pytest.mark.parametrize("eta", [0.1, 0.5, 1.0])
def test_a_cell_of_next_to_no_mass_fills(tiny, eta):
    run = descend(np.array([0.0, 0.5, 0.5]), np.array([1.0, tiny, tiny]), eta)
    assert run.jsd[-1] <= 1e-10
    assert (np.diff(run.c_of_g) <= 0).all()  # at log 2 a fall of 1e-300 is lost in rounding
    assert run.p_g == pytest.approx([0, 0.5, 0.5], abs=1e-4)


def test_an_empty_cell_with_data_is_refused_and_one_without_is_not():
    with pytest.raises(InputError, match=r"^p_g: expected masses > 0 .* got 0 in 1 such cells"):
        descend(HALF, np.array([1.0, 0.0]))
    run = descend(np.array([0.5, 0.5, 0.0]), np.array([0.9, 0.1, 0.0]))
    assert run.jsd[-1] <= 1e-10
    assert run.p_g[2] == 0


def test_a_step_is_the_mirror_descent_step(rng):
    """It minimises <gradient, p> + KL(p || p_g) / eta over all densities: SciPy agrees."""
    p_g, gradient, eta = density(rng, 5), rng.standard_normal(5), 0.7

    def linear_plus_kl(logits):
        p = np.exp(logits - logits.max())
        p /= p.sum()
        return gradient @ p + kl(p, p_g) / eta

    found = minimize(linear_plus_kl, np.zeros(5), tol=1e-12).x
    best = np.exp(found) / np.exp(found).sum()
    assert mirror_step(p_g, gradient, eta) == pytest.approx(best, abs=1e-5)


def test_the_value_is_the_formula(rng):
    p_data, p_g, D = density(rng, 6), density(rng, 6), rng.uniform(0.01, 0.99, 6)
    formula = (p_data * np.log(D)).sum() + (p_g * np.log(1 - D)).sum()
    assert value(p_data, p_g, np.log(D / (1 - D))) == pytest.approx(formula, abs=1e-13)


def test_c_of_g_is_minus_log_4_plus_twice_the_jsd(rng):
    p_data, p_g = bell(), density(rng, roughness=3)
    expected = -math.log(4) + 2 * jensenshannon(p_data, p_g) ** 2
    assert criterion(p_data, p_g) == pytest.approx(expected, abs=1e-14)
    assert criterion(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 0  # nothing in common
    assert criterion(p_data, p_data) == pytest.approx(-math.log(4), abs=1e-15)


def test_a_perfect_but_wrong_discriminator_costs_everything():
    assert value(HALF, HALF, np.array([math.inf, 0.0])) == -math.inf
    assert value(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([math.inf, -math.inf])) == 0


def test_the_gaps_are_not_trivially_zero():
    p, q = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    c = criterion(HALF, p)
    assert convexity_gap(HALF, p, q, 0.5) == pytest.approx(c + math.log(4), abs=1e-15)
    assert subgradient_gap(HALF, p, q) > 0.5


def test_it_stops_after_the_steps_allowed(rng):
    run = descend(bell(), density(rng), steps=3)
    assert run.c_of_g.shape == (4,)
    assert run.c_of_g[-1] == pytest.approx(criterion(bell(), run.p_g), abs=1e-15)
    assert descend(HALF, HALF).c_of_g.shape == (1,)  # nothing to do


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, 0.5 + 1e-9], "p: expected masses with a sum of 1, got a sum of 1.000000001"),
        ([1.5, -0.5], "p: expected finite masses >= 0, got -0.5"),
        ([math.nan, 1.0], "p: expected numbers, got NaN"),
        ([math.inf, 0.0], "p: expected finite masses >= 0, got inf"),
        ([[0.5, 0.5]], r"p: expected shape (cells,), got (1, 2)"),
        ([], r"p: expected shape (cells,), got (0,)"),
        ("half", "p: expected an array of numbers"),
    ],
)
def test_masses_that_are_no_density_are_refused(p, message):
    with pytest.raises(InputError) as error:
        masses("p", p)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descend(HALF, np.full(4, 0.25)), r"p_g: expected shape (2,), got (4,)"),
        (lambda: descend(HALF, HALF, eta=0), "eta: expected a finite number in (0, 1], got 0"),
        (lambda: descend(HALF, HALF, 1.5), "eta: expected a finite number in (0, 1], got 1.5"),
        (lambda: descend(HALF, HALF, tolerance=-1), "tolerance: expected a finite number >= 0"),
        (lambda: descend(HALF, HALF, steps=0), "steps: expected a whole number >= 1, got 0"),
        (lambda: mirror_step(HALF, HALF, 0), "eta: expected a finite number > 0, got 0"),
        (lambda: mirror_step(HALF, np.zeros(3), 1), "gradient: expected shape (2,), got (3,)"),
        (lambda: mirror_step(HALF, [-math.inf, 0], 1), "gradient: expected finite numbers"),
        (lambda: value(HALF, HALF, np.zeros(3)), "logit: expected shape (2,), got (3,)"),
        (lambda: value(HALF, HALF, [math.nan, 0]), "logit: expected numbers, got NaN"),
        (lambda: convexity_gap(HALF, HALF, HALF, 2), "share: expected a finite number in [0, 1]"),
        (lambda: subgradient_gap(HALF, [1, 0], HALF), "p_g: expected masses > 0 wherever"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
