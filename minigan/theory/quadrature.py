"""Integrals over the line by Gauss-Legendre, on panels that close in on what is hard.

Three ways to choose the panels. `density_panels` cuts the range of a density whose cdf is known,
until each panel holds the probability that the cdf says. `close_in` halves such panels where an
integrand bends, and keeps the points, at which more can be integrated. `adaptive` needs nothing
but the functions, and is right to about twelve digits, whatever the tails (six digits at least,
or an `InputError`, at singularities that floats cannot resolve): on each panel, Gauss-Legendre is
compared with itself on the two halves; where they disagree the panel is halved, so that kinks,
jumps and peaks draw panels to themselves. On each the variable is s in x = s^2 (3 - 2 s), which
makes smooth what grows as 1 / sqrt(x) at a panel's end, as p_g does at a fold. An infinite end is
not cut off at some interval: panels double in length, 2^200 times, and what a tail holds beyond
that is a geometric series, summed, or found to diverge.

``scipy.integrate.quad`` agrees where both have an answer, and the tests see to it. But of
KL(Student t(1.5) || Gaussian), which is infinite, it says -2.7 and warns; and here p and q are
integrated on the same panels as what is made of them, so that a density that is none, or a peak
that was missed, does not pass (if it holds more than 1e-8).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.types import Density

OCTAVES = 200  # 2^200 = 1.6e60: even x^-1.2 has fallen to 1e-12 of its mass there
_AGREE = 1e-12  # a panel and its halves, relative to the integral of |f|
_NOISE, _PATIENCE = 1e-8, 3  # a smaller difference that 3 halvings do not lessen is rounding
_SETTLED = 1e-6  # what may be left in doubt where halving is at an end, likewise
_LEAST = 1e-3  # a smaller integral of |f| counts as this: near 0 there is rounding only
_MOST_HALVINGS = 200
_NARROW = 2.0**-38  # relative: in a panel less wide, points round to its ends
_MOST_PANELS = 2**15  # at once; only noise, such as float32's, asks for so many
_BENT = 1e-8  # a panel that three points and one point see differently is halved
_MOST_POINTS = 2**17  # panels that close in; some thousands are usual
_WINDOW = 20  # octaves over which a tail's decay is measured


class NotSettledError(InputError):
    """An integral is in doubt where panels cannot be halved any more."""


def gauss_legendre(edges: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre points and weights, both (n * order,), on intervals between edges (n + 1,).

    Exact for polynomials of degree 2 order - 1 on each interval; the edges ascend.
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    half = np.diff(edges)[:, None] / 2
    middle = (edges[:-1] + edges[1:])[:, None] / 2
    return (middle + half * nodes).ravel(), (half * weights).ravel()


_S, _DS = gauss_legendre(np.array([0.0, 1.0]), order=16)
_NODES, _WEIGHTS = _S**2 * (3 - 2 * _S), 6 * _S * (1 - _S) * _DS


def density_panels(density: Density, count: int, order: int = 3) -> np.ndarray:
    """Ends of at least ``count`` panels on which a density with a cdf is easy to integrate.

    Equal panels, or doubling ones towards an infinite end, halved wherever Gauss-Legendre of that
    order misses the probability that the cdf says they hold: jumps are closed in on, and narrow
    modes are found. InputError if pdf and cdf contradict one another.
    """
    low, high = density.interval()
    if math.isfinite(high - low):
        ends = np.linspace(low, high, count + 1)
    else:
        octaves = 2.0 ** np.arange(-OCTAVES // 4, OCTAVES)
        ends = np.unique(np.clip(np.concatenate([-octaves, [0.0], octaves]), low, high))
    for _ in range(50):
        x, dx = gauss_legendre(ends, order)
        with np.errstate(invalid="ignore"):  # a density may be infinite at an end
            mass = (density.pdf(x) * dx).reshape(-1, order).sum(axis=1)
        missed = np.flatnonzero(np.abs(mass - np.diff(density.cdf(ends))) > 1e-10)
        if missed.size == 0:
            break
        if ends.size > 64 * count + 4096:
            raise InputError(f"{density!r}: expected the cdf to be the integral of the pdf")
        ends = np.insert(ends, missed + 1, (ends[missed] + ends[missed + 1]) / 2)
    return ends


class Points(NamedTuple):
    """Gauss-Legendre of order 3 on n panels: their ends, and k numbers at each of 3 n points."""

    left: np.ndarray  # (n,)
    right: np.ndarray
    rows: np.ndarray  # (k, 3 n), a panel's points side by side; the second row are weights


def points_on(at: Callable, left: np.ndarray, right: np.ndarray) -> Points:
    """Points on the panels from left to right, (n,) each; at(x, dx) makes the rows (k, 3 n)."""
    x, dx = gauss_legendre(np.array([-1.0, 1.0]), 3)
    half, middle = (right - left)[:, None] / 2, left[:, None] + (right - left)[:, None] / 2
    return Points(left, right, at((middle + half * x).ravel(), (half * dx).ravel()))


def close_in(at: Callable, f: Callable, points: Points) -> tuple[Points, np.ndarray, float]:
    """Points, panels halved where the integrand bends; f at them; and what is left in doubt.

    f maps rows (k, m) to integrands (j, m), which the second of the rows weights. A panel is
    halved where three points and the one in the middle differ by more than `_BENT`, or by that
    share of an integral of more than 1: at a kink, a jump or a peak of any of them. For smooth
    integrands that is far more than three points err. Panels that cannot be halved any more leave
    that difference in doubt.
    """
    done, doubt, count = [], 0.0, points.left.size
    scale = np.ones(1)
    for halving in range(_MOST_HALVINGS + 1):
        left, right, rows = points
        values = f(rows)
        if halving == 0:
            scale = np.maximum(np.abs(rows[1] * values).sum(axis=1), 1.0)
        first, second, third = np.moveaxis((rows[1] * values).reshape(len(values), -1, 3), 2, 0)
        # the weights of a panel are in the ratio 5 : 8 : 5
        miss = (np.abs(first - 1.25 * second + third) / scale[:, None]).max(axis=0)
        torn = miss > _BENT
        final = right - left <= _NARROW * np.maximum(np.abs(left), np.abs(right))
        final |= halving == _MOST_HALVINGS or count > _MOST_POINTS
        doubt += miss[torn & final].sum()
        torn &= ~final
        rest = np.repeat(~torn, 3)
        done.append((left[~torn], right[~torn], rows[:, rest], values[:, rest]))
        if not torn.any():
            break
        middle = left[torn] + (right - left)[torn] / 2
        starts, stops = np.append(left[torn], middle), np.append(middle, right[torn])
        count += torn.sum()
        points = points_on(at, starts, stops)
    left, right, rows, values = (np.concatenate(part, -1) for part in zip(*done, strict=True))
    return Points(left, right, rows), values, float(doubt)


class Panels(NamedTuple):
    """A line in pieces, the integrals of k functions over each piece, and what is in doubt."""

    left: np.ndarray  # (n,), ascending
    right: np.ndarray
    sums: np.ndarray  # (k, n)
    doubt: np.ndarray  # (k,), of each function's whole integral


def panel_edges(knots: np.ndarray, low: float, high: float) -> np.ndarray:
    """Ends of the first panels, ascending: the knots, and doubling steps towards infinite ends.

    Knots are where the functions have their bulk, their kinks and their jumps, in any order; each
    infinite end, of low < high, gets `OCTAVES` panels.
    """
    ends = [end for end in (low, high) if math.isfinite(end)]
    inner = np.asarray(knots, np.float64)
    inner = np.unique(np.concatenate([inner[(inner > low) & (inner < high)], ends]))
    if inner.size == 0:
        inner = np.zeros(1)
    length = float(inner[-1] - inner[0]) or 1.0
    steps = length * 2.0 ** np.arange(OCTAVES)
    left = inner[0] - steps[::-1] if low == -math.inf else []
    right = inner[-1] + steps if high == math.inf else []
    return np.concatenate([left, inner, right])


def adaptive(f: Callable, edges: np.ndarray) -> Panels:
    """Integrals of k functions over panels that are halved until Gauss-Legendre agrees.

    f maps points (n,) to values (k, n); a value may be inf, its function's sum is then inf. The
    edges ascend. NotSettledError if an integral is still in doubt, by more than 1e-6 of that of
    |f|, where panels cannot be halved any more: at a singularity that no halving resolves, or in
    noise.
    """
    left, right = edges[:-1], edges[1:]
    whole = _sums(f, left, right)
    least = np.full_like(whole, np.inf)  # difference among the panels of which this is a part
    in_vain = np.zeros(whole.shape, int)  # halvings since then
    size = np.zeros(len(whole))  # integrals of |f| over the panels that are done
    done: list[tuple[np.ndarray, ...]] = []
    for halving in range(_MOST_HALVINGS + 1):
        middle = left + (right - left) / 2
        starts, stops = np.concatenate([left, middle]), np.concatenate([middle, right])
        parts = _sums(f, starts, stops)
        halves = parts[:, : left.size] + parts[:, left.size :]
        with np.errstate(invalid="ignore"):  # inf - inf: that sum is inf, halved or not
            miss = np.nan_to_num(np.abs(halves - whole), nan=0.0)
        scale = np.maximum(size + np.abs(halves).sum(axis=1), _LEAST)
        in_vain = np.where(miss < least, 0, in_vain + 1)
        least = np.minimum(miss, least)
        noise = (in_vain >= _PATIENCE) & (miss < _NOISE * scale[:, None])
        torn = ((miss > _AGREE * scale[:, None]) & ~noise).any(axis=0)
        torn &= right - left > _NARROW * np.maximum(np.abs(left), np.abs(right))
        torn &= halving < _MOST_HALVINGS and left.size < _MOST_PANELS
        done.append((left[~torn], right[~torn], halves[:, ~torn], miss[:, ~torn]))
        size = size + np.abs(halves[:, ~torn]).sum(axis=1)
        if not torn.any():
            break
        again = np.tile(torn, 2)
        left, right, whole = starts[again], stops[again], parts[:, again]
        least, in_vain = np.tile(least[:, torn], 2), np.tile(in_vain[:, torn], 2)
    left, right, sums, miss = (np.concatenate(part, axis=-1) for part in zip(*done, strict=True))
    with np.errstate(over="ignore"):
        doubt = miss.sum(axis=1)
    if (doubt > _SETTLED * np.maximum(size, _LEAST)).any():
        where = left[np.argmax(miss.max(axis=0))]
        raise NotSettledError(
            f"integral: not settled near x = {where:g}; it may be infinite, need a breakpoint "
            "there, or have noise, such as that of float32"
        )
    order = np.argsort(left)
    return Panels(left[order], right[order], sums[:, order], doubt)


def _sums(f: Callable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Gauss-Legendre on the panels from left to right, which may overlap; shape (k, n)."""
    x = left[:, None] + (right - left)[:, None] * _NODES
    values = f(x.ravel()).reshape(-1, *x.shape)
    return (values @ _WEIGHTS) * (right - left)


