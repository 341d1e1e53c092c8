"""A small DCGAN (Radford et al. 2015; section 3.3 of the NIPS 2016 tutorial), for MNIST.

G paints by transposed convolutions of stride 2 and no pooling; D looks by convolutions of stride 2.
Batch normalisation is everywhere but in D's first layer and where the networks end, of real and
of generated minibatches apart. Samples are drawn with the running moments of G.
"""

from minigan.base.errors import InputError
from minigan.distributions import Uniform
from minigan.images.recipe import Recipe
from minigan.images.recipe_quick import adam
from minigan.layers import BatchNorm, Conv2D, ConvTranspose2D, LeakyReLU, Linear, ReLU, Sigmoid
from minigan.layers.initialisers import normal

SMALL = normal(0.02)  # the weights of both papers


def _shapes(rows):
    """Shapes of the image, of its halves in w channels, and of its quarters in 2 w."""
    channels, n, columns = rows.shape
    if n % 4 or columns % 4:
        raise InputError(
            f"dcgan: expected images whose rows and columns divide by 4, as they are halved twice, "
            f"got {n} x {columns}"
        )
    w = rows.units(16)
    return (channels, n, columns), (w, n // 2, columns // 2), (2 * w, n // 4, columns // 4)


def generator(rows):
    """64 numbers - 2 w channels of a quarter of the rows - w channels of half - the image."""
    image, half, quarter = _shapes(rows)
    first = BatchNorm(quarter)
    return [
        Linear(64, first.n_in, weights=SMALL),
        first,
        ReLU(),
        ConvTranspose2D(quarter, half[0], 4, stride=2, pad=1, weights=SMALL),
        BatchNorm(half),
        ReLU(),
        ConvTranspose2D(half, image[0], 4, stride=2, pad=1, weights=SMALL),
        Sigmoid(),
    ]


def discriminator(rows):
    """The image - w channels of half its rows - 2 w channels of a quarter - the logit."""
    image, half, quarter = _shapes(rows)
    last = BatchNorm(quarter)
    return [
        Conv2D(image, half[0], 4, stride=2, pad=1, weights=normal(0.04)),  # pixels go to 1, not 2
        LeakyReLU(0.2),
        Conv2D(half, quarter[0], 4, stride=2, pad=1, weights=SMALL),
        last,
        LeakyReLU(0.2),
        Linear(last.n_out, 1, weights=SMALL),
    ]


DCGAN = Recipe(
    name="dcgan",
    about="ours: convolutions and batch norm, for MNIST; some minutes",
    data="mnist",
    noise=Uniform(-1, 1, dim=64),
    generator=generator,
    discriminator=discriminator,
    batch=64,
    epochs=5,
    lr_G=4e-4,
    lr_D=4e-4,
    simultaneous=False,
    optimizer=adam,
    evaluate_every=1,
)
