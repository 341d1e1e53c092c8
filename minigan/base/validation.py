"""Checks of numbers that are given to minigan; one that it cannot use is one clear line."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable
from typing import Any

from minigan.base.backend import described
from minigan.base.errors import InputError


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """The end of an error, ``; did you mean NAME?``; nothing if no known name is near."""
    names, said = {str(name).lower(): name for name in known}, str(given).lower()
    near = difflib.get_close_matches(said, names, n=1, cutoff=0.7)
    near = near or [name for name in names if said and name.startswith(said)]
    return f"; did you mean {names[near[0]]}?" if near else ""


def known_name(where: str, given: str, known: Iterable[str]) -> str:
    """The name, if it is one of those known; InputError otherwise, with the one that is near."""
    names = list(known)
    if not isinstance(given, str) or given not in names:
        near = did_you_mean(given, names)
        raise InputError(f"{where}: expected one of {', '.join(names)}, got {given!r}{near}")
    return given


def whole_number(where: str, value: int, low: int = 1) -> int:
    """The value as an int, if it is a whole number >= low; True and False are no numbers here.

    InputError otherwise, which calls the number by ``where``.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < low:
        raise InputError(f"{where}: expected a whole number >= {low}, got {shown(value)}")
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
    number = _as_float(value)
    if (
        not math.isfinite(number)
        or not low <= number <= high
        or (low_open and number == low)
        or (high_open and number == high)
    ):
        wanted = _range(low, high, low_open, high_open)
        raise InputError(f"{where}: expected a finite number{wanted}, got {shown(value)}")
    return number


def _as_float(value: Any) -> float:
    """The value as a float, NaN if it is no number, infinite if a whole number is too large."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def shown(value: Any) -> str:
    """The value for an error message, in a line: its repr if that is short, else what it is."""
    text = repr(value)
    return text if len(text) <= 120 and "\n" not in text else described(value)


def _range(low: float, high: float, low_open: bool, high_open: bool) -> str:
    if high == math.inf:
        return "" if low == -math.inf else f" {'>' if low_open else '>='} {low:g}"
    return f" in {'(' if low_open else '['}{low:g}, {high:g}{')' if high_open else ']'}"
