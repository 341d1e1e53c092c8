"""MNIST, as in mnist.yaml of 2014: the experiment behind 225 +- 2 in Table 1.

The noise is uniform with variance 1. G's sigmoid starts at the pixels' means, so that its first
samples are as bright as digits. D sees four of five pixels, and half of its hidden units.

The second recipe is ours, and done in two minutes. Two things make it quick: noise on all that D
sees, instead of dropout, and samples from a running average of G.
"""

from minigan.distributions import Uniform
from minigan.images.recipe import Recipe, adam, discriminator_of_2014, rate_of_2014
from minigan.layers import GaussianNoise, Linear, Maxout, ReLU, Sigmoid
from minigan.layers.initialisers import he, marginal_bias, uniform


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


PAPER = Recipe(
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


def quick_generator(rows):
    """10 - 500 - 500 - pixels."""
    h = rows.units(500)
    return [
        Linear(10, h, weights=he()),
        ReLU(),
        Linear(h, h, weights=he()),
        ReLU(),
        Linear(h, rows.pixels, bias=marginal_bias(rows.X)),
        Sigmoid(),
    ]


def quick_discriminator(rows):
    """Two maxout layers of 200 units with 3 pieces, behind noise."""
    h = rows.units(200)
    return [GaussianNoise(0.4), Maxout(rows.pixels, h, 3), Maxout(h, h, 3), Linear(h, 1)]


QUICK = Recipe(
    name="mnist-quick",
    about="ours: small nets, noise in front of D, an average of G; two minutes",
    data="mnist",
    noise=Uniform(-(3**0.5), 3**0.5, dim=10),
    generator=quick_generator,
    discriminator=quick_discriminator,
    batch=100,
    epochs=12,
    lr_G=5e-4,
    lr_D=2e-3,
    simultaneous=False,
    optimizer=adam,
    average=0.9999,
    evaluate_every=2,
)
