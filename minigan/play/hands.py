"""G and D by hand: networks that are the straight lines through points somebody drew."""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.layers import Linear, ReLU
from minigan.networks import Sequential

POINTS = 41  # at most


def drawn_network(name: str, x: Any, y: Any) -> Sequential:
    """Network 1 -> 1 in float64 through the points (x, y), straight between them, level outside.

    Parameters
    ----------
    name : str
        For errors.
    x, y : list of float
        2 to 41 numbers each, x ascending. InputError if they are not.

    Returns
    -------
    Sequential
        y_0 + sum over the points of the change of slope times ReLU(x - x_i).
    """
    try:
        points = np.array([x, y], np.float64)
    except (TypeError, ValueError):
        points = np.empty((0, 0))
    if points.ndim != 2 or not 2 <= points.shape[-1] <= POINTS or not np.isfinite(points).all():
        raise InputError(f"{name}: expected 2 to {POINTS} points x and y, all of them numbers")
    if not (np.diff(points[0]) > 1e-9).all():
        raise InputError(f"{name}: expected x ascending")
    slope = np.concatenate([[0.0], np.diff(points[1]) / np.diff(points[0]), [0.0]])
    n = points.shape[1]
    net = Sequential([Linear(1, n), ReLU(), Linear(n, 1)], dtype="float64", name=name)
    first, _, last = net.layers
    first.W[...], first.b[...] = 1.0, -points[0]
    last.W[...], last.b[...] = np.diff(slope)[:, None], points[1, 0]
    return net
