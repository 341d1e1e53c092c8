"""The log of sum_j exp(-h_j / s^2) to 1e-10, from distances that are exact only where it matters.

h_j = |x - mu_j|^2 / 2 is half a squared distance. A term e^-37 times the largest cannot be
seen in a sum of ten thousand. So, where few terms matter (small s), products in float32
find them, and their distances alone are computed exactly. Where many matter (large s), no
small one matters much: products in float64 are good enough for all but the largest.

With h known up to e, a term is known up to a factor exp(e / s^2). Everything here follows
from that, and from the bound e of `Centres.error`.
"""

from typing import Any

import numpy as np

from minigan.base.backend import array_module, to_host
from minigan.evaluation.distances import Centres, at_a_time, exact_half_squares, slices

# Parts of a sum, so nats of its logarithm; with rounding they stay below 1e-10.
LEFT_OUT = 2e-12  # all terms that are left out; twice: by the screen, and before exp
INEXACT = 8.5e-11  # all errors of terms that are not exact
MANY = 48  # an exact distance takes as long as this many products in float64
LARGEST_FLOAT32 = 1e38  # nearly


def log_sums(points: Any, centres: Centres, sigmas: np.ndarray, tile: int) -> Any:
    """log sum_j exp(-|x - mu_j|^2 / (2 s^2)) at points (n, d), for bandwidths (k,), widest first.

    Shape (k, n), float64; right to LEFT_OUT twice and INEXACT, or to the rounding of float64.
    """
    xp = array_module(points)
    half_squares = centres.half_squares_of(points)
    few = None
    if not centres.crowded:
        few = few_that_matter(points, centres, half_squares, sigmas[0], max(1, tile // 2))
    if few is None:
        centres.crowded = True
        return log_sums_of_all(points, centres, half_squares, sigmas, tile)
    row, h = few
    order = xp.argsort(h)
    order = order[xp.argsort(row[order], kind="stable")]  # by row, and the smallest h first
    row, h = row[order], h[order]
    smallest = h[xp.searchsorted(row, xp.arange(len(points)))]
    sums = sum_exp(h - smallest[row], row, len(points), sigmas, len(centres.rows))
    return xp.log(sums) - smallest / xp.asarray(sigmas)[:, None] ** 2


def few_that_matter(
    points: Any, centres: Centres, half_squares: Any, widest: float, tile: int
) -> Any:
    """Row numbers and exact h, both (terms,), of the terms that matter; None if they are many.

    A term is left out if its h, by products in float32, is larger than the smallest by more
    than 2 e + s^2 log(m / LEFT_OUT), s the widest bandwidth: then it is surely smaller than
    LEFT_OUT / m times the largest term, and there are at most m of them.
    """
    xp = array_module(points)
    m, found, number = len(centres.rows), [], 0
    size = xp.sqrt(2 * half_squares.max()) + centres.radius
    if float(to_host(size)) ** 2 > LARGEST_FLOAT32 / 10:
        return None
    reach = 2 * centres.error(half_squares, np.float32) + widest**2 * np.log(m / LEFT_OUT)
    reach = xp.minimum(reach, LARGEST_FLOAT32).astype(np.float32)
    smallest = xp.full(len(points), np.inf, np.float32)
    for first, h in centres.products(points, half_squares, np.float32, tile):
        width, least = h.shape[1], h.min(axis=1)
        smallest = xp.minimum(smallest, least)
        rows = xp.flatnonzero(least <= smallest + reach)
        h = h[rows]
        near = h <= (smallest + reach)[rows, None]
        number += int(to_host(xp.count_nonzero(near)))
        if number * MANY > len(points) * max(first + width, m // 8):
            return None
        near = xp.flatnonzero(near)
        found.append((rows[near // width], first + near % width, h.ravel()[near]))
    i, j, h = (xp.concatenate(parts) for parts in zip(*found, strict=True))
    still = xp.flatnonzero(h <= (smallest + reach)[i])  # the smallest may have come later
    i, j = i[still], j[still]
    return i, exact_half_squares(points, centres.rows, i, j)


def log_sums_of_all(
    points: Any, centres: Centres, half_squares: Any, sigmas: np.ndarray, tile: int
) -> Any:
    """`log_sums` by products in float64; exact distances only where those are too coarse.

    Terms are added up by tiles, relative to the largest so far; sums shrink where one is larger.
    """
    xp = array_module(points)
    n, m = len(points), len(centres.rows)
    variances = xp.asarray(sigmas)[:, None] ** 2
    reach = inexact_from(centres.error(half_squares, np.float64), m, sigmas)
    smallest, sums = xp.full(n, np.inf), xp.zeros((len(sigmas), n))
    for first, tiled in centres.products(points, half_squares, np.float64, tile):
        width = tiled.shape[1]
        mu = centres.rows[first : first + width]
        for part in slices(n, max(1, at_a_time(xp) // width)):
            x, h = points[part], tiled[part]
            least = _made_exact(h, x, mu, smallest[part], reach[part])
            h -= least[:, None]
            sums[:, part] *= xp.exp((least - smallest[part]) / variances)
            sums[:, part] += sum_exp(h, None, len(x), sigmas, m)
            smallest[part] = least
    return xp.log(sums) - smallest / variances


def _made_exact(h: Any, points: Any, centres: Any, smallest: Any, reach: Any) -> Any:
    """The smallest of each row of h and of those before; what is near it is made exact, in h."""
    xp = array_module(h)
    width, least = h.shape[1], h.min(axis=1)
    limit = xp.minimum(smallest, least) + reach
    rows = xp.flatnonzero(least <= limit)
    chosen = h[rows]
    near = xp.flatnonzero(chosen <= limit[rows, None])
    i, j = rows[near // width], near % width
    exact = exact_half_squares(points, centres, i, j)
    h.ravel()[i * width + j] = chosen.ravel()[near] = exact
    least[rows] = chosen.min(axis=1)
    return xp.minimum(smallest, least)


def inexact_from(error: Any, m: int, sigmas: np.ndarray) -> Any:
    """Excess (n,) over the smallest h from which another need not be exact, given h's error e (n,).

    Terms smaller than the largest by a factor e^-w are together at most m e^-w of the sum,
    and off by m e^-w (exp(e / s^2) - 1). The w at which this is INEXACT is how far, in nats, the
    distances have to be exact, at every bandwidth; 2 e more, to have the smallest h among them.
    """
    xp = array_module(error)
    reach = xp.zeros_like(error)
    for s in sigmas:
        off = xp.minimum(xp.expm1(xp.minimum(error / s**2, 1)), 1)  # at most all of a term
        nats = xp.where(off > INEXACT, xp.log(m * xp.maximum(off, INEXACT) / INEXACT), 0)
        reach = xp.maximum(reach, s**2 * nats)
    return 2 * error + reach


def sum_exp(above: Any, row: Any, n: int, sigmas: np.ndarray, m: int) -> Any:
    """sum_j exp(-above_j / s^2) of each of n rows, for bandwidths (k,), widest first; shape (k, n).

    ``above`` >= 0 has shape (n, width), or (terms,) with the ``row`` of each term. A whole sum, of
    m terms, is at least 1: those smaller than LEFT_OUT / m may be left out.
    """
    xp = array_module(above)
    sums = xp.empty((len(sigmas), n))
    for k, s in enumerate(sigmas):
        if k > 0:  # to the widest most of them matter
            inside = above <= s**2 * np.log(m / LEFT_OUT)
            if 8 * int(to_host(xp.count_nonzero(inside))) < above.size:  # else exp is as fast
                chosen = xp.flatnonzero(inside)
                row = chosen // above.shape[1] if row is None else row[chosen]
                above = above.ravel()[chosen]
        term = above * (-1 / s**2)
        xp.exp(term, out=term)
        # Not add.reduceat, which CuPy computes by differences of one long running sum.
        sums[k] = term.sum(axis=1) if row is None else xp.bincount(row, term, minlength=n)
    return sums
