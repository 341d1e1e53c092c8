"""Layers as users write them, that the library does not have: for tests of games and networks."""

import numpy as np

from minigan import Layer, Linear, ReLU


class BatchNorm(Layer):
    """y = g (x - mean) / sd + b, with mean and sd of the batch; of all batches seen, at test time.

    The running statistics move in backward, as layers ask for: see `minigan.layers.base`.
    """

    def __init__(self, n, *, momentum=0.9, name=None):
        super().__init__(name=name)
        self.n_in = self.n_out = n
        self.momentum, self.mean, self.variance = momentum, np.zeros(n), np.ones(n)

    def parameter_shapes(self):
        return {"g": (self.n_in,), "b": (self.n_in,)}

    def initialise(self, rng):
        self.g = np.ones(self.n_in)
        self.b = np.zeros(self.n_in)

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        mean = x.mean(0) if train else self.mean.astype(x.dtype)
        variance = x.var(0) if train else self.variance.astype(x.dtype)
        s = 1 / np.sqrt(variance + x.dtype.type(1e-3))
        h = (x - mean) * s
        return self.g * h + self.b, (h, s, mean, variance, train)

    def backward(self, dy, cache, *, param_grads=True):
        h, s, mean, variance, train = cache
        if param_grads:
            self.dg += (dy * h).sum(0)
            self.db += dy.sum(0)
            if train:
                self.mean[...] = self.momentum * self.mean + (1 - self.momentum) * mean
                self.variance[...] = self.momentum * self.variance + (1 - self.momentum) * variance
        dh = dy * self.g
        if not train:
            return dh * s
        return (dh - dh.mean(0) - h * (dh * h).mean(0)) * s

    def state(self):
        return {"mean": self.mean.copy(), "variance": self.variance.copy()}

    def restore(self, state):
        self.mean[...], self.variance[...] = state["mean"], state["variance"]


class Swish(Layer):
    """y = x sigmoid(s x) with a learned s: a layer with a parameter of its own."""

    def parameter_shapes(self):
        return {"s": (1,)}

    def initialise(self, rng):
        self.s[...] = 0.7

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        y = 1 / (1 + np.exp(-self.s * x))
        return x * y, (x, y)

    def backward(self, dy, cache, *, param_grads=True):
        x, y = cache
        if param_grads:
            self.ds += np.sum(dy * x * x * y * (1 - y))
        return dy * (y + self.s * x * y * (1 - y))


class Half(ReLU):
    """Half of x: a ReLU by descent only."""

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        return x / 2, None

    def backward(self, dy, cache, *, param_grads=True):
        return dy / 2


class Negated(Linear):
    """y = -(x W + b): a Linear by descent only."""

    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return -y, cache

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(-dy, cache, param_grads=param_grads)
