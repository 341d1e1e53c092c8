"""The form of a layer: arguments that it takes, shapes that it returns.

These mistakes end in a TypeError or a broadcast somewhere else; here they are one sentence.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from minigan.base.backend import described
from minigan.checks.tally import Tally
from minigan.layers.base import Layer

FORWARD = "forward(self, x, *, train=True, rng=None)"
BACKWARD = "backward(self, dy, cache, *, param_grads=True)"


def check_form(tally: Tally, layer: Layer, x: np.ndarray, train: bool, rng) -> None:
    """Require the arguments, (y, cache) with y (batch, n_out), and dx of the shape of x."""
    _takes(tally, layer.forward, FORWARD, x, train=train, rng=rng)
    _takes(tally, layer.backward, BACKWARD, x, None, param_grads=True)
    tally.require(
        (layer.n_in is None) == (layer.n_out is None),
        f"n_in is {layer.n_in} and n_out {layer.n_out}: give both widths, or None for both if "
        f"any width passes through",
    )
    result = layer.forward(x.copy(), train=train, rng=rng)
    tally.require(
        isinstance(result, tuple) and len(result) == 2,
        f"forward returns {_described(result)}, expected two things: y, cache",
    )
    y, cache = result
    check_shape(tally, y, len(x), x.shape[1] if layer.n_out is None else layer.n_out)
    dx = layer.backward(np.ones_like(y), cache, param_grads=True)
    tally.require(dx is not None, "backward returns None, expected the gradient at x: return dx")
    tally.require(
        np.shape(dx) == x.shape, f"backward gives dx of shape {np.shape(dx)} for x of {x.shape}"
    )


def check_shape(tally: Tally, y, batch: int, n_out: int) -> None:
    """Require that an output is an array (batch, n_out)."""
    tally.require(
        isinstance(y, np.ndarray) and y.shape == (batch, n_out),
        f"forward gives y of {_described(y)}, expected shape (batch, n_out) = ({batch}, {n_out})",
    )


def _described(result) -> str:
    return f"shape {result.shape}" if isinstance(result, np.ndarray) else described(result)


def _takes(tally: Tally, method: Callable, expected: str, *given, **named) -> None:
    try:
        inspect.signature(method).bind(*given, **named)
    except TypeError as error:
        found = f"{method.__name__}{inspect.signature(method)}"
        tally.fail(f"expected {expected}, got {found}: {error}")
