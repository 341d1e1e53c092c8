"""G and D by hand: straight lines through points that were drawn."""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.layers import Linear, ReLU
from minigan.networks import Sequential

POINTS, FARTHEST = 41, 1e6  # at most


class DrawnGenerator:
    """A generator by hand: straight lines through points (z, x), level outside of them.

    Columns (n, 1) are mapped to columns, as by a network; points (n,) to values and slopes, as
    `minigan.theory.PushForward` wants them, so that flat is flat to the last bit.
    """

    def __init__(self, points: Any):
        self._z, self._x = drawn_points("G", points)
        self.points = points
        self._slope = np.concatenate([[0.0], np.diff(self._x) / np.diff(self._z), [0.0]])

    def __call__(self, z: np.ndarray) -> Any:
        """G(z) for columns z; G(z) and G'(z) for points."""
        x = np.interp(z, self._z, self._x)
        return x if z.ndim == 2 else (x, self._slope[np.searchsorted(self._z, z, side="right")])

    def copy(self, **_: Any) -> "DrawnGenerator":
        """The same: it never changes."""
        return self


def drawn_network(points: Any, name: str = "D") -> Sequential:
    """Network 1 -> 1 in float64 through points (x, a), straight between them, level outside.

    It is a_0 + the sum over the points of the change of slope there times ReLU(x - x_i).
    """
    x, a = drawn_points(name, points)
    slope = np.concatenate([[0.0], np.diff(a) / np.diff(x), [0.0]])
    net = Sequential([Linear(1, x.size), ReLU(), Linear(x.size, 1)], dtype="float64", name=name)
    first, _, last = net.layers
    first.W[...], first.b[...] = 1.0, -x
    last.W[...], last.b[...] = np.diff(slope)[:, None], a[0]
    return net


def drawn_points(name: str, points: Any) -> np.ndarray:
    """Two lists of numbers as an array (2, n), the first ascending; InputError if they are not."""
    try:
        found = np.array(points, np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty(0)
    if found.ndim != 2 or len(found) != 2 or not 2 <= found.shape[1] <= POINTS:
        raise InputError(f"{name}: expected two lists of 2 to {POINTS} numbers each")
    if not (np.abs(found) <= FARTHEST).all():
        raise InputError(f"{name}: expected numbers from -{FARTHEST:g} to {FARTHEST:g}")
    if not (np.diff(found[0]) > 1e-9).all():
        raise InputError(f"{name}: expected the first list ascending")
    return found
