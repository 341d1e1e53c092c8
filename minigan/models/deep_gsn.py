"""The deep GSN, a denoising chain with a memory (Bengio et al. 2014; a row of 2014's Table 1).

A state is (x, h2). A step corrupts x, and goes up and down a net with tied weights:

    h1 = tanh(x~ W1 + h2 W2^T + b1),   h2' = tanh(h1 W2 + b2 + s n) + s' n',
    a  = h1 W1^T + b0,                 x' ~ B(sigmoid(a)),   n and n' ~ N(0, I)

Walkback asks each of k steps for the first x, with weight 1/k; h2 begins at 0. Backward takes the
last step first. x' is drawn, so that nothing comes back through it; h2 is not. With g = dh2' from
the step after, 0 at the end,

    da2 = g (1 - tanh^2),   dh1 = da W1 + da2 W2^T,   da1 = dh1 (1 - h1^2),   g <- da1 W2
    dW1 += da^T h1 + x~^T da1,   dW2 += h1^T da2 + da1^T h2

Since h2 knows where the chain is, a factorial reconstruction need not be a blurred one; and the
memory is what keeps the chain there. s n is outgrown by the weights, s' n' cannot be.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import real_number, whole_number
from minigan.layers import Layer
from minigan.model_costs import bernoulli_cost
from minigan.models.chain import Chain, coins, drawn
from minigan.models.gsn import flipped
from minigan.models.model import OnePlayer, falling_adam, train
from minigan.networks import Sequential, join


class DeepStep(Layer):
    """(x~, h2, s n) -> (a, tanh(h1 W2 + b2 + s n)); W1 (d, n1) and W2 (n1, n2) go both ways."""

    mixes = False

    def __init__(self, d: int, n1: int, n2: int):
        super().__init__()
        self.widths = d, n1, n2
        self.n_in, self.n_out = d + 2 * n2, d + n2

    def parameter_shapes(self):
        """W1, W2, and the biases b0 of x, b1 and b2."""
        d, n1, n2 = self.widths
        return {"W1": (d, n1), "W2": (n1, n2), "b0": (d,), "b1": (n1,), "b2": (n2,)}

    def initialise(self, rng):
        """Weights as in Glorot and Bengio 2010."""
        for W in (self.W1, self.W2):
            end = math.sqrt(6 / sum(W.shape))
            W[...] = rng.uniform(-end, end, W.shape)

    def forward(self, x, *, train=True, rng=None):
        """(a, h2 without s' n'); the cache is x~, both h2 and h1. See `Layer.forward`."""
        self.check_input(x)
        d, _, n2 = self.widths
        x, h2, sn = x[:, :d], x[:, d : d + n2], x[:, d + n2 :]
        h1 = self.xp.tanh(x @ self.W1 + h2 @ self.W2.T + self.b1)
        top = self.xp.tanh(h1 @ self.W2 + self.b2 + sn)
        return join(h1 @ self.W1.T + self.b0, top)[0], (x, h2, h1, top)

    def backward(self, dy, cache, *, param_grads=True):
        """Gradient at (x~, h2, s n), as above. See `Layer.backward`."""
        x, h2, h1, top = cache
        self.check_gradient(dy, (len(x), x.shape[1] + h2.shape[1]))
        da, g = dy[:, : x.shape[1]], dy[:, x.shape[1] :]
        da2 = g * (1 - top * top)
        da1 = (da @ self.W1 + da2 @ self.W2.T) * (1 - h1 * h1)
        if param_grads:
            self.dW1 += da.T @ h1 + x.T @ da1
            self.dW2 += h1.T @ da2 + da1.T @ h2
            for db, d_logits in ((self.db0, da), (self.db1, da1), (self.db2, da2)):
                db += d_logits.sum(axis=0)
        return join(da1 @ self.W1.T, da1 @ self.W2, da2)[0]


class DeepGSN(Chain, OnePlayer):
    """The chain of F, a network of one `DeepStep`, on states (x, h2) as rows.

    x~ is ``corrupt(x, noise, rng)``; ``before`` and ``after`` are s and s' of the formula.
    """

    moves: ClassVar = ("F",)

    def __init__(self, F: Sequential, corrupt: Callable, noise, walkback, before=0.0, after=0.0):
        self.F, self.corrupt, (self.dim, _, self.top) = F, corrupt, F[0].widths
        self.binary = corrupt is flipped  # which no grey pixel survives
        self.noise = real_number("DeepGSN: noise", noise, 0, 1, low_open=True, high_open=True)
        self.walkback = whole_number("DeepGSN: walkback", walkback)
        self.before = real_number("DeepGSN: before", before, 0)
        self.after = real_number("DeepGSN: after", after, 0)

    def gradients(self, rng, x):
        """Gradient of minus log p(x) given (x~, h2), in the mean over the steps of the walk."""
        require_rng("DeepGSN", rng)
        J_F, states, steps = 0.0, self.begun(x), []
        for _ in range(self.walkback):
            a, h2, cache = self._forward(states, rng)
            cost, da = bernoulli_cost(a, x)
            steps.append((da / self.walkback, cache))
            J_F += cost / self.walkback
            states = join(drawn(sigmoid(a), rng), h2)[0]
        g = np.zeros_like(h2)
        for da, cache in reversed(steps):
            d_inputs = self.F.backward(join(da, g)[0], cache)
            g = d_inputs[:, self.dim : self.dim + self.top]  # and none at x~, which was drawn
        return {"J_F": J_F}

    def _forward(self, states, rng):
        """Logits of x', h2', and the cache of F's pass."""
        x, h2 = states[:, : self.dim], states[:, self.dim :]
        normal = partial(rng.standard_normal, h2.shape, dtype=h2.dtype)
        inputs, _ = join(self.corrupt(x, self.noise, rng), h2, self.before * normal())
        y, cache = self.F.forward(inputs, rng=rng)
        h2 = y[:, self.dim :] + (self.after * normal() if self.after else 0)
        return y[:, : self.dim], h2, cache

    def begun(self, x):
        """States of chains that begin at rows x."""
        return join(x, np.zeros((len(x), self.top), x.dtype))[0]

    def start(self, m, rng):
        """States of chains at uniform rows."""
        return self.begun(coins(m, self.dim, rng))

    def visible(self, states, rng):
        """x of states (x, h2)."""
        return states[:, : self.dim]

    def walked(self, states, rng):
        """Probabilities of the pixels of x', and the states of the chains, a step later."""
        a, h2, _ = self._forward(states.astype(self.F.dtype, copy=False), rng)
        means = sigmoid(a)
        return means, join(drawn(means, rng), h2)[0]

    def move(self, states, rng):
        """States of the chains a step later."""
        return self.walked(states, rng)[1]

    def sequential_steps(self):
        """Not a number: h2 is continuous, and no T tells when the chain has mixed."""
        return math.nan


def deep_network(d: int, hidden: int, streams: Streams, dtype="float32") -> Sequential:
    """F of `DeepGSN` with two layers of hidden units of one width."""
    return Sequential([DeepStep(d, hidden, hidden)], seed=streams["init_F"], dtype=dtype, name="F")


def on_bars(data, seed, steps=3000, walkback=5, before=2.0, after=0.0) -> DeepGSN:
    """d-60-60, each pixel flipped with probability 0.05."""
    streams = Streams(seed)
    F = deep_network(data.dim, 60, streams, "float64")
    model = DeepGSN(F, flipped, 0.05, walkback, before, after)
    return train(model, [falling_adam(F, 5e-3, steps)], steps, seed=streams, batch=100, x=data)
