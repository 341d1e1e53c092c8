"""Discrete outputs: three gradients for a G whose samples are strings of symbols (tutorial, 5.3).

G gives logits l, shape (m, symbols * positions), of independent symbols given z; x is one-hot.
Nothing flows back through x. With f = -1/2 log D(x) and p = softmax(l), dJ/dl is the mean of

    REINFORCE           (f(x) - b)(x - p), for any baseline b that does not depend on this x;
    concrete            y (dy - y . dy) / tau with dy = df/dy, y = softmax((l + g) / tau), g Gumbel
                        (Maddison et al.; Jang et al., 2016): biased, for D sees soft symbols;
    straight-through    the same, dy taken at x = onehot(argmax(l + g)): biased, however small tau.

argmax(l + g) is a sample of p (the Gumbel-max trick), so all three draw alike. A fourth way, the
tutorial's continuous embeddings, needs no turn of its own: see `Embedding`.
"""

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.base.types import Sampler
from minigan.base.validation import real_number, whole_number
from minigan.costs import discriminator_cost, non_saturating_cost
from minigan.game.turn import Turn
from minigan.game.turns import check_players
from minigan.networks import Sequential


def softmax(l):  # noqa: E741 (the formulas' name)
    """exp(l) over its sum along the last axis."""
    e = array_module(l).exp(l - l.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gumbel(l, rng):  # noqa: E741
    """g = -log(-log U) of the shape and dtype of l; U is uniform in (0, 1), 0 left out."""
    xp = array_module(l)
    U = xp.maximum(rng.random(l.shape, dtype=l.dtype), np.finfo(l.dtype).tiny)
    return -xp.log(-xp.log(U))


def one_hot(scores):
    """1 at the largest of the last axis, 0 elsewhere."""
    return (scores == scores.max(axis=-1, keepdims=True)).astype(scores.dtype)


def through_softmax(y, dy, tau: float):
    """dl of y = softmax((l + g) / tau): y (dy - y . dy) / tau."""
    return y * (dy - (y * dy).sum(axis=-1, keepdims=True)) / tau


class StringTurn(Turn):
    """Base of turns on strings: logits of G as (m, positions, symbols), and rows for D."""

    def __init__(self, G: Sequential, D: Sequential, symbols: int):
        check_players(G, D)
        self.symbols = whole_number("symbols", symbols, 2)
        if D.n_in is None or D.n_in % self.symbols:
            raise InputError(f"symbols: expected a divisor of D's width {D.n_in}, got {symbols}")
        self.G, self.D = G, D

    def logits(self, z, rng):
        """G's logits by position, and the cache of its forward pass."""
        l, cache = self.G.forward(z, rng=rng)  # noqa: E741
        return l.reshape(len(z), -1, self.symbols), cache


class StringDiscriminatorTurn(StringTurn):
    """D's turn on one-hot data x and on G's strings: hard, or with ``tau`` the concrete ones."""

    moves, draws = ("D",), ("z", "x")

    def __init__(self, G: Sequential, D: Sequential, symbols: int, *, tau: float | None = None):
        super().__init__(G, D, symbols)
        self.tau = None if tau is None else real_number("tau", tau, 0, low_open=True)

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``."""
        l, _ = self.logits(z, rng)  # noqa: E741
        scores = l + gumbel(l, rng)
        drawn = one_hot(scores) if self.tau is None else softmax(scores / self.tau)
        (a_real, a_fake), D_cache = self.D.forward((x, drawn.reshape(len(z), -1)), rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        return {"J_D": J_D}


class ReinforceTurn(StringTurn):
    """G's turn by REINFORCE; b is a number, or by default the mean f of the other examples."""

    moves, draws, estimator = ("G",), ("z",), True

    def __init__(self, G, D, symbols: int, *, baseline: float | None = None):
        super().__init__(G, D, symbols)
        self.baseline = None if baseline is None else real_number("baseline", baseline)

    def gradients(self, rng, z):
        """An estimate of dJ_G into ``G.grads``, right in the mean over samples."""
        l, G_cache = self.logits(z, rng)  # noqa: E741
        x = one_hot(l + gumbel(l, rng))
        a, _ = self.D.forward(x.reshape(len(z), -1), rng=rng)
        f = softplus(-a) / 2
        gain = (f - self._baseline(f))[:, :, None]  # one number a string
        dl = gain * (x - softmax(l)) / len(z)
        self.G.backward(dl.reshape(len(z), -1), G_cache, input_grad=False)
        return {"J_G": f.mean()}

    def _baseline(self, f):
        if self.baseline is not None:
            return self.baseline
        if len(f) < 2:
            raise InputError(
                "batch: expected 2 or more, for a baseline of the others, got 1: give the turn a "
                "baseline, or take a larger batch"
            )
        return (f.sum() - f) / (len(f) - 1)


class ConcreteTurn(StringTurn):
    """G's turn through soft symbols y at temperature ``tau``."""

    moves, draws = ("G",), ("z",)

    def __init__(self, G: Sequential, D: Sequential, symbols: int, *, tau: float = 0.5):
        super().__init__(G, D, symbols)
        self.tau = real_number("tau", tau, 0, low_open=True)

    def gradients(self, rng, z):
        """Gradient of the relaxed J_G into ``G.grads``."""
        l, G_cache = self.logits(z, rng)  # noqa: E741
        y = softmax((l + gumbel(l, rng)) / self.tau)
        a, D_cache = self.D.forward(self.shown(y).reshape(len(z), -1), rng=rng)
        J_G, da = non_saturating_cost(a)
        dy = self.D.backward(da, D_cache, param_grads=False).reshape(y.shape)
        dl = through_softmax(y, dy, self.tau)
        self.G.backward(dl.reshape(len(z), -1), G_cache, input_grad=False)
        return {"J_G": J_G}

    def shown(self, y):
        """The symbols that D sees: the soft ones."""
        return y


class StraightThroughTurn(ConcreteTurn):
    """G's turn with hard symbols forward, as if they were the soft ones backward.

    It is the gradient of no cost, in the mean neither: `check_turn` refuses it, rightly.
    """

    def shown(self, y):
        """The symbols that D sees: the hard ones."""
        return one_hot(y)


class Embedding:
    """Strings as points: symbol k is the point E[k], and G's outputs are any points.

    The game is that of Algorithm 1, with noise on both sides of D so that p_data, which is made
    of points, has a density; what G means is the nearest point. E is (symbols, width), ``data``
    a sampler of one-hot rows.
    """

    def __init__(self, E: np.ndarray, data: Sampler):
        self.E, self.data = np.asarray(E, np.float32), data

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m strings as rows (m, positions * width)."""
        x = self.data.sample(m, rng).reshape(m, -1, len(self.E))
        return (x @ self.E).reshape(m, -1)

    def nearest(self, points):
        """Points (m, positions * width) as one-hot symbols (m, positions, symbols)."""
        at = points.reshape(len(points), -1, 1, self.E.shape[1])
        return one_hot(-((at - self.E) ** 2).sum(axis=-1))
