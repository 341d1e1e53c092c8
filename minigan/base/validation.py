"""Checks of numbers that are given to minigan; one that it cannot use is one clear line."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable

from minigan.base.errors import InputError


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """The end of an error, ``; did you mean NAME?``; nothing if no known name is near."""
    near = difflib.get_close_matches(str(given).lower(), list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def whole_number(where: str, value: int, low: int = 1) -> int:
    """The value as an int, if it is a whole number >= low; True and False are no numbers here.

    InputError otherwise, which calls the number by ``where``.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < low:
        raise InputError(f"{where}: expected a whole number >= {low}, got {value!r}")
    return int(value)


def real_number(
    where: str,
    value: float,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """The value as a float, if it is a finite number from low to high, open ends left out.

    InputError otherwise, which calls the number by ``where``; True and False are no numbers here.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if (
        not is_number
        or not math.isfinite(value)
        or not low <= value <= high
        or (low_open and value == low)
        or (high_open and value == high)
    ):
        wanted = _range(low, high, low_open, high_open)
        raise InputError(f"{where}: expected a finite number{wanted}, got {value!r}")
    return float(value)


def _range(low: float, high: float, low_open: bool, high_open: bool) -> str:
    if high == math.inf:
        return "" if low == -math.inf else f" {'>' if low_open else '>='} {low:g}"
    return f" in {'(' if low_open else '['}{low:g}, {high:g}{')' if high_open else ']'}"
