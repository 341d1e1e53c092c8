"""Passes of NumPy: the formulas of `minigan.layers`, written into memory that exists already."""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.dropout import Dropout
from minigan.layers.gaussian_noise import GaussianNoise
from minigan.layers.gradients import Gradients
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.linear import Linear
from minigan.layers.maxout import Maxout
from minigan.layers.relu import ReLU
from minigan.layers.sigmoid import Sigmoid
from minigan.layers.tanh import Tanh
from minigan.passes.layer_pass import LayerPass, RowByRow


def narrow(rows: int, columns: int, batch: int) -> bool:
    """Whether dW^T = dy x^T and a copy of it take less time than dW = x dy^T.

    Measured: they do where ``x`` is much the smaller, as in front of a maxout layer. With
    33 rows, 160 columns and 256 examples, 22 against 29 us by OpenBLAS's AVX-512 kernels,
    29 against 30 by those for AVX2; on wide layers the copy costs more than it gains.
    """
    return 4 * rows < min(columns, batch)


class LinearPass(LayerPass):
    """y = [W; b]^T [x; 1]: the bias inside the product, and so in its gradient."""

    needs_ones = True

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        rows, outputs = layer.W.shape[0] + 1, layer.W.shape[1]
        Wb = layer.flat_params.reshape(rows, outputs)  # b lies behind W in the flat vector
        self._Wb_T, self._W = Wb.T, Wb[:-1]
        self._out, self._gradients = y, layer._gradients
        self._dWb = self._gradients.memory.reshape(rows, outputs)
        self.outputs, self.operations = outputs, 2 * rows * outputs * x.shape[1]
        self._dx = empty((rows - 1, x.shape[1]), x.dtype)
        self._dWb_T = None
        if narrow(rows, outputs, x.shape[1]):
            self._dWb_T = empty((outputs, rows), x.dtype)
        self.has_units = self._dWb_T is None

    def product(self, rows):
        """Function that computes some rows of the product, with the bits of the whole."""
        return partial(np.matmul, self._Wb_T[rows], self.x, out=self._out[rows])

    def of_inputs(self, rows):
        """Pass backward to some of its inputs, in the same memory; with the last goes b."""
        twin = copy.copy(self)
        twin._gradients = Gradients(self._gradients.memory)  # each marks what it has written
        twin._W, twin._dx = self._W[rows], self._dx[rows]
        with_b = slice(rows.start, None if rows.stop == len(self._W) else rows.stop)
        twin.x, twin._dWb = self.x[with_b], self._dWb[with_b]
        return twin

    def forward(self, rng):
        np.dot(self._Wb_T, self.x, out=self.y)

    def of_product(self, dz, param_grads, input_grad):
        if param_grads:
            self._backward_params(dz)
        return np.dot(self._W, dz, out=self._dx) if input_grad else None

    backward = of_product

    def _backward_params(self, dy):
        """Gradient of W, and that of b in the row of ones."""
        gradients = self._gradients
        if not gradients.due:
            self._dWb += np.dot(self.x, dy.T)
            return
        gradients.due = False
        if self._dWb_T is None:
            np.dot(self.x, dy.T, out=self._dWb)
        else:
            np.dot(dy, self.x.T, out=self._dWb_T)
            self._dWb[...] = self._dWb_T.T


class MaxoutPass(LinearPass):
    """A linear pass into z, then the maximum over its pieces.

    dz is dy at the winning piece and 0 at the others, found without a mask. At a winner
    z - y = 0, and all its bits are 0. At a loser z - y < 0: the sign bit is set, and the
    same bits read as an unsigned integer are 2^31 or more. So dz is dy with its bits
    shifted left by that integer: by nothing, or all of them out. What a piece has won is
    taken from dy; so of equal pieces the first wins, and what is left is the last one's.
    """

    kept = ("x", "y", "_z")

    def __init__(self, layer, x, y, columns, empty):
        self._z = empty((layer.pieces * len(y), y.shape[1]), y.dtype)
        super().__init__(layer, x, y, columns, empty)
        self._out, self.scratch_size = self._z, self._z.size

    def share(self, scratch):
        self._dz = scratch[: self._z.size].reshape(self._z.shape)
        self._look_at_pieces()

    def part(self, i, columns):
        twin: Any = super().part(i, columns)
        twin._dz = np.empty(twin._z.shape, twin._z.dtype)
        twin._look_at_pieces()
        return twin

    def _look_at_pieces(self, rows=slice(None)):
        """Views of z, dz and the bits of dz, piece by piece."""
        shape = self.layer.pieces, *self.y.shape
        self._unsigned = np.dtype(f"u{self.y.itemsize}")
        self._pieces, dz = (z.reshape(shape)[:, rows] for z in (self._z, self._dz))
        *self._first_pieces, (_, self._last_dz, _) = zip(
            self._pieces, dz, dz.view(self._unsigned), strict=True
        )

    def of_units(self, rows):
        """Pass between z and some rows of y, in the same memory."""
        twin: Any = copy.copy(self)
        twin._look_at_pieces(rows)
        twin.y = self.y[rows]
        return twin

    def forward(self, rng):
        np.dot(self._Wb_T, self.x, out=self._z)
        self.take_maximum()

    def take_maximum(self):
        """Write y = max over pieces of z."""
        np.maximum.reduce(self._pieces, axis=0, out=self.y)

    def at_product(self, dy):
        y, dy_bits = self.y, dy.view(self._unsigned)
        for z, dz, bits in self._first_pieces:
            np.subtract(z, y, out=dz)
            np.left_shift(dy_bits, bits, out=bits)
            np.subtract(dy, dz, out=dy)
        self._last_dz[...] = dy
        return self._dz

    def backward(self, dy, param_grads, input_grad):
        return self.of_product(self.at_product(dy), param_grads, input_grad)


