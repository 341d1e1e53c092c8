"""Layers that choose the largest, all but those called First wrongly where numbers tie."""

import numpy as np

from minigan import ChannelMaxout, Maxout, MaxPool2D


class FirstOfTies(Maxout):
    """The documented rule, written in another way: right, as its two twins below are."""

    def forward(self, x, *, train=True, rng=None):
        z = (x @ self.W + self.b).reshape(len(x), self.pieces, self.n_out)
        y = z.max(axis=1)
        return y, (x, self.wins(z == y[:, None, :]).astype(x.dtype))

    def backward(self, dy, cache, *, param_grads=True):
        x, wins = cache
        dz = (dy[:, None, :] * wins).reshape(len(x), -1)
        if param_grads:
            self.dW += x.T @ dz
            self.db += dz.sum(axis=0)
        return dz @ self.W.T

    def wins(self, equal):
        return equal & (np.cumsum(equal, axis=1) == 1)


class FirstPiece(ChannelMaxout):
    def forward(self, x, *, train=True, rng=None):
        pieces = x.reshape(len(x), self.pieces, -1)
        return pieces.max(axis=1), self.wins(pieces == pieces.max(axis=1, keepdims=True))

    def backward(self, dy, cache, *, param_grads=True):
        return (dy[:, None, :] * cache.astype(dy.dtype)).reshape(len(dy), -1)

    wins = FirstOfTies.wins


class FirstPixel(MaxPool2D):
    beyond = -np.inf

    def forward(self, x, *, train=True, rng=None):
        windows = self._windows.cut(x, beyond=self.beyond)
        windows = windows.reshape(self.shape_in[0], self.pool**2, -1)
        y = windows.max(axis=1)
        return y.reshape(self.n_out, -1).T, self.wins(windows == y[:, None])

    def backward(self, dy, cache, *, param_grads=True):
        patches = dy.T.reshape(len(cache), 1, -1) * cache.astype(dy.dtype)
        return self._windows.paste(patches.reshape(-1, patches.shape[2]))

    wins = FirstOfTies.wins


class LastWins:
    def wins(self, equal):
        return FirstOfTies.wins(self, equal[:, ::-1])[:, ::-1]


class AllWin:
    def wins(self, equal):
        return equal


class EqualsShare:
    def wins(self, equal):
        return equal / equal.sum(axis=1, keepdims=True)


class NoneWins:
    """A strict comparison with the others: of equals, none wins."""

    def wins(self, equal):
        return equal & (equal.sum(axis=1, keepdims=True) == 1)


class ColumnsFirst:
    """Of equal pixels the leftmost wins, and not the uppermost."""

    def wins(self, equal):
        m, n = len(equal), self.pool
        turned = equal.reshape(m, n, n, *equal.shape[2:]).swapaxes(1, 2)
        first = FirstOfTies.wins(self, turned.reshape(equal.shape)).reshape(turned.shape)
        return first.swapaxes(1, 2).reshape(equal.shape)


class ZeroBeyondTheEdge(FirstPixel):
    """Wrong even without ties, but only where a whole window is below zero."""

    beyond = 0.0


def mixed(how, layer, *given, **named):
    """A layer in which ties are settled in another way."""
    return type(f"{how.__name__}{layer.__name__}", (how, layer), {"mixes": False})(*given, **named)
