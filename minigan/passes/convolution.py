"""Passes of networks of images: arrays (features, batch) are (channels, rows, columns, batch).

So nothing is transposed: a pixel of all windows is cut and pasted by runs of a whole batch, W^T P
is the output as it stands, and a channel is one run, as batch norm likes it. Windows are cut again
in backward; to keep them would gain 1.5 % of a step of DCGAN, for a third more memory of a pass.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

import math

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.batch_norm import BatchNorm
from minigan.layers.conv2d import Conv2D
from minigan.layers.conv_transpose2d import ConvTranspose2D
from minigan.passes.layer_pass import LayerPass


class WindowsPass(LayerPass):
    """Base of the convolutions: memory for windows as columns, which all passes share."""

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._dx = empty(x.shape, x.dtype)
        places = layer._windows
        self._rows = places.shape[0] * places.size**2
        self._size = self._rows * math.prod(places.count)
        self.scratch_size = self._size * x.shape[1]

    def share(self, scratch):
        self._scratch = scratch

    def _columns(self):
        """The memory, (channels k k, windows batch)."""
        return self._scratch[: self._size * self.x.shape[1]].reshape(self._rows, -1)

    def _cut(self, images):
        return self.layer._windows.cut(images.T, self._columns())

    def _add_grads(self, of_W, dy):
        self.layer.dW += of_W
        self.layer.db += self.layer._db(dy.T)


class Conv2DPass(WindowsPass):
    """Y = W^T cut(x) + b."""

    def forward(self, rng):
        layer = self.layer
        np.dot(layer.W.T, self._cut(self.x), out=self.y.reshape(layer.channels, -1))
        layer._add_bias(self.y.T, layer.b)

    def backward(self, dy, param_grads, input_grad):
        layer, dY = self.layer, dy.reshape(self.layer.channels, -1)
        if param_grads:
            self._add_grads(self._cut(self.x) @ dY.T, dy)
        if input_grad:
            self._dx[...] = 0
            layer._windows.paste(np.dot(layer.W, dY, out=self._columns()), self._dx.T)
        return self._dx


class ConvTranspose2DPass(WindowsPass):
    """y = paste(W^T X) + b."""

    def forward(self, rng):
        layer, X = self.layer, self.x.reshape(len(self.layer.W), -1)
        self.y.reshape(len(layer.b), -1)[...] = layer.b[:, None]
        layer._windows.paste(np.dot(layer.W.T, X, out=self._columns()), self.y.T)

    def backward(self, dy, param_grads, input_grad):
        W, dP = self.layer.W, self._cut(dy)
        if param_grads:
            self._add_grads(self.x.reshape(len(W), -1) @ dP.T, dy)
        if input_grad:
            np.dot(W, dP, out=self._dx.reshape(len(W), -1))
        return self._dx


class BatchNormPass(LayerPass):
    """y = gamma d / s + beta, where d = x - mean is kept."""

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


PASSES: dict[type[Layer], type[LayerPass]] = {
    BatchNorm: BatchNormPass,
    Conv2D: Conv2DPass,
    ConvTranspose2D: ConvTranspose2DPass,
}
