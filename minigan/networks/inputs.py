"""Networks of several inputs: rows side by side, and the way back of their gradients."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError


def join(*parts: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Columns of several arrays side by side, as the input of one network.

    Parameters
    ----------
    *parts : array, shape (batch, width)
        Of one batch and one device; widths may differ.

    Returns
    -------
    joined : array, shape (batch, sum of the widths)
    split : callable
        Gradient at ``joined`` -> tuple of the gradients at the parts.

    Raises
    ------
    InputError
        If there are no parts, or they are not batches of one size.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> D = mg.Sequential([mg.Linear(5, 1)], seed=0)
    >>> xy, split = mg.join(np.ones((4, 2), "float32"), np.ones((4, 3), "float32"))
    >>> a, cache = D.forward(xy)
    >>> dx, dy = split(D.backward(np.ones_like(a), cache))
    >>> dx.shape, dy.shape
    ((4, 2), (4, 3))
    """
    shapes: list[Any] = [getattr(part, "shape", ()) for part in parts]
    if not parts or any(len(s) != 2 or s[0] != shapes[0][0] for s in shapes):
        given = ", ".join(map(described, parts)) or "none"
        raise InputError(f"join: expected arrays (batch, width) of one batch, got {given}")
    stops = list(accumulate((shape[1] for shape in shapes), initial=0))

    def split(dy: Any) -> tuple[Any, ...]:
        """Gradients at the parts, from that at the whole."""
        return tuple(dy[:, start:stop] for start, stop in pairwise(stops))

    return array_module(parts[0]).concatenate(parts, axis=1), split
