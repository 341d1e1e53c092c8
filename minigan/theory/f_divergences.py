"""The divergences that a GAN can be made to minimise, and the games that do it.

For any function T of x, with f and its conjugate f* from a row of `TABLE`,

    D_f(P || Q) = integral of q f(p / q)
               >= F(T) = E_P[T] - E_Q[f*(T)],    with equality at T = f'(p / q),

so a discriminator with outputs v and T = g_f(v) has a value that it raises to D_f, while
the generator lowers it (Nowozin et al., 2016). With the row "GAN", T = log D and F is the
V(G, D) of the 2014 paper: D_f = 2 JSD - log 4 = C(G).

A row has its formulas literally: f convex, the conjugate
f*(t) = sup over u > 0 of (u t - f(u)), and the activation g_f that maps a network's outputs
into the t for which f* is finite. f(1) = 0 makes D_f 0 for p = q; the row "GAN", with
f(1) = -log 4, has the least D_f = -log 4 of the 2014 paper instead. Where the usual formula
subtracts two large numbers for large u, it is regrouped:

    u log u - (u + 1) log((u + 1) / 2) = u log(2u / (u + 1)) - log((u + 1) / 2)    Jensen-Shannon
    u log u - (u + 1) log(u + 1)       = -u log(1 + 1/u) - log(1 + u)              GAN
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import wrightomega

from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.base.validation import real_number
from minigan.theory.binned import check_masses
from minigan.theory.densities import log_density
from minigan.theory.divergences import integral

_FAR = 200.0  # of log p/q: exp(3 * 200) is still a float, for every f in the table


@dataclass(frozen=True)
class FDivergence:
    """A row of the table: f, its slope f' and its conjugate f* as functions of arrays.

    ``f`` and ``slope`` are for u > 0, ``conjugate`` for t inside the domain, its ends left out: the
    game is played there, and the upper end is lim f(u) / u for large u. ``activation`` is g_f,
    from any real v to a t inside the domain, increasing; ``at_zero`` is the limit of f(u) for
    u to 0.
    """

    name: str
    f: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    conjugate: Callable[[np.ndarray], np.ndarray]
    at_zero: float
    activation: Callable[[np.ndarray], np.ndarray] = lambda v: v
    domain: tuple[float, float] = (-math.inf, math.inf)

    @property
    def threshold(self) -> float:
        """f'(1): an output T above it says "rather from P", below it "rather from Q"."""
        return float(self.slope(np.ones(1))[0]) + 0.0  # never -0.0


def weighted_jensen_shannon(weight: float) -> FDivergence:
    """weight KL(P || M) + (1 - weight) KL(Q || M), M = weight P + (1 - weight) Q; JSD for 1/2."""
    pi = real_number("weighted_jensen_shannon: weight", weight, 0, 1, low_open=True, high_open=True)
    high = -pi * math.log(pi)
    return FDivergence(
        f"weighted Jensen-Shannon, pi = {pi:g}",
        f=lambda u: pi * u * np.log(u / (1 - pi + pi * u)) - (1 - pi) * np.log(1 - pi + pi * u),
        slope=lambda u: pi * np.log(u / (1 - pi + pi * u)),
        conjugate=lambda t: (1 - pi) * np.log((1 - pi) / (1 - pi * np.exp(t / pi))),
        activation=lambda v: high - softplus(-v),
        domain=(-math.inf, high),
        at_zero=-(1 - pi) * math.log(1 - pi),
    )


