"""Linear ALI, where all is known: x ~ N(0, 4), z = a x + t e, and back x = w z + s e'.

Both laws of pairs are Gaussian, so that D* has the logit d0 + d1 x^2 + d2 x z + d3 z^2, and a D of
four parameters is enough. Where the two laws are one,

    w^2 + s^2 = 4,   a = w / (w^2 + s^2),   t^2 = s^2 / (w^2 + s^2):

E is the posterior of G. There is one such point for each w in (-2, 2): the game does not ask how
much z shall know of x.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.game import Game, Record
from minigan.layers import Layer, Linear
from minigan.layers.initialisers import constant
from minigan.networks import Sequential
from minigan.variants.bigan import (
    EncoderGeneratorTurn,
    FallingNoise,
    GaussianOutput,
    PairDiscriminatorTurn,
)
from minigan.variants.conditional_toys import late_adam

STD = 2.0  # of x
BATCH, D_TURNS, RATE, RATE_D, DECAY = 256, 3, 5e-3, 1e-2, 1e-3


class SlopeAndSpread(Linear):
    """x -> (a x, l), the input of a `GaussianOutput`: a Linear(1, 2) whose other numbers stay 0."""

    def __init__(self, a: float):
        super().__init__(1, 2, weights=lambda rng, shape: np.array([[a, 0.0]]))

    def constrain(self):
        """Put the offset of a x, and the slope of l, back to 0."""
        self.W[0, 1] = self.b[0] = 0


class Squares(Layer):
    """(x, z) -> (x^2, x z, z^2): dx = 2 x d1 + z d2, dz = x d2 + 2 z d3."""

    mixes = False
    n_in, n_out = 2, 3

    def forward(self, x, *, train=True, rng=None):
        """The three products; the cache is the input. See `Layer.forward`."""
        self.check_input(x)
        return self.xp.stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2], axis=1), x

    def backward(self, dy, cache, *, param_grads=True):
        """Gradient at x and z. See `Layer.backward`."""
        self.check_gradient(dy, (len(cache), 3))
        (x, z), (d1, d2, d3) = cache.T, dy.T
        return self.xp.stack([2 * x * d1 + z * d2, x * d2 + 2 * z * d3], axis=1)


class Solution(NamedTuple):
    """The numbers of E, z = a x + t e, and of G, x = w z + s e'."""

    a: float
    t: float
    w: float
    s: float

    @property
    def var_x(self) -> float:
        """Variance of G's x."""
        return self.w**2 + self.s**2

    @property
    def posterior(self) -> tuple[float, float]:
        """The a and t of G's exact posterior: those that E ought to have."""
        return self.w / self.var_x, self.s / math.sqrt(self.var_x)


def linear_ali_game(steps: int, seed: Any, w: float = 0.5) -> Game:
    """The game, set up to play ``steps`` steps from a = 0.1, this w, and t = s = 1."""
    E, G = (Sequential([SlopeAndSpread(slope), GaussianOutput(1)]) for slope in (0.1, w))
    D = Sequential([Squares(), Linear(3, 1, weights=constant(0.0))])
    return Game(
        PairDiscriminatorTurn(G, E, D, D_TURNS, DECAY),
        EncoderGeneratorTurn(G, E, D),
        optimizers=[
            *(late_adam(net, RATE, steps) for net in (G, E)),
            late_adam(D, RATE_D, steps * D_TURNS),
        ],
        batch=BATCH,
        seed=Streams(seed),
        x=Normal(0.0, STD),
        z=Normal(),
        noise=FallingNoise(4),
    )


def followed(game: Game, steps: int, path: list[Solution]) -> Iterator[Record]:
    """Play ``steps`` steps, and note where E and G stand after each."""
    for record in game.play(steps):
        (a, log_t), (w, log_s) = (game.networks[name].params[[0, 3]].tolist() for name in "EG")
        path.append(Solution(a, math.exp(log_t), w, math.exp(log_s)))
        yield record


def at_rest(path: list[Solution]) -> Solution:
    """Mean over the last fifth of a path."""
    return Solution(*np.mean(path[-max(len(path) // 5, 1) :], axis=0).tolist())
