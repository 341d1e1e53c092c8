"""The toy game that figures share: uniform noise, a bell, and two small networks.

The noise is uniform, as in Figure 1 of the 2014 paper. The bell ends at three standard
deviations: with uniform noise, a Gaussian's endless tails are out of reach of any
continuous generator.
"""

import numpy as np

from minigan.base.backend import Device
from minigan.base.randomness import Streams
from minigan.base.validation import whole_number
from minigan.distributions import IrwinHall, Uniform
from minigan.game import Algorithm1
from minigan.layers import Layer, Linear, Maxout, Tanh
from minigan.layers.initialisers import he, normal
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import cosine

DATA = IrwinHall(mean=0.5, std=1.0)
NOISE = Uniform(-(3**0.5), 3**0.5)  # unit variance, as in the paper's code

BATCH = 256
RATE_G, RATE_D = 1e-3, 2e-2  # Adam's, each falling to 0 along half a cosine
BETA1, BETA2 = 0.0, 0.99  # Adam's


def players(
    seed: int | np.random.SeedSequence,
    device: str | Device = "cpu",
    widths: tuple[int, int] = (32, 32),
) -> tuple[Sequential, Sequential]:
    """G, 1-32-32-1 with tanh, and D, two maxout layers of 32 units with 5 pieces, on a device.

    Other ``widths`` are those of the hidden layers of G and of D. Tanh makes p_g smooth.
    First-layer biases are spread out, so that units bend at different places of the line. The
    ``seed`` is that of the starting values.
    """
    init, (g, d) = Streams(seed), widths
    first: Layer = Linear(1, g, weights=normal(0.6), bias=normal(1.0))
    layers: list[Layer] = [first, Tanh(), Linear(g, g), Tanh(), Linear(g, 1)]
    G = Sequential(layers, seed=init["init_G"], device=device, name="G")
    first = Maxout(1, d, weights=normal(2.0), bias=normal(2.0))
    layers = [first, Maxout(d, d, weights=he()), Linear(d, 1)]
    return G, Sequential(layers, seed=init["init_D"], device=device, name="D")


def toy_game(
    G: Sequential,
    D: Sequential,
    *,
    steps: int,
    seed: int | np.random.SeedSequence,
    k: int = 1,
    cost: str = "non-saturating",
    rate_G: float = RATE_G,
) -> Algorithm1:
    """Algorithm 1 between networks G and D, 1 -> 1 each, set up to play ``steps`` steps well.

    Over these, >= 1, the learning rates fall to 0. Data and noise grow from the ``seed``; ``k`` are
    the discriminator's updates a step, >= 1; and ``cost``, that of the generator, is
    "non-saturating", "minimax" or "max-likelihood"; ``rate_G`` is its rate at the start.
    InputError if an option is out of range.
    """
    steps, k = whole_number("steps", steps), whole_number("k", k)
    return Algorithm1(
        G,
        D,
        data=DATA,
        noise=NOISE,
        G_optimizer=Adam(G, cosine(rate_G, steps), beta1=BETA1, beta2=BETA2),
        D_optimizer=Adam(D, cosine(RATE_D, steps * k), beta1=BETA1, beta2=BETA2),
        batch=BATCH,
        k=k,
        cost=cost,
        seed=seed,
    )