def alpha_divergence(a: float) -> FDivergence:
    """Row of f(u) = (u^a - 1 - a (u - 1)) / (a (a - 1)), for 0 < a <= 3 and a != 1.

    1/2 is twice the squared Hellinger distance, 2 half of Pearson's chi-square.
    """
    a = real_number("alpha_divergence: a", a, 0, 3, low_open=True)
    if a == 1:
        raise InputError("alpha_divergence: expected a != 1 (a = 1 is the limit KL), got 1")
    end = 1 / (1 - a)  # where 1 + t (a - 1) = 0: upper end for a < 1, the flat part's for a > 1
    row = FDivergence(
        f"alpha = {a:g}",
        f=lambda u: (u**a - 1 - a * (u - 1)) / (a * (a - 1)),
        slope=lambda u: (u ** (a - 1) - 1) / (a - 1),
        conjugate=lambda t: np.maximum(t * (a - 1) + 1, 0) ** (a / (a - 1)) / a - 1 / a,
        at_zero=1 / a,
    )
    if a > 1:
        return row
    return replace(row, activation=lambda v: end - softplus(-v), domain=(-math.inf, end))


def _jeffrey_conjugate(t):
    """W + 1/W + t - 2 = 1/W - log W - 1 with W = Lambert's W(exp(1 - t)), as W + log W = 1 - t."""
    w = wrightomega(1 - t)  # W, without overflow
    return 1 / w - np.log(w) - 1


TABLE: tuple[FDivergence, ...] = (
    FDivergence(
        "total variation",
        f=lambda u: np.abs(u - 1) / 2,
        slope=lambda u: np.sign(u - 1) / 2,
        conjugate=lambda t: np.asarray(t, np.float64),
        activation=lambda v: np.tanh(v) / 2,
        domain=(-0.5, 0.5),
        at_zero=0.5,
    ),
    FDivergence(
        "Kullback-Leibler",
        f=lambda u: u * np.log(u),
        slope=lambda u: 1 + np.log(u),
        conjugate=lambda t: np.exp(t - 1),
        at_zero=0.0,
    ),
    FDivergence(
        "reverse Kullback-Leibler",
        f=lambda u: -np.log(u),
        slope=lambda u: -1 / u,
        conjugate=lambda t: -1 - np.log(-t),
        activation=lambda v: -np.exp(-v),
        domain=(-math.inf, 0.0),
        at_zero=math.inf,
    ),
    FDivergence(
        "Pearson chi-square",
        f=lambda u: (u - 1) ** 2,
        slope=lambda u: 2 * (u - 1),
        conjugate=lambda t: np.where(t >= -2, t**2 / 4 + t, -1.0),  # below, u = 0 is best
        at_zero=1.0,
    ),
    FDivergence(
        "Neyman chi-square",
        f=lambda u: (1 - u) ** 2 / u,
        slope=lambda u: 1 - 1 / u**2,
        conjugate=lambda t: 2 - 2 * np.sqrt(1 - t),
        activation=lambda v: 1 - np.exp(-v),
        domain=(-math.inf, 1.0),
        at_zero=math.inf,
    ),
    FDivergence(
        "squared Hellinger",
        f=lambda u: (np.sqrt(u) - 1) ** 2,
        slope=lambda u: 1 - 1 / np.sqrt(u),
        conjugate=lambda t: t / (1 - t),
        activation=lambda v: 1 - np.exp(-v),
        domain=(-math.inf, 1.0),
        at_zero=1.0,
    ),
    FDivergence(
        "Jeffrey",
        f=lambda u: (u - 1) * np.log(u),
        slope=lambda u: np.log(u) + 1 - 1 / u,
        conjugate=_jeffrey_conjugate,
        at_zero=math.inf,
    ),
    FDivergence(
        "Jensen-Shannon",
        f=lambda u: u * np.log(2 * u / (u + 1)) - np.log((u + 1) / 2),
        slope=lambda u: np.log(2 * u / (u + 1)),
        conjugate=lambda t: -np.log(2 - np.exp(t)),
        activation=lambda v: math.log(2) - softplus(-v),
        domain=(-math.inf, math.log(2)),
        at_zero=math.log(2),
    ),
    weighted_jensen_shannon(0.3),
    FDivergence(
        "GAN",
        f=lambda u: -u * np.log1p(1 / u) - np.log1p(u),
        slope=lambda u: -np.log1p(1 / u),
        conjugate=lambda t: -np.log(-np.expm1(t)),
        activation=lambda v: -softplus(-v),
        domain=(-math.inf, 0.0),
        at_zero=0.0,
    ),
    alpha_divergence(0.5),
    alpha_divergence(2.0),
)


