"""Stretches of the line on which a function rises, falls or stays flat, and its jumps.

An interval is cut into cells, and each cell in which the function turns round, bends sharply or
jumps is halved until floats have no middle left. What remains is a list of stretches: on
each the function is monotone, or flat. A jump is a cell as narrow as floats allow across which
the function changes: it belongs to no stretch.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError

_EPS = np.finfo(np.float64).eps
_SMOOTH = 1e-11  # relative to the largest |G|: what the cubic through a cell's ends may miss
_MOST_NODES = 100_000  # networks of hundreds of units need some thousands
_HALVINGS = 64


class Nodes(NamedTuple):
    """Points z, ascending, with x = G(z) and the slope G'(z), each (n,)."""

    z: np.ndarray
    x: np.ndarray
    slope: np.ndarray


class Stretch(NamedTuple):
    """Nodes from ``start`` to ``stop``, both included, on which G rises (+1), falls, or is flat."""

    start: int
    stop: int
    direction: int


def monotone_nodes(G: Callable, z: np.ndarray) -> Nodes:
    """Nodes between which G is monotone and smooth, or jumps, from first guesses z, ascending.

    G maps points (n,) to values and slopes, (n,) each. This closes in on every fold, on every
    corner, on the ends of flat stretches and on jumps. A cell is smooth if G at its middle is what
    the cubic through its ends foretells. InputError where G is not finite, or bends everywhere.
    """
    x, slope = _finite(G, z)
    unsettled = np.ones(z.size - 1, bool)
    for _ in range(_HALVINGS):
        middle = z[:-1] + np.diff(z) / 2
        cells = np.flatnonzero(unsettled & (z[:-1] < middle) & (middle < z[1:]))
        if cells.size == 0:
            break
        new_x, new_slope = _finite(G, middle[cells])
        foretold = (x[:-1] + x[1:]) / 2 + np.diff(z) * (slope[:-1] - slope[1:]) / 8
        bent = np.abs(new_x - foretold[cells]) > _SMOOTH * np.abs(x).max()
        torn = bent | _turns(x, slope)[cells]
        cut = cells[torn] + 1
        unsettled[:] = False
        unsettled[cells[torn]] = True
        unsettled = np.insert(unsettled, cut, True)
        z = np.insert(z, cut, middle[cells[torn]])
        x = np.insert(x, cut, new_x[torn])
        slope = np.insert(slope, cut, new_slope[torn])
        if z.size > _MOST_NODES:
            raise InputError(
                "PushForward: expected G smooth but for some corners and jumps, and in float64, "
                f"got one that bends all over: {_MOST_NODES:,} cells are not enough"
            )
    return Nodes(z, x, slope)


def stretches(nodes: Nodes) -> Iterator[Stretch]:
    """The nodes in runs of one direction, in order; jumps lie between them."""
    z, x, slope = nodes
    direction = np.sign(_signs(x, slope).sum(axis=0)).astype(int)
    width = np.diff(z)
    narrow = width <= np.maximum(4 * np.spacing(np.abs(z[1:])), np.ptp(z) * 2.0**-60)
    jump = narrow & (np.abs(np.diff(x)) > _SMOOTH * np.abs(x).max())
    direction[jump] = 2
    starts = np.flatnonzero(np.diff(direction, prepend=3))
    stops = np.append(starts[1:], direction.size)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if direction[start] != 2:
            yield Stretch(start, stop, int(direction[start]))


def corners(nodes: Nodes) -> np.ndarray:
    """Values of G where it has corners, in cells far narrower than most and than those beside.

    There, the straight lines through the cell's two ends meet.
    """
    z, x, slope = nodes
    width = np.diff(z)
    padded = np.concatenate([[np.inf], width, [np.inf]])
    least = width < 1.5 * np.minimum(padded[:-2], padded[2:])  # or as narrow as the other half
    left = np.flatnonzero(least & (width < 1e-3 * np.median(width)))
    right = left + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        after = (x[right] - x[left] - slope[right] * width[left]) / (slope[left] - slope[right])
    meet = np.abs(after / width[left] - 0.5) < 0.501
    return x[left][meet] + slope[left][meet] * after[meet]


def _finite(G, z):
    """G and G' at z, if they are numbers."""
    x, slope = G(z)
    if not (np.isfinite(x).all() and np.isfinite(slope).all()):
        raise InputError("PushForward: expected G finite on the prior's range, got NaN or inf")
    return x, slope


def _turns(x, slope):
    """Cells in which G turns round, or is flat in one part and moves in another."""
    signs = _signs(x, slope)
    turns = (signs > 0).any(axis=0) & (signs < 0).any(axis=0)
    flat, rise = slope == 0, signs[1]
    return turns | (flat[:-1] != flat[1:]) | (flat[:-1] & flat[1:] & (rise != 0))


def _signs(x, slope):
    """Direction of G at both ends of each cell and across it: +1, -1, or 0 for flat."""
    rise = np.diff(x)
    rise[np.abs(rise) <= 8 * _EPS * np.abs(x).max()] = 0  # rounding is not a direction
    return np.sign([slope[:-1], rise, slope[1:]])
