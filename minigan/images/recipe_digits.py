"""The small digits that come with minigan: a first image experiment, in seconds and offline.

8 x 8 pixels, 1,199 images to learn from. With so few, D learns them by heart unless it is kept
small and half blind; the running average of G irons out what the game does to G from step to
step.
"""

from minigan.distributions import Uniform
from minigan.images.recipe import Recipe, adam
from minigan.layers import Dropout, Linear, Maxout, ReLU, Sigmoid
from minigan.layers.initialisers import he, marginal_bias


def generator(rows):
    """20 - 100 - 100 - pixels."""
    h = rows.units(100)
    return [
        Linear(20, h, weights=he()),
        ReLU(),
        Linear(h, h, weights=he()),
        ReLU(),
        Linear(h, rows.pixels, bias=marginal_bias(rows.X)),
        Sigmoid(),
    ]


def discriminator(rows):
    """Two maxout layers of 50 units with 3 pieces, with dropout."""
    h = rows.units(50)
    return [
        Dropout(0.8),
        Maxout(rows.pixels, h, 3),
        Dropout(0.5),
        Maxout(h, h, 3),
        Dropout(0.5),
        Linear(h, 1),
    ]


RECIPE = Recipe(
    name="digits",
    about="ours: 8 x 8 digits, which come with minigan; half a minute",
    data="digits",
    noise=Uniform(-(3**0.5), 3**0.5, dim=20),
    generator=generator,
    discriminator=discriminator,
    batch=100,
    epochs=400,
    lr_G=1e-3,
    lr_D=4e-3,
    simultaneous=False,
    optimizer=adam,
    average=0.999,
    evaluate_every=20,
)
