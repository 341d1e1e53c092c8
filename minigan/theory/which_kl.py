"""Fits of one Gaussian to other densities by KL, either way, or JSD; and maximum likelihood as KL.

When the model can be right everywhere, every divergence has the same optimum. When it
cannot, the divergence decides what is given up (tutorial, section 3.2.5, Figure 14):

- KL(p_data || q), maximum likelihood, is large wherever data occur and q does not: q
  covers all modes, and what lies between them;
- KL(q || p_data) is large wherever q occurs and data do not: q takes one mode;
- JSD lies between the two.

And maximum likelihood is the first of them (Eq. 1 to 4): for data x_1 .. x_m recorded on
cells, with P^ their frequencies and Q the model's probabilities of the cells,

    KL(P^ || Q) = -H(P^) - 1/m sum_j log Q(cell of x_j),

so the Q that maximises the likelihood minimises the divergence, and the other way round.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.types import Density
from minigan.distributions import Normal
from minigan.theory.divergences import kl_integrand, log_mean
from minigan.theory.f_divergences import FDivergence, q_f
from minigan.theory.quadrature import gauss_legendre
from minigan.theory.update_rules import Model, density_slope, log_density

FEW = 1e-6  # how far two optima may be apart and still be the same, in nats and units of x


class Divergence(NamedTuple):
    """A divergence between densities, with its name, as an integral over x.

    Of log p and log q, ``density`` is what is integrated, and ``q_slope`` is q times the
    derivative of that with respect to q, up to a constant times q, which does not matter
    since q integrates to 1.
    """

    name: str
    density: Callable[[np.ndarray, np.ndarray], np.ndarray]
    q_slope: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _jsd_integrand(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return (kl_integrand(p, log_mean(p, q)) + kl_integrand(q, log_mean(p, q))) / 2


DIVERGENCES = {
    "forward": Divergence("KL(p_data || q)", kl_integrand, lambda p, q: -np.exp(p)),
    "reverse": Divergence(
        "KL(q || p_data)", lambda p, q: kl_integrand(q, p), lambda p, q: kl_integrand(q, p)
    ),
    "jsd": Divergence(
        "JSD(p_data || q)", _jsd_integrand, lambda p, q: kl_integrand(q, log_mean(p, q)) / 2
    ),
}


def of_f(which: FDivergence) -> Divergence:
    """Any D_f(p_data || q) to be fitted: d(q f(u)) / dq = f(u) - u f'(u), u = p_data / q."""

    def q_slope(log_p, log_q):
        u = np.exp(np.clip(log_p - log_q, -200, 200))
        return q_f(which, log_p, log_q) - np.exp(log_p) * which.slope(u)

    return Divergence(which.name, lambda log_p, log_q: q_f(which, log_p, log_q), q_slope)


class Fit(NamedTuple):
    """The mean and std of a Gaussian at a local minimum of a divergence, and that, in nats."""

    mean: float
    std: float
    divergence: float


def divergence(name: str | Divergence, data: Density, model: Normal) -> float:
    """KL(p_data || q) ("forward"), KL(q || p_data) ("reverse") or JSD ("jsd") in nats, as of `fit`.

    Or any `Divergence`, such as one of `of_f`. By a fixed quadrature, for p_data above 0 on the
    whole line, as a mixture of Gaussians is, and a model within twice its range;
    `minigan.theory.divergences` takes any densities, and longer.
    """
    return _on_grid(name, data)(model.mean, math.log(model.std))[0]


