"""Batch normalisation: every feature gets mean 0 and variance 1 over the minibatch.

Ioffe and Szegedy 2015; DCGAN (NIPS 2016 tutorial, section 3.3) has it in nearly all layers. The
examples of a minibatch then depend on one another: `minigan.layers.virtual_batch_norm` is the
cure, and ``minigan batches`` draws both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.backend import to_host
from minigan.base.errors import InputError
from minigan.base.states import fill, snapshot
from minigan.base.validation import real_number, whole_number
from minigan.layers.base import Layer
from minigan.layers.image import Shape, image_shape


class Normalisation(Layer):
    """Base of the layers y = gamma xh + beta; statistics and parameters are those of a channel."""

    n_in: int
    n_out: int
    gamma: np.ndarray
    beta: np.ndarray
    dgamma: np.ndarray
    dbeta: np.ndarray

    def __init__(self, shape: int | Shape, *, eps: float, name: str | None):
        super().__init__(name=name)
        self.shape: int | Shape
        if isinstance(shape, tuple | list):
            self.shape = image_shape(f"{self}: shape", shape)
            self._channels, rows, columns = self.shape
            self.n_in = self.n_out = self._channels * rows * columns
        else:
            self.n_in = self.n_out = self._channels = self.shape = whole_number(f"{self}: n", shape)
        self.eps = real_number(f"{self}: eps", eps, 0)

    def parameter_shapes(self):
        """Gamma and beta, (channels,) each."""
        return {"gamma": (self._channels,), "beta": (self._channels,)}

    def initialise(self, rng):
        """Gamma = 1, beta = 0."""
        self.gamma[...], self.beta[...] = 1, 0

    def _pixels(self, x: np.ndarray) -> np.ndarray:
        """The batch as (batch, channels, pixels), with one pixel where x is no image."""
        self.check_input(x)
        return x.reshape(len(x), self._channels, -1)

    def _output(self, xh: np.ndarray) -> np.ndarray:
        return (xh * self.gamma[:, None] + self.beta[:, None]).reshape(len(xh), -1)

    def _back_to_xh(self, dy: np.ndarray, xh: np.ndarray, param_grads: bool) -> np.ndarray:
        """dxh = gamma dy; dgamma += sum of dy xh, dbeta += sum of dy."""
        self.check_gradient(dy, (len(xh), self.n_out))
        dy = dy.reshape(xh.shape)
        if param_grads:
            self.dgamma += (dy * xh).sum(axis=(0, 2))
            self.dbeta += dy.sum(axis=(0, 2))
        return dy * self.gamma[:, None]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape}, eps={self.eps}, name={self.name!r})"


def normalised(x: np.ndarray, eps: float, xp: Any) -> tuple[np.ndarray, ...]:
    """Normalised xh of x (batch, channels, pixels); s, mean and variance, (channels, 1) each."""
    mean = x.mean(axis=(0, 2))[:, None]
    d = x - mean
    var = (d * d).mean(axis=(0, 2))[:, None]
    s = xp.sqrt(var + eps)
    return d / s, s, mean, var


def through_statistics(dxh: np.ndarray, xh: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Gradient at x from that at xh = (x - mean) / s, both of which depend on all of x."""
    constant, along = (part.mean(axis=(0, 2))[:, None] for part in (dxh, dxh * xh))
    return (dxh - constant - xh * along) / s


class BatchNorm(Normalisation):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and var of the minibatch.

    Parameters
    ----------
    shape : int or (channels, rows, columns)
        Width of x, or the shape of its images, which are normalised channel by channel, over
        all pixels of all images.
    momentum : float
        In (0, 1]: the part of the running mean and variance that each minibatch replaces.
    eps : float
        Added to the variance, >= 0.
    name : str, optional
        What error messages call the layer.

    Attributes
    ----------
    running_mean, running_var : array, shape (channels,)
        What takes the place of the minibatch's where ``train`` is False, as in ``net(x)``. They
        start at 0 and 1, and move in ``backward`` with ``param_grads=True``.

    Raises
    ------
    InputError
        If a number is out of range; in ``forward`` with ``train``, for a batch of 1.

    Notes
    -----
    As PyTorch's: the variance that normalises is the mean of squares, the running one is
    larger by n / (n - 1), where n is the number of values. With s = sqrt(var + eps),
    xh = (x - mean) / s, dxh = gamma dy, and means over the minibatch (and pixels)

        dx = (dxh - mean(dxh) - xh mean(dxh xh)) / s
        dgamma = sum of dy xh,   dbeta = sum of dy

    The two means are what x does to mean and var. A bias in front of the layer has no effect,
    and a derivative of exactly 0. Real and generated minibatches are normalised apart: in one
    batch, D would take away much of what tells them apart.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> net = mg.Sequential([mg.BatchNorm(1, eps=0)], dtype="float64")
    >>> y, cache = net.forward(np.array([[1.0], [3.0]]))
    >>> y.tolist(), net(np.array([[1.0], [3.0]])).tolist()
    ([[-1.0], [1.0]], [[1.0], [3.0]])
    """

    def __init__(
        self,
        shape: int | Shape,
        *,
        momentum: float = 0.1,
        eps: float = 1e-5,
        name: str | None = None,
    ):
        super().__init__(shape, eps=eps, name=name)
        self.momentum = real_number(f"{self}: momentum", momentum, 0, 1, low_open=True)
        self.running_mean, self.running_var = np.zeros(self._channels), np.ones(self._channels)

    def bind(self, params, gradients):
        """Take views, and move the running mean and variance to where they are."""
        super().bind(params, gradients)
        self.running_mean, self.running_var = (
            self.xp.asarray(to_host(kept), dtype=params.dtype)
            for kept in (self.running_mean, self.running_var)
        )

    def forward(self, x, *, train=True, rng=None):
        """y = gamma xh + beta; the cache is xh, s, and the moments if ``train``."""
        x = self._pixels(x)
        if not train:
            s = self.xp.sqrt(self.running_var + self.eps)[:, None]
            xh = (x - self.running_mean[:, None]) / s
            return self._output(xh), (xh, s, None)
        self.check_batch(len(x))
        xh, s, mean, var = normalised(x, self.eps, self.xp)
        return self._output(xh), (xh, s, (mean[:, 0], var[:, 0]))

    def backward(self, dy, cache, *, param_grads=True):
        """dx, gradients of gamma and beta; the running moments move. See `Layer.backward`."""
        xh, s, moments = cache
        dxh = self._back_to_xh(dy, xh, param_grads)
        if moments is None:
            return (dxh / s).reshape(dy.shape)
        if param_grads:
            self.remember(moments[0], moments[1], xh.size // self._channels)
        return through_statistics(dxh, xh, s).reshape(dy.shape)

    def check_batch(self, m: int) -> None:
        """Raise InputError if a batch of m is too small to be normalised by itself."""
        if m == 1:
            raise InputError(
                f"{self}: expected a batch of 2 examples or more to train, got 1; with "
                f"train=False, as in net(x), the running mean and variance take its place"
            )

    def remember(self, mean: np.ndarray, var: np.ndarray, n: int) -> None:
        """Move the running moments towards ``mean`` and ``var`` of ``n`` numbers a channel."""
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (var * (n / (n - 1)) - self.running_var)

    def state(self):
        """The running mean and variance."""
        return {"mean": snapshot(self.running_mean), "var": snapshot(self.running_var)}

    def restore(self, state):
        """Write them back."""
        fill(self.running_mean, state["mean"])
        fill(self.running_var, state["var"])
