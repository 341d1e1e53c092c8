"""Starting values of a layer's parameters: an initialiser, a number or an array, checked."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.validation import shown
from minigan.layers.initialisers import glorot

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


def starting_weights(where: str, weights: Initialiser | None) -> Initialiser:
    """The initialiser, or ``glorot()`` for None; InputError for anything else."""
    return glorot() if weights is None else _initialiser(where, "weights", weights)


def starting_bias(
    where: str, bias: float | np.ndarray | Initialiser, shape: tuple[int]
) -> Initialiser:
    """Initialiser of a bias: the one given, or one that returns the finite number or array given.

    InputError if it is not finite, or an array of another shape.
    """
    if callable(bias):
        return _initialiser(where, "bias", bias)
    try:
        numbers = np.array(bias, np.float64)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if not np.isfinite(numbers).all():
        raise InputError(f"{where}: expected a finite bias, got {shown(bias)}")
    if numbers.shape not in ((), shape):
        raise InputError(f"{where}: expected a bias of shape {shape}, got {numbers.shape}")
    return partial(_given, numbers)


def start(where: object, name: str, view: np.ndarray, initialiser: Initialiser, rng) -> None:
    """Fill a parameter, or a part of it, by its initialiser, which must give just this shape."""
    numbers = np.asarray(initialiser(rng, view.shape))
    if numbers.shape != view.shape or numbers.dtype.kind not in "fiub":
        raise InputError(
            f"{where}: expected numbers of shape {view.shape} from the initialiser of {name}, "
            f"got {described(numbers)}"
        )
    with np.errstate(over="ignore"):  # the network refuses what is not finite
        view[...] = numbers


def _initialiser(where: str, what: str, given) -> Initialiser:
    """The function, if it can be called with rng and shape, which ``he`` without () cannot."""
    try:
        inspect.signature(given).bind(None, ())
    except ValueError:  # compiled, without a signature
        return given
    except TypeError:
        raise InputError(
            f"{where}: expected an initialiser as {what}, a function of rng and shape as he() is, "
            f"got {shown(given)}"
        ) from None
    return given


def _given(numbers, rng, shape):
    return np.broadcast_to(numbers, shape)
