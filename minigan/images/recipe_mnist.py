"""MNIST, as in mnist.yaml of 2014: the experiment behind 225 +- 2 in Table 1.

The noise is uniform with variance 1. G's sigmoid starts at the pixels' means, so that its first
samples are as bright as digits. D sees four of five pixels, and half of its hidden units.
"""

from minigan.distributions import Uniform
from minigan.images.recipe import Recipe, discriminator_of_2014, rate_of_2014
from minigan.layers import Linear, ReLU, Sigmoid
from minigan.layers.initialisers import marginal_bias, uniform


def generator(rows):
    """100 - 1200 - 1200 - pixels."""
    h = rows.units(1200)
    return [
        Linear(100, h, weights=uniform(0.05)),
        ReLU(),
        Linear(h, h, weights=rows.after_hidden(0.05)),
        ReLU(),
        Linear(h, rows.pixels, weights=rows.after_hidden(0.05), bias=marginal_bias(rows.X)),
        Sigmoid(),
    ]


MNIST = Recipe(
    name="mnist",
    about="the paper's MNIST experiment (Table 1: 225 +- 2)",
    data="mnist",
    noise=Uniform(-(3**0.5), 3**0.5, dim=100),
    generator=generator,
    discriminator=discriminator_of_2014(240),
    batch=100,
    epochs=300,
    lr_G=rate_of_2014(0.1, times=2),
    lr_D=rate_of_2014(0.1),
)
