"""A net that finds z from x, for a G that stands still (2014, section 7, item 2).

G is z -> x = z^2 / 2 + 0.3 e with z ~ N(0, 1), so that p(z | x), proportional to
N(z; 0, 1) N(x; z^2/2, 0.3^2), is known: two peaks if x > 0.09, near +-sqrt(2x). Three nets learn
from pairs (z, x) that G gives for nothing:

    squared error       a point, the mean: E[z | x] = 0
    likelihood          the Gaussian with the least KL(p(z|x) || q)
    a game              z = E(x, e), of any shape: the conditional game of z given x
"""

import math
from typing import Any

import numpy as np
from scipy.special import ndtr

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.randomness import Streams, generator
from minigan.base.validation import known_name
from minigan.distributions import Normal
from minigan.game import Game, Turn
from minigan.layers import Tanh
from minigan.networks import Sequential, join
from minigan.theory.binned import js_masses
from minigan.variants.conditional import (
    ConditionalDiscriminatorTurn,
    ConditionalGeneratorTurn,
    SquaredErrorTurn,
)
from minigan.variants.conditional_toys import late_adam, network

NOISE = 0.3
BATCH, RATE, WIDTH, GAIN_D = 256, 2e-3, 48, 1.3
EDGES = np.linspace(-4, 4, 81)
SAMPLES = 20_000
KINDS = "squared error", "likelihood", "game"


def gaussian_cost(outputs, code):
    """Mean of -log N(z; mu, exp(2 l)) without its log 2 pi / 2, of rows z; outputs are (mu, l).

    J = mean ((z - mu)^2 e^-2l / 2 + l), dmu = -(z - mu) e^-2l / m, dl = (1 - (z - mu)^2 e^-2l) / m.
    """
    n, m = code.shape[1], len(code)
    if outputs.shape != (m, 2 * n):
        raise InputError(f"gaussian_cost: expected ({m}, {2 * n}) (mu, l), got {outputs.shape}")
    mu, l = outputs[:, :n], outputs[:, n:]  # noqa: E741 (the formula's name)
    precision = array_module(outputs).exp(-2 * l)
    error = code - mu
    square = error * error * precision
    J = (square / 2 + l).sum() / m
    return J, join(-error * precision / m, (1 - square) / m)[0]


class LikelihoodTurn(Turn):
    """F(x) = (mu, l) learns the Gaussian of z given x by maximum likelihood. It draws "pairs"."""

    moves, draws = ("F",), ("pairs",)

    def __init__(self, F: Sequential):
        self.F = F

    def gradients(self, rng, pairs):
        """Gradient of `gaussian_cost` into ``F.grads``. See `Turn.gradients`."""
        z, x = pairs
        outputs, cache = self.F.forward(x, rng=rng)
        J_F, d_outputs = gaussian_cost(outputs, z)
        self.F.backward(d_outputs, cache, input_grad=False)
        return {"J_F": J_F}


class Joint:
    """Sampler of pairs (z, x)."""

    def sample(self, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """m pairs, float32, shapes (m, 1)."""
        z = rng.standard_normal((m, 1), dtype=np.float32)
        return z, z * z / 2 + NOISE * rng.standard_normal((m, 1), dtype=np.float32)


class Observed(Joint):
    """Sampler of x alone."""

    def sample(self, m: int, rng: np.random.Generator) -> Any:
        """m rows, float32, shape (m, 1)."""
        return super().sample(m, rng)[1]


def posterior_game(kind: str, steps: int, seed: Any) -> Game:
    """The game of one of the `KINDS`, set up to play ``steps`` steps."""
    streams = Streams(seed)
    known_name("kind", kind, KINDS)
    widths = {"squared error": (1, 1), "likelihood": (1, 2), "game": (2, 1)}[kind]
    F = network((widths[0], WIDTH, WIDTH, widths[1]), Tanh, 1.0, seed=streams["init_F"], name="F")
    options: dict[str, Any] = {"batch": BATCH, "seed": streams, "pairs": Joint()}
    if kind != "game":
        turn = SquaredErrorTurn(F) if kind == "squared error" else LikelihoodTurn(F)
        return Game(turn, optimizers=[late_adam(F, RATE, steps)], **options)
    D = network((2, WIDTH, WIDTH, 1), Tanh, GAIN_D, seed=streams["init_D"], name="D")
    return Game(
        ConditionalDiscriminatorTurn(F, D),
        ConditionalGeneratorTurn(F, D),
        optimizers=[late_adam(net, RATE, steps) for net in (F, D)],
        **options | {"c": Observed(), "z": Normal()},
    )


def exact(x: float) -> np.ndarray:
    """Masses of p(z | x) in the 80 cells, each a sum over 100 midpoints; what is outside is not."""
    z = EDGES[0] + (np.arange(8000) + 0.5) * 1e-3
    log_p = -(z**2) / 2 - (x - z**2 / 2) ** 2 / (2 * NOISE**2)
    masses = np.exp(log_p - log_p.max()).reshape(80, 100).sum(axis=1)
    return masses / masses.sum()


def best(kind: str, x: float) -> np.ndarray:
    """Masses of the best q(z | x) of a kind: the mean alone, its Gaussian, or p(z | x) itself."""
    p = exact(x)
    if kind == "game":
        return p
    std = 1e-9 if kind == "squared error" else np.sqrt(p @ ((EDGES[1:] + EDGES[:-1]) / 2) ** 2)
    cuts = np.concatenate([[-np.inf], EDGES[1:-1] + 1e-6, [np.inf]])  # 0 lies in one cell
    return np.diff(ndtr(cuts / std))


def learned(game: Game, x: float, seed: int = 0) -> np.ndarray:
    """Masses of a game's q(z | x) in the 80 cells; by 20,000 draws of an E(x, e)."""
    F = game.networks["G" if "G" in game.networks else "F"]
    if F.n_in == 2:
        e = Normal().sample(SAMPLES, generator(seed))
        drawn = F(np.concatenate([np.full_like(e, x), e], axis=1))
    else:
        drawn = F(np.full((1, 1), x, F.dtype))
    if F.n_out == 2:
        mean, log_std = drawn[0].astype(np.float64)
        below = ndtr((EDGES[1:-1] - mean) / math.exp(log_std))
        return np.diff(below, prepend=0.0, append=1.0)
    counts = np.histogram(np.clip(drawn, EDGES[0], EDGES[-1]), EDGES)[0]
    return counts / len(drawn)


def jsd(x: float, masses: np.ndarray) -> float:
    """JSD of masses in the 80 cells and the exact posterior at x, in nats."""
    return js_masses(exact(x), masses)
