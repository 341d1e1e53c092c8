"""The divergences that a GAN can be made to minimise, and the games that do it.

For any function T of x, with f and f* from a row of `minigan.theory.f_table.TABLE`,

    D_f(P || Q) = integral of q f(p / q)
               >= F(T) = E_P[T] - E_Q[f*(T)],    with equality at T = f'(p / q),

so a discriminator with outputs v and T = g_f(v) has a value that it raises to D_f, while
the generator lowers it (Nowozin et al., 2016). With the row "GAN", T = log D and F is the
V(G, D) of the 2014 paper: D_f = 2 JSD - log 4 = C(G).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minigan.base.errors import InputError
from minigan.theory.binned import check_masses
from minigan.theory.densities import log_density
from minigan.theory.divergences import integral
from minigan.theory.f_table import TABLE, FDivergence

__all__ = [
    "TABLE",
    "FDivergence",
    "f_divergence",
    "f_divergence_masses",
    "optimal_output",
    "variational_bound",
]

_FAR = 200.0  # of log p/q: exp(3 * 200) is still a float, for every f in the table


def f_divergence(p, q, which: FDivergence) -> float:
    """D_f(P || Q) = integral of q f(p / q), by quadrature.

    Parameters
    ----------
    p, q : density
        See `minigan.theory.densities`.
    which : FDivergence
        A row of `TABLE`, say.

    Returns
    -------
    float
        Nats, for rows with a logarithm; inf where it diverges.

    Raises
    ------
    InputError
        If a density is none; see `minigan.theory.divergences.integral`.
    """
    return integral(p, q, lambda at: _q_f(which, at.log_p, at.log_q))


def f_divergence_masses(p: np.ndarray, q: np.ndarray, which: FDivergence) -> float:
    """Sum of q f(p / q) over masses of any shape: bins of a line, cells of a grid.

    Never more than that of the densities which were binned.

    Parameters
    ----------
    p, q : array, same shape
        At least 0, with sum 1.
    which : FDivergence

    Returns
    -------
    float

    Raises
    ------
    InputError
        If they are not masses, or their shapes differ.
    """
    p, q = check_masses(p, q)
    with np.errstate(all="ignore"):
        return float(np.sum(_q_f(which, np.log(p), np.log(q))))


def _q_f(which: FDivergence, log_p, log_q):
    """q f(u) with u = p / q, elementwise; written as p f(u) / u where u > 1.

    Beyond exp(+-200) u is not computed. There f(u), or f(u) / u, is at its limit; or if
    it has none, it is a straight line in log u or a power of u, and the last step of 1
    in log u tells which.
    """
    log_u = log_p - log_q
    near = np.clip(log_u, -_FAR, _FAR)
    beyond = np.abs(log_u) - np.abs(near)
    value, before = (_scaled_f(which, t) for t in (near, near - np.sign(near)))
    limit = np.where(log_u > 0, which.domain[1], which.at_zero)
    line = np.where((beyond > 0) & np.isfinite(limit), limit, value + beyond * (value - before))
    log_weight = np.maximum(log_p, log_q)
    y = np.where(log_weight > -745, np.exp(log_weight) * line, 0.0)  # exp(-746) = 0
    is_power = (beyond > 0) & np.isinf(limit) & (value > 1.01 * before)
    power = np.exp(log_weight + np.log(value) + beyond * np.log(value / before))
    return np.where(np.isneginf(log_weight), 0.0, np.where(is_power, power, y))


def _scaled_f(which: FDivergence, log_u):
    """f(u), or f(u) / u where u > 1."""
    u = np.exp(log_u)
    return which.f(u) / np.maximum(u, 1)


def optimal_output(p, q, which: FDivergence) -> Callable[[np.ndarray], np.ndarray]:
    """T = f'(p / q), the output with which the bound is attained; 2016 paper, Eq. 5.

    Parameters
    ----------
    p, q : density
    which : FDivergence

    Returns
    -------
    callable
        x -> T(x), kept inside the domain where rounding would put it on the end.
    """
    low, high = (np.nextafter(end, 0.0 if end else -1.0) for end in which.domain)

    def T(x):
        with np.errstate(all="ignore"):
            log_u = np.nan_to_num(log_density(p, x) - log_density(q, x), nan=0.0)
            return np.clip(which.slope(np.exp(np.clip(log_u, -_FAR, _FAR))), low, high)

    return T


def variational_bound(p, q, which: FDivergence, T: Callable | None = None) -> float:
    """F(T) = E_P[T] - E_Q[f*(T)], at most D_f(P || Q); Nowozin et al., 2016, Eq. 4.

    Parameters
    ----------
    p, q : density
    which : FDivergence
    T : callable, optional
        Points (n,) -> outputs (n,) in the domain of f*; a discriminator with outputs v
        has T = ``which.activation(v)``. Default: `optimal_output`, with which F is D_f as
        long as p / q stays within exp(+-200), and less than D_f beyond.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If T leaves the domain or is NaN, or a density is none.
    """
    output = optimal_output(p, q, which) if T is None else T
    low, high = which.domain

    def integrand(at):
        t = np.asarray(output(at.x), np.float64)
        if t.shape != at.x.shape or not ((t >= low) & (t <= high)).all():
            raise InputError(
                f"variational_bound: expected T of shape {at.x.shape} from {low:g} to {high:g}, "
                f"got shape {t.shape} from {np.min(t):g} to {np.max(t):g}"
            )
        gain = np.where(at.p > 0, at.p * t, 0.0)
        return gain - np.where(at.q > 0, at.q * which.conjugate(t), 0.0)

    return integral(p, q, integrand)
