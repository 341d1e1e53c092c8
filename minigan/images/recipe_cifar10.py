"""CIFAR-10, as in cifar10_fully_connected.yaml and cifar10_convolutional.yaml of 2014.

Images are contrast-normalised, and G's output is linear. The convolutional discriminator looks
through small windows; the convolutional generator paints the image window by window, from
80 numbers for each of 10 x 10 places.
"""

from dataclasses import replace

import numpy as np

from minigan.base.errors import InputError
from minigan.data.preprocess import gcn
from minigan.distributions import Normal
from minigan.images.recipe import Recipe, discriminator_of_2014, rate_of_2014
from minigan.layers import (
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Layer,
    Linear,
    Maxout,
    MaxPool2D,
    ReLU,
    Sigmoid,
)
from minigan.layers.initialisers import uniform

SMALLEST = 11  # rows of an image that can be pooled three times


def around_grey(X):
    """Images X with mean 0 as pictures: 0 is grey, and the largest number of all white or black."""
    return 0.5 + X / max(2 * np.abs(X).max(), np.finfo(X.dtype).tiny)


def generator(rows):
    """100 - 8000 - 8000 - pixels."""
    h = rows.units(8000)
    return [
        Linear(100, h, weights=uniform(0.05)),
        ReLU(),
        Linear(h, h, weights=rows.after_hidden(0.05)),
        Sigmoid(),
        Linear(h, rows.pixels, weights=rows.after_hidden(0.5)),
    ]


def convolutional_generator(rows):
    """100 - 8000 - 80 channels of 10 x 10, each painted as 5 x 5 pixels, 3 pixels apart."""
    h, channels = rows.units(8000), rows.units(80)
    _, n, columns = rows.shape
    if columns != n or n < SMALLEST or n % 3 != 2:
        raise InputError(
            f"cifar10-convolutional: expected square images of {SMALLEST}, 14, 17, ... 32, ... "
            f"rows, which 5 x 5 pixels each 3 pixels cover, got {n} x {columns}"
        )
    places = (n - 5) // 3 + 1  # 10, from which 3 * 9 + 5 = 32 pixels are painted
    shape, weights = (channels, places, places), rows.after_hidden(0.05)
    return [
        Linear(100, h, weights=uniform(0.05)),
        ReLU(),
        Linear(h, channels * places**2, weights=weights),
        Sigmoid(),
        ConvTranspose2D(shape, rows.shape[0], 5, stride=3, weights=weights, tied_bias=False),
    ]


def convolutional_discriminator(rows):
    """Three convolutions with maxout of 2 pieces and pooling, then 500 maxout units."""
    shape = rows.shape
    layers: list[Layer] = [Dropout(0.8)]
    weights = uniform(0.005)  # behind the image; all that follow are behind hidden channels
    for channels, kernel, pad, pool in ((32, 8, 4, 4), (32, 8, 3, 4), (192, 5, 3, 2)):
        convolution = Conv2D(shape, 2 * rows.units(channels), kernel, pad=pad, weights=weights)
        maxout = ChannelMaxout(convolution.shape_out, pieces=2)
        pooling = MaxPool2D(maxout.shape_out, pool, stride=2)
        layers += [convolution, maxout, pooling, Dropout(0.5)]
        shape, weights = pooling.shape_out, rows.after_hidden(0.005)
    h = rows.units(500)
    return [
        *layers,
        Maxout(pooling.n_out, h, 5, weights=weights),
        Dropout(0.5),
        Linear(h, 1, weights=rows.after_hidden(0.005)),
    ]


FULLY_CONNECTED = Recipe(
    name="cifar10",
    about="the paper's CIFAR-10, fully connected",
    data="cifar10",
    noise=Normal(dim=100),
    generator=generator,
    discriminator=discriminator_of_2014(1600),
    preprocess=gcn,
    picture=around_grey,
    batch=100,
    epochs=300,
    lr_G=rate_of_2014(0.025, times=2),
    lr_D=rate_of_2014(0.025),
)

CONVOLUTIONAL = replace(
    FULLY_CONNECTED,
    name="cifar10-convolutional",
    about="the paper's CIFAR-10, convolutional",
    generator=convolutional_generator,
    discriminator=convolutional_discriminator,
    batch=128,
    lr_G=rate_of_2014(0.004, times=2),
    lr_D=rate_of_2014(0.004),
)
