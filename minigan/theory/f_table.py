"""The f-divergences of Nowozin et al., 2016: one row each, as literal formulas.

For f convex, D_f(P || Q) is the integral of q f(p / q). To play a game for it one needs
its conjugate f*(t) = sup over u > 0 of (u t - f(u)), and an activation g_f that maps a
network's outputs into the t for which f* is finite. f(1) = 0 makes D_f 0 for p = q; the
row "GAN", with f(1) = -log 4, has the least D_f = -log 4 of the 2014 paper instead.

Where the usual formula subtracts two large numbers for large u, it is regrouped:

    u log u - (u + 1) log((u + 1) / 2) = u log(2u / (u + 1)) - log((u + 1) / 2)    Jensen-Shannon
    u log u - (u + 1) log(u + 1)       = -u log(1 + 1/u) - log(1 + u)              GAN
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import wrightomega

from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.base.validation import real_number


@dataclass(frozen=True)
class FDivergence:
    """A row of the table. Functions are elementwise on arrays.

    Parameters
    ----------
    name : str
    f : callable
        f(u) for u > 0.
    slope : callable
        f'(u) for u > 0.
    conjugate : callable
        f*(t) for t inside the domain.
    activation : callable
        g_f: any real v -> a t inside the domain, increasing in v.
    domain : (float, float)
        Ends of the set of t on which the game is played, ends left out; the upper one
        is lim f(u) / u for large u.
    at_zero : float
        Limit of f(u) as u falls to 0.
    """

    name: str
    f: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    conjugate: Callable[[np.ndarray], np.ndarray]
    activation: Callable[[np.ndarray], np.ndarray]
    domain: tuple[float, float]
    at_zero: float

    @property
    def threshold(self) -> float:
        """f'(1): an output T above it says "rather from P", below it "rather from Q"."""
        return float(self.slope(np.ones(1))[0]) + 0.0  # never -0.0


def weighted_jensen_shannon(weight: float) -> FDivergence:
    """KL(P || M) weight + KL(Q || M) (1 - weight), where M = weight P + (1 - weight) Q.

    Parameters
    ----------
    weight : float
        pi, between 0 and 1, ends left out. 1/2 is the 2014 paper's JSD.

    Returns
    -------
    FDivergence
    """
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
    """f(u) = (u^a - 1 - a (u - 1)) / (a (a - 1)).

    Parameters
    ----------
    a : float
        Greater than 0, at most 3, and not 1; 1/2 is twice the squared Hellinger distance,
        2 half of Pearson's chi-square.

    Returns
    -------
    FDivergence
    """
    a = real_number("alpha_divergence: a", a, 0, 3, low_open=True)
    if a == 1:
        raise InputError("alpha_divergence: expected a != 1 (a = 1 is the limit KL), got 1")
    end = 1 / (1 - a)  # where 1 + t (a - 1) = 0: upper end for a < 1, the flat part's for a > 1
    if a < 1:
        domain, activation = (-math.inf, end), lambda v: end - softplus(-v)
    else:
        domain, activation = (-math.inf, math.inf), lambda v: v
    return FDivergence(
        f"alpha = {a:g}",
        f=lambda u: (u**a - 1 - a * (u - 1)) / (a * (a - 1)),
        slope=lambda u: (u ** (a - 1) - 1) / (a - 1),
        conjugate=lambda t: np.maximum(t * (a - 1) + 1, 0) ** (a / (a - 1)) / a - 1 / a,
        activation=activation,
        domain=domain,
        at_zero=1 / a,
    )


def _jeffrey_conjugate(t):
    """W + 1/W + t - 2 with W = Lambert's W(exp(1 - t)), without its cancellation.

    W + log W = 1 - t, so it is 1/W - log W - 1; and W is Wright's omega of 1 - t, which
    does not overflow.
    """
    w = wrightomega(1 - t)
    return 1 / w - np.log(w) - 1


_REAL = (-math.inf, math.inf)

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
        activation=lambda v: v,
        domain=_REAL,
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
        activation=lambda v: v,
        domain=_REAL,
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
        activation=lambda v: v,
        domain=_REAL,
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
