"""The form of a layer: arguments that it takes, shapes that it returns.

These mistakes end in a TypeError or a broadcast somewhere else; here they are one sentence.
"""

from __future__ import annotations

import inspect

import numpy as np

from minigan.checks.tally import Tally
from minigan.layers.base import Layer


def check_arguments(tally: Tally, layer: Layer) -> None:
    """Require the arguments with which a network calls a layer."""
    for method, names, given, keyword in (
        (layer.forward, "x, *, train=True, rng=None", 1, {"train": True, "rng": None}),
        (layer.backward, "dy, cache, *, param_grads=True", 2, {"param_grads": True}),
    ):
        try:
            inspect.signature(method).bind(*[None] * given, **keyword)
        except TypeError as error:
            what, found = method.__name__, inspect.signature(method)
            tally.fail(f"{layer}: expected {what}(self, {names}), got {what}{found}: {error}")


def check_form(tally: Tally, layer: Layer, x: np.ndarray, train: bool, rng) -> None:
    """Require (y, cache) with y (batch, n_out), and dx of the shape of x."""
    tally.require(
        (layer.n_in is None) == (layer.n_out is None),
        f"n_in is {layer.n_in} and n_out {layer.n_out}: give both, or None twice if any width "
        f"passes through",
    )
    result = layer.forward(x.copy(), train=train, rng=rng)
    tally.require(
        isinstance(result, tuple) and len(result) == 2,
        f"forward returns {type(result).__name__}, expected two things: y, cache",
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
        f"forward gives y of shape {np.shape(y)}, expected (batch, n_out) = ({batch}, {n_out})",
    )
