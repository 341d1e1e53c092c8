"""Quadratures against scipy's, against integrals that are known, and against a cdf."""

import math

import numpy as np
import pytest
from scipy import integrate

from minigan import InputError, IrwinHall, Mixture, Normal, Uniform
from minigan.theory.densities import Cauchy
from minigan.theory.quadrature import (
    adaptive,
    close_in,
    density_panels,
    gauss_legendre,
    panel_edges,
    points_on,
    total,
)


def integral(f, low, high, knots=()):
    """One function over one stretch of the line."""
    edges = panel_edges(np.array(knots, float), low, high)
    panels = adaptive(lambda x: f(x)[None, :], edges)
    return total(panels, edges, low, high)[0]


KNOWN = {
    "polynomial": (lambda x: 5 * x**4, 0, 2, 32.0),
    "exponential": (np.exp, -1, 1, math.e - 1 / math.e),
    "kink nobody named": (lambda x: np.abs(x - 0.3), 0, 1, 0.045 + 0.245),
    "jump nobody named": (lambda x: np.where(x < 1 / 3, 2.0, 5.0), 0, 1, 4.0),
    "narrow peak": (lambda x: 1e-3 / (1e-6 + x * x), -1, 1, 2 * math.atan(1e3)),
    "1 / sqrt(x)": (lambda x: 1 / np.sqrt(x), 0, 1, 2.0),
    "log x": (np.log, 0, 1, -1.0),
    "Gaussian": (lambda x: np.exp(-x * x), -math.inf, math.inf, math.sqrt(math.pi)),
    "half line": (lambda x: np.exp(-x), 0, math.inf, 1.0),
    "half line, left": (lambda x: np.exp(x), -math.inf, 1, math.e),
    "1 / x^2": (lambda x: 1 / x**2, 1, math.inf, 1.0),
    "1 / x^1.5": (lambda x: x**-1.5, 1, math.inf, 2.0),
    "1 / x^1.01, slowly": (lambda x: x**-1.01, 1, math.inf, 100.0),
}


@pytest.mark.parametrize(("f", "low", "high", "exact"), KNOWN.values(), ids=KNOWN)
def test_known_integrals(f, low, high, exact):
    assert integral(f, low, high) == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize(
    ("f", "low", "high"),
    [
        (lambda x: np.sin(7 * x) ** 2 * np.exp(-np.abs(x)), -3.0, 5.0),
        (lambda x: np.log1p(x * x) / (1 + x**2) ** 2, -math.inf, math.inf),
        (lambda x: np.sqrt(np.abs(np.cos(x))), 0.0, 3.0),
    ],
)
def test_agrees_with_scipy(f, low, high):
    theirs, error = integrate.quad(f, low, high, limit=500, epsabs=1e-12, epsrel=1e-12)
    assert integral(f, low, high) == pytest.approx(theirs, abs=max(1e-11, 10 * error))


@pytest.mark.parametrize(
    ("f", "value"),
    [
        (lambda x: 1 / x, math.inf),
        (lambda x: -1 / x, -math.inf),
        (lambda x: x**-0.9, math.inf),
        (lambda x: np.log(x) / x, math.inf),
        (lambda x: np.ones_like(x), math.inf),
    ],
)
def test_a_tail_that_diverges_is_infinite(f, value):
    assert integral(f, 1, math.inf) == value
    assert integral(lambda x: f(-x), -math.inf, -1) == value


def test_an_infinite_value_makes_that_sum_infinite_and_no_other():
    edges = panel_edges(np.empty(0), 0, 1)
    panels = adaptive(lambda x: np.stack([np.where(x < 0.5, np.inf, 1.0), x]), edges)
    np.testing.assert_allclose(total(panels, edges, 0, 1), [np.inf, 0.5])


@pytest.mark.parametrize(
    "f", [lambda x: 1 / x, lambda x: np.random.default_rng(0).random(x.size)], ids=["1/x", "noise"]
)
def test_what_does_not_settle_is_refused(f):
    with pytest.raises(InputError, match="not settled"):
        integral(f, 0, 1)


