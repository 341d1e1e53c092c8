"""Which terms of sum_j exp(-h_j / s^2) matter, and their logarithm's sum to 1e-10.

h_j = |x - mu_j|^2 / 2 is half a squared distance. A term e^-33 times the largest cannot be
seen in a sum of ten thousand. So, where few terms matter (small s), products in float32
find them, and their distances alone are computed exactly. Where many matter (large s), no
small one matters much: products in float64 are good enough for all but the largest.

With h known up to e, a term is known up to a factor exp(e / s^2). Everything here follows
from that, and from the bound e of `Centres.error`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.backend import array_module, to_host
from minigan.evaluation.distances import Centres, at_a_time, exact_half_squares, slices

TOLERANCE = 4e-11  # of a sum, relative: once for terms left out, once for terms left inexact
MANY = 48  # an exact distance takes as long as this many products in float64
LARGEST_FLOAT32 = 1e38
WHOLE = 2**13  # times block: distances of a block held at once, when all matter


def log_sums(points: Any, centres: Centres, sigmas: np.ndarray, block: int) -> Any:
    """log sum_j exp(-|x - mu_j|^2 / (2 s^2)) at each point, for each bandwidth.

    Parameters
    ----------
    points : array, shape (n, d)
    centres : Centres
    sigmas : numpy.ndarray, shape (k,)
        Bandwidths, the widest first.
    block : int
        Centres at a time, about.

    Returns
    -------
    array, shape (k, n)
        float64; right to twice `TOLERANCE`, or to the rounding of float64.
    """
    xp = array_module(points)
    few = few_that_matter(points, centres, sigmas[0], block)
    if few is not None:
        return log_sum_exp(few, sigmas)
    sums = xp.empty((len(sigmas), len(points)))
    for part in slices(len(points), max(1, WHOLE * block // len(centres.rows))):
        sums[:, part] = _log_sums_of_all(points[part], centres, sigmas, block)
    return sums


def _log_sums_of_all(points: Any, centres: Centres, sigmas: np.ndarray, tile: int) -> Any:
    """`log_sums` by products in float64, and exact distances where those are too coarse."""
    xp = array_module(points)
    n, m = len(points), len(centres.rows)
    half_squares = centres.half_squares_of(points)
    h, sums = xp.empty((n, m)), xp.empty((len(sigmas), n))
    for first, g in centres.products(points, np.float64, tile):
        xp.subtract(half_squares[:, None], g, out=h[:, first : first + g.shape[1]])
    reach = inexact_from(centres.error(half_squares, np.float64), m, sigmas)
    for part in slices(n, max(1, at_a_time(xp) // m)):
        of_part = h[part]
        near = xp.flatnonzero(of_part <= (of_part.min(axis=1) + reach[part])[:, None])
        exact = exact_half_squares(points[part], centres.rows, near // m, near % m)
        of_part.ravel()[near] = exact
        sums[:, part] = log_sum_exp(of_part, sigmas)
    return sums


def few_that_matter(points: Any, centres: Centres, widest: float, block: int) -> Any:
    """Exact h of the terms that matter to each point, or None if they are many.

    A term is left out if its h, by products in float32, is larger than the smallest by more
    than 2 e + s^2 log(m / TOLERANCE): then it is surely smaller than TOLERANCE / m times the
    largest term, and there are at most m of them.

    Parameters
    ----------
    points : array, shape (n, d)
    centres : Centres
        m of them.
    widest : float
        The largest bandwidth: what does not matter to it matters to no other.
    block : int
        Twice the number of centres at a time.

    Returns
    -------
    array, shape (n, most for any point), or None
        float64; rows are filled up with infinity.
    """
    xp = array_module(points)
    half_squares = centres.half_squares_of(points)
    size = xp.sqrt(2 * half_squares.max()) + centres.radius
    if float(to_host(size)) ** 2 > LARGEST_FLOAT32 / 10:
        return None
    m, found, number = len(centres.rows), [], 0
    reach = 2 * centres.error(half_squares, np.float32) + widest**2 * np.log(m / TOLERANCE)
    reach = xp.minimum(reach, LARGEST_FLOAT32).astype(np.float32)
    best = xp.full(len(points), -np.inf, np.float32)  # h is smallest where g is largest
    for first, g in centres.products(points, np.float32, max(1, block // 2)):
        top = g.max(axis=1)
        best = xp.maximum(best, top)
        rows = xp.flatnonzero(top >= best - reach)
        close = g[rows]
        close_enough = close >= (best - reach)[rows, None]
        number += int(to_host(xp.count_nonzero(close_enough)))
        if number * MANY > len(points) * max(first + g.shape[1], m // 8):
            return None
        inside = xp.flatnonzero(close_enough)
        found.append(
            (rows[inside // g.shape[1]], first + inside % g.shape[1], close.ravel()[inside])
        )
    i, j, g = (xp.concatenate(parts) for parts in zip(*found, strict=True))
    still = xp.flatnonzero(g >= (best - reach)[i])  # the best may have come later
    i, j = i[still], j[still]
    return _rows_of(i, exact_half_squares(points, centres.rows, i, j), len(points))


def inexact_from(error: Any, m: int, sigmas: np.ndarray) -> Any:
    """How much larger than the smallest h another has to be, so that it need not be exact.

    Terms smaller than the largest by a factor e^-w are together at most m e^-w of the sum,
    and off by m e^-w (exp(e / s^2) - 1). The w at which this is TOLERANCE is how far, in
    nats, the distances have to be exact.

    Parameters
    ----------
    error : array, shape (n,)
        Of h: e.
    m : int
        Terms in the sum.
    sigmas : numpy.ndarray, shape (k,)
        Bandwidths: all sums have to be right.

    Returns
    -------
    array, shape (n,)
        At least 2 e: the smallest h itself is among those up to it.
    """
    xp = array_module(error)
    reach = xp.zeros_like(error)
    for s in sigmas:
        off = xp.minimum(xp.expm1(xp.minimum(error / s**2, 1)), 1)  # at most all of a term
        nats = xp.where(off > TOLERANCE, xp.log(m * xp.maximum(off, TOLERANCE) / TOLERANCE), 0)
        reach = xp.maximum(reach, s**2 * nats)
    return 2 * error + reach


def log_sum_exp(h: Any, sigmas: np.ndarray) -> Any:
    """log sum_j exp(-h_j / s^2) of each row, for each bandwidth.

    Parameters
    ----------
    h : array, shape (n, m)
        float64; infinite where there is no term, but not in all of a row.
    sigmas : numpy.ndarray, shape (k,)
        The widest first: the terms that matter become fewer.

    Returns
    -------
    array, shape (k, n)
    """
    xp = array_module(h)
    n, m = h.shape
    sums = xp.empty((len(sigmas), n))
    smallest = h.min(axis=1)
    above, row = h - smallest[:, None], None
    for k, s in enumerate(sigmas):
        inside = above <= s**2 * np.log(m / TOLERANCE)
        if 8 * int(to_host(xp.count_nonzero(inside))) < above.size:  # else exp takes no longer
            chosen = xp.flatnonzero(inside)
            above, row = above.ravel()[chosen], chosen // m if row is None else row[chosen]
        term = above * (-1 / s**2)
        xp.exp(term, out=term)
        # Not add.reduceat, which CuPy computes by differences of one long running sum.
        total = term.sum(axis=1) if row is None else xp.bincount(row, weights=term, minlength=n)
        sums[k] = xp.log(total) - smallest / s**2
    return sums


def _rows_of(i: Any, values: Any, n: int) -> Any:
    """Array (n, most) of values by their row numbers i, filled up with infinity."""
    xp = array_module(values)
    order = xp.argsort(i, kind="stable")
    i, values = i[order], values[order]
    numbers = xp.bincount(i, minlength=n)
    place = xp.arange(len(i)) - (xp.cumsum(numbers) - numbers)[i]
    rows = xp.full((n, int(to_host(numbers.max()))), np.inf)
    rows.ravel()[i * rows.shape[1] + place] = values
    return rows