class ReLUPass(RowByRow):
    """y = max(x, 0), by an array of zeros: four times as fast as by the number 0."""

    scratch = ("_zeros", "_active")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._zeros, self._active = np.zeros_like(y), empty(y.shape, bool)

    def forward(self, rng):
        np.maximum(self.x, self._zeros, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        np.greater(self.y, self._zeros, out=self._active)
        return np.multiply(dy, self._active, out=dy)


class LeakyReLUPass(RowByRow):
    """y = max(x, slope x), or min: without a selection, which takes six times as long."""

    scratch = ("_below", "_s")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._below, self._s = empty(y.shape, bool), empty(y.shape, y.dtype)

    def forward(self, rng):
        slope = self.layer.slope
        np.multiply(self.x, slope, out=self.y)
        (np.maximum if slope <= 1 else np.minimum)(self.x, self.y, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        below = np.less_equal(self.x, 0, out=self._below)
        s = np.multiply(below, self._s.dtype.type(self.layer.slope), out=self._s)
        s += np.logical_not(below, out=below)  # exactly slope or 1
        return np.multiply(dy, s, out=dy)


class SigmoidPass(RowByRow):
    """y = e^n / (1 + e^-|x|) with n = min(x, 0): no exponential can overflow."""

    scratch = ("_zeros", "_e")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._zeros, self._e = np.zeros_like(y), empty(y.shape, y.dtype)

    def forward(self, rng):
        y, e = self.y, self._e
        np.abs(self.x, out=e)
        np.negative(e, out=e)
        np.exp(e, out=e)
        e += 1
        np.minimum(self.x, self._zeros, out=y)
        np.exp(y, out=y)
        y /= e

    def backward(self, dy, param_grads, input_grad):
        slope = np.subtract(1, self.y, out=self._e)
        slope *= self.y  # dy/dx = y (1 - y)
        return np.multiply(dy, slope, out=dy)


class TanhPass(RowByRow):
    """y = tanh(x)."""

    scratch = ("_slope",)

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._slope = empty(y.shape, y.dtype)

    def forward(self, rng):
        np.tanh(self.x, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        slope = np.multiply(self.y, self.y, out=self._slope)
        np.subtract(1, slope, out=slope)  # dy/dx = 1 - y^2
        return np.multiply(dy, slope, out=dy)


class DropoutPass(RowByRow):
    """y = x * mask / keep, the mask as numbers: half the time of a product with booleans."""

    kept = ("x", "y", "_mask")
    scratch = ()

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._mask = empty(y.shape, y.dtype)

    def draw(self, rng, columns):
        mask = self._mask[:, columns]
        mask[...] = 1 if self.layer.keep == 1 else self.layer.draw(rng, mask.T.shape, mask.dtype).T

    def forward(self, rng):
        np.multiply(self.x, self._mask, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        return np.multiply(dy, self._mask, out=dy)


class GaussianNoisePass(RowByRow):
    """y = x + std * e: the noise is drawn where y will stand."""

    scratch = ()

    def draw(self, rng, columns):
        y = self.y[:, columns]
        y[...] = self.layer.draw(rng, y.T.shape, y.dtype).T

    def forward(self, rng):
        self.y += self.x

    def backward(self, dy, param_grads, input_grad):
        return dy


PASSES: dict[type[Layer], type[LayerPass]] = {
    Dropout: DropoutPass,
    GaussianNoise: GaussianNoisePass,
    LeakyReLU: LeakyReLUPass,
    Linear: LinearPass,
    Maxout: MaxoutPass,
    ReLU: ReLUPass,
    Sigmoid: SigmoidPass,
    Tanh: TanhPass,
}
