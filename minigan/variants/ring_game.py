"""The ring benchmark: eight Gaussians on a circle, and a game that loses some of them.

Every remedy for mode collapse plays it with the same networks, steps and seeds. G's learning rate
is ten times D's, which makes the plain game fail: D is too slow for its G. Samples are scored
against exact probabilities of p_data.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Normal, ring
from minigan.layers import Layer, Linear, Tanh
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.theory.binned import js_masses

MODES, STD = 8, 0.1
DATA = ring(MODES, radius=2.0, std=STD)
NOISE = Normal(dim=8)
WIDTH, GAIN = 48, 1.4  # units a hidden layer; weights are N(0, GAIN^2 / n_in)
BATCH, STEPS = 64, 2000
RATE_G, RATE_D = 5e-3, 5e-4  # Adam's, with beta1 = 0.5
SAMPLES = 4000  # to be scored
_NEAR = 3 * STD  # a sample as near to a mode is one of its own: so are 0.9889 of p_data
OUTSIDE = math.exp(-4.5)  # exactly: the rest of p_data


class Score(NamedTuple):
    """Where samples lie on the ring.

    ``modes``, of 8, hold at least 1 % of the samples each; ``quality`` is the fraction within 3
    standard deviations of a mode (p_data itself: 0.9889); ``jsd``, in nats, is taken over nine
    cells, the eight discs and the rest: a lower bound of JSD(p_data, p_g), up to sampling error.
    """

    modes: int
    quality: float
    jsd: float


def score(x: np.ndarray) -> Score:
    """Score of samples x, shape (n, 2)."""
    fractions = cells(x)
    p_data = np.append(np.full(MODES, (1 - OUTSIDE) / MODES), OUTSIDE)
    modes = int((fractions[:MODES] >= 0.01).sum())
    return Score(modes, float(1 - fractions[MODES]), js_masses(p_data, fractions))


def cells(x: np.ndarray) -> np.ndarray:
    """Fractions of samples x, shape (n, 2), in the discs of the eight modes and outside: (9,)."""
    distance = np.hypot(*np.moveaxis(x[:, None] - DATA.means, 2, 0))  # (n, modes)
    nearest = np.where(distance.min(axis=1) <= _NEAR, distance.argmin(axis=1), MODES)
    return np.bincount(nearest, minlength=MODES + 1) / len(x)


def network(
    n_in: int, n_out: int, name: str, streams: Streams, extra: Sequence[Layer] = ()
) -> Sequential:
    """n_in -> 48 tanh -> 48 tanh -> extra layers -> n_out; starts from the stream "init_<name>"."""
    layers: list[Layer] = []
    for a, b in pairwise((n_in, WIDTH, WIDTH)):
        layers += [_linear(a, b), Tanh()]
    last = extra[-1].n_out if extra else WIDTH
    layers += [*extra, _linear(last or WIDTH, n_out)]
    return Sequential(layers, seed=streams[f"init_{name}"], name=name)


def _linear(n_in: int, n_out: int) -> Linear:
    return Linear(n_in, n_out, weights=normal(GAIN / math.sqrt(n_in)))


def adam(network: Sequential, rate: float) -> Adam:
    """The optimizer of either player: Adam with beta1 = 0.5."""
    return Adam(network, rate, beta1=0.5)
