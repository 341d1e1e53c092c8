"""Faces, as in tfd_pretrain/*.yaml of 2014: a generator trained twice.

First a generator of three layers and its discriminator, on the unlabelled faces. Then two new
layers go under the three, which stay as they have become, and all five are trained, against a
new discriminator. All columns of all weights are kept no longer than 1.9365, which is the root
of 3.75.

The Toronto Face Database is not public. With ``--data olivetti`` the same nets are trained on
the Olivetti faces.
"""

from dataclasses import replace
from functools import partial

from minigan.distributions import Normal
from minigan.images.recipe import Recipe, discriminator_of_2014, rate_of_2014
from minigan.layers import Linear, ReLU, Sigmoid
from minigan.layers.initialisers import marginal_bias, sparse, uniform

LONGEST = 1.9365  # of a column of W
limited = partial(Linear, max_col_norm=LONGEST)


def generator(rows):
    """100 - 8000 - 8000 - pixels: the three layers that are trained twice."""
    h = rows.units(8000)
    weights, bias = rows.after_hidden(0.05), marginal_bias(rows.X)
    return [
        limited(100, h, name="relu", weights=uniform(0.05)),
        ReLU(),
        limited(h, h, name="hidden", weights=weights, bias=-2.0),
        Sigmoid(),
        limited(h, rows.pixels, name="visible", weights=sparse(min(100, h)), bias=bias),
        Sigmoid(),
    ]


def deeper_generator(rows):
    """100 - 8000 - 100, and the pretrained layers on top."""
    h = rows.units(8000)
    return [
        limited(100, h, name="new relu", weights=uniform(0.05)),
        ReLU(),
        limited(h, 100, name="new hidden", weights=rows.after_hidden(0.05), bias=-2.0),
        Sigmoid(),
        *generator(rows),
    ]


discriminator = discriminator_of_2014(1200, max_col_norm=LONGEST)


PRETRAIN = Recipe(
    name="tfd-pretrain",
    about="the paper's faces, first part: a generator of three layers",
    data="tfd",
    split="unlabeled",
    noise=Normal(dim=100),
    generator=generator,
    discriminator=discriminator,
    batch=100,
    epochs=50,
    lr_G=rate_of_2014(0.05, times=2),
    lr_D=rate_of_2014(0.05),
)

SECOND = replace(
    PRETRAIN,
    name="tfd",
    about="the paper's faces, second part: two new layers under the three (--start RUN)",
    generator=deeper_generator,
    epochs=22,
    starts_from="tfd-pretrain",
)