def test_float32_noise_costs_digits_only():
    noisy = integral(lambda x: np.exp(x.astype(np.float32)).astype(float), 0, 1)
    assert noisy == pytest.approx(math.e - 1, rel=1e-6)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_gauss_legendre_is_exact_up_to_degree_two_order_minus_one(order):
    edges = np.array([-1.0, 0.5, 0.75, 3.0])
    x, w = gauss_legendre(edges, order)
    assert x.shape == w.shape == (3 * order,)
    assert np.all(np.diff(x) > 0)
    for degree in range(2 * order):
        exact = (3.0 ** (degree + 1) - (-1.0) ** (degree + 1)) / (degree + 1)
        assert w @ x**degree == pytest.approx(exact, rel=1e-13)


# Panels of a density whose cdf is known.

LAWS = [Uniform(-0.3, 2), Normal(1, 0.1), IrwinHall(), Mixture([-1000, 1000], 0.1)]
every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)


@every_law
def test_panels_reach_from_end_to_end_and_hold_their_probability(law):
    ends = density_panels(law, 100)
    assert (ends[0], ends[-1]) == law.interval()
    assert np.all(np.diff(ends) > 0)
    assert np.isin(np.linspace(*law.interval(), 101), ends).all()
    x, dx = gauss_legendre(ends, 3)
    mass = (law.pdf(x) * dx).reshape(-1, 3).sum(axis=1)
    np.testing.assert_allclose(mass, np.diff(law.cdf(ends)), rtol=0, atol=1.1e-10)


def test_panels_of_a_smooth_density_stay_equal():
    assert np.array_equal(density_panels(Uniform(0, 1), 8), np.linspace(0, 1, 9))


def test_panels_close_in_on_a_jump():
    class Step:
        """2 on the first third of (0, 1), 1/2 on the rest."""

        def pdf(self, x):
            return np.where(x < 1 / 3, 2.0, 0.5)

        def cdf(self, x):
            return np.where(x < 1 / 3, 2 * x, 2 / 3 + (x - 1 / 3) / 2)

        def interval(self):
            return 0.0, 1.0

    ends = density_panels(Step(), 4)
    assert ends.size < 60
    assert np.abs(ends - 1 / 3).min() < 1e-9


def test_a_pdf_and_a_cdf_that_disagree_are_refused():
    class Careless(Normal):
        """Its density is wrong in the fifth digit."""

        def pdf(self, x):
            return super().pdf(x) * (1 + 1e-5)

    with pytest.raises(InputError):
        density_panels(Careless(), 16)


def test_panels_of_a_density_without_end_hold_its_probability():
    law = Cauchy(1e6, 0.01)
    ends = density_panels(law, 16)
    x, dx = gauss_legendre(ends, 3)
    assert (dx * law.pdf(x)).sum() == pytest.approx(1, abs=1e-8)


# Points that close in on what an integrand does.


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: np.abs(x - 1 / 3), (1 / 9 + 4 / 9) / 2),
        (lambda x: 1.0 * (x > 1 / 3), 2 / 3),
        (lambda x: np.exp(-(((x - 0.7) / 1e-3) ** 2) / 2), 1e-3 * math.sqrt(2 * math.pi)),
        (lambda x: np.log(x), -1.0),
    ],
    ids=["kink", "jump", "peak", "log"],
)
def test_points_close_in_on_what_bends(f, exact):
    ends = np.linspace(0, 1, 257)

    def at(x, dx):
        return np.stack([x, dx])

    points = points_on(at, ends[:-1], ends[1:])
    assert points.rows.shape == (2, 3 * 256)
    closer, values, doubt = close_in(at, lambda rows: np.stack([f(rows[0]), rows[0]]), points)
    x, w = closer.rows
    np.testing.assert_array_equal(values, [f(x), x])
    assert w @ values[0] == pytest.approx(exact, abs=1e-8)
    assert w.sum() == pytest.approx(1, abs=1e-14)
    assert doubt == 0
    assert 256 < closer.left.size < 800


def test_what_no_halving_settles_is_in_doubt():
    def at(x, dx):
        return np.stack([x, dx])

    def noise(rows):
        return np.random.default_rng(rows.shape[1]).random((1, rows.shape[1]))

    points = points_on(at, np.array([1.0]), np.array([1 + 1e-11]))
    assert close_in(at, lambda rows: 1e6 * noise(rows), points)[2] > 1e-8
