"""Identities of two fixed densities: Proposition 1, Theorem 1, divergences and their games.

The two sides of a line come from different formulas, and where they are integrals, from
different integrals.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import entr, log_expit

from minigan.distributions import IrwinHall, Mixture, Normal, Uniform
from minigan.identities.identity import Identity, claims
from minigan.theory import binned, divergences, optimum
from minigan.theory.densities import Cauchy, Density1D, StudentT
from minigan.theory.divergences import jensen_shannon, kl, total_variation
from minigan.theory.f_divergences import TABLE, FDivergence, f_divergence, variational_bound

_F_GAN = "Nowozin et al. 2016, Eq. 4"
_REACH = 1e-9


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of densities and discriminators that are drawn at random."""
    rng = np.random.default_rng(seed)
    p = Normal(rng.uniform(-1, 1), rng.uniform(0.5, 2))
    q = Mixture(rng.uniform(-3, 3, 3), rng.uniform(0.4, 1), rng.dirichlet([5, 5, 5]))
    return chain(
        _proposition_1(p, q, rng),
        _theorem_1(p, q, rng),
        _inequalities(p, q),
        _closed_forms(rng),
        _bins(p, Normal(p.mean + 1, 1.5 * p.std)),
        _f_divergences(p, q),
    )


def _proposition_1(p_data, p_g, rng) -> Iterator[Identity]:
    of_paper, of_smoothing = claims("2014 paper, Prop. 1", 1e-6), claims("tutorial, Eq. 15", 1e-6)
    a, b = rng.uniform(0.1, 1, 2)
    best, formula = _grid_argmax(a, b), optimum.payoff_maximiser(a, b)
    yield of_paper("argmax over y of a log y + b log(1 - y) = a / (a + b)", best, "=", formula)
    for alpha, beta, sides in ((0.1, 0.0, "one-sided"), (0.1, 0.2, "two-sided")):
        yield of_smoothing(
            f"D* = ((1 - alpha) p_data + beta p_g) / (p_data + p_g), {sides} smoothing",
            _grid_argmax((1 - alpha) * a + beta * b, alpha * a + (1 - beta) * b),
            "=",
            optimum.smoothed_optimum(a, b, alpha, beta),
        )
    top = max(optimum.value(p_data, p_g, D) for D in _random_logits(rng, 20))
    best = optimum.value(p_data, p_g, optimum.optimal_logit(p_data, p_g))
    yield of_paper("V(G, D) <= V(G, D*), the best of 20 random D", top, "<=", best, 1e-12)
    smoothed = optimum.optimal_logit(p_data, p_g, 0.1, 0.2)
    nudged = [lambda x, D=D: smoothed(x) + 0.1 * np.tanh(D(x)) for D in _random_logits(rng, 10)]
    top = max(optimum.value(p_data, p_g, D, 0.1, 0.2) for D in nudged)
    best = optimum.value(p_data, p_g, smoothed, 0.1, 0.2)
    statement = "smoothed V(G, D) <= smoothed V(G, D* of Eq. 15), the best of 10 D close by"
    yield of_smoothing(statement, top, "<=", best, 1e-12)


def _grid_argmax(a: float, b: float) -> float:
    """The y in [0, 1], of a million, with the largest a log y + b log(1 - y)."""
    y = np.linspace(0, 1, 1_000_001)
    return float(y[np.argmax(optimum.pointwise_payoff(y, a, b))])


def _random_logits(rng, n: int) -> list:
    """Discriminators that are no optimum: a line and a wave, with random numbers."""
    numbers = rng.normal(size=(n, 5))
    return [lambda x, c=c: c[0] + c[1] * x + c[2] * np.sin(c[3] * x + c[4]) for c in numbers]


