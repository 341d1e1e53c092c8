"""Starting values of a layer's parameters: an initialiser, a number or an array, checked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.layers.initialisers import glorot

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


def starting_weights(where: str, weights: Initialiser | None) -> Initialiser:
    """The initialiser, or ``glorot()`` for None; InputError for anything else."""
    if weights is None:
        return glorot()
    if not callable(weights):
        raise InputError(f"{where}: expected an initialiser as weights, got {weights!r}")
    return weights


def starting_bias(
    where: str, bias: float | np.ndarray | Initialiser, shape: tuple[int]
) -> Initialiser:
    """Initialiser of a bias: the one given, or one that returns the finite number or array given.

    InputError if it is not finite, or an array of another shape.
    """
    if callable(bias):
        return bias
    try:
        numbers = np.array(bias, np.float64)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if not np.isfinite(numbers).all():
        raise InputError(f"{where}: expected a finite bias, got {bias!r}")
    if numbers.shape not in ((), shape):
        raise InputError(f"{where}: expected a bias of shape {shape}, got {numbers.shape}")
    return partial(_given, numbers)


def _given(numbers, rng, shape):
    return np.broadcast_to(numbers, shape)
