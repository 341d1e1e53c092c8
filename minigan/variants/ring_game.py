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
from minigan.distributions import Mixture, Normal, ring
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
OUTSIDE = math.exp(-4.5)  # of p_data, exactly: what is not within 3 std of its mode


class Score(NamedTuple):
    """Score of samples on the ring, or on another mixture of well separated modes.

    ``modes`` hold at least 8 % of their share each (1 % of the samples, of eight); ``quality`` is
    the fraction within 3 standard deviations of a mode (p_data itself: 0.9889); ``jsd``, in nats,
    is taken over cells, the discs of the modes and the rest: a lower bound of
    JSD(p_data, p_g), up to sampling error.
    """

    modes: int
    quality: float
    jsd: float


def score(x: np.ndarray, data: Mixture = DATA) -> Score:
    """Score of samples x, shape (n, 2), against a mixture of modes of equal weight."""
    fractions, modes = cells(x, data), len(data.means)
    p_data = np.append(np.full(modes, (1 - OUTSIDE) / modes), OUTSIDE)
    found = int((fractions[:modes] >= 0.08 / modes).sum())
    return Score(found, float(1 - fractions[modes]), js_masses(p_data, fractions))


def cells(x: np.ndarray, data: Mixture = DATA) -> np.ndarray:
    """Fractions of samples x, (n, 2), within 3 std of the modes of data, and outside: (modes + 1,).

    The discs of 3 std must not overlap.
    """
    distance = np.hypot(*np.moveaxis(x[:, None] - data.means, 2, 0))  # (n, modes)
    modes, near = len(data.means), distance.min(axis=1) <= 3 * data.std
    nearest = np.where(near, distance.argmin(axis=1), modes)
    return np.bincount(nearest, minlength=modes + 1) / len(x)


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
