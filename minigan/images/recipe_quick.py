"""Two recipes of ours that are soon done.

The first is for the small digits that come with minigan: 8 x 8 pixels, 1,199 images to learn
from. With so few, D learns them by heart unless it is kept small and half blind. The second is
for MNIST; it is quick because noise on all that D sees stands for dropout. In both, samples come
from a running average of G, which irons out what the game does to G from step to step.
"""

from minigan.distributions import Uniform
from minigan.images.recipe import Recipe
from minigan.layers import Dropout, GaussianNoise, Linear, Maxout, ReLU, Sigmoid
from minigan.layers.initialisers import he, marginal_bias
from minigan.optimizers import Adam


def generator(n_in, units):
    """Function that makes the layers n_in - units - units - pixels."""

    def layers(rows):
        h = rows.units(units)
        return [
            Linear(n_in, h, weights=he()),
            ReLU(),
            Linear(h, h, weights=he()),
            ReLU(),
            Linear(h, rows.pixels, bias=marginal_bias(rows.X)),
            Sigmoid(),
        ]

    return layers


def half_blind_discriminator(rows):
    """Two maxout layers of 50 units with 3 pieces, with dropout."""
    h = rows.units(50)
    first, second = Maxout(rows.pixels, h, 3), Maxout(h, h, 3)
    return [Dropout(0.8), first, Dropout(0.5), second, Dropout(0.5), Linear(h, 1)]


def noisy_discriminator(rows):
    """Two maxout layers of 200 units with 3 pieces, behind noise."""
    h = rows.units(200)
    return [GaussianNoise(0.4), Maxout(rows.pixels, h, 3), Maxout(h, h, 3), Linear(h, 1)]


def adam(network, lr, steps):
    """Adam for a network, with half its usual momentum; its rate lr is that of all steps."""
    return Adam(network, lr, beta1=0.5)


DIGITS = Recipe(
    name="digits",
    about="ours: 8 x 8 digits, which come with minigan; soon done",
    data="digits",
    noise=Uniform(-(3**0.5), 3**0.5, dim=20),
    generator=generator(20, 100),
    discriminator=half_blind_discriminator,
    batch=100,
    epochs=400,
    lr_G=1e-3,
    lr_D=4e-3,
    simultaneous=False,
    optimizer=adam,
    average=0.999,
    evaluate_every=20,
)

MNIST = Recipe(
    name="mnist-quick",
    about="ours: small nets, noise in front of D, an average of G; soon done",
    data="mnist",
    noise=Uniform(-(3**0.5), 3**0.5, dim=10),
    generator=generator(10, 500),
    discriminator=noisy_discriminator,
    batch=100,
    epochs=12,
    lr_G=5e-4,
    lr_D=2e-3,
    simultaneous=False,
    optimizer=adam,
    average=0.9999,
    evaluate_every=2,
)
