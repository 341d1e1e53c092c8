"""Layers that choose, all but the first two wrongly where their inputs tie or hang over."""

import numpy as np

from minigan import ChannelMaxout, MaxPool2D


class FirstPiece(ChannelMaxout):
    """The documented rule, written in another way: this one is correct."""

    def forward(self, x, *, train=True, rng=None):
        pieces = x.reshape(len(x), self.pieces, -1)
        return pieces.max(axis=1), self.wins(pieces == pieces.max(axis=1, keepdims=True))

    def backward(self, dy, cache, *, param_grads=True):
        return (dy[:, None, :] * cache.astype(dy.dtype)).reshape(len(dy), -1)

    def wins(self, equal):
        return equal & (np.cumsum(equal, axis=1) == 1)


class FirstPixel(MaxPool2D):
    """The same for pixels, from all windows cut out: this one is correct."""

    def forward(self, x, *, train=True, rng=None):
        canvas = self._windows.canvas(x.reshape(len(x), *self.shape_in), fill=self.beyond)
        pixels = np.stack(list(self._windows.pixels(canvas)))
        y = pixels.max(axis=0)
        return y.reshape(len(x), -1), self.wins(pixels == y)

    def backward(self, dy, cache, *, param_grads=True):
        canvas = self._windows.blank((len(dy), self.shape_in[0]), dy)
        for pixel, wins in zip(self._windows.pixels(canvas), cache, strict=True):
            pixel += dy.reshape(wins.shape) * wins
        return self._windows.image(canvas).reshape(len(dy), -1)

    beyond = -np.inf

    def wins(self, equal):
        return equal & (np.cumsum(equal, axis=0) == 1)


class LastPiece(FirstPiece):
    def wins(self, equal):
        return super().wins(equal[:, ::-1])[:, ::-1]


class AllPieces(FirstPiece):
    def wins(self, equal):
        return equal


class SharedPieces(FirstPiece):
    def wins(self, equal):
        return equal / equal.sum(axis=1, keepdims=True)


class LastPixel(FirstPixel):
    def wins(self, equal):
        return super().wins(equal[::-1])[::-1]


class AllPixels(FirstPixel):
    def wins(self, equal):
        return equal


class ZeroBeyondTheEdge(FirstPixel):
    """Wrong even without ties, but only where a whole window is below zero."""

    beyond = 0.0


class ColumnsFirst(FirstPixel):
    """Of equal pixels the leftmost wins, and not the uppermost."""

    def wins(self, equal):
        turned = equal.reshape(self.pool, self.pool, *equal.shape[1:]).swapaxes(0, 1)
        first = super().wins(turned.reshape(equal.shape)).reshape(turned.shape)
        return first.swapaxes(0, 1).reshape(equal.shape)
