"""Layers with one bug each. Every one was seen in published code, or nearly was."""

import numpy as np

from minigan import Dropout, Layer, LeakyReLU, Linear, Maxout, MinibatchFeatures, ReLU, Tanh
from minigan.base.numerics import sigmoid


def bug(of, name, *, rule=None, **methods):
    """Class of that name with methods, or a rule (self, dy, cache) -> dx, in place of another's."""
    if rule:
        methods["backward"] = lambda self, dy, cache, *, param_grads=True: rule(self, dy, cache)
    for method, function in methods.items():
        function.__name__ = method
    return type(name, (of,), {"mixes": False, **methods})


class Formulas(Linear):
    """Linear with a formula a gradient."""

    def of_x(self, dy, x):
        return dy @ self.W.T

    def of_W(self, dy, x):
        return x.T @ dy

    def of_b(self, dy, x):
        return dy.sum(axis=0)

    def backward(self, dy, cache, *, param_grads=True):
        if param_grads:
            self.dW += self.of_W(dy, cache)
            self.db += self.of_b(dy, cache)
        return self.of_x(dy, cache)


class WrongSign(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        return -super().backward(dy, cache, param_grads=param_grads)


class OneWeightOffByAThousandth(Formulas):
    def of_W(self, dy, x):
        dW = x.T @ dy
        dW[1, 2] *= 1.001
        return dW


class GradsOverwritten(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        if param_grads:
            self.dW[...] = cache.T @ dy
            self.db[...] = dy.sum(axis=0)
        return dy @ self.W.T


class ParamGradsIgnored(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(dy, cache, param_grads=True)


class NothingWithoutParamGrads(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        return dx if param_grads else np.zeros_like(dx)


class DecaysItsWeights(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        self.W *= 0.999
        return dx


class HalfOfEachPair(MinibatchFeatures):
    """Without do_jb: as if example i did not stand in the sums of the others."""

    def backward(self, dy, cache, *, param_grads=True):
        x, gap, c = cache
        dx, do = dy[:, : self.n_in], dy[:, self.n_in :]
        dM = -((do[:, None] * c)[..., None] * np.sign(gap)).sum(axis=1).reshape(len(x), -1)
        if param_grads:
            self.dT += (x.T @ dM).reshape(self.dT.shape)
        return dx + dM @ self._matrix.T


class StateOnSelf(Linear):
    def forward(self, x, *, train=True, rng=None):
        self._x = x
        return super().forward(x, train=train, rng=rng)

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(dy, self._x, param_grads=param_grads)


class StateOnSelfElementwise(Tanh):
    def forward(self, x, *, train=True, rng=None):
        self._y, _ = super().forward(x)
        return self._y, None

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(dy, self._y)


class CachesFirstInFirstOut(Tanh):
    """Right when passes are closed in the order in which they were opened."""

    def __init__(self):
        super().__init__()
        self._queue = []

    def forward(self, x, *, train=True, rng=None):
        y, _ = super().forward(x)
        self._queue = [*self._queue[-1:], y]
        return y, None

    def backward(self, dy, cache, *, param_grads=True):
        self._queue = self._queue[1:] + self._queue[:1]
        return super().backward(dy, self._queue[-1])


class CachesLastInFirstOut(CachesFirstInFirstOut):
    """Right when passes are closed in the opposite order."""

    def backward(self, dy, cache, *, param_grads=True):
        self._queue = self._queue[-1:] + self._queue[:-1]
        return Tanh.backward(self, dy, self._queue[0])


class ForwardRemembers(Tanh):
    """Adds a running mean to its output, as batch normalisation gone wrong does."""

    _mean = 0.0

    def forward(self, x, *, train=True, rng=None):
        self._mean = 0.9 * self._mean + 0.1 * float(x.mean())
        return super().forward(x + x.dtype.type(self._mean))


class LeakySlopeOff(LeakyReLU):
    def backward(self, dy, cache, *, param_grads=True):
        return dy * np.where(cache == 1, cache, cache + cache.dtype.type(1e-4))


class DyInPlace(ReLU):
    def backward(self, dy, cache, *, param_grads=True):
        dy *= cache
        return dy


class CacheInPlace(Tanh):
    def backward(self, dy, cache, *, param_grads=True):
        cache *= cache
        return dy * (1 - cache)


class Scaled(Layer):
    """y = sqrt(2) x. np.sqrt(2.0) is a float64 scalar, which wins over float32 arrays."""

    def forward(self, x, *, train=True, rng=None):
        return x * self.forward_scale, None

    def backward(self, dy, cache, *, param_grads=True):
        return dy * self.backward_scale


class Float64Forward(Scaled):
    forward_scale, backward_scale = np.sqrt(2.0), float(np.sqrt(2.0))


class Float64Backward(Scaled):
    forward_scale, backward_scale = float(np.sqrt(2.0)), np.sqrt(2.0)


class TanhNotSquared(Tanh):
    def backward(self, dy, cache, *, param_grads=True):
        return dy * (1 - cache)


class SwishTermMissing(Layer):
    """y = x s with s = sigmoid(x); dy/dx = s + x s (1 - s), of which only s is here."""

    def forward(self, x, *, train=True, rng=None):
        s = sigmoid(x)
        return x * s, s

    def backward(self, dy, cache, *, param_grads=True):
        return dy * cache


class DropoutFreshMask(Dropout):
    def forward(self, x, *, train=True, rng=None):
        y, (_, mask) = super().forward(x, train=train, rng=rng)
        return y, None if mask is None else (mask, rng)

    def backward(self, dy, cache, *, param_grads=True):
        if cache is None:
            return dy
        mask, rng = cache
        return dy * rng.permuted(mask)


class DropoutOwnRandomNumbers(Dropout):
    _own = np.random.default_rng(0)

    def forward(self, x, *, train=True, rng=None):
        return super().forward(x, train=train, rng=self._own)


class WinnerOfAnotherUnit(Maxout):
    def backward(self, dy, cache, *, param_grads=True):
        x, z = cache
        return super().backward(dy, (x, np.roll(z, 1, axis=2)), param_grads=param_grads)


class PiecesInOtherOrder(Maxout):
    """Reads its columns unit by unit in backward, piece by piece in forward."""

    def backward(self, dy, cache, *, param_grads=True):
        x, z = cache
        dz = dy[:, :, None] * (z.argmax(axis=1)[:, :, None] == np.arange(self.pieces))
        dz = dz.reshape(len(x), -1)
        if param_grads:
            self.dW += x.T @ dz
            self.db += dz.sum(axis=0)
        return dz @ self.W.T


class ForgetsToReturn(Linear):
    def backward(self, dy, cache, *, param_grads=True):
        super().backward(dy, cache, param_grads=param_grads)


class FlatOutput(Linear):
    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return y.ravel(), cache


class WrongWidth(Linear):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.n_out = n_out + 1


class NoWidth(Linear):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.n_out = None


class SumsItsBatch(Layer):
    mixes = False

    def forward(self, x, *, train=True, rng=None):
        return x + x.sum(axis=0), None

    def backward(self, dy, cache, *, param_grads=True):
        return dy + dy.sum(axis=0)


class DrawsInForward(Layer):
    mixes = False

    def forward(self, x, *, train=True, rng=None):
        return x + (rng.standard_normal(x.shape, x.dtype) if train else 0), None

    def backward(self, dy, cache, *, param_grads=True):
        return dy


class MixesAndDrawsInForward(DrawsInForward):
    """And says so: this one is correct."""

    mixes = True


class NoiseAtTestTime(DrawsInForward):
    def forward(self, x, *, train=True, rng=None):
        return x if rng is None else x + rng.standard_normal(x.shape, x.dtype), None

    def draw(self, rng, shape, dtype):
        return rng.standard_normal(shape, dtype)


class NeedsRngAtTestTime(NoiseAtTestTime):
    def forward(self, x, *, train=True, rng=None):
        return x + 0 * rng.standard_normal(x.shape, x.dtype), None
