"""The largest of several arrays, number by number, and which of them it was.

Maxout over channels and max pooling do the same: several numbers compete, the largest
passes, and the gradient returns to it alone. Of equals the first wins, in both.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from minigan.base.backend import array_module


def first_largest(candidates: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Elementwise maximum of arrays of one shape, and the index of the first that equals it.

    NaN makes the maximum NaN; the indices are int32.
    """
    candidates = iter(candidates)
    y = next(candidates).copy()
    xp = array_module(y)
    winner = xp.zeros(y.shape, xp.int32)
    for k, z in enumerate(candidates, start=1):
        winner = xp.where(z > y, k, winner)  # an equal one comes too late
        y = xp.maximum(y, z)
    return y, winner
