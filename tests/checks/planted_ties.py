"""Maxout layers that share out the gradient of a tie, all but the first of them wrongly."""

import numpy as np

from minigan import Maxout


class TieMaxout(Maxout):
    """Maxout whose gradient is shared out by ``wins(z, y)``, right but for ties."""

    def forward(self, x, *, train=True, rng=None):
        z = (x @ self.W + self.b).reshape(len(x), self.pieces, self.n_out)
        y = z.max(axis=1)
        return y, (x, self.wins(z, y[:, None, :]).astype(x.dtype))

    def backward(self, dy, cache, *, param_grads=True):
        x, wins = cache
        dz = (dy[:, None, :] * wins).reshape(len(x), -1)
        if param_grads:
            self.dW += x.T @ dz
            self.db += dz.sum(axis=0)
        return dz @ self.W.T


class FirstOfTies(TieMaxout):
    """The documented rule, written in another way: this one is correct."""

    def wins(self, z, y):
        equal = z == y
        return equal & (np.cumsum(equal, axis=1) == 1)


class LastOfTies(TieMaxout):
    def wins(self, z, y):
        equal = z == y
        return equal & (np.cumsum(equal[:, ::-1], axis=1)[:, ::-1] == 1)


class AllOfTies(TieMaxout):
    def wins(self, z, y):
        return z == y


class TiesShared(TieMaxout):
    def wins(self, z, y):
        equal = z == y
        return equal / equal.sum(axis=1, keepdims=True)


class TieLost(TieMaxout):
    """A strict comparison with the other pieces: of equals, none wins."""

    def wins(self, z, y):
        equal = z == y
        return equal & (equal.sum(axis=1, keepdims=True) == 1)
