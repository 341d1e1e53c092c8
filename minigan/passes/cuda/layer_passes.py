"""One layer's forward and backward on a GPU, on arrays that are kept between steps.

A pass belongs to one layer, one batch size and one place in a network. Arrays are
(features, batch); the array that a pass reads may end in a row of ones, for the bias. What
forward has written stays until the next forward, so that backward may run twice.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

from minigan.cuda.kernels import kernels
from minigan.cuda.products import products

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


class Tools(NamedTuple):
    """What computes on a device: the array module, its kernels, its matrix products."""

    xp: Any
    kernels: SimpleNamespace
    products: Any


def tools(xp: Any) -> Tools:
    """Tools of an array module, made once."""
    return Tools(xp, kernels(xp), products(xp))


class LayerPass:
    """Any layer: its own forward and backward, on transposed arrays.

    Parameters
    ----------
    layer : Layer
    x : array, shape (n_in, batch)
        Where the input will stand.
    y : array, shape (n_out, batch)
        Where the output goes.
    tools : Tools
    """

    needs_ones = False
    capturable = False  # whatever the layer does, it may be more than launch kernels

    def __init__(self, layer: Any, x, y, tools: Tools):
        self.layer, self.x, self.y, self._tools = layer, x, y, tools

    def forward(self, rng) -> None:
        """Write the layer's output into ``y``."""
        y, self._cache = self.layer.forward(self.x.T, train=True, rng=rng)
        self.y[...] = y.T

    def backward(self, dy, *, param_grads: bool, input_grad: bool):
        """Gradient at ``x``; the parameters' gradients replace what stood in ``grads``."""
        if param_grads:
            self.layer.flat_grads[...] = 0
        return self.layer.backward(dy.T, self._cache, param_grads=param_grads).T


class ActivationPass(LayerPass):
    """y = f(x), one kernel; dx = dy f'(x), another, in the place of dy."""

    capturable = True
    names: ClassVar[dict[type[Layer], str]] = {
        ReLU: "relu",
        LeakyReLU: "leaky_relu",
        Sigmoid: "sigmoid",
        Softplus: "softplus",
        Tanh: "tanh",
    }

    def __init__(self, layer, x, y, tools):
        super().__init__(layer, x, y, tools)
        name = self.names[type(layer)]
        self._f = getattr(tools.kernels, name)
        self._f_backward = getattr(tools.kernels, f"{name}_backward")
        self._c = getattr(layer, "slope", 0.0)

    def forward(self, rng):
        self._f(self.x, self._c, self.y)

    def backward(self, dy, *, param_grads, input_grad):
        self._f_backward(self.x, self.y, dy, self._c, dy)
        return dy


class DropoutPass(LayerPass):
    """y = x * mask / keep: the mask is made where it is needed, from uniform numbers.

    All dropout layers of a plan share one array of them, so that one call draws them all.
    """

    capturable = True

    def __init__(self, layer, x, y, tools):
        super().__init__(layer, x, y, tools)
        self._scale = float(y.dtype.type(1 / layer.keep))

    def take(self, uniform) -> None:
        """Remember where the uniform numbers will stand."""
        self._uniform = uniform.reshape(self.y.shape)

    def draw(self, rng) -> None:
        """Draw on the computer, as the layer does there; 1 where it hides, 0 where it keeps."""
        self._uniform[...] = rng.moved(lambda host: ~self.layer.draw(host, self.y.shape))

    def _masked(self, values, out):
        self._tools.kernels.dropout(values, self._uniform, self.layer.keep, self._scale, out)
        return out

    def forward(self, rng):
        self._masked(self.x, self.y)

    def backward(self, dy, *, param_grads, input_grad):
        return self._masked(dy, dy)


class GaussianNoisePass(LayerPass):
    """y = x + std * e: std * e is drawn first, outside what is captured, since std may change."""

    capturable = True

    def __init__(self, layer, x, y, tools):
        super().__init__(layer, x, y, tools)
        self._noise = tools.xp.empty_like(y)

    def draw(self, rng) -> None:
        """Draw std * e."""
        e = rng.standard_normal(self._noise.shape, dtype=self._noise.dtype)
        self._tools.xp.multiply(e, self.layer.std, out=self._noise)

    def forward(self, rng):
        self._tools.xp.add(self.x, self._noise, out=self.y)

    def backward(self, dy, *, param_grads, input_grad):
        return dy


class LinearPass(LayerPass):
    """y = [W; b]^T [x; 1]: the bias inside the product, and so in its gradient.

    Parameters
    ----------
    layer : Affine
    x : array, shape (n_in + 1, batch)
        Input, with a last row of ones.
    y : array, shape (columns of W, batch)
        Where the output goes.
    tools : Tools
    """

    needs_ones = True
    capturable = True

    def __init__(self, layer, x, y, tools):
        super().__init__(layer, x, y, tools)
        rows, columns = layer.W.shape[0] + 1, layer.W.shape[1]
        self._Wb = layer.flat_params.reshape(rows, columns)  # b lies behind W
        self._dWb = layer.flat_grads.reshape(rows, columns)
        self._dx = tools.xp.empty((rows - 1, x.shape[1]), x.dtype)

    def forward(self, rng):
        self._tools.products.product(self._Wb.T, self.x, self.y)

    def backward(self, dy, *, param_grads, input_grad):
        if param_grads:
            self._tools.products.product(self.x, dy.T, self._dWb)
        if not input_grad:
            return None
        self._tools.products.product(self._Wb[:-1], dy, self._dx)
        return self._dx


class MaxoutPass(LayerPass):
    """A linear pass into z, then the maximum over its pieces; backward, dy at the winners."""

    needs_ones = True
    capturable = True

    def __init__(self, layer, x, y, tools):
        super().__init__(layer, x, y, tools)
        self._z = tools.xp.empty((layer.pieces * layer.n_out, y.shape[1]), y.dtype)
        self._dz = tools.xp.empty_like(self._z)
        self._linear = LinearPass(layer, x, self._z, tools)

    def forward(self, rng):
        self._linear.forward(rng)
        self._tools.kernels.maxout(self._z, self.layer.pieces, self.y.size, self.y)

    def backward(self, dy, *, param_grads, input_grad):
        y, z, dz = self.y, self._z, self._dz
        self._tools.kernels.maxout_backward(y, dy, z, self.layer.pieces, y.size, dz)
        return self._linear.backward(dz, param_grads=param_grads, input_grad=input_grad)


PASSES: dict[type[Layer], type[LayerPass]] = {
    Linear: LinearPass,
    Maxout: MaxoutPass,
    Dropout: DropoutPass,
    GaussianNoise: GaussianNoisePass,
    **dict.fromkeys(ActivationPass.names, ActivationPass),
}


def pass_for(layer: Layer) -> type[LayerPass]:
    """Fastest pass that knows the layer; exactly its class, since a subclass may differ."""
    if isinstance(layer, Dropout) and layer.keep == 1:
        return LayerPass  # it draws nothing
    return PASSES.get(type(layer), LayerPass)