def total(panels: Panels, edges: np.ndarray, low: float, high: float) -> np.ndarray:
    """Integrals (k,) from low to high: the panels' sums and what lies beyond the last of them.

    Panels are from `adaptive`, edges from `panel_edges` with the same ends. An integral that
    diverges at an infinite end is inf or -inf; NaN is inf - inf.
    """
    first = np.searchsorted(edges, panels.left, side="right") - 1
    with np.errstate(invalid="ignore"):
        results = panels.sums.sum(axis=1)
    for k, sums in enumerate(panels.sums):
        octaves = np.bincount(first, weights=sums, minlength=edges.size - 1)
        size = np.abs(sums).sum()
        if low == -math.inf:
            results[k] += _beyond(octaves[:OCTAVES][::-1], size)
        if high == math.inf:
            results[k] += _beyond(octaves[-OCTAVES:], size)
    return results


def _beyond(octaves: np.ndarray, size: float) -> float:
    """Sum of a tail beyond its last octave, from how fast the last octaves fall.

    A tail x^-s multiplies by 2^(1 - s) from octave to octave; it diverges if s <= 1.
    """
    last, before = octaves[-_WINDOW:].sum(), octaves[-2 * _WINDOW : -_WINDOW].sum()
    if not math.isfinite(size) or abs(last) <= 1e-30 * size:  # less is rounding, not a tail
        return 0.0
    ratio = last / before if before else math.inf
    if ratio >= 1 - 1e-6:
        return math.copysign(math.inf, last)
    return last * ratio / (1 - ratio)