def fit(
    name: str | Divergence, data: Density, starts: list[Normal], panels: int = 400
) -> list[Fit]:
    """Local minima of a divergence over all Gaussians q, each once, the lowest first.

    Gradient descent of second order (BFGS) on mean and log std, once from each start; no start may
    lie on an axis of symmetry of p_data, which would never be left. The gradient is that of section
    8.3 of the tutorial: E_q[f(x) d log q / d theta], where f is the derivative of the divergence's
    density with respect to q. Names and p_data as in `divergence`; kinks ask for more ``panels``.
    """
    from scipy.optimize import minimize  # 0.3 s to import: only when asked for

    objective = _on_grid(name, data, panels)
    fits: list[Fit] = []
    for start in starts:
        theta = [start.mean, math.log(start.std)]
        found = minimize(lambda t: objective(*t), theta, jac=True, method="BFGS", tol=1e-10)
        new = Fit(float(found.x[0]), math.exp(found.x[1]), float(found.fun))
        if not any(np.allclose(new, old, rtol=0, atol=FEW) for old in fits):
            fits.append(new)
    return sorted(fits, key=lambda one: one.divergence)


def moments(data: Density) -> Normal:
    """The Gaussian of the least KL(p_data || q): it has the mean and the variance of p_data."""
    x, w = _points(data)
    w = w * data.pdf(x)
    mean = float(w @ x)
    return Normal(mean, math.sqrt(w @ (x - mean) ** 2))


def most_likely(x: np.ndarray) -> Normal:
    """The Gaussian that maximises sum_j log q(x_j), for different x, as in the tutorial's Eq. 3."""
    return Normal(float(np.mean(x)), float(np.std(x)))  # divided by m, not m - 1


class Recorded(NamedTuple):
    """Data recorded to a resolution: cell edges, and which cell each x_j fell into."""

    edges: np.ndarray
    cell: np.ndarray


def record(x: np.ndarray, resolution: float) -> Recorded:
    """Data x (m,) on cells of width ``resolution``; the two outermost reach to infinity."""
    low, high = math.floor(x.min() / resolution), math.ceil(x.max() / resolution)
    edges = resolution * np.arange(low, high + 1)
    return Recorded(edges, np.searchsorted(edges, x, side="right"))


def average_log_likelihood(data: Recorded, model: Normal) -> float:
    """1/m sum_j log Q(cell of x_j), in nats: a sum over the data; tutorial, Eq. 3."""
    return float(np.mean(np.log(_cell_probabilities(data, model)[data.cell])))


def empirical_kl(data: Recorded, model: Normal) -> float:
    """KL(P^ || Q) = sum over cells of P^ log P^ / Q, in nats; tutorial, Eq. 4, P^ for p_data."""
    P, Q = empirical(data), _cell_probabilities(data, model)
    full = P > 0
    return float(P[full] @ np.log(P[full] / Q[full]))


def empirical(data: Recorded) -> np.ndarray:
    """P^, the part of the data that fell into each cell, shape (cells,)."""
    return np.bincount(data.cell, minlength=data.edges.size + 1) / data.cell.size


def _cell_probabilities(data: Recorded, model: Normal) -> np.ndarray:
    return np.diff(model.cdf(data.edges), prepend=0.0, append=1.0)


def _points(data: Density, panels: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Quadrature points over p_data's range and half as much again on either side."""
    low, high = data.interval()
    room = (high - low) / 2
    return gauss_legendre(np.linspace(low - room, high + room, panels + 1), 5)


def _on_grid(
    name: str | Divergence, data: Density, panels: int = 400
) -> Callable[[float, float], tuple[float, np.ndarray]]:
    """Function (mean, log std) -> divergence and its gradient."""
    if isinstance(name, str) and name not in DIVERGENCES:
        raise InputError(f"divergence: expected one of {', '.join(DIVERGENCES)}, got {name!r}")
    which = DIVERGENCES[name] if isinstance(name, str) else name
    x, w = _points(data, panels)
    p = data.pdf(x)
    x, w, log_p = x[p > 0], w[p > 0], np.log(p[p > 0])

    def value_and_gradient(mean, log_std):
        model = Model(mean, log_std)
        log_q, scores = log_density(model, x), density_slope(model, x)[:2]
        with np.errstate(all="ignore"):  # an f may be infinite at models that are only tried
            value = float(w @ which.density(log_p, log_q))
            return value, scores @ (w * which.q_slope(log_p, log_q))

    return value_and_gradient
