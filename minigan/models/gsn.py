"""Denoising chains: implicit, by a Markov chain (Bengio et al. 2014; the 2014 paper's GSN).

A step corrupts x and reconstructs it: x~ ~ C(x~|x) flips each pixel with probability p, and
x' ~ R(x'|x~). If R is the posterior p(x|x~) of the data the chain's law is p_data; but R is
factorial, and the best that it can be is the mean E[x|x~]. So p decides: a chain that mixes is
wrong, one that is right hardly moves.

Walkback asks R for x at w states of the chain in a row, x~ first, each with weight 1/w.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import real_number, whole_number
from minigan.distributions.states import all_states, state_index
from minigan.model_costs import bernoulli_cost
from minigan.models.chain import Chain, drawn, table
from minigan.models.model import OnePlayer, falling_adam, mlp, train
from minigan.models.rbm_paths import Point, point
from minigan.networks import Sequential
from minigan.theory.chains import stationary

FLIPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


def flips(d: int, p: float) -> np.ndarray:
    """C(x~|x), each of d pixels turned with probability p: a Kronecker power, (2^d, 2^d)."""
    p = real_number("flips: p", p, 0, 1, low_open=True, high_open=True)
    C = one = np.array([[1 - p, p], [p, 1 - p]])
    for _ in range(whole_number("flips: d", d) - 1):
        C = np.kron(C, one)
    return C


def flipped(x: np.ndarray, p: float, rng: np.random.Generator) -> np.ndarray:
    """Binary rows x, each pixel turned with probability p."""
    return np.abs(x - drawn(np.full_like(x, p), rng))


def salt_and_pepper(x: np.ndarray, p: float, rng: np.random.Generator) -> np.ndarray:
    """Rows x in [0, 1], each pixel 0 or 1, by a coin, with probability p."""
    u = rng.random(x.shape, dtype=x.dtype.type)
    return np.where(u < p, (u < p / 2).astype(x.dtype), x)


class Denoiser(Chain, OnePlayer):
    """The chain of a denoiser F, a network of logits of x', ``walkback`` states a row."""

    moves: ClassVar = ("F",)
    corrupt: Callable  # (x, noise, rng) -> x~

    def __init__(self, F: Sequential, noise: float, walkback: int = 1):
        where = type(self).__name__
        self.F, self.dim = F, F.n_out or 0
        self.noise = real_number(f"{where}: noise", noise, 0, 1, low_open=True, high_open=True)
        self.walkback = whole_number(f"{where}: walkback", walkback)

    def gradients(self, rng, x):
        """Gradient of minus log R(x|x~), in the mean over the states of the walk."""
        require_rng("GSN", rng)
        J_F, state = 0.0, x
        for _ in range(self.walkback):
            a, cache = self.F.forward(self.corrupt(state, self.noise, rng), rng=rng)
            cost, da = bernoulli_cost(a, x)
            self.F.backward(da / self.walkback, cache, input_grad=False)
            J_F += cost / self.walkback
            state = drawn(sigmoid(a), rng)
        return {"J_F": J_F}

    def begun(self, x):
        """States of chains that begin at rows x: the rows."""
        return x

    def walked(self, x, rng):
        """Probabilities of the pixels of x', and x', a step later."""
        means = sigmoid(self.F(self.corrupt(x.astype(self.F.dtype), self.noise, rng)))
        return means, drawn(means, rng)

    def step(self, x, rng):
        """x~ from x, then x' from x~."""
        return self.walked(x, rng)[1]


class GSN(Denoiser):
    """Of binary rows, each pixel flipped with probability ``noise``."""

    corrupt = staticmethod(flipped)

    def transition(self):
        """T = C R over all states."""
        return flips(self.dim, self.noise) @ table(self.F(all_states(self.dim)))


class SaltAndPepper(Denoiser):
    """Of rows in [0, 1], each pixel 0 or 1, by a coin, with probability ``noise``."""

    binary, corrupt = False, staticmethod(salt_and_pepper)


class IdealGSN(Chain):
    """The same chain with the best R that there is, known in closed form: nothing is trained.

    R is the posterior p(x|x~) if ``joint``, else the product of its means. With walkback x~ comes
    from w states of the chain of R itself: a fixed point, by 30 iterations.
    """

    def __init__(self, data: Any, flip: float, joint: bool = False, walkback: int = 1):
        self.dim, C = data.dim, flips(data.dim, flip)
        whole_number("IdealGSN: walkback", walkback)
        M = C  # M(x~|x), the mean over the walk
        for _ in range(30 if walkback > 1 else 1):
            R = data.pmf[:, None] * M
            R = (R / R.sum(axis=0)).T
            if not joint:
                mean = np.clip(R @ data.states, 1e-300, 1 - 1e-16)
                R = table(np.log(mean) - np.log1p(-mean))
            self.T, walk, M = C @ R, C, C / walkback
            for _ in range(walkback - 1):
                walk = self.T @ walk
                M = M + walk / walkback

    def transition(self):
        """T = C R over all states."""
        return self.T

    def chain(self):
        """T and its law among the states that are ever entered."""
        inside = self.T.any(axis=0)
        T = self.T[inside][:, inside]
        return T, stationary(T)

    def pmf(self, states):
        """The law of the chain; 0 of states that it never enters."""
        q = np.zeros(len(states))
        q[self.T.any(axis=0)] = self.chain()[1]
        return q

    def step(self, x, rng):
        """The next state of each row, from its row of T."""
        steps = np.cumsum(self.T[state_index(x)], axis=1)
        chosen = (rng.random((len(x), 1)) * steps[:, -1:] > steps).sum(axis=1)
        return all_states(self.dim)[chosen]


def on_bars(data: Any, seed: int, steps: int = 4000, flip: float = 0.05, walkback: int = 1) -> GSN:
    """F d-60-d, by Adam."""
    streams = Streams(seed)
    model = GSN(mlp(streams, "F", data.dim, 60, data.dim), flip, walkback)
    optimizers = [falling_adam(model.F, 5e-3, steps)]
    return train(model, optimizers, steps, seed=streams, batch=100, x=data)


def ideal_path(data: Any, seed: int) -> list[Point]:
    """Points of the best factorial chain, from hardly moving to independent pixels."""
    return [point(IdealGSN(data, flip), data) for flip in FLIPS]


def trained_path(data: Any, seed: int, steps: int = 2000) -> list[Point]:
    """Points of trained chains."""
    return [point(on_bars(data, seed, steps, flip), data) for flip in FLIPS[1:4]]
