"""Layers as users write them, that the library does not have: for tests of games and networks."""

import numpy as np

from minigan import Layer, Linear, ReLU


class BatchNorm(Layer):
    """y = gamma (x - mean) / s + beta, with mean and s of the batch, or those remembered at test.

    With n = (x - mean) / s, s^2 = var + eps and dn = dy gamma, row by row:

        dx = (dn - mean(dn) - n mean(dn n)) / s
    """

    mixes = True
    eps, rate = 1e-3, 0.1

    def __init__(self, n):
        self.n_in = self.n_out = n
        self.mean, self.var = np.zeros(n), np.ones(n)

    def parameter_shapes(self):
        return {"gamma": (self.n_in,), "beta": (self.n_in,)}

    def initialise(self, rng):
        self.gamma[...] = 1

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        moments = (x.mean(axis=0), x.var(axis=0)) if train else (self.mean, self.var)
        mean, var = (moment.astype(x.dtype) for moment in moments)
        s = np.sqrt(var + x.dtype.type(self.eps))
        n = (x - mean) / s
        return n * self.gamma + self.beta, (n, s, mean, var, train)

    def backward(self, dy, cache, *, param_grads=True):
        n, s, mean, var, train = cache
        if param_grads:
            self.dgamma += (dy * n).sum(axis=0)
            self.dbeta += dy.sum(axis=0)
            if train:
                self.mean += self.rate * (mean - self.mean)
                self.var += self.rate * (var - self.var)
        dn = dy * self.gamma
        if train:
            dn = dn - dn.mean(axis=0) - n * (dn * n).mean(axis=0)
        return dn / s

    def state(self):
        return {"mean": self.mean.copy(), "var": self.var.copy()}

    def restore(self, state):
        self.mean[...], self.var[...] = state["mean"], state["var"]


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
