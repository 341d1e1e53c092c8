"""Equality of numbers and arrays in nested dicts and lists, to the bit or up to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

ROUNDING = 1e-9  # relative to the largest: of sums in another order


def alike(a: Any, b: Any) -> bool:
    """Whether all numbers are the same, to the bit; what is no number is not looked at."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, np.ndarray | np.generic | int | float):
        return np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    return True


def close(a: Any, b: Any) -> bool:
    """Whether arrays, alone or in dicts, are equal up to the rounding of their largest number."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    return bool(np.abs(a - b).max(initial=0.0) <= ROUNDING * np.abs(b).max(initial=0.0))
