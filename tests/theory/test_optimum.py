"""Proposition 1 and Theorem 1, on the densities they are about: any."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from minigan import InputError, IrwinHall, Linear, Mixture, Normal, Sequential, Tanh, Uniform
from minigan.base.numerics import sigmoid
from minigan.theory import GeneratorState, PushForward, optimal_discriminator
from minigan.theory.densities import Cauchy, Density1D, StudentT
from minigan.theory.divergences import jensen_shannon, total_variation
from minigan.theory.optimum import (
    c_of_g,
    optimal_logit,
    payoff_maximiser,
    pointwise_payoff,
    smoothed_optimum,
    value,
)

LOG4 = math.log(4)
SMOOTHINGS = [(0, 0), (0.1, 0), (0, 0.1), (0.1, 0.3), (1, 0), (0.5, 0.5)]


# The pointwise argument.


def test_payoff_is_the_formula_and_zero_log_zero_is_zero():
    assert pointwise_payoff(0.25, 2.0, 3.0) == 2 * math.log(0.25) + 3 * math.log(0.75)
    assert pointwise_payoff(1.0, 2.0, 0.0) == pointwise_payoff(0.0, 0.0, 2.0) == 0
    assert pointwise_payoff(1.0, 2.0, 1e-9) == -math.inf
    assert payoff_maximiser(0, 0) == 0.5
    assert payoff_maximiser(1e-9, 1) == pytest.approx(1e-9, rel=1e-8)


def test_eq_15_literally(rng):
    p_data, p_g = rng.random((2, 50))
    for alpha, beta in SMOOTHINGS:
        eq_15 = ((1 - alpha) * p_data + beta * p_g) / (p_data + p_g)
        np.testing.assert_allclose(smoothed_optimum(p_data, p_g, alpha, beta), eq_15, rtol=1e-13)
    D = optimal_discriminator(p_data, p_g)
    np.testing.assert_array_equal(smoothed_optimum(p_data, p_g), D)
    np.testing.assert_array_equal(smoothed_optimum(p_data, p_g, alpha=0.1), 0.9 * D)


@pytest.mark.parametrize(("alpha", "beta"), SMOOTHINGS[:4] + SMOOTHINGS[5:])
def test_optimal_logit_is_the_logit_of_the_optimum(alpha, beta):
    p, q, x = Normal(), Cauchy(1), np.linspace(-6, 6, 49)
    D = sigmoid(optimal_logit(p, q, alpha, beta)(x))
    np.testing.assert_allclose(D, smoothed_optimum(p.pdf(x), q.pdf(x), alpha, beta), rtol=1e-13)


def test_optimal_logit_at_zeros_and_in_tails():
    x = np.array([-1.0, 0.5, 1.5, 2.5, 4.0])
    logit = optimal_logit(Uniform(0, 2), Uniform(1, 3))(x)
    np.testing.assert_array_equal(logit, [0, math.inf, 0, -math.inf, 0])
    assert optimal_logit(Normal(0), Normal(1))(np.array([-1e3]))[0] == 1000.5  # D* rounds to 1


# V(G, D) for any D.


def by_scipy(integrand, low=-12, high=12):
    points = np.arange(low, high + 0.25, 0.5)
    return sum(
        integrate.quad(integrand, a, b, epsabs=1e-13, limit=200)[0] for a, b in pairwise(points)
    )


@pytest.mark.parametrize(("alpha", "beta"), SMOOTHINGS)
def test_value_is_the_literal_integral(alpha, beta):
    p, q = Normal(0, 1), Mixture([-1.0, 2.0], 0.7)

    def D(x):
        return 1 / (1 + math.exp(-(0.5 - x)))

    def literal(x):
        real = (1 - alpha) * math.log(D(x)) + alpha * math.log(1 - D(x))
        fake = beta * math.log(D(x)) + (1 - beta) * math.log(1 - D(x))
        return p.pdf(x) * real + q.pdf(x) * fake

    got = value(p, q, lambda x: 0.5 - x, alpha, beta)
    assert got == pytest.approx(by_scipy(literal), rel=1e-9)


def test_a_sure_discriminator():
    p, q = Uniform(0, 1), Uniform(2, 3)

    def right(x):
        return np.where(x < 1.5, math.inf, -math.inf)

    assert value(p, q, right) == 0
    assert value(q, p, right) == -math.inf
    assert value(p, q, right, alpha=0.1) == -math.inf  # sure, with targets of 0.9


def test_value_that_diverges_is_minus_infinity():
    assert value(Cauchy(), Normal(), lambda x: x) == -math.inf
    assert value(StudentT(1.5), Normal(), lambda x: x) > -10


def test_network_as_discriminator():
    net = Sequential([Linear(1, 8), Tanh(), Linear(8, 1)], seed=3)
    data, noise = Normal(1, 0.5), Normal()

    def G(z):
        return 2 * z, np.full_like(z, 2.0)

    theirs = GeneratorState(G, noise, data).judge(net).value
    D = net.copy(dtype="float64")
    assert value(data, Normal(0, 2), lambda x: D(x[:, None])[:, 0]) == pytest.approx(
        theirs, rel=1e-9
    )


# Proposition 1: no D does better than D*.


# Theorem 1 on 50 random pairs: C(G) + log 4 - 2 JSD at most 1e-9.


def laplace(mean, scale):
    return Density1D(
        lambda x: np.exp(-np.abs(x - mean) / scale) / (2 * scale), -math.inf, math.inf, [mean]
    )


def gamma2(rate):
    return Density1D(lambda x: rate * rate * x * np.exp(-rate * x), 0, math.inf)


HEAVY = (
    lambda rng: Cauchy(rng.normal(0, 3), rng.uniform(0.1, 5)),
    lambda rng: StudentT(rng.uniform(0.6, 6), rng.normal(0, 3), rng.uniform(0.1, 5)),
)
LIGHT = (
    lambda rng: Normal(rng.normal(0, 3), rng.uniform(0.05, 5)),
    lambda rng: Mixture(rng.normal(0, 4, 3), rng.uniform(0.05, 2), rng.dirichlet([2, 2, 2])),
    lambda rng: IrwinHall(rng.normal(0, 3), rng.uniform(0.1, 3)),
    lambda rng: Uniform(rng.uniform(-4, 0), rng.uniform(0.5, 4)),
    lambda rng: laplace(rng.normal(0, 3), rng.uniform(0.1, 3)),
    lambda rng: gamma2(rng.uniform(0.2, 5)),
)


def random_pairs():
    """50 pairs: 10 heavy with any, 5 heavy with heavy, 10 disjoint, 25 of the others."""
    rng = np.random.default_rng(1406_2661)
    draw = lambda families: families[rng.integers(len(families))](rng)  # noqa: E731
    pairs = [(draw(HEAVY), draw(LIGHT))[:: rng.choice([1, -1])] for _ in range(10)]
    pairs += [(draw(HEAVY), draw(HEAVY)) for _ in range(5)]
    for _ in range(10):
        a, gap, b = rng.uniform(0.1, 2), rng.choice([0.0, 1.0, 50.0]), rng.uniform(0.1, 2)
        pairs.append((Uniform(0, a), Uniform(a + gap, a + gap + b))[:: rng.choice([1, -1])])
    return pairs + [(draw(LIGHT), draw(LIGHT)) for _ in range(25)]


PAIRS = random_pairs()


@pytest.mark.parametrize("i", range(50))
def test_theorem_1(i):
    p_data, p_g = PAIRS[i]
    C, jsd = c_of_g(p_data, p_g), jensen_shannon(p_data, p_g)
    assert abs(C + LOG4 - 2 * jsd) <= 1e-9
    assert -LOG4 < C <= 1e-12
    assert C + LOG4 >= total_variation(p_data, p_g) ** 2 > 1e-6  # equality for p_g = p_data only
    if 15 <= i < 25:
        assert jsd == pytest.approx(math.log(2), abs=1e-13)


@pytest.mark.parametrize("i", range(0, 50, 5))
def test_c_of_g_by_scipy(i):
    """The same with the formula of Eq. 4, scipy's quadrature, and nothing in logarithms."""
    p_data, p_g = PAIRS[i]

    def eq_4(t):
        x = math.sinh(t)  # the line, with panels that grow
        a, b = float(p_data.pdf(x)), float(p_g.pdf(x))
        on_data = a * math.log(a / (a + b)) if a > 0 else 0.0
        on_samples = b * math.log(b / (a + b)) if b > 0 else 0.0
        return (on_data + on_samples) * math.cosh(t)

    ends = [math.asinh(end) for law in (p_data, p_g) for end in law.interval() if abs(end) < 1e9]
    points = np.unique([*np.linspace(-30, 30, 121), *ends])
    theirs = sum(
        integrate.quad(eq_4, a, b, epsabs=1e-11, limit=200)[0] for a, b in pairwise(points)
    )
    assert c_of_g(p_data, p_g) == pytest.approx(theirs, abs=1e-7)


