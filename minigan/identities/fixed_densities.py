"""What the theory says of two fixed densities, held against numbers; for ``minigan theory``.

Proposition 1, Theorem 1, the divergences and the games for them. The two sides of a line
come from different formulas, and where they are integrals, from different integrals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.optimize import minimize_scalar

from minigan.distributions import IrwinHall, Mixture, Normal, Uniform
from minigan.identities.identity import Identity
from minigan.theory import binned, divergences, optimum
from minigan.theory.densities import Cauchy, Density1D, StudentT
from minigan.theory.divergences import jensen_shannon, kl, total_variation
from minigan.theory.f_divergences import TABLE, FDivergence, f_divergence, variational_bound

_PROP_1 = "2014 paper, Prop. 1"
_THEOREM_1 = "2014 paper, Theorem 1, Eq. 6"
_EQ_15 = "tutorial, Eq. 15"
_F_GAN = "Nowozin et al. 2016, Eq. 4"
_REACH = 1e-9


def identities(seed: int = 0) -> Iterator[Identity]:
    """All lines, one after the other.

    Parameters
    ----------
    seed : int
        Of the densities and discriminators drawn at random.

    Returns
    -------
    iterator of Identity
    """
    rng = np.random.default_rng(seed)
    p = Normal(rng.uniform(-1, 1), rng.uniform(0.5, 2))
    q = Mixture(rng.uniform(-3, 3, 3), rng.uniform(0.4, 1), rng.dirichlet([5, 5, 5]))
    yield from _proposition_1(p, q, rng)
    yield from _theorem_1(p, q, rng)
    yield from _inequalities(p, q)
    yield from _closed_forms(rng)
    yield from _bins(p, Normal(p.mean + 1, 1.5 * p.std))
    yield from _f_divergences(p, q)


def _proposition_1(p_data, p_g, rng) -> Iterator[Identity]:
    a, b = rng.uniform(0.1, 1, 2)
    yield Identity(
        "argmax over y of a log y + b log(1 - y) = a / (a + b)",
        _PROP_1,
        _grid_argmax(a, b),
        float(optimum.payoff_maximiser(a, b)),
        1e-6,
    )
    for alpha, beta, sides in ((0.1, 0.0, "one-sided"), (0.1, 0.2, "two-sided")):
        yield Identity(
            f"D* = ((1 - alpha) p_data + beta p_g) / (p_data + p_g), {sides} smoothing",
            _EQ_15,
            _grid_argmax((1 - alpha) * a + beta * b, alpha * a + (1 - beta) * b),
            float(optimum.smoothed_optimum(a, b, alpha, beta)),
            1e-6,
        )
    best = optimum.optimal_logit(p_data, p_g)
    yield Identity(
        "V(G, D) <= V(G, D*), the best of 20 random D",
        _PROP_1,
        max(optimum.value(p_data, p_g, D) for D in _random_logits(rng, 20)),
        optimum.value(p_data, p_g, best),
        1e-12,
        "<=",
    )
    smoothed = optimum.optimal_logit(p_data, p_g, 0.1, 0.2)
    nudged = [lambda x, D=D: smoothed(x) + 0.1 * np.tanh(D(x)) for D in _random_logits(rng, 10)]
    yield Identity(
        "smoothed V(G, D) <= smoothed V(G, D* of Eq. 15), the best of 10 D close by",
        _EQ_15,
        max(optimum.value(p_data, p_g, D, 0.1, 0.2) for D in nudged),
        optimum.value(p_data, p_g, smoothed, 0.1, 0.2),
        1e-12,
        "<=",
    )


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
        "uniform, disjoint": (Uniform(0, 1), Uniform(1 + shift, 2 + shift)),
        "Gaussians 60 std apart": (Normal(0, 1), Normal(60, 1)),
        "Cauchy, Cauchy": (Cauchy(0, 1), Cauchy(shift, 3)),
        "Cauchy, a Gaussian": (Cauchy(0, 1), Normal(shift, 1)),
        "Student t(1.5), bounded bell": (StudentT(1.5), IrwinHall(shift, 2)),
    }
    for which, (p_data, p_g) in pairs.items():
        yield Identity(
            f"C(G) = -log 4 + 2 JSD(p_data || p_g): {which}",
            _THEOREM_1,
            optimum.c_of_g(p_data, p_g),
            -math.log(4) + 2 * jensen_shannon(p_data, p_g),
            _REACH,
        )
    same = Mixture(q.means, q.std, q.weights)
    yield Identity(
        "C(G) = -log 4 for p_g = p_data",
        "2014 paper, Theorem 1",
        optimum.c_of_g(q, same),
        -math.log(4),
        _REACH,
    )
    yield Identity(
        "C(G) + log 4 >= TV(p_data, p_g)^2: more than 0 for any p_g != p_data",
        "2014 paper, Theorem 1; Pinsker",
        optimum.c_of_g(p, q) + math.log(4),
        total_variation(p, q) ** 2,
        _REACH,
        ">=",
    )


def _inequalities(p, q) -> Iterator[Identity]:
    jsd, tv = jensen_shannon(p, q), total_variation(p, q)
    apart = jensen_shannon(Uniform(0, 1), Uniform(2, 3))
    symmetric = "JSD(p || q) = JSD(q || p)"
    yield Identity(symmetric, "2014 paper, section 4.1", jsd, jensen_shannon(q, p), _REACH)
    yield Identity("JSD <= log 2 TV", "Lin 1991, Theorem 3", jsd, math.log(2) * tv, _REACH, "<=")
    yield Identity("JSD = log 2, disjoint supports", "Lin 1991", apart, math.log(2), _REACH)
    yield Identity("TV <= sqrt(KL / 2)", "Pinsker", tv, math.sqrt(kl(p, q) / 2), _REACH, "<=")


def _closed_forms(rng) -> Iterator[Identity]:
    a, b = rng.uniform(-2, 2, 2)
    s, r = rng.uniform(0.5, 2, 2)

    def same(statement, by_quadrature, by_formula):
        reach = _REACH * max(abs(by_formula), 1e-3) if math.isfinite(by_formula) else _REACH
        return Identity(statement, "closed form", by_quadrature, by_formula, reach)

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
    source = "data-processing inequality"
    edges = np.linspace(p.mean - 4 * p.std, p.mean + 4 * p.std, 33)
    P, Q = binned.bin_masses(p, edges), binned.bin_masses(q, edges)
    v, w = p.std**2, q.std**2
    turn = (p.mean * w - q.mean * v) / (w - v)  # of the parabola log p/q
    low, high = binned.log_ratio_range(p, q, edges, [turn])
    for what, whole, in_bins, bound in (
        ("KL", kl(p, q), binned.kl_masses(P, Q), binned.kl_loss_bound(P, Q, low, high)),
        (
            "JSD",
            jensen_shannon(p, q),
            binned.js_masses(P, Q),
            binned.js_loss_bound(P, Q, low, high),
        ),
        (
            "TV",
            total_variation(p, q),
            binned.tv_masses(P, Q),
            binned.tv_loss_bound(P, Q, low, high),
        ),
    ):
        yield Identity(f"{what} of 34 bins <= {what}", source, in_bins, whole, _REACH, "<=")
        yield Identity(
            f"{what} <= {what} of 34 bins + what they can lose",
            "chain rule; Hoeffding's lemma",
            whole,
            in_bins + bound,
            _REACH,
            "<=",
        )


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
    rows = {row.name: row for row in TABLE}
    yield Identity(
        "D_f = V(G, D*), row GAN",
        _F_GAN,
        f_divergence(p, q, rows["GAN"]),
        optimum.c_of_g(p, q),
        _REACH,
    )
    yield Identity(
        "D_f = 2 JSD, row Jensen-Shannon",
        _F_GAN,
        f_divergence(p, q, rows["Jensen-Shannon"]),
        2 * jensen_shannon(p, q),
        _REACH,
    )


def _worst(statement: str, sides: Iterable[tuple[str, float, float]]) -> Identity:
    """The line, of several, whose sides are furthest apart."""
    name, left, right = max(sides, key=lambda side: abs(side[1] - side[2]))
    return Identity(f"{statement}, worst: {name}", _F_GAN, left, right, 1e-8)


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
