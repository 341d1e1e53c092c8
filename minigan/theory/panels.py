"""Intervals on which to integrate, and the points and weights for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError

if TYPE_CHECKING:
    from minigan.base.types import Density


def panels(density: Density, count: int, order: int = 3) -> np.ndarray:
    """Ends of at least ``count`` intervals on which a density is easy to integrate.

    Equal intervals, halved wherever Gauss-Legendre misses the probability that the
    cdf says they hold: jumps are closed in on, and narrow modes are found.

    Parameters
    ----------
    density : Density
        With ``pdf``, ``cdf`` and ``interval``.
    count : int
        Equal intervals to begin with, >= 1.
    order : int
        Points an interval in the comparison, >= 1.

    Returns
    -------
    array, shape (at least count + 1,)
        Ascending.

    Raises
    ------
    InputError
        If pdf and cdf contradict one another.
    """
    ends = np.linspace(*density.interval(), count + 1)
    for _ in range(50):
        x, dx = gauss_legendre(ends, order)
        mass = (density.pdf(x) * dx).reshape(-1, order).sum(axis=1)
        missed = np.flatnonzero(np.abs(mass - np.diff(density.cdf(ends))) > 1e-10)
        if missed.size == 0:
            break
        if ends.size > 64 * count + 4096:
            raise InputError(f"{density!r}: expected the cdf to be the integral of the pdf")
        ends = np.insert(ends, missed + 1, (ends[missed] + ends[missed + 1]) / 2)
    return ends


def gauss_legendre(edges: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre points and weights on every interval between neighbouring edges.

    Parameters
    ----------
    edges : array, shape (n + 1,)
        Ascending.
    order : int
        Points an interval, >= 1; exact for polynomials of degree 2 order - 1.

    Returns
    -------
    points, weights : array, shape (n * order,)
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    half = np.diff(edges)[:, None] / 2
    middle = (edges[:-1] + edges[1:])[:, None] / 2
    return (middle + half * nodes).ravel(), (half * weights).ravel()
