"""Passes of CuPy: the formulas of `minigan.layers` in one or two launches each."""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.dropout import Dropout
from minigan.layers.gaussian_noise import GaussianNoise
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.linear import Linear
from minigan.layers.maxout import Maxout
from minigan.layers.relu import ReLU
from minigan.layers.sigmoid import Sigmoid
from minigan.layers.softplus import Softplus
from minigan.layers.tanh import Tanh
from minigan.passes.cuda.kernels import kernels
from minigan.passes.cuda.products import products
from minigan.passes.layer_pass import LayerPass


class DrawLater:
    """Stands in for a random generator while passes are recorded: notes who would have drawn."""

    def __init__(self) -> None:
        self._noted: list[tuple[RandomPass, slice]] = []

    def note(self, each: RandomPass, columns: slice) -> None:
        """Remember that a pass needs random numbers for one batch."""
        self._noted.append((each, columns))

    def draw(self, rng: Any) -> None:
        """Let all of them draw, in their order."""
        for each, columns in self._noted:
            each.draw_ahead(rng, columns)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"rng.{name}: drawn inside the turn, not by a sampler or a layer")


class LinearPass(LayerPass):
    """y = [W; b]^T [x; 1]: the bias inside the product, and so in its gradient."""

    needs_ones = True

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        rows, outputs = layer.W.shape[0] + 1, layer.W.shape[1]
        self._Wb = layer.flat_params.reshape(rows, outputs)  # b lies behind W in the flat vector
        self._dWb = layer._gradients.memory.reshape(rows, outputs)
        self._dx = empty((rows - 1, x.shape[1]), x.dtype)
        self._kernels, self._product = kernels(layer.xp), products(layer.xp).product

    def forward(self, rng):
        self._product(self._Wb.T, self.x, self.y)

    def backward(self, dy, param_grads, input_grad):
        if param_grads:
            gradients = self.layer._gradients
            self._product(self.x, dy.T, self._dWb, add=not gradients.due)
            gradients.due = False
        if input_grad:
            self._product(self._Wb[:-1], dy, self._dx)
        return self._dx


class MaxoutPass(LinearPass):
    """A linear pass into z, then the maximum over its pieces; backward, dy at the winners."""

    kept = ("x", "y", "_z")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._z = empty((layer.pieces * len(y), y.shape[1]), y.dtype)
        self.scratch_size = self._z.size

    def share(self, scratch):
        self._dz = scratch[: self._z.size].reshape(self._z.shape)

    def part(self, i, columns):
        twin: Any = super().part(i, columns)
        twin._dz = self.layer.xp.empty(twin._z.shape, twin._z.dtype)
        return twin

    def forward(self, rng):
        self._product(self._Wb.T, self.x, self._z)
        self._kernels.maxout(self._z, self.layer.pieces, self.y.size, self.y)

    def backward(self, dy, param_grads, input_grad):
        y, z, dz = self.y, self._z, self._dz
        self._kernels.maxout_backward(y, dy, z, self.layer.pieces, y.size, dz)
        return super().backward(dz, param_grads, input_grad)


class ActivationPass(LayerPass):
    """y = f(x), one kernel; dx = dy f'(x), another, in the place of dy."""

    scratch = ()

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        made, name = kernels(layer.xp), type(layer).__name__
        self._f, self._f_backward = getattr(made, name), getattr(made, f"{name}_backward")

    @property
    def _c(self) -> float:
        """Constant in the formula, if it has one."""
        return self.layer.slope if type(self.layer) is LeakyReLU else 0.0

    def forward(self, rng):
        self._f(self.x, self._c, self.y)

    def backward(self, dy, param_grads, input_grad):
        self._f_backward(self.x, self.y, dy, self._c, dy)
        return dy


class RandomPass(LayerPass):
    """Random numbers in memory of their own, so that they can be drawn before the pass."""

    kept = ("x", "y", "_drawn")
    scratch = ()

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._drawn = empty(y.shape, y.dtype)

    def draw(self, rng, columns):
        if type(rng) is DrawLater:
            rng.note(self, columns)
        else:
            self.draw_ahead(rng, columns)

    def draw_ahead(self, rng: Any, columns: slice) -> None:
        """Write what the layer draws for one batch to where forward finds it, soon or later."""
        drawn = self._drawn[:, columns]
        drawn[...] = self.layer.draw(rng, drawn.T.shape, drawn.dtype).T


class DropoutPass(RandomPass):
    """y = x * mask / keep; of the GPU's own numbers, the mask is made where it is used."""

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._uniform: list[tuple[slice, Any]] = []

    def draw(self, rng, columns):
        if type(rng) is self.layer.xp.random.Generator and self.layer.keep < 1:
            shape = len(self.y), columns.stop - columns.start
            self._uniform.append((columns, rng.random(shape, dtype=np.float32)))
        else:
            super().draw(rng, columns)

    def draw_ahead(self, rng, columns):
        if self.layer.keep == 1:
            self._drawn[:, columns] = 1
        else:
            super().draw_ahead(rng, columns)

    def forward(self, rng):
        if not self._uniform:
            self.layer.xp.multiply(self.x, self._drawn, out=self.y)
        keep = self.layer.keep
        for columns, uniform in self._uniform:
            x, y, mask = (each[:, columns] for each in (self.x, self.y, self._drawn))
            kernels(self.layer.xp).dropout(x, uniform, keep, 1 / keep, y, mask)
        self._uniform = []

    def backward(self, dy, param_grads, input_grad):
        return self.layer.xp.multiply(dy, self._drawn, out=dy)


class GaussianNoisePass(RandomPass):
    """y = x + std * e."""

    def forward(self, rng):
        self.layer.xp.add(self.x, self._drawn, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        return dy


PASSES: dict[type[Layer], type[LayerPass]] = {
    Dropout: DropoutPass,
    GaussianNoise: GaussianNoisePass,
    Linear: LinearPass,
    Maxout: MaxoutPass,
    **dict.fromkeys((ReLU, LeakyReLU, Sigmoid, Softplus, Tanh), ActivationPass),
}
