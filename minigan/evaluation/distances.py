"""Distances of points from centres: by matrix products with an error bound, or exactly.

|x - mu|^2 / 2 = |x|^2 / 2 + |mu|^2 / 2 - x . mu, and this for all points and centres is one
matrix product, a hundred times faster than differences. The price is
rounding: large numbers are subtracted from each other. So the products here come with a
bound on their error, and those distances that the bound leaves in doubt are computed again
from the differences themselves.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from minigan.base.backend import array_module, to_host


class Centres:
    """Centres (m, d) with their mean and norms, for distances by matrix products.

    Parameters
    ----------
    rows : array, shape (m, d)
        Floats, of any precision.

    Attributes
    ----------
    rows : array, shape (m, d)
        The centres as given.
    origin : array, shape (d,)
        Their mean, rounded. Distances are the same from any origin; from this one the
        numbers are small, and so is their rounding.
    half_squares : array, shape (m,)
        |mu|^2 / 2, seen from the origin, in float64.
    radius : float
        The largest |mu|.
    crowded : bool
        Whether many of them mattered to points before: then the search for few is left out.
    """

    def __init__(self, rows: Any):
        xp = array_module(rows)
        self.rows = rows
        self.crowded = False
        mean = rows.mean(axis=0, dtype=np.float64)
        self.origin = mean.astype(np.result_type(rows.dtype, np.float32))
        self.half_squares = self.half_squares_of(rows)
        self.radius = float(to_host(xp.sqrt(2 * self.half_squares.max())))

    def half_squares_of(self, points: Any) -> Any:
        """|x|^2 / 2 of points (n, d), seen from the origin, in float64, shape (n,)."""
        xp = array_module(points)
        squares = xp.empty(len(points))
        for part in slices(len(points), max(1, at_a_time(xp) // points.shape[1])):
            x = self._subtract(points[part], self.origin, xp.empty(points[part].shape))
            x *= x
            squares[part] = x.sum(axis=1)  # pairwise: its error hardly grows with d
        return squares / 2

    def products(
        self, points: Any, half_squares: Any, dtype: type, tile: int
    ) -> Iterator[tuple[int, Any]]:
        """h = |x - mu|^2 / 2 by matrix products, for a tile of centres at a time.

        Of points (n, d) and their ``half_squares`` (n,) from `half_squares_of`; ``dtype`` is
        ``numpy.float32`` or ``numpy.float64``.

        Yields
        ------
        first : int
            Number of the tile's first centre.
        h : array, shape (n, at most tile)
            Off by at most `error`; may be a little less than 0. Overwritten by the next.
        """
        xp = array_module(points)
        n, d = points.shape
        tile = min(tile, len(self.rows))
        x, mu, h = (xp.ones(s, dtype) for s in ((n, d + 2), (tile, d + 2), n * tile))
        self._subtract(points, self.origin, x[:, :d])  # h = (x, |x|^2/2, 1) . (-mu, 1, |mu|^2/2)
        x[:, d] = half_squares
        for part in slices(len(self.rows), tile):
            width = part.stop - part.start
            self._subtract(self.origin, self.rows[part], mu[:width, :d])
            mu[:width, d + 1] = self.half_squares[part]
            yield part.start, xp.dot(x, mu[:width].T, out=h[: n * width].reshape(n, width))

    def error(self, half_squares: Any, dtype: type) -> Any:
        """Bound on the errors of `products` in this dtype, for points with these half_squares (n,).

        A sum of k products, added in any order in a precision with unit roundoff u, is off by
        at most k u / (1 - k u) times the sum of their magnitudes (Higham 2002, section 3.1),
        here at most |x| |mu| + |x|^2 / 2 + |mu|^2 / 2. Rounding the factors first, and a
        comparison in this precision later, add a few u, for which k is taken 14 larger than
        it is. The squares are added pairwise in float64: NumPy adds 16 at a time and then
        the pieces, CuPy fewer than d / 256. What is too small for the precision is lost.
        """
        d = self.rows.shape[1]
        u, u64 = float(np.finfo(dtype).eps) / 2, float(np.finfo(np.float64).eps) / 2
        k = d + 16
        gamma = k * u / (1 - k * u) if k * u < 1 else np.inf
        size = array_module(half_squares).sqrt(2 * half_squares) + self.radius
        relative = gamma + (40 + d / 256) * u64
        return relative * size * size / 2 + k * float(np.finfo(dtype).tiny) * (1 + size)

    def _subtract(self, a: Any, b: Any, out: Any) -> Any:
        """``a - b``, rounded once, to the dtype of ``out``."""
        wide = np.result_type(a.dtype, b.dtype, out.dtype)
        return array_module(out).subtract(a, b, out=out, dtype=wide, casting="same_kind")


def exact_half_squares(points: Any, centres: Any, i: Any, j: Any) -> Any:
    """|x_i - mu_j|^2 / 2 of chosen pairs (pairs,), from differences in float64."""
    xp = array_module(points)
    exact = xp.empty(len(i), np.float64)
    for part in slices(len(i), max(1, at_a_time(xp) // points.shape[1])):
        difference = points[i[part]].astype(np.float64)
        difference -= centres[j[part]]
        exact[part] = xp.einsum("pd,pd->p", difference, difference)
    return exact / 2


def slices(n: int, size: int) -> list[slice]:
    """0 .. n in slices of ``size``, the last one shorter if need be."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def at_a_time(xp: Any) -> int:
    """Numbers for one elementwise step of xp: a core's cache holds them, or they fill a GPU."""
    return 2**17 if xp is np else 2**24