def _theorem_1(p, q, rng) -> Iterator[Identity]:
    shift = rng.uniform(0.5, 3)
    pairs = {
        "a Gaussian, three Gaussians": (p, q),
        "uniform, overlapping": (Uniform(0, 1), Uniform(rng.uniform(0.1, 0.9), 2)),
        "Cauchy, Cauchy": (Cauchy(0, 1), Cauchy(shift, 3)),
        "Cauchy, a Gaussian": (Cauchy(0, 1), Normal(shift, 1)),
        "Student t(1.5), bounded bell": (StudentT(1.5), IrwinHall(shift, 2)),
    }
    claim = claims("2014 paper, Theorem 1, Eq. 6", _REACH)
    for which, (p_data, p_g) in pairs.items():
        C, jsd = optimum.c_of_g(p_data, p_g), jensen_shannon(p_data, p_g)
        statement = f"C(G) = -log 4 + 2 JSD(p_data || p_g): {which}"
        yield claim(statement, C, "=", -math.log(4) + 2 * jsd)
    low = rng.uniform(0.1, 0.9)
    C = optimum.c_of_g(Uniform(0, 1), Uniform(low, 2))
    right = 2 * divergences.jsd_uniforms(0, 1, low, 2) - math.log(4)
    yield claim("C(G), uniform, overlapping: closed form", C, "=", right)
    apart = rng.uniform(4, 8)
    C = optimum.c_of_g(Normal(0, 1), Normal(apart, 1))
    statement = "C(G), Gaussians 4 to 8 std apart: sum over equal steps, D* a line"
    yield claim(statement, C, "=", _c_of_gaussians(apart))
    C = optimum.c_of_g(q, Mixture(q.means, q.std, q.weights))
    claim = claims("2014 paper, Theorem 1", _REACH)
    yield claim("C(G) = -log 4 for p_g = p_data", C, "=", -math.log(4))
    excess, tv = optimum.c_of_g(p, q) + math.log(4), total_variation(p, q)
    claim = claims("2014 paper, Theorem 1; Pinsker", _REACH)
    statement = "C(G) + log 4 >= TV(p_data, p_g)^2: more than 0 for any p_g != p_data"
    yield claim(statement, excess, ">=", tv**2)


def _c_of_gaussians(apart: float) -> float:
    """C(G) of N(0, 1) and N(apart, 1), whose D* has the logit apart (apart / 2 - x)."""
    x, dx = np.linspace(-12, 12 + apart, 4001, retstep=True)
    logit = apart * (apart / 2 - x)
    expected = Normal(0, 1).pdf(x) @ log_expit(logit) + Normal(apart, 1).pdf(x) @ log_expit(-logit)
    return float(expected) * dx


def _jsd_by_entropies(p: Normal, q: Normal) -> float:
    """H(m) - (H(p) + H(q)) / 2 of Gaussians, with m = (p + q) / 2."""
    reach = 20 * (p.std + q.std)
    x, dx = np.linspace(p.mean - reach, p.mean + reach, 20_001, retstep=True)
    of_both = float(entr((p.pdf(x) + q.pdf(x)) / 2).sum()) * dx
    return of_both - math.log(2 * math.pi * math.e * p.std * q.std) / 2


def _inequalities(p, q) -> Iterator[Identity]:
    jsd, tv = jensen_shannon(p, q), total_variation(p, q)
    apart = jensen_shannon(Uniform(0, 1), Uniform(2, 3))
    bells = p, Normal(p.mean + 1, 1.5 * p.std)
    by_entropies = _jsd_by_entropies(*bells)
    for source, statement, left, relation, right in (
        ("Lin 1991, Eq. 4.1", "JSD = H(m) - (H(p) + H(q)) / 2, Gaussians",
         jensen_shannon(*bells), "=", by_entropies),
        ("Lin 1991, Theorem 3", "JSD <= log 2 TV", jsd, "<=", math.log(2) * tv),
        ("Lin 1991", "JSD = log 2, disjoint supports", apart, "=", math.log(2)),
        ("Pinsker", "TV <= sqrt(KL / 2)", tv, "<=", math.sqrt(kl(p, q) / 2)),
    ):  # fmt: skip
        yield claims(source, _REACH)(statement, left, relation, right)


