"""Passes of networks of images, on arrays (channels, rows, columns, batch).

That is the order of all arrays here, (features, batch), so nothing is transposed. A pixel of all
windows is cut out and pasted back by runs of a whole batch; W^T P is the output as it stands; the
numbers of a channel are neighbours, which batch norm likes. The windows that a convolution cuts
out of x, P, are kept for backward.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minigan.layers.base import Layer
from minigan.layers.batch_norm import BatchNorm
from minigan.layers.conv2d import Conv2D
from minigan.layers.conv_transpose2d import ConvTranspose2D
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.windows import Windows
from minigan.passes.layer_pass import LayerPass, RowByRow


def inside(n: int, windows: int, start: int, stride: int) -> tuple[slice, slice]:
    """Of pixels start, start + stride, ... of n, one a window: which windows, and where in 0..n."""
    first = max(0, -(start // stride))
    number = max(0, min(windows, (n - 1 - start) // stride + 1) - first)
    start += first * stride
    return slice(first, first + number), slice(start, start + number * stride, stride)


class WindowsPass(LayerPass):
    """Base of the convolutions: cut and paste without a margin, and the bias.

    Windows are (channels, k, k, *count, batch); those of backward, or of the transposed forward,
    stand in memory that all passes share.
    """

    windows: np.ndarray

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._dx = empty(x.shape, x.dtype)
        places: Windows = layer._windows
        self._image, size = places.shape, places.size
        self._shape = (places.shape[0], size, size, *places.count)
        self.scratch_size = int(np.prod(self._shape)) * x.shape[1]
        down, across = (
            [inside(n, count, i - places.pad, places.stride) for i in range(size)]
            for n, count in zip(places.shape[1:], places.count, strict=True)
        )
        self._places = [(i, j, *down[i], *across[j]) for i in range(size) for j in range(size)]

    def share(self, scratch):
        self._scratch = scratch

    def at_hand(self, batch: int) -> np.ndarray:
        """Shared memory for the windows of so many examples."""
        return self._scratch[: self.scratch_size // self.x.shape[1] * batch].reshape(
            *self._shape, batch
        )

    def _pairs(self, images, windows) -> Iterator[tuple]:
        """Each pixel of the windows: all of them, those inside the image, and their pixels."""
        images = images.reshape(*self._image, -1)
        for i, j, r, rows, c, columns in self._places:
            yield windows[:, i, j], (r, c), images[:, rows, columns]

    def cut(self, images, windows) -> np.ndarray:
        """All windows, a column each: (channels k k, windows batch)."""
        for every, (r, c), pixels in self._pairs(images, windows):
            every[:, r, c] = pixels
            for beyond in (every[:, : r.start], every[:, r.stop :]):
                beyond[...] = 0
            for beyond in (every[:, r, : c.start], every[:, r, c.stop :]):
                beyond[...] = 0
        return _columns(windows)

    def paste(self, windows, images) -> None:
        """Add each window to the images where `cut` takes it from."""
        for every, (r, c), pixels in self._pairs(images, windows):
            pixels += every[:, r, c]

    def _add_db(self, dy) -> None:
        self.layer.db += dy.reshape(len(self.layer.b), -1).sum(axis=1)


def _columns(windows: np.ndarray) -> np.ndarray:
    return windows.reshape(windows.shape[0] * windows.shape[1] ** 2, -1)


class Conv2DPass(WindowsPass):
    """Y = W^T P + b with P = cut(x), which is kept."""

    kept = ("x", "y", "_P")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._P = empty((*self._shape, x.shape[1]), x.dtype)

    def forward(self, rng):
        layer, y = self.layer, self.y
        P = self.cut(self.x, self._P)
        np.dot(layer.W.T, P, out=y.reshape(layer.channels, -1))
        served = y.reshape(len(layer.b), -1)
        served += layer.b[:, None]

    def backward(self, dy, param_grads, input_grad):
        layer = self.layer
        dY = dy.reshape(layer.channels, -1)
        if param_grads:
            layer.dW += _columns(self._P) @ dY.T
            self._add_db(dy)
        if not input_grad:
            return None
        dP = self.at_hand(dy.shape[1])
        np.dot(layer.W, dY, out=_columns(dP))
        self._dx[...] = 0
        self.paste(dP, self._dx)
        return self._dx


class ConvTranspose2DPass(WindowsPass):
    """y = paste(W^T X) + b."""

    def forward(self, rng):
        layer = self.layer
        painted = self.at_hand(self.x.shape[1])
        X = self.x.reshape(len(layer.W), -1)
        np.dot(layer.W.T, X, out=_columns(painted))
        self.y.reshape(len(layer.b), -1)[...] = layer.b[:, None]
        self.paste(painted, self.y)

    def backward(self, dy, param_grads, input_grad):
        layer = self.layer
        dP = self.cut(dy, self.at_hand(dy.shape[1]))
        if param_grads:
            layer.dW += self.x.reshape(len(layer.W), -1) @ dP.T
            self._add_db(dy)
        if not input_grad:
            return None
        np.dot(layer.W, dP, out=self._dx.reshape(len(layer.W), -1))
        return self._dx


class BatchNormPass(LayerPass):
    """y = gamma xh + beta, the numbers of a channel in one run."""

    kept = ("x", "y", "_xh")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        shape = layer._channels, x.size // layer._channels
        self._xh, self._dx = empty(shape, x.dtype), empty(shape, x.dtype)

    def forward(self, rng):
        layer, xh = self.layer, self._xh
        layer.check_batch(self.x.shape[1])
        x, n = self.x.reshape(xh.shape), xh.shape[1]
        mean = x.mean(axis=1)
        np.subtract(x, mean[:, None], out=xh)
        var = np.einsum("cn,cn->c", xh, xh) / n
        self._s, self._moments = np.sqrt(var + layer.eps), (mean, var)
        xh /= self._s[:, None]
        y = np.multiply(xh, layer.gamma[:, None], out=self.y.reshape(xh.shape))
        y += layer.beta[:, None]

    def backward(self, dy, param_grads, input_grad):
        layer, xh, dx = self.layer, self._xh, self._dx
        dy, n = dy.reshape(xh.shape), xh.shape[1]
        dgamma, dbeta = np.einsum("cn,cn->c", dy, xh), dy.sum(axis=1)
        if param_grads:
            layer.dgamma += dgamma
            layer.dbeta += dbeta
            layer.remember(*self._moments, n)
        np.multiply(xh, dgamma[:, None] / n, out=dx)
        np.subtract(dy, dx, out=dx)
        dx -= dbeta[:, None] / n
        dx *= (layer.gamma / self._s)[:, None]
        return dx.reshape(self.x.shape)


class LeakyReLUPass(RowByRow):
    """y = max(x, slope x), or min where the slope is above 1."""

    scratch = ("_below", "_leak")

    def __init__(self, layer, x, y, columns, empty):
        super().__init__(layer, x, y, columns, empty)
        self._below, self._leak = empty(y.shape, bool), empty(y.shape, y.dtype)
        self._choose = np.maximum if layer.slope <= 1 else np.minimum

    def forward(self, rng):
        np.multiply(self.x, self.layer.slope, out=self.y)
        self._choose(self.x, self.y, out=self.y)

    def backward(self, dy, param_grads, input_grad):
        np.less_equal(self.y, 0, out=self._below)
        np.multiply(dy, self.layer.slope, out=self._leak)
        np.copyto(dy, self._leak, where=self._below)
        return dy


PASSES: dict[type[Layer], type[LayerPass]] = {
    BatchNorm: BatchNormPass,
    Conv2D: Conv2DPass,
    ConvTranspose2D: ConvTranspose2DPass,
    LeakyReLU: LeakyReLUPass,
}
