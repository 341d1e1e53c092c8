"""Is a number given to minigan one that it can use? If not, one clear line."""

from __future__ import annotations

import math
import numbers

from minigan.base.errors import InputError


def whole_number(where: str, value: int, low: int = 1) -> int:
    """The value as an int, if it is a whole number >= low.

    Parameters
    ----------
    where : str
        What the error message calls the number.
    value : int
        Python's or NumPy's; True and False are no numbers here.
    low : int
        Smallest value allowed.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If it is anything else.
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
    """The value as a float, if it is a finite number from low to high.

    Parameters
    ----------
    where : str
        What the error message calls the number.
    value : float
        Python's or NumPy's; True and False are no numbers here.
    low, high : float
        Ends of the range.
    low_open, high_open : bool
        Whether an end itself is left out.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is anything else.
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
