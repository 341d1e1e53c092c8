"""Shares of a sample that come from its own z, and from the others of its minibatch.

Batch normalisation in G makes a sample depend on all z of its minibatch; section 4.3 of the NIPS
2016 tutorial shows how far that goes (Fig. 21). Two numbers for it:

    share of the others = variance of G(z_1) as the others are redrawn / variance of G
    correlation of two samples of one minibatch = (m Var(mean of the m) / Var(G) - 1) / (m - 1)

Batch normalisation fixes sum xh = 0 and sum xh^2 = m, so the correlation of two xh is -1/(m - 1),
exactly, whatever came in; and so is that of any affine function of one such layer. A normalisation
by a reference batch has share 0, exactly, and no correlation.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.base.validation import known_name
from minigan.distributions import Mixture, Normal, ring
from minigan.game import Algorithm1
from minigan.layers import (
    BatchNorm,
    Layer,
    LeakyReLU,
    Linear,
    ReferenceBatchNorm,
    ReLU,
    Tanh,
    VirtualBatchNorm,
)
from minigan.layers.batch_norm import normalised
from minigan.layers.initialisers import normal
from minigan.networks import ReferenceNetwork, Sequential
from minigan.optimizers import Adam

NORMS = {
    "none": None,
    "batch": BatchNorm,
    "reference": ReferenceBatchNorm,
    "virtual": VirtualBatchNorm,
}
RING, COLOURS = ring(8, radius=2.0, std=0.1), Mixture([[0.8] * 4, [-0.8] * 4], std=0.15)
NOISE, REFERENCES = Normal(dim=4), 32
RATE = 2e-3  # Adam's, of both; falls to a fiftieth over the second half
GAIN = 1.4  # weights are N(0, GAIN^2 / n_in)


def network(
    widths: tuple[int, ...], act: Callable[[], Layer], norm: Any, rng: np.random.Generator
) -> Sequential:
    """Linear maps with a normalisation, if there is one, and ``act`` between them."""
    layers: list[Layer] = []
    for a, b in pairwise(widths):
        layers.append(Linear(a, b, weights=normal(GAIN / math.sqrt(a))))
        layers += [*([norm(b)] if norm else []), act()]
    del layers[len(layers) - (2 if norm else 1) :]  # behind the last map
    if norm in (ReferenceBatchNorm, VirtualBatchNorm):
        return ReferenceNetwork(layers, NOISE.sample(REFERENCES, rng), seed=rng)
    return Sequential(layers, seed=rng)


def ring_game(norm: str, m: int, seed: int, steps: int) -> Algorithm1:
    """The ring, with a normalisation in both hidden layers of G and minibatches of m."""
    streams = Streams(seed)
    G = network((4, 32, 32, 2), ReLU, NORMS[known_name("norm", norm, NORMS)], streams["init_G"])
    D = network((2, 48, 48, 1), Tanh, None, streams["init_D"])
    return _game(G, D, RING, m, streams, steps)


def colour_game(norm_in_D: bool, seed: int, steps: int) -> Algorithm1:
    """Images of four pixels, all bright or all dark, m = 16; batch norm in G, or in D as well.

    D then takes away the mean of a minibatch, real or generated, in its first layer.
    """
    streams = Streams(seed)
    G = network((4, 32, 32, 4), ReLU, BatchNorm, streams["init_G"])
    norm = BatchNorm if norm_in_D else None
    D = network((4, 48, 48, 1), lambda: LeakyReLU(0.2), norm, streams["init_D"])
    return _game(G, D, COLOURS, 16, streams, steps)


def _game(G, D, data, m: int, streams: Streams, steps: int) -> Algorithm1:
    def rate(t: int) -> float:
        return RATE * (1 - 0.98 * max(0.0, 2 * t / steps - 1))

    of_G, of_D = (Adam(net, rate, beta1=0.5) for net in (G, D))
    return Algorithm1(
        *(G, D), data=data, noise=NOISE, batch=m, seed=streams, G_optimizer=of_G, D_optimizer=of_D
    )


def minibatches(G: Sequential, m: int, count: int, rng, first: np.ndarray | None = None):
    """Outputs of G for minibatches of m z, of which the first may be given: (count, m, dim)."""
    z = NOISE.sample(count * m, rng).reshape(count, m, -1)
    if first is not None:
        z[:, 0] = first
    return np.array([G.forward(each)[0] for each in z], np.float64)


def correlation(y: np.ndarray) -> float:
    """Correlation of two samples of one minibatch, from minibatches (n, m, dim)."""
    m, mean = y.shape[1], y.mean(axis=(0, 1))
    of_means = ((y.mean(axis=1) - mean) ** 2).mean(axis=0).sum()
    return float((m * of_means / ((y - mean) ** 2).mean(axis=(0, 1)).sum() - 1) / (m - 1))


def share_of_the_others(G: Sequential, m: int, points: int, redraws: int, rng, of=None) -> float:
    """Share of the variance of G that comes from the others, or of a function ``of`` its output."""
    of = of or (lambda y: y)
    spread = []
    for z in NOISE.sample(points, rng):
        y = of(minibatches(G, m, redraws, rng, z))[:, 0]
        spread.append((y - y[0]).var(axis=0).sum())  # less y[0]: exactly 0 if all are the same
    total = of(minibatches(G, m, points, rng)).reshape(points * m, -1).var(axis=0).sum()
    return float(np.mean(spread) / total)


def normalised_draws(draw: Callable, m: int, count: int) -> np.ndarray:
    """Batch norm's xh of minibatches of m independent numbers, without a network: (count, m, 1)."""
    xh, *_ = normalised(draw((m, count))[..., None], 1e-5, np)
    return xh.swapaxes(0, 1)


LAWS = {  # of independent numbers h, the last three with outliers
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "Student t, 2 d.f.": lambda rng, shape: rng.standard_t(2, shape),
    "lognormal, 1.5": lambda rng, shape: rng.lognormal(0, 1.5, shape),
    "1 in 30 is 20 larger": lambda rng, shape: (
        rng.standard_normal(shape) + 20 * (rng.random(shape) < 1 / 30)
    ),
}
FUNCTIONS = {  # of xh = batch norm of h
    "xh": lambda xh: xh,
    "relu(xh)": lambda xh: np.maximum(xh, 0),
    "1(|xh| < .3)": lambda xh: (np.abs(xh) < 0.3).astype(float),
    "1(xh > .3)": lambda xh: (xh > 0.3).astype(float),
}
