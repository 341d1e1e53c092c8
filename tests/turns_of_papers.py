"""Turns of other games, all right: three networks, pairs, an inner player, an estimator."""

import numpy as np

from minigan import Turn
from minigan.base.numerics import sigmoid, softplus
from minigan.costs import discriminator_cost, non_saturating_cost


class PairDiscriminatorTurn(Turn):
    """D of pairs (x, E(x)) and (G(z), z): BiGAN."""

    moves, draws = ("D",), ("x", "z")

    def __init__(self, G, E, D):
        self.G, self.E, self.D = G, E, D

    def gradients(self, rng, x, z):
        real = np.concatenate([x, self.E.forward(x, rng=rng)[0]], axis=1)
        fake = np.concatenate([self.G.forward(z, rng=rng)[0], z], axis=1)
        (a_real, a_fake), cache = self.D.forward((real, fake), rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        return {"J_D": J_D}


class EncoderGeneratorTurn(PairDiscriminatorTurn):
    """G and E, whose cost is one: both sides of D(pair) should pass for the other."""

    moves = ("G", "E")

    def gradients(self, rng, x, z):
        code, E_cache = self.E.forward(x, rng=rng)
        x_fake, G_cache = self.G.forward(z, rng=rng)
        pairs = np.concatenate([x, code], axis=1), np.concatenate([x_fake, z], axis=1)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J_fake, da_fake = non_saturating_cost(a_fake)
        J_real, da_real = non_saturating_cost(-a_real)
        d_real, d_fake = self.D.backward((-da_real, da_fake), cache, param_grads=False)
        self.E.backward(self.gradient_of_code(d_real, x.shape[1]), E_cache)
        self.G.backward(d_fake[:, : x.shape[1]], G_cache)
        return {"J_GE": J_fake + J_real}

    def gradient_of_code(self, d_pair, n_x):
        return d_pair[:, n_x:]


class InfoGeneratorTurn(Turn):
    """G and Q: J_G, and the error of the code that Q reads off D's features; J_Q is that error."""

    moves, draws = ("G", "Q"), ("z",)

    def __init__(self, G, D, Q):
        self.G, self.D, self.Q = G, D, Q
        self.features, self.head = D[:-1], D[-1:]

    def gradients(self, rng, z):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        h, h_cache = self.features.forward(x_fake, rng=rng)
        a, head_cache = self.head.forward(h, rng=rng)
        code, Q_cache = self.Q.forward(h, rng=rng)
        error = code - z[:, :1]
        J, da = non_saturating_cost(a)
        dh_Q = self.Q.backward(error / len(z), Q_cache)
        dh = self.head.backward(da, head_cache, param_grads=False)
        dx = self.features.backward(self.added(dh, dh_Q), h_cache, param_grads=False)
        self.G.backward(dx, G_cache)
        J_Q = (error * error).mean() / 2
        return {"J_G": J + J_Q, "J_Q": J_Q}

    def added(self, dh, dh_Q):
        return dh + dh_Q


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
