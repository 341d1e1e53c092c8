"""Batch normalisation with one bug each, and `BatchNorm`, which is right."""

from layers_of_ones_own import BatchNorm


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