def f_divergence(p, q, which: FDivergence) -> float:
    """D_f(P || Q) = integral of q f(p / q) for a row of `TABLE`; inf where it diverges."""
    return integral(p, q, lambda at: q_f(which, at.log_p, at.log_q))


def f_divergence_masses(p: np.ndarray, q: np.ndarray, which: FDivergence) -> float:
    """Sum of q f(p / q) over masses of one shape; at most that of densities which were binned."""
    p, q = check_masses(p, q)
    with np.errstate(all="ignore"):
        return float(np.sum(q_f(which, np.log(p), np.log(q))))


def q_f(which: FDivergence, log_p, log_q):
    """q f(u) with u = p / q, elementwise; written as p f(u) / u where u > 1.

    Beyond exp(+-200) u is not computed. There f(u), or f(u) / u, is at its limit; or if
    it has none, it is a straight line in log u or a power of u, and the last step of 1
    in log u tells which.
    """
    log_u = log_p - log_q
    near = np.clip(log_u, -_FAR, _FAR)
    beyond = np.abs(log_u) - np.abs(near)
    u, u_before = np.exp(near), np.exp(near - np.sign(near))
    value, before = which.f(u) / np.maximum(u, 1), which.f(u_before) / np.maximum(u_before, 1)
    limit = np.where(log_u > 0, which.domain[1], which.at_zero)
    line = np.where((beyond > 0) & np.isfinite(limit), limit, value + beyond * (value - before))
    log_weight = np.maximum(log_p, log_q)
    y = np.where(log_weight > -745, np.exp(log_weight) * line, 0.0)  # exp(-746) = 0
    is_power = (beyond > 0) & np.isinf(limit) & (value > 1.01 * before)
    power = np.exp(log_weight + np.log(value) + beyond * np.log(value / before))
    return np.where(np.isneginf(log_weight), 0.0, np.where(is_power, power, y))


def optimal_output(p, q, which: FDivergence) -> Callable[[np.ndarray], np.ndarray]:
    """Function T = f'(p / q), with which the bound is attained; Nowozin et al. 2016, Eq. 5."""
    # kept inside the domain where rounding would put it on the end
    low, high = (np.nextafter(end, 0.0 if end else -1.0) for end in which.domain)

    def T(x):
        with np.errstate(all="ignore"):
            log_u = np.nan_to_num(log_density(p, x) - log_density(q, x), nan=0.0)
            return np.clip(which.slope(np.exp(np.clip(log_u, -_FAR, _FAR))), low, high)

    return T


def variational_bound(p, q, which: FDivergence, T: Callable | None = None) -> float:
    """F(T) = E_P[T] - E_Q[f*(T)], at most D_f(P || Q); Nowozin et al., 2016, Eq. 4.

    T maps points (n,) to outputs (n,) in the domain of f*, else an InputError; a discriminator
    with outputs v has T = ``which.activation(v)``. The default is `optimal_output`, with which F
    is D_f as long as p / q stays within exp(+-200), and less than D_f beyond.
    """
    output = optimal_output(p, q, which) if T is None else T
    low, high = which.domain

    def integrand(at):
        t = np.asarray(output(at.x), np.float64)
        if t.shape != at.x.shape or not ((t >= low) & (t <= high)).all():
            raise InputError(
                f"variational_bound: expected T of shape {at.x.shape} from {low:g} to {high:g}, "
                f"got shape {t.shape} from {np.min(t):.9g} to {np.max(t):.9g}"
            )
        gain = np.where(at.p > 0, at.p * t, 0.0)
        return gain - np.where(at.q > 0, at.q * which.conjugate(t), 0.0)

    return integral(p, q, integrand)
