"""Batch normalisation: a layer that couples its batch and remembers; right once, then wrongly."""

import numpy as np

from minigan import Layer


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


class SaysItDoesNotMix(BatchNorm):
    mixes = False


class MovesInForward(BatchNorm):
    def forward(self, x, *, train=True, rng=None):
        if train:
            self.mean += self.rate * (x.mean(axis=0) - self.mean)
        return super().forward(x, train=train, rng=rng)


class MovesInGsTurn(BatchNorm):
    def backward(self, dy, cache, *, param_grads=True):
        self.mean += self.rate * (cache[2] - self.mean)
        return super().backward(dy, cache, param_grads=param_grads)


class NeverSaved(BatchNorm):
    def state(self):
        return {}

    def restore(self, state):
        pass


class HalfSaved(BatchNorm):
    def restore(self, state):
        self.mean[...] = state["mean"]


class LendsItsState(BatchNorm):
    def state(self):
        return {"mean": self.mean, "var": self.var}


class MeanIsAConstant(BatchNorm):
    """Backward as if mean and s did not depend on x: then dx does not sum to 0."""

    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        return dy * self.gamma / cache[1] if cache[4] else dx


class GradientOfItsOwn(BatchNorm):
    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        return dx + dx.dtype.type(0.3 / len(dx))
