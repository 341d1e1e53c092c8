"""Contractive autoencoders, stacked, and the walk that samples from them (Rifai et al. 2011, 2012).

    h = sigma(x W + c),   r = sigma(h W^T + b),   cost -log p(x|r) + lambda |J|^2,   J = dh/dx

With q = h (1 - h) and w_j = sum_k W_kj^2, |J|^2 = sum_j q_j^2 w_j. Its gradient is 2 q^2 (1 - 2h) w
at the logits of h, and 2 W_kj q_j^2 at W directly: either 2 is easily lost.

The walk goes from x to g(h + J J^T e), e ~ N(0, s^2 I), J being that of all layers: along the
directions in which h moves at all. It has no density, and no stationary law is known; where it
starts decides what it shows.
"""

from collections import deque
from typing import Any, ClassVar

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import real_number
from minigan.distributions import Examples
from minigan.game import Game, Turn
from minigan.layers import Layer
from minigan.model_costs import bernoulli_cost
from minigan.models.model import falling_adam
from minigan.networks import Sequential


class Contractive(Layer):
    """x -> logits of r, and |J|^2 as a last column; tied W (n_in, hidden), c and b."""

    mixes = False

    def __init__(self, n_in: int, n_hidden: int):
        super().__init__()
        self.n_in, self.n_hidden, self.n_out = n_in, n_hidden, n_in + 1

    def parameter_shapes(self):
        """W, c and b."""
        return {"W": (self.n_in, self.n_hidden), "c": (self.n_hidden,), "b": (self.n_in,)}

    def initialise(self, rng):
        """W as in Glorot and Bengio 2010."""
        end = np.sqrt(6 / sum(self.W.shape))
        self.W[...] = rng.uniform(-end, end, self.W.shape)

    def forward(self, x, *, train=True, rng=None):
        """(h W^T + b, |J|^2), (m, n_in + 1); the cache is x and h. See `Layer.forward`."""
        h = sigmoid(x @ self.W + self.c)
        penalty = (h * (1 - h)) ** 2 @ (self.W**2).sum(axis=0)
        return np.hstack([h @ self.W.T + self.b, penalty[:, None]]), (x, h)

    def backward(self, dy, cache, *, param_grads=True):
        """Through the reconstruction, and through the penalty. See `Layer.backward`."""
        (x, h), da, dJ = cache, dy[:, :-1], dy[:, -1:]
        q = h * (1 - h)
        d_logits = da @ self.W * q + dJ * 2 * q**2 * (1 - 2 * h) * (self.W**2).sum(axis=0)
        if param_grads:
            self.dW += x.T @ d_logits + da.T @ h + 2 * self.W * (dJ * q**2).sum(axis=0)
            self.dc += d_logits.sum(axis=0)
            self.db += da.sum(axis=0)
        return d_logits @ self.W.T


class ContractiveTurn(Turn):
    """F, a network of one `Contractive` layer, learns rows x in [0, 1]."""

    moves: ClassVar = ("F",)
    draws: ClassVar = ("x",)

    def __init__(self, F: Sequential, weight: float):
        self.F, self.weight = F, real_number("ContractiveTurn: weight", weight, 0)

    def gradients(self, rng, x):
        """Gradient of -log p(x|r) + weight |J|^2 in the mean over rows."""
        y, cache = self.F.forward(x, rng=rng)
        J_F, da = bernoulli_cost(y[:, :-1], x)
        dy = np.hstack([da, np.full((len(x), 1), self.weight / len(x), x.dtype)])
        self.F.backward(dy, cache, input_grad=False)
        return {"J_F": J_F + self.weight * y[:, -1].mean()}


class StackedCAE:
    """`Contractive` layers, from the pixels up, and their walk with noise of size s."""

    def __init__(self, layers: list[Contractive], s: float = 1.0):
        self.layers, self.s = layers, real_number("StackedCAE: s", s, 0)

    def encode(self, x):
        """h of each layer, from the pixels up."""
        found = []
        for layer in self.layers:
            x = sigmoid(x @ layer.W + layer.c)
            found.append(x)
        return found

    def decode(self, h):
        """Pixels, means, of the last layer's h."""
        for layer in self.layers[::-1]:
            h = sigmoid(h @ layer.W.T + layer.b)
        return h

    def pushed(self, hs, v):
        """J J^T v at the rows whose hs these are: v down by J^T, and up by J; never J itself."""
        for layer, h in zip(self.layers[::-1], hs[::-1], strict=True):
            v = (v * h * (1 - h)) @ layer.W.T
        for layer, h in zip(self.layers, hs, strict=True):
            v = (v @ layer.W) * h * (1 - h)
        return v

    def step(self, x, rng):
        """A step of each walk, (m, pixels), means."""
        require_rng("StackedCAE", rng)
        hs = self.encode(x)
        noise = self.s * rng.standard_normal(hs[-1].shape, dtype=hs[-1].dtype)
        return self.decode(hs[-1] + self.pushed(hs, noise))


def stacked(X, seed: Any, steps: int, widths: tuple[int, ...], rate: float) -> StackedCAE:
    """Layers trained one after another, each on what the one below makes of X; float32."""
    streams, layers = Streams(seed), []
    for i, width in enumerate(widths):
        layers.append(Contractive(X.shape[1], width))
        F = Sequential([layers[-1]], seed=streams[f"init_F{i}"], name="F")
        optimizers = [falling_adam(F, rate, steps)]
        turn, x = ContractiveTurn(F, 0.1), Examples(X)
        deque(Game(turn, optimizers=optimizers, batch=100, seed=streams, x=x).play(steps), 0)
        X = sigmoid(X @ layers[-1].W + layers[-1].c)
    return StackedCAE(layers)
