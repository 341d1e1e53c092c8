"""Faces, as in tfd_pretrain/*.yaml of 2014: a generator trained twice.

First a generator of three layers and its discriminator, on the unlabelled faces. Then two new
layers go under the three, which stay as they have become, and all five are trained, against a
new discriminator. All columns of all weights are kept no longer than 1.9365, which is the root
of 3.75.

The Toronto Face Database is not public. With ``--data olivetti`` the same nets are trained on
the Olivetti faces.
"""

from minigan.distributions import Normal
from minigan.layers import Dropout, Linear, Maxout, ReLU, Sigmoid
from minigan.layers.initialisers import marginal_bias, sparse, uniform
from minigan.recipes.base import Recipe, rate_of_2014

LONGEST = 1.9365  # of a column of W


def generator(rows):
    """100 - 8000 - 8000 - pixels."""
    return upper_layers(rows)


def upper_layers(rows):
    """The three layers that are trained twice."""
    h = rows.units(8000)
    return [
        Linear(100, h, weights=uniform(0.05), max_col_norm=LONGEST, name="relu"),
        ReLU(),
        Linear(
            h, h, weights=rows.after_hidden(0.05), bias=-2.0, max_col_norm=LONGEST, name="hidden"
        ),
        Sigmoid(),
        Linear(
            h,
            rows.pixels,
            weights=sparse(min(100, h)),
            bias=marginal_bias(rows.X),
            max_col_norm=LONGEST,
            name="visible",
        ),
        Sigmoid(),
    ]


def deeper_generator(rows):
    """100 - 8000 - 100, and the pretrained layers on top."""
    h = rows.units(8000)
    return [
        Linear(100, h, weights=uniform(0.05), max_col_norm=LONGEST, name="new relu"),
        ReLU(),
        Linear(
            h,
            100,
            weights=rows.after_hidden(0.05),
            bias=-2.0,
            max_col_norm=LONGEST,
            name="new hidden",
        ),
        Sigmoid(),
        *upper_layers(rows),
    ]


def discriminator(rows):
    """Two maxout layers of 1200 units with 5 pieces, with dropout."""
    h = rows.units(1200)
    return [
        Dropout(0.8),
        Maxout(rows.pixels, h, 5, weights=uniform(0.005), max_col_norm=LONGEST),
        Dropout(0.5),
        Maxout(h, h, 5, weights=rows.after_hidden(0.005), max_col_norm=LONGEST),
        Dropout(0.5),
        Linear(h, 1, weights=rows.after_hidden(0.005), max_col_norm=LONGEST),
    ]


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

RECIPE = Recipe(
    name="tfd",
    about="the paper's faces, second part: two new layers under the three (--start RUN)",
    data="tfd",
    split="unlabeled",
    noise=Normal(dim=100),
    generator=deeper_generator,
    discriminator=discriminator,
    batch=100,
    epochs=22,
    lr_G=rate_of_2014(0.05, times=2),
    lr_D=rate_of_2014(0.05),
    starts_from="tfd-pretrain",
)
