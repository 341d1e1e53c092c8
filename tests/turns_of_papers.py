"""Turns of other games, all right: features, labels, an estimator."""

import numpy as np

from minigan import Turn
from minigan.base.numerics import sigmoid, softplus


class LabelTurn(Turn):
    """D(x, y) of pairs from a sampler: a tuple of arrays."""

    moves, draws = ("D",), ("pairs",)

    def __init__(self, D):
        self.D = D

    def gradients(self, rng, pairs):
        x, y = pairs
        a, cache = self.D.forward(np.concatenate([x, y], axis=1), rng=rng)
        self.D.backward(-sigmoid(-a) / len(a), cache)
        return {"J_D": softplus(-a).mean()}


class ReinforceTurn(Turn):
    """G makes bits, through which nothing can be differentiated: dJ = E[(J(x) - b) dlog p(x)]."""

    moves, draws, estimator = ("G",), ("z",), True
    factor = 1.0

    def __init__(self, G, D):
        self.G, self.D = G, D

    def gradients(self, rng, z):
        logits, cache = self.G.forward(z, rng=rng)
        bits = (rng.random(logits.shape) < sigmoid(logits)).astype(logits.dtype)
        J = softplus(-self.D.forward(bits, rng=rng)[0]) / 2
        dlogits = (J - self.baseline(J)) * (bits - sigmoid(logits)) / len(z)
        self.G.backward(self.factor * dlogits, cache)
        return {"J_G": J.mean()}

    def baseline(self, J):
        return (J.sum() - J) / (len(J) - 1)  # mean of the other examples


class MovingBaselineTurn(ReinforceTurn):
    """The same, with a baseline that the turn remembers, and never saves: a bug."""

    b = 0.0

    def baseline(self, J):
        before = self.b
        self.b = 0.9 * self.b + 0.1 * J.mean()
        return before


class SavedBaselineTurn(MovingBaselineTurn):
    """And this one saves it."""

    def state(self):
        return {"b": self.b}

    def restore(self, state):
        self.b = state["b"]
