"""Elementwise passes and updates compiled by numba: what the extra ``fast`` adds, bit for bit.

NumPy goes through memory once for each operation. Compiled, the winners of maxout, ReLU, and an
optimizer's update go through it once; the operations, and so the bits, are the same: without
``fastmath`` the compiler may neither reorder nor fuse them. (The maximum of maxout stays NumPy's,
which is as fast.)
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.maxout import Maxout
from minigan.layers.relu import ReLU
from minigan.passes.cpu import MaxoutPass
from minigan.passes.layer_pass import LayerPass, RowByRow

HAS_NUMBA = find_spec("numba") is not None
if HAS_NUMBA:  # without it this file can be read, and `minigan.passes.extra` leaves it alone
    from numba import njit


def compiled(function: Any) -> Any:
    """Function compiled by numba, once and for all processes; as it is where there is no numba.

    It divides as NumPy divides, and other threads may run beside it.
    """
    if not HAS_NUMBA:
        return function
    how: Any = {"error_model": "numpy", "nogil": True}
    try:
        return njit(function, cache=True, **how)
    except RuntimeError:  # there is no directory that can be written to
        return njit(function, **how)


AT_ONCE = 2048  # numbers of a piece, which then stay in the cache of level 1


@compiled
def to_winners(z, y, dy, dz, first):
    """dz (pieces, n): dy at the first piece that is y, 0 at the others; dy is used up.

    ``y`` and ``dy`` (m,) begin at number ``first`` of each piece.
    """
    last = len(z) - 1
    zero = dy.dtype.type(0)
    for start in range(0, y.size, AT_ONCE):
        here = slice(start, start + AT_ONCE)
        top, left = y[here], dy[here]
        there = slice(first + start, first + start + top.size)
        for k in range(last):
            piece, out = z[k, there], dz[k, there]
            for i in range(top.size):
                won = left[i] if piece[i] == top[i] else zero
                out[i] = won
                left[i] -= won
        dz[last, there] = left


@compiled
def rectify(x, y):
    """y = max(x, 0), NaN where x is NaN."""
    zero = x.dtype.type(0)
    for i in range(x.size):
        y[i] = zero if x[i] <= 0 else x[i]


@compiled
def where_positive(y, dy):
    """dy where y > 0, and 0 elsewhere, in place."""
    one, zero = dy.dtype.type(1), dy.dtype.type(0)
    for i in range(y.size):
        dy[i] *= one if y[i] > 0 else zero


@compiled
def sgd(params, grads, velocity, mu, lr):
    """v <- mu v - lr g, theta <- theta + v, in place."""
    for i in range(params.size):
        velocity[i] = velocity[i] * mu - grads[i] * lr
        params[i] += velocity[i]


@compiled
def adam(params, grads, m, v, beta1, rest1, beta2, rest2, eps, rate):
    """The two moments, of which rest1 and rest2 are the new gradient's part, and theta."""
    for i in range(params.size):
        m[i] = m[i] * beta1 + grads[i] * rest1
        v[i] = v[i] * beta2 + grads[i] * grads[i] * rest2
        params[i] -= m[i] / (np.sqrt(v[i]) + eps) * rate


class CompiledMaxoutPass(MaxoutPass):
    """Maxout whose winners are found in one go through memory."""

    _begin = 0  # number of a piece at which y begins

    def of_units(self, rows):
        twin = super().of_units(rows)
        twin._begin = rows.start * self.y.shape[1]
        return twin

    def at_product(self, dy):
        z, dz = (self._by_piece(it) for it in (self._z, self._dz))
        to_winners(z, self.y.reshape(-1), dy.reshape(-1), dz, self._begin)
        return self._dz

    def _by_piece(self, z):
        """Pieces (pieces, n) of z; of one batch beside others, a copy."""
        return z.reshape(self.layer.pieces, -1)


class CompiledReLUPass(RowByRow):
    """ReLU without an array of zeros."""

    scratch = ()

    def forward(self, rng):
        rectify(self.x.reshape(-1), self.y.reshape(-1))

    def backward(self, dy, param_grads, input_grad):
        where_positive(self.y.reshape(-1), dy.reshape(-1))
        return dy


PASSES: dict[type[Layer], type[LayerPass]] = {Maxout: CompiledMaxoutPass, ReLU: CompiledReLUPass}


def update(kernel: Any, vectors: Sequence[np.ndarray], scratch: object, *numbers: float) -> None:
    """Run ``sgd`` or ``adam`` on vectors of one dtype, with its numbers rounded to it."""
    kernel(*vectors, *map(vectors[0].dtype.type, numbers))
