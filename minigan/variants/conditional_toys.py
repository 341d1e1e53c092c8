"""Two tasks with exact conditionals on the line: a sine with noise, and two answers.

The condition is c ~ U(-1, 1). In the first, x | c ~ N(sin pi c, (0.2 + 0.2 (1 + c))^2). The second
is Figure 3 of the tutorial as a toy: the answer is +f(c) with probability w(c) and -f(c)
otherwise, plus noise. Its best answer in squared error is the mean, (2 w - 1) f(c), which hardly
ever is near an answer.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.base.types import Density
from minigan.distributions import Mixture, Normal, Stratified, Uniform
from minigan.game import Game
from minigan.layers import Layer, LeakyReLU, Linear, Tanh
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.theory import GeneratorState, PushForward
from minigan.theory.binned import js_masses
from minigan.variants.conditional import (
    ConditionalDiscriminatorTurn,
    ConditionalGeneratorTurn,
    SquaredErrorTurn,
    at_condition,
)

C, NOISE = Stratified(Uniform(-1.0, 1.0)), Stratified(Normal())
WIDTH_G, WIDTH_D, GAIN_D = 32, 64, 1.6
BATCH, D_TURNS, RATE_D = 256, 3, 4e-3
WIDE = 0.15  # standard deviation of an answer
_EDGES = np.arange(-4.0, 4.01, 0.02)  # cells for the marginal of x


class Pairs:
    """Sampler of a task: rows x of p(x|c), beside their c."""

    def __init__(self, draw: Callable):
        self._draw = draw

    def sample(self, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """m pairs: x and c, shapes (m, 1)."""
        c = C.sample(m, rng)
        return self._draw(c, NOISE.sample(m, rng), rng).astype(np.float32), c


class Task(NamedTuple):
    """A sampler of pairs, and the exact p(x|c) as a function of c."""

    pairs: Pairs
    law: Callable[[float], Density]
    rate_G: float


def _mean(c):
    return np.sin(np.pi * c)


def _std(c):
    return 0.2 + 0.2 * (1 + c)


def answer(c):
    """f(c): the answers are f and -f."""
    return 1 + np.sin(np.pi * c) / 2


def share(c):
    """w(c): probability of the answer +f."""
    return 0.5 + 0.3 * c


def _two_answers(c, e, rng):
    sign = np.where(rng.random(c.shape) < share(c), 1.0, -1.0)
    return sign * answer(c) + WIDE * e


SINE = Task(
    Pairs(lambda c, e, rng: _mean(c) + _std(c) * e), lambda c: Normal(_mean(c), _std(c)), 1e-3
)
TWO_ANSWERS = Task(
    Pairs(_two_answers),
    lambda c: Mixture([-answer(c), answer(c)], WIDE, [1 - share(c), share(c)]),
    2e-3,
)


def network(
    widths: tuple[int, ...], bend: Callable, gain: float, *first: Layer, last=(), **named: Any
) -> Sequential:
    """Layers of these widths with ``bend()`` between them, weights N(0, gain^2 / n_in).

    ``first`` and ``last`` are layers before and behind them all.
    """
    layers: list[Layer] = [*first]
    for a, b in pairwise(widths):
        layers += [Linear(a, b, weights=normal(gain / math.sqrt(a))), bend()]
    return Sequential([*layers[:-1], *last], **named)


def conditional_game(task: Task, steps: int, seed: Any, *, D_sees_c: bool = True) -> Game:
    """The game of G(c, z) and D(x, c), or D(x) as a control, set up to play ``steps`` steps."""
    streams = Streams(seed)
    of_G, of_D = streams["init_G"], streams["init_D"]
    G = network((2, WIDTH_G, WIDTH_G, 1), Tanh, 1.0, seed=of_G, name="G")
    n_in = 2 if D_sees_c else 1
    widths = (n_in, WIDTH_D, WIDTH_D, 1)
    D = network(widths, lambda: LeakyReLU(0.2), GAIN_D, seed=of_D, name="D")
    return Game(
        ConditionalDiscriminatorTurn(G, D, k=D_TURNS),
        ConditionalGeneratorTurn(G, D),
        optimizers=[late_adam(G, task.rate_G, steps), late_adam(D, RATE_D, steps * D_TURNS)],
        batch=BATCH,
        seed=streams,
        pairs=task.pairs,
        c=C,
        z=NOISE,
    )


def regression(task: Task, steps: int, seed: Any) -> Game:
    """F(c) by squared error, 1-32-32-1 with tanh: a game of one player."""
    streams = Streams(seed)
    F = network((1, WIDTH_G, WIDTH_G, 1), Tanh, 1.0, seed=streams["init_F"], name="F")
    optimizer = Adam(F, late_decay(2e-3, steps, 4e-5))
    turn = SquaredErrorTurn(F)
    return Game(turn, optimizers=[optimizer], batch=BATCH, seed=streams, pairs=task.pairs)


def late_adam(network: Sequential, rate: float, updates: int) -> Adam:
    """Adam with beta1 = 0.5 and a rate that falls to 2 % in the second half of the updates."""
    return Adam(network, late_decay(rate, updates, 0.02 * rate), beta1=0.5)


def exact_scores(G: Sequential, task: Task, conditions: np.ndarray) -> dict[str, float]:
    """Scores of G over some conditions c, computed from its exact p_g(x|c), in nats.

    ``jsd`` is the mean of JSD(p(.|c), p_g(.|c)), ``worst`` the largest; ``marginal``, JSD of
    the two laws of x without c, on cells of 0.02; ``mean_error``, mean |E_g[x|c] - E[x|c]|.
    """
    jsds, errors, masses = [], [], []
    for c in conditions:
        law, at = task.law(c), at_condition(G, c)
        jsds.append(GeneratorState(at, NOISE.of, law).jsd)
        masses.append([_masses(p.cdf) for p in (law, PushForward(at, NOISE.of))])
        errors.append(abs(_expectation(at) - mean_of(law)))
    return {
        "jsd": float(np.mean(jsds)),
        "worst": max(jsds),
        "marginal": js_masses(*np.mean(masses, axis=0)),
        "mean_error": float(np.mean(errors)),
    }


def answer_scores(G: Sequential, conditions: np.ndarray) -> dict[str, float]:
    """Exact scores of the answers of G in `TWO_ANSWERS`, over some conditions c.

    ``share_error`` is the mean of |P(x > 0) - w(c)|, ``near`` the probability of an x within 3
    standard deviations of an answer.
    """
    errors, near = [], []
    for c in conditions:
        cdf = PushForward(at_condition(G, c), NOISE.of).cdf
        errors.append(abs(1 - cdf(np.array(0.0)) - share(c)))
        ends = np.array([-1, 1]) * answer(c) + 3 * WIDE * np.array([[-1], [1]])  # (side, answer)
        if ends[1, 0] > ends[0, 1]:  # the two intervals overlap
            ends = ends[[0, 1], [0, 1]][:, None]
        near.append(np.diff(cdf(ends), axis=0).sum())
    return {"share_error": float(np.mean(errors)), "near": float(np.mean(near))}


def _masses(cdf: Callable) -> np.ndarray:
    """Probabilities of the cells, with all beyond them in the first and the last."""
    return np.diff(np.clip(cdf(_EDGES[1:-1]), 0.0, 1.0), prepend=0.0, append=1.0)


def _expectation(of_z: Callable) -> float:
    """E G(c, z) over z ~ N(0, 1), for a function of `at_condition`: a sum over 6,001 nodes."""
    z = np.linspace(-6, 6, 6001)
    weights = np.exp(-(z**2) / 2)
    return float(of_z(z)[0] @ weights / weights.sum())


def mean_of(law: Any) -> float:
    """Expectation of a Normal, or of a Mixture on the line."""
    return law.mean if isinstance(law, Normal) else float(law.weights @ law.means[:, 0])
