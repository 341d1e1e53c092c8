"""How a reader's function is called, and how its answer is looked at.

Whatever a reader writes, a check must say one clear line and not a traceback: a stub, a
forgotten return, an exception, a wrong shape and NaN are told apart before anything is
compared.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class NotYetError(Exception):
    """The answer is still a stub."""


class WrongError(Exception):
    """The answer is wrong; the message says how."""


def call(answer: Callable, *arguments: Any) -> Any:
    """What the reader's function returns, given copies of the arguments.

    Parameters
    ----------
    answer : callable
    *arguments
        Numbers or arrays.

    Returns
    -------
    object

    Raises
    ------
    NotYetError
        If it returns nothing, or an ellipsis somewhere.
    WrongError
        If it is no function, or raises.
    """
    if not callable(answer):
        raise WrongError(f"expected a function, got {type(answer).__name__}")
    try:
        with np.errstate(all="ignore"):
            given = answer(*copy.deepcopy(arguments))
    except (NotImplementedError, NotYetError):
        raise NotYetError from None
    except Exception as error:
        raise WrongError(f"it raises {type(error).__name__}: {error}") from error
    parts = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(parts, list | tuple):
        parts = [given]
    if any(part is None or part is ... for part in parts):
        raise NotYetError
    return given


def ask(answer: Callable, *arguments: Any, shape: tuple[int, ...] = ()) -> np.ndarray:
    """What the reader's function returns, as finite numbers of the right shape.

    Parameters
    ----------
    answer : callable
    *arguments
        Numbers or arrays.
    shape : tuple of int
        Of what it should return.

    Returns
    -------
    array
        float64.

    Raises
    ------
    NotYetError, WrongError
        As in `call`; and if these are other things than finite numbers of that shape.
    """
    given = call(answer, *arguments)
    try:
        numbers = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise WrongError(f"expected numbers, got {given!r:.60}") from None
    if numbers.shape != shape:
        raise WrongError(f"expected shape {shape}, got {numbers.shape}")
    if not np.isfinite(numbers).all():
        raise WrongError(f"expected finite numbers, got {numbers[~np.isfinite(numbers)][0]}")
    return numbers


def same(got: ArrayLike, wanted: ArrayLike, tolerance: float = 1e-6) -> bool:
    """Whether two arrays agree, relative to the largest number wanted.

    Parameters
    ----------
    got, wanted : array
        Of one shape.
    tolerance : float

    Returns
    -------
    bool
    """
    got, wanted = np.asarray(got), np.asarray(wanted)
    return bool(np.abs(got - wanted).max() <= tolerance * max(np.abs(wanted).max(), 1e-12))


def require(got: ArrayLike, wanted: ArrayLike, where: str, **mistakes: tuple) -> None:
    """Raise WrongError unless two arrays agree; name the mistake if it is a known one.

    Parameters
    ----------
    got, wanted : array
        Of one shape.
    where : str
        Where they were computed, for the message.
    **mistakes : (array, str)
        What known mistakes would have given, and what to say of them.

    Raises
    ------
    WrongError
    """
    got, wanted = np.asarray(got, np.float64), np.asarray(wanted, np.float64)
    if same(got, wanted):
        return
    for would_give, message in mistakes.values():
        if same(got, would_give):
            raise WrongError(message)
    worst = np.unravel_index(np.abs(got - wanted).argmax(), got.shape)
    at = f" {tuple(int(i) for i in worst)}" if worst else ""
    raise WrongError(f"{where}: expected{at} {wanted[worst]:.6g}, got {got[worst]:.6g}")
