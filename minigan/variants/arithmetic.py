"""Arithmetic on z (2016 tutorial, Fig. 19; Radford et al. 2015): with a hat - without + another.

A picture of 8 x 8 pixels has two attributes: a hat or none, a body on the left or on the right. If
z(h, s) is the mean of n z's whose G(z) have hat h and side s, then

    G( z(h, not s) - z(not h, not s) + z(not h, s) )   ought to have h and s.

A template judges, and no network: there is a hat if its pixels are bright on average, and the body
is on the side that is brighter. Exemplars are drawn from all z with what is asked, not chosen by
eye. G normalises by its running moments, so that no result depends on what else is in a batch.
A sum of three means of n z's has a length of about sqrt(3 dim / n), a z one of sqrt(dim): with
n = 1 it is longer, with n = 30 shorter than most z that G has seen.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.base.validation import whole_number
from minigan.distributions import Normal
from minigan.game import Algorithm1
from minigan.layers import BatchNorm, GaussianNoise, Layer, LeakyReLU, Linear, ReLU, Tanh
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.variants.conditional_toys import network

NOISE, WIDTH, BATCH, RATE, GAIN = Normal(dim=8), 64, 64, 1e-3, 0.58
DARK, BLUR = -0.8, 0.05  # the background, and the standard deviation of the noise on all pixels
BRIGHT = (0.7, 1.0)  # a picture's hat and body have one brightness, uniform in here
HAT = np.s_[..., 1, 1:7]
LEFT, RIGHT = np.s_[..., 3:7, 1:4], np.s_[..., 3:7, 4:7]
TARGETS = [(hat, side) for hat in (0, 1) for side in (0, 1)]


def templates() -> np.ndarray:
    """Bright pixels of the data, (8, 8, 8), by hat, side and height of the body: see `TARGETS`."""
    bright = np.zeros((2, 2, 2, 8, 8))
    bright[1][HAT] = 1
    for side in (0, 1):
        for low in (0, 1):
            bright[:, side, low, 3 + low : 6 + low, 1 + 3 * side : 4 + 3 * side] = 1
    return bright.reshape(8, 8, 8)


class Pictures:
    """Sampler of the data: every attribute with probability 1/2, and noise."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m pictures as rows (m, 64)."""
        bright = templates()[rng.integers(8, size=m)].reshape(m, 64)
        x = DARK + bright * (rng.uniform(*BRIGHT, (m, 1)) - DARK)
        return (x + BLUR * rng.standard_normal((m, 64))).astype(np.float32)


def judge(x: np.ndarray) -> np.ndarray:
    """The attributes of pictures, as the index of one of `TARGETS`."""
    x = x.reshape(-1, 8, 8)
    hat = x[HAT].mean(axis=1) > 0
    right = x[RIGHT].mean(axis=(1, 2)) > x[LEFT].mean(axis=(1, 2))
    return 2 * hat + right


def distance(x: np.ndarray) -> np.ndarray:
    """Root mean square over pixels of what separates pictures from the nearest one without noise.

    The nearest of all brightnesses is a least squares fit on the bright pixels, cut to `BRIGHT`.
    """
    bright = templates().reshape(8, 64).astype(bool)
    best = np.full(len(x), np.inf)
    for which in bright:
        fit = np.clip(x[:, which].mean(axis=1, keepdims=True), *BRIGHT)
        best = np.minimum(best, ((x - np.where(which, fit, DARK)) ** 2).mean(axis=1))
    return np.sqrt(best)


def arithmetic_game(seed: Any, width: int = WIDTH) -> Algorithm1:
    """The game of G, 8-64-64-64 with batch norm, and D, 64-64-64-1 with noise on its input."""
    streams = Streams(seed)
    layers: list[Layer] = []
    for n_in in (NOISE.dim, width):
        layers += [Linear(n_in, width, weights=normal(GAIN / math.sqrt(n_in))), BatchNorm(width)]
        layers.append(ReLU())
    layers += [Linear(width, 64, weights=normal(GAIN / math.sqrt(width))), Tanh()]
    G = Sequential(layers, seed=streams["init_G"], name="G")
    widths, blur = (64, width, width, 1), GaussianNoise(0.1)
    D = network(widths, lambda: LeakyReLU(0.2), GAIN, blur, seed=streams["init_D"], name="D")
    of_G, of_D = (Adam(net, RATE, beta1=0.5) for net in (G, D))
    play: Any = {"data": Pictures(), "noise": NOISE, "batch": BATCH, "seed": streams}
    return Algorithm1(G, D, G_optimizer=of_G, D_optimizer=of_D, **play)


def exemplars(
    groups: Sequence[np.ndarray], n: int, trials: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Choose n members of each group anew for each trial: indices (trials, n) of each group."""
    n = whole_number("exemplars: n", n)
    for i, group in enumerate(groups):
        if not len(group):
            raise InputError(
                f"exemplars: group {i}: expected a sample with these attributes, got none; "
                f"draw more z, or train longer"
            )
    return [rng.choice(group, (trials, n)) for group in groups]


def combined(rows: np.ndarray, chosen: Sequence[np.ndarray]) -> np.ndarray:
    """mean - mean + mean of the rows chosen by `exemplars`, which are z or pictures."""
    plus, minus, other = (rows[which].mean(axis=1) for which in chosen)
    return plus - minus + other


def groups_for(target: int, found: np.ndarray) -> list[np.ndarray]:
    """Indices of samples, judged ``found``, that are added, taken away, and added for a target."""
    hat, side = TARGETS[target]
    terms = (hat, 1 - side), (1 - hat, 1 - side), (1 - hat, side)
    return [np.flatnonzero(found == TARGETS.index(term)) for term in terms]
