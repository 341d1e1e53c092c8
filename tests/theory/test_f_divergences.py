"""Every row of the f-GAN table: its divergence, the game for it, and what is known of them."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate
from scipy.special import lambertw

from minigan import InputError, Mixture, Normal, Uniform
from minigan.theory.binned import bin_masses, kl_masses, tv_masses
from minigan.theory.densities import Cauchy, StudentT
from minigan.theory.divergences import jensen_shannon, kl, total_variation
from minigan.theory.f_divergences import (
    TABLE,
    alpha_divergence,
    f_divergence,
    f_divergence_masses,
    optimal_output,
    variational_bound,
    weighted_jensen_shannon,
)
from minigan.theory.optimum import c_of_g

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


# One row at a time: the formulas.


@every_row
def test_formulas_are_the_published_ones(row):
    assert list(ROWS) == list(PUBLISHED)
    f, conjugate, activation, high, threshold = PUBLISHED[row.name]
    t = row.activation(V)
    np.testing.assert_allclose(row.f(U), f(U), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(row.conjugate(t), conjugate(t), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(t, activation(V), rtol=1e-12, atol=1e-15)
    assert row.domain[1] == pytest.approx(high, abs=1e-15)
    assert row.threshold == pytest.approx(threshold, abs=1e-15)


@every_row
def test_slope_is_the_derivative_of_f(row):
    u = U[np.abs(U - 1) > 1e-3]  # total variation has a kink at 1
    h = 1e-5 * u
    five_points = (8 * (row.f(u + h) - row.f(u - h)) - row.f(u + 2 * h) + row.f(u - 2 * h)) / 12
    np.testing.assert_allclose(row.slope(u), five_points / h, rtol=1e-7, atol=1e-7)


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


# One row at a time: the divergence and its game.

PAIRS = {
    "Gaussians": (Normal(0.5, 1.2), Normal(0, 1)),
    "Student, Student": (StudentT(5, 1), StudentT(4)),
    "mixture, Gaussian": (Mixture([-1.0, 1.0], 0.8), Normal(0, 1.5)),
    "uniform, disjoint": (Uniform(0, 1), Uniform(2, 3)),
    "uniform, overlapping": (Uniform(0, 1), Uniform(0.5, 1.5)),
    "Cauchy, Gaussian": (Cauchy(), Normal()),
}


@every_row
@pytest.mark.parametrize(("p", "q"), PAIRS.values(), ids=PAIRS)
def test_the_bound_is_attained(row, p, q):
    exact, bound = f_divergence(p, q, row), variational_bound(p, q, row)
    if math.isinf(exact):  # T ends where p / q leaves exp(+-200)
        assert 5 < bound < math.inf
    else:
        assert bound == pytest.approx(exact, rel=1e-9, abs=1e-12)


@every_row
def test_agrees_with_scipy(row):
    p, q = PAIRS["Gaussians"]

    def integrand(x):
        return q.pdf(x) * float(row.f(np.asarray(p.pdf(x) / q.pdf(x))))

    points = np.linspace(-13, 13, 53)
    theirs = sum(
        integrate.quad(integrand, a, b, epsabs=1e-13, limit=200)[0] for a, b in pairwise(points)
    )
    assert f_divergence(p, q, row) == pytest.approx(theirs, rel=1e-9)


@every_row
def test_masses_obey_the_definition_and_lose(row):
    p, q = PAIRS["mixture, Gaussian"]
    edges = np.linspace(-3, 3, 13)
    P, Q = bin_masses(p, edges), bin_masses(q, edges)
    literal = np.sum(Q * row.f(P / Q))
    assert f_divergence_masses(P, Q, row) == pytest.approx(literal, rel=1e-12)
    assert literal < f_divergence(p, q, row)
    plane = [np.outer(m, m) for m in (P, Q)]
    literal = np.sum(plane[1] * row.f(plane[0] / plane[1]))
    assert f_divergence_masses(*plane, row) == pytest.approx(literal, rel=1e-12)


# What is known of them.


@pytest.mark.parametrize(("p", "q"), PAIRS.values(), ids=PAIRS)
def test_rows_that_have_another_name(p, q):
    def d(name):
        return f_divergence(p, q, ROWS[name])

    def same(a, b):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-12)

    same(d("Kullback-Leibler"), kl(p, q))
    same(d("reverse Kullback-Leibler"), kl(q, p))
    same(d("Jeffrey"), kl(p, q) + kl(q, p))
    same(d("total variation"), total_variation(p, q))
    same(d("Jensen-Shannon"), 2 * jensen_shannon(p, q))
    same(d("GAN"), 2 * jensen_shannon(p, q) - math.log(4))
    same(d("GAN"), c_of_g(p, q))
    same(d("alpha = 0.5"), 2 * d("squared Hellinger"))
    same(d("alpha = 2"), d("Pearson chi-square") / 2)
    same(f_divergence(p, q, weighted_jensen_shannon(0.5)), jensen_shannon(p, q))
    same(f_divergence(q, p, ROWS["Pearson chi-square"]), d("Neyman chi-square"))


@pytest.mark.parametrize("d", [0.1, 1, 5, 12, 25])
def test_pearson_of_gaussians_far_beyond_the_range_of_their_ratio(d):
    """exp(d^2) - 1: half of it comes from where q is below exp(-(2 d)^2 / 2)."""
    got = f_divergence(Normal(0), Normal(d), ROWS["Pearson chi-square"])
    assert got == pytest.approx(math.expm1(d * d), rel=1e-9)
    assert f_divergence(Normal(d), Normal(0), ROWS["Neyman chi-square"]) == pytest.approx(
        got, rel=1e-9
    )


@pytest.mark.parametrize(("std", "finite"), [(0.8, True), (0.71, True), (0.7, False)])
def test_pearson_is_infinite_where_its_integral_diverges(std, finite):
    """N(0, 1) against N(0, s^2): s^2 / sqrt(2 s^2 - 1) - 1 if 2 s^2 > 1."""
    got = f_divergence(Normal(), Normal(0, std), ROWS["Pearson chi-square"])
    exact = std**2 / math.sqrt(2 * std**2 - 1) - 1 if finite else math.inf
    assert got == pytest.approx(exact, rel=1e-9)


def test_logarithms_go_on_where_the_ratio_is_no_float():
    p, q = Normal(0), Normal(60)
    assert f_divergence(p, q, ROWS["Kullback-Leibler"]) == pytest.approx(1800, rel=1e-12)
    assert f_divergence(p, q, ROWS["reverse Kullback-Leibler"]) == pytest.approx(1800, rel=1e-12)
    assert f_divergence(p, q, ROWS["Jeffrey"]) == pytest.approx(3600, rel=1e-12)


@pytest.mark.parametrize("a", [0.2, 0.9, 1.3, 3.0])
def test_alpha_of_gaussians(a):
    """E_Q[u^a] = exp(a (a - 1) d^2 / 2) for N(d, 1) against N(0, 1)."""
    row = alpha_divergence(a)
    exact = math.expm1(a * (a - 1) * 0.49 / 2) / (a * (a - 1))
    assert f_divergence(Normal(0.7), Normal(0), row) == pytest.approx(exact, rel=1e-9)
    assert variational_bound(Normal(0.7), Normal(0), row) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("pi", [0.1, 0.5, 0.8])
def test_weighted_jensen_shannon_is_two_kls_to_the_mixture(pi):
    p, q, edges = Normal(0), Normal(1, 2), np.linspace(-5, 5, 21)
    P, Q = bin_masses(p, edges), bin_masses(q, edges)
    M = pi * P + (1 - pi) * Q
    exact = pi * kl_masses(P, M) + (1 - pi) * kl_masses(Q, M)
    row = weighted_jensen_shannon(pi)
    assert f_divergence_masses(P, Q, row) == pytest.approx(exact, rel=1e-12)
    assert variational_bound(p, q, row) == pytest.approx(f_divergence(p, q, row), rel=1e-9)


def test_masses_with_zeros():
    P, Q = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.5, 0.5, 0.0])
    for row in TABLE:
        limit = 0.5 * row.domain[1] + 0.5 * row.at_zero + 0.5 * float(row.f(np.ones(1))[0])
        assert f_divergence_masses(P, Q, row) == pytest.approx(limit)
    assert f_divergence_masses(P, Q, ROWS["total variation"]) == tv_masses(P, Q) == 0.5


# Bad input.


def test_outputs_outside_the_domain_are_refused():
    p, q = PAIRS["Gaussians"]
    for name, T in (
        ("GAN", lambda x: 0.1 + 0 * x),
        ("total variation", lambda x: x),
        ("Kullback-Leibler", lambda x: x * np.nan),
        ("Kullback-Leibler", lambda x: np.zeros(3)),
    ):
        with pytest.raises(InputError, match="variational_bound: expected T"):
            variational_bound(p, q, ROWS[name], T)
    tv = ROWS["total variation"]  # the ends of its domain belong to it
    assert variational_bound(p, q, tv, lambda x: 0.5 * np.sign(x)) < f_divergence(p, q, tv)


def test_optimal_output_stays_inside_the_domain():
    x = np.array([-1e3, -1.0, 0.5, 2.5, 1e3])
    for row in TABLE:
        for p, q in PAIRS.values():
            T = optimal_output(p, q, row)(x)
            assert T.min() > row.domain[0] and T.max() < row.domain[1]
            assert np.isfinite(row.conjugate(T)).all()