def _closed_forms(rng) -> Iterator[Identity]:
    a, b = rng.uniform(-2, 2, 2)
    s, r = rng.uniform(0.5, 2, 2)

    def same(statement, by_quadrature, by_formula):
        reach = _REACH * max(abs(by_formula), 1e-3) if math.isfinite(by_formula) else _REACH
        return claims("closed form", reach)(statement, by_quadrature, "=", by_formula)

    def laplace(mean, scale):
        log_p = lambda x: -np.abs(x - mean) / scale - math.log(2 * scale)  # noqa: E731
        return Density1D(lambda x: np.exp(log_p(x)), -math.inf, math.inf, [mean], log_p)

    of = divergences
    normals = kl(Normal(a, s), Normal(b, r))
    yield same("KL(Gaussian || Gaussian)", normals, of.kl_normals(a, s, b, r))
    laplaces = kl(laplace(a, s), laplace(b, r))
    yield same("KL(Laplace || Laplace)", laplaces, of.kl_laplaces(a, s, b, r))
    cauchys = Cauchy(a, s), Cauchy(b, r)
    yield same("KL(Cauchy || Cauchy)", kl(*cauchys), of.kl_cauchys(a, s, b, r))
    yield same("JSD(Cauchy || Cauchy)", jensen_shannon(*cauchys), of.jsd_cauchys(a, s, b, r))
    bells = Normal(a, s), Normal(b, s)
    yield same("TV(Gaussian, Gaussian)", total_variation(*bells), of.tv_normals(a, b, s))
    boxes = Uniform(0, 1), Uniform(0.5, 1.5)
    uniforms = of.kl_uniforms(0, 1, 0.5, 1.5)
    yield same("KL(uniform || uniform that does not cover it)", kl(*boxes), uniforms)


def _bins(p: Normal, q: Normal) -> Iterator[Identity]:
    edges = np.linspace(p.mean - 4 * p.std, p.mean + 4 * p.std, 33)
    P, Q = binned.bin_masses(p, edges), binned.bin_masses(q, edges)
    v, w = p.std**2, q.std**2
    turn = (p.mean * w - q.mean * v) / (w - v)  # of the parabola log p/q
    reach = binned.log_ratio_range(p, q, edges, [turn])
    of_bins = claims("data-processing inequality", _REACH)
    of_loss = claims("chain rule; Hoeffding's lemma", _REACH)
    for what, divergence, of_masses, loss_bound in (
        ("KL", kl, binned.kl_masses, binned.kl_loss_bound),
        ("JSD", jensen_shannon, binned.js_masses, binned.js_loss_bound),
        ("TV", total_variation, binned.tv_masses, binned.tv_loss_bound),
    ):
        whole, in_bins = divergence(p, q), of_masses(P, Q)
        most = in_bins + loss_bound(P, Q, *reach)
        yield of_bins(f"{what} of 34 bins <= {what}", in_bins, "<=", whole)
        yield of_loss(f"{what} <= {what} of 34 bins + what they can lose", whole, "<=", most)


def _f_divergences(p, q) -> Iterator[Identity]:
    gaussians = Normal(p.mean + 1, 1.2 * p.std), p  # every row of the table is finite for these
    attained = (
        (row.name, f_divergence(*gaussians, row), variational_bound(*gaussians, row))
        for row in TABLE
    )
    yield _worst(f"D_f = E_P[T] - E_Q[f*(T)] at T = f'(p / q), {len(TABLE)} rows", attained)
    conjugates = (
        (row.name, float(row.conjugate(t)), _numerical_conjugate(row, t))
        for row in TABLE
        for t in row.activation(np.linspace(-2, 2, 9))
    )
    yield _worst(f"f*(t) = sup over u of (u t - f(u)), {len(TABLE)} rows", conjugates)
    claim, rows = claims(_F_GAN, _REACH), {row.name: row for row in TABLE}
    D_f, C = f_divergence(p, q, rows["GAN"]), optimum.c_of_g(p, q)
    yield claim("D_f = V(G, D*), row GAN", D_f, "=", C)
    D_f, jsd = f_divergence(p, q, rows["Jensen-Shannon"]), jensen_shannon(p, q)
    yield claim("D_f = 2 JSD, row Jensen-Shannon", D_f, "=", 2 * jsd)


def _worst(statement: str, sides: Iterable[tuple[str, float, float]]) -> Identity:
    """The line, of several, whose sides are furthest apart."""
    name, left, right = max(sides, key=lambda side: abs(side[1] - side[2]))
    return claims(_F_GAN, 1e-8)(f"{statement}, worst: {name}", left, "=", right)


def _numerical_conjugate(row: FDivergence, t: float) -> float:
    """sup over u > 0 of u t - f(u): the best of a grid in log u, and between its neighbours."""
    log_u = np.linspace(-30, 30, 2401)
    u = np.exp(log_u)
    best = log_u[np.argmax(u * t - row.f(u))]
    step = log_u[1] - log_u[0]
    found = minimize_scalar(
        lambda s: float(row.f(np.exp(s)) - np.exp(s) * t),
        bounds=(best - step, best + step),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return -float(found.fun)
