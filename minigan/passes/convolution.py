"""Passes of networks of images, on arrays (channels, rows, columns, batch): nothing is transposed.

That is the order of all arrays of passes, (features, batch). A pixel of all windows is cut out and
pasted by runs of a whole batch, W^T P is the output as it stands, and a channel is one run, which
batch norm likes. The windows P, k^2 / s^2 times as large as x, are cut again in backward: to keep
them gains 1.5 %, of a step, for a third more memory.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

import math
from itertools import product

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.batch_norm import BatchNorm
from minigan.layers.conv2d import Conv2D
from minigan.layers.conv_transpose2d import ConvTranspose2D
from minigan.layers.leaky_relu import LeakyReLU
from minigan.passes.layer_pass import LayerPass, RowByRow


def inside(n: int, windows: int, start: int, stride: int) -> tuple[slice, slice]:
    """Which of so many pixels start, start + stride, ... lie in 0..n - 1, and where they do."""
    first = max(0, -(start // stride))
    number = max(0, min(windows, (n - 1 - start) // stride + 1) - first)
    start += first * stride
    return slice(first, first + number), slice(start, start + number * stride, stride)


class WindowsPass(LayerPass):
    """Cut and paste of `minigan.layers.windows`, in memory that all passes share."""

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._dx = empty(x.shape, x.dtype)
        own = layer._windows
        self._image, self._shape = own.shape, (own.shape[0], own.size**2, *own.count)
        self.scratch_size = math.prod(self._shape) * x.shape[1]
        ways = (
            [inside(n, count, i - own.pad, own.stride) for i in range(own.size)]
            for n, count in zip(own.shape[1:], own.count, strict=True)
        )
        self._places = list(product(*ways))

    def share(self, scratch):
        self._scratch = scratch

    def _columns(self):
        """Memory for the windows as columns, (channels k k, windows batch)."""
        size = math.prod(self._shape) * self.x.shape[1]
        return self._scratch[:size].reshape(self._shape[0] * self._shape[1], -1)

    def _pixels(self, images):
        """Pixels of all windows one after another: in the columns, which are inside, and where."""
        windows = self._columns().reshape(*self._shape, -1)
        images = images.reshape(*self._image, -1)
        for p, ((r, rows), (c, columns)) in enumerate(self._places):
            yield windows[:, p], r, c, images[:, rows, columns]

    def cut(self, images):
        for pixel, r, c, there in self._pixels(images):
            pixel[:, r, c] = there
            around = pixel[:, : r.start], pixel[:, r.stop :]
            for margin in (*around, pixel[:, :, : c.start], pixel[:, :, c.stop :]):
                margin[...] = 0
        return self._columns()

    def paste(self, images):
        for pixel, r, c, there in self._pixels(images):
            there += pixel[:, r, c]

    def _add_grads(self, of_W, dy):
        self.layer.dW += of_W
        self.layer.db += dy.reshape(len(self.layer.b), -1).sum(axis=1)


class Conv2DPass(WindowsPass):
    """Y = W^T cut(x) + b."""

    def forward(self, rng):
        layer = self.layer
        np.dot(layer.W.T, self.cut(self.x), out=self.y.reshape(layer.channels, -1))
        served = self.y.reshape(len(layer.b), -1)
        served += layer.b[:, None]

    def backward(self, dy, param_grads, input_grad):
        dY = dy.reshape(self.layer.channels, -1)
        if param_grads:
            self._add_grads(self.cut(self.x) @ dY.T, dy)
        if input_grad:
            np.dot(self.layer.W, dY, out=self._columns())
            self._dx[...] = 0
            self.paste(self._dx)
        return self._dx


class ConvTranspose2DPass(WindowsPass):
    """y = paste(W^T X) + b."""

    def forward(self, rng):
        layer = self.layer
        np.dot(layer.W.T, self.x.reshape(len(layer.W), -1), out=self._columns())
        self.y.reshape(len(layer.b), -1)[...] = layer.b[:, None]
        self.paste(self.y)

    def backward(self, dy, param_grads, input_grad):
        W, dP = self.layer.W, self.cut(dy)
        if param_grads:
            self._add_grads(self.x.reshape(len(W), -1) @ dP.T, dy)
        if input_grad:
            np.dot(W, dP, out=self._dx.reshape(len(W), -1))
        return self._dx


class BatchNormPass(LayerPass):
    """y = gamma d / s + beta, where d = x - mean is kept."""

    kept = ("x", "y", "_d")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        shape = layer._channels, x.size // layer._channels
        self._d, self._dx = empty(shape, x.dtype), empty(shape, x.dtype)

    def forward(self, rng):
        layer, d = self.layer, self._d
        layer.check_batch(self.x.shape[1])
        x = self.x.reshape(d.shape)
        mean = x.mean(axis=1)
        np.subtract(x, mean[:, None], out=d)
        var = np.einsum("cn,cn->c", d, d) / d.shape[1]
        self._s, self._moments = np.sqrt(var + layer.eps), (mean, var)
        y = np.multiply(d, (layer.gamma / self._s)[:, None], out=self.y.reshape(d.shape))
        y += layer.beta[:, None]

    def backward(self, dy, param_grads, input_grad):
        layer, d, dx, s, n = self.layer, self._d, self._dx, self._s, self._d.shape[1]
        dy = dy.reshape(d.shape)
        dgamma, dbeta = np.einsum("cn,cn->c", dy, d) / s, dy.sum(axis=1)
        if param_grads:
            layer.dgamma += dgamma
            layer.dbeta += dbeta
            layer.remember(*self._moments, n)
        np.multiply(d, (dgamma / (s * n))[:, None], out=dx)
        np.subtract(dy, dx, out=dx)
        dx -= (dbeta / n)[:, None]
        dx *= (layer.gamma / s)[:, None]
        return dx.reshape(self.x.shape)


class LeakyReLUPass(RowByRow):
    """y = max(x, slope x), min if slope > 1; no selection, which takes six times as long."""

    scratch = ("_below", "_slope")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._below, self._slope = empty(y.shape, bool), empty(y.shape, y.dtype)

    def forward(self, rng):
        y, slope = self.y, self.layer.slope
        np.multiply(self.x, slope, out=y)
        (np.maximum if slope <= 1 else np.minimum)(self.x, y, out=y)

    def backward(self, dy, param_grads, input_grad):
        below, slope = self._below, self._slope  # slope = [y <= 0] slope + [y > 0]
        np.less_equal(self.y, 0, out=below)
        np.multiply(below, slope.dtype.type(self.layer.slope), out=slope)
        slope += np.logical_not(below, out=below)
        return np.multiply(dy, slope, out=dy)


PASSES: dict[type[Layer], type[LayerPass]] = {
    BatchNorm: BatchNormPass,
    Conv2D: Conv2DPass,
    ConvTranspose2D: ConvTranspose2DPass,
    LeakyReLU: LeakyReLUPass,
}