def test_agrees_with_the_exact_p_g_of_a_generator():
    """The push-forward integrates over z, this over x."""
    data, noise = Normal(0, 1), Normal(0, 1)

    def G(z):
        return 0.5 * z + z**3 / 3, 0.5 + z**2

    p_g = PushForward(G, noise)
    low, high = p_g.values[[0, -1]]
    density = Density1D(p_g.pdf, low, high, breakpoints=np.linspace(-8, 8, 65))
    exact = GeneratorState(G, noise, data)
    assert c_of_g(data, density) == pytest.approx(exact.c_of_g, abs=1e-9)
    assert jensen_shannon(data, density) == pytest.approx(exact.jsd, abs=1e-9)


# Bad input.


@pytest.mark.parametrize(("alpha", "beta"), [(-0.1, 0), (0, 1.1), (math.nan, 0), ("a", 0)])
def test_bad_smoothing(alpha, beta):
    p = Normal()
    for call in (
        lambda: smoothed_optimum(np.ones(2), np.ones(2), alpha, beta),
        lambda: optimal_logit(p, p, alpha, beta),
        lambda: value(p, p, lambda x: x, alpha, beta),
    ):
        with pytest.raises(InputError, match="expected a finite number in"):
            call()


def test_bad_discriminators_and_densities():
    with pytest.raises(InputError, match="expected logits"):
        value(Normal(), Normal(1), lambda x: x[:, None])
    with pytest.raises(InputError, match="not a number at x"):
        value(Normal(), Normal(1), lambda x: np.where(x > 0, np.nan, x))
    with pytest.raises(InputError, match=r"pdf\(x\) and interval\(\)"):
        c_of_g(Normal(), Normal().pdf)
