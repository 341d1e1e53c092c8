"""Every row of the f-GAN table: its formulas, against the published ones and the definitions."""

import math

import numpy as np
import pytest
from scipy import optimize
from scipy.special import lambertw

from minigan import InputError
from minigan.theory.f_divergences import TABLE, alpha_divergence, weighted_jensen_shannon

ROWS = {row.name: row for row in TABLE}
every_row = pytest.mark.parametrize("row", TABLE, ids=list(ROWS))
LOG = np.log
U = np.exp(np.linspace(-6, 6, 241))  # p / q, and 1 among them
V = np.linspace(-4, 4, 33)  # outputs of a network
JSW = "weighted Jensen-Shannon, pi = 0.3"

# The table as published: f(u), f*(t), g_f(v), upper end of dom f*, f'(1).
PUBLISHED = {
    "total variation": (
        lambda u: 0.5 * abs(u - 1), lambda t: t, lambda v: 0.5 * np.tanh(v), 0.5, 0,
    ),
    "Kullback-Leibler": (lambda u: u * LOG(u), lambda t: np.exp(t - 1), lambda v: v, np.inf, 1),
    "reverse Kullback-Leibler": (
        lambda u: -LOG(u), lambda t: -1 - LOG(-t), lambda v: -np.exp(-v), 0, -1,
    ),
    "Pearson chi-square": (
        lambda u: (u - 1) ** 2,
        lambda t: np.where(t >= -2, t * t / 4 + t, -1),
        lambda v: v, np.inf, 0,
    ),
    "Neyman chi-square": (
        lambda u: (1 - u) ** 2 / u,
        lambda t: 2 - 2 * np.sqrt(1 - t),
        lambda v: 1 - np.exp(-v), 1, 0,
    ),
    "squared Hellinger": (
        lambda u: (np.sqrt(u) - 1) ** 2, lambda t: t / (1 - t), lambda v: 1 - np.exp(-v), 1, 0,
    ),
    "Jeffrey": (
        lambda u: (u - 1) * LOG(u),
        lambda t: (lambda w: w + 1 / w + t - 2)(lambertw(np.exp(1 - t)).real),
        lambda v: v, np.inf, 0,
    ),
    "Jensen-Shannon": (
        lambda u: u * LOG(u) - (u + 1) * LOG((u + 1) / 2),
        lambda t: -LOG(2 - np.exp(t)),
        lambda v: LOG(2) - LOG(1 + np.exp(-v)), LOG(2), 0,
    ),
    JSW: (
        lambda u: 0.3 * u * LOG(u) - (0.7 + 0.3 * u) * LOG(0.7 + 0.3 * u),
        lambda t: 0.7 * LOG(0.7 / (1 - 0.3 * np.exp(t / 0.3))),
        lambda v: -0.3 * LOG(0.3) - LOG(1 + np.exp(-v)), -0.3 * LOG(0.3), 0,
    ),
    "GAN": (
        lambda u: u * LOG(u) - (u + 1) * LOG(u + 1),
        lambda t: -LOG(1 - np.exp(t)),
        lambda v: -LOG(1 + np.exp(-v)), 0, -LOG(2),
    ),
    "alpha = 0.5": (
        lambda u: (u**0.5 - 1 - 0.5 * (u - 1)) / (0.5 * (0.5 - 1)),
        lambda t: (t * (0.5 - 1) + 1) ** (0.5 / (0.5 - 1)) / 0.5 - 1 / 0.5,
        lambda v: 1 / (1 - 0.5) - LOG(1 + np.exp(-v)), 2, 0,
    ),
    "alpha = 2": (
        lambda u: (u**2 - 1 - 2 * (u - 1)) / 2,
        lambda t: np.maximum(t + 1, 0) ** 2 / 2 - 1 / 2,
        lambda v: v, np.inf, 0,
    ),
}  # fmt: skip


def test_the_table_is_whole():
    assert list(ROWS) == list(PUBLISHED)


# One row at a time: the formulas.


@every_row
def test_formulas_are_the_published_ones(row):
    f, conjugate, activation, high, threshold = PUBLISHED[row.name]
    t = row.activation(V)
    np.testing.assert_allclose(row.f(U), f(U), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(row.conjugate(t), conjugate(t), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(t, activation(V), rtol=1e-12, atol=1e-15)
    assert row.domain[1] == pytest.approx(high, abs=1e-15)
    assert row.threshold == pytest.approx(threshold, abs=1e-15)


@every_row
def test_f_is_convex_and_zero_at_one(row):
    chord = (row.f(U[:-2]) * (U[2:] - U[1:-1]) + row.f(U[2:]) * (U[1:-1] - U[:-2])) / (
        U[2:] - U[:-2]
    )
    assert (row.f(U[1:-1]) <= chord + 1e-12).all()
    at_one = -math.log(4) if row.name == "GAN" else 0
    assert float(row.f(np.ones(1))[0]) == pytest.approx(at_one, abs=1e-15)


@every_row
def test_slope_is_the_derivative_of_f(row):
    u = U[np.abs(U - 1) > 1e-3]  # total variation has a kink at 1
    h = 1e-5 * u
    five_points = (8 * (row.f(u + h) - row.f(u - h)) - row.f(u + 2 * h) + row.f(u - 2 * h)) / 12
    np.testing.assert_allclose(row.slope(u), five_points / h, rtol=1e-7, atol=1e-7)


@every_row
def test_conjugate_is_the_supremum(row):
    """f*(t) = sup over u > 0 of u t - f(u), found by search."""
    for t in row.activation(V[8:-8]):

        def minus(log_u, t=t):
            return float(row.f(np.exp(log_u)) - np.exp(log_u) * t)

        grid = np.linspace(-40, 40, 4001)
        start = grid[np.argmin([minus(s) for s in grid])]
        found = optimize.minimize_scalar(
            minus, bounds=(start - 0.02, start + 0.02), method="bounded", options={"xatol": 1e-12}
        )
        assert float(row.conjugate(t)) == pytest.approx(-found.fun, abs=1e-8)


@every_row
def test_conjugate_at_the_slope(row):
    """f*(f'(u)) = u f'(u) - f(u); so does optimal T make the bound an equality."""
    u = U[(U > 0.02) & (U < 50) & (U != 1)]
    t = row.slope(u)
    np.testing.assert_allclose(row.conjugate(t), u * t - row.f(u), rtol=1e-9, atol=1e-9)


@every_row
def test_activation_maps_any_output_into_the_domain_and_rises(row):
    t = row.activation(np.linspace(-15, 15, 301))
    low, high = row.domain
    assert ((t > low) & (t < high)).all() and (np.diff(t) > 0).all()
    assert np.isfinite(row.conjugate(t)).all()


@every_row
def test_limits_of_f(row):
    far = np.exp(np.array([300.0, 200.0]))
    growth = row.f(far) / far
    if math.isfinite(row.domain[1]):
        assert growth[1] == pytest.approx(row.domain[1], abs=1e-13)
    else:
        assert growth[0] > growth[1] + 90
    near = row.f(1 / far)
    if math.isfinite(row.at_zero):
        assert near[1] == pytest.approx(row.at_zero, abs=1e-13)
    else:
        assert near[0] > near[1] + 90


def test_parameters_of_rows():
    for a in (0, 1, -0.5, 4, math.nan):
        with pytest.raises(InputError, match="alpha_divergence"):
            alpha_divergence(a)
    for pi in (0, 1, -0.1):
        with pytest.raises(InputError, match="weight"):
            weighted_jensen_shannon(pi)
