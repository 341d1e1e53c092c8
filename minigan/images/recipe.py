"""A recipe is an image experiment: two networks, a noise prior, and how they are trained.

`Recipe.game` turns it and a data set into `Algorithm1`. Here also stands what the five
configurations of 2014 have in common: how learning rates and momenta change, and, convolutions
apart, the discriminator.

What is not as in the files of 2014: those run until they are killed (the faces, added later,
for 50 and 22 epochs), so ``epochs`` is ours; and where minibatches do not divide the data, the
last one of an epoch is filled up from the next, so that all have one size. Both players move at
once, as there; Algorithm 1 of the paper lets them alternate, and so can every recipe.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigan.base.backend import Device
from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.base.types import Initialiser, Sampler, Schedule
from minigan.base.validation import real_number
from minigan.data.epochs import Epochs
from minigan.game import Algorithm1
from minigan.layers import Dropout, Layer, Linear, Maxout
from minigan.layers.initialisers import uniform
from minigan.networks import Sequential
from minigan.optimizers import SGD, Optimizer
from minigan.schedules import each_epoch, exponential_decay, linear_ramp

RAMP_EPOCHS = 249  # momentum grows from the first epoch to the 250th


@dataclass(frozen=True)
class Rows:
    """Training images, and the width of the networks that a recipe builds for them.

    Attributes
    ----------
    X : array, shape (examples, pixels)
        Training data, preprocessed.
    shape : (channels, rows, columns)
        Of one image.
    width : float
        Hidden layers have this many times the recipe's units: 1 is full size. Fewer units come
        with larger weights behind them; see `after_hidden`.
    """

    X: np.ndarray
    shape: tuple[int, int, int]
    width: float = 1.0

    @property
    def pixels(self) -> int:
        """Width of an image's row."""
        return self.X.shape[1]

    def units(self, number: int) -> int:
        """Hidden units of a layer that has ``number`` at full size; at least 1."""
        return max(1, round(number * self.width))

    def after_hidden(self, irange: float) -> Initialiser:
        """Weights of a layer behind a hidden one, uniform on (-irange, irange) at full size.

        At another ``width`` they are divided by its root, by which a sum over fewer units would be
        smaller: a narrow D that starts so small may take a thousand steps before it moves at all.
        """
        return uniform(irange / math.sqrt(self.width))


def steps_per_epoch(X: np.ndarray, batch: int) -> int:
    """Minibatches of ``batch`` rows of X in an epoch; the last one may go over."""
    return -(-len(X) // batch)


def rate_of_2014(initial: float, times: float = 1.0) -> Schedule:
    """Learning rate of the five configurations: divided by 1.000004 each step, down to 1e-6.

    The original code halves D's cost and not G's; minigan's costs, like the tutorial's, both have
    the 1/2. So G needs all of it ``times=2``, to make the same steps.
    """
    rate = exponential_decay(initial, 1.000004, floor=1e-6)
    return lambda t: times * rate(t)


def gradient_descent_of_2014(network: Sequential, lr: float | Schedule, steps: int) -> SGD:
    """Gradient descent whose momentum grows, epoch by epoch of ``steps``, from .5 to .7."""
    return SGD(network, lr, each_epoch(linear_ramp(0.5, 0.7, RAMP_EPOCHS), steps))


def discriminator_of_2014(units: int, **options: Any) -> Callable[[Rows], list[Layer]]:
    """Two maxout layers of so many units with 5 pieces, with dropout; options for all layers."""

    def discriminator(rows: Rows) -> list[Layer]:
        h, after_hidden = rows.units(units), rows.after_hidden(0.005)
        return [
            Dropout(0.8),
            Maxout(rows.pixels, h, 5, weights=uniform(0.005), **options),
            Dropout(0.5),
            Maxout(h, h, 5, weights=after_hidden, **options),
            Dropout(0.5),
            Linear(h, 1, weights=after_hidden, **options),
        ]

    return discriminator


@dataclass(frozen=True)
class Recipe:
    """An image experiment.

    Attributes
    ----------
    name, about : str
        Its name on the command line, and a line of description.
    data : str
        The data set it is meant for; see `minigan.data.load`.
    noise : Sampler
        The prior p_z.
    generator, discriminator : callable
        Rows -> list of layers.
    batch, epochs : int
        m, examples a minibatch; and the epochs that are played by default.
    lr_G, lr_D : float or Schedule
        Learning rates of the two players.
    simultaneous : bool
        Whether both players move at once, as in the paper's code.
    preprocess : callable
        X in [0, 1] -> input of the networks.
    picture : callable
        Output of G -> numbers in [0, 1], to be drawn.
    evaluate_every : int
        Epochs between two evaluations on the validation data.
    optimizer : callable
        (network, lr, steps an epoch) -> Optimizer.
    average : float or None
        Decay of a running average of G, from which samples are then drawn.
    split : str
        Which part of the data set G and D are trained on.
    starts_from : str or None
        Recipe whose trained G gives the layers of the same names their starting values.
    """

    name: str
    about: str
    data: str
    noise: Sampler
    generator: Callable[[Rows], list[Layer]]
    discriminator: Callable[[Rows], list[Layer]]
    batch: int
    epochs: int
    lr_G: float | Schedule
    lr_D: float | Schedule
    simultaneous: bool = True
    preprocess: Callable[[np.ndarray], np.ndarray] = lambda X: X
    picture: Callable[[np.ndarray], np.ndarray] = lambda X: X
    evaluate_every: int = 5
    optimizer: Callable[[Sequential, float | Schedule, int], Optimizer] = gradient_descent_of_2014
    average: float | None = None
    split: str = "train"
    starts_from: str | None = None

    def players(
        self, rows: Rows, *, seed: int | np.random.SeedSequence, device: str | Device = "cpu"
    ) -> tuple[Sequential, Sequential]:
        """G and D for ``rows``, with starting values drawn from ``seed``, on a ``device``."""
        init = Streams(seed)
        G = Sequential(self.generator(rows), seed=init["init_G"], device=device, name="G")
        D = Sequential(self.discriminator(rows), seed=init["init_D"], device=device, name="D")
        return G, D

    def game(
        self,
        rows: Rows,
        *,
        seed: int | np.random.SeedSequence,
        simultaneous: bool | None = None,
        device: str | Device = "cpu",
    ) -> Algorithm1:
        """The game that the recipe describes, on ``rows``, with all that is random from ``seed``.

        ``simultaneous=False`` plays Algorithm 1 of the paper, True the paper's code; the recipe's
        choice by default. The networks are on ``device``, "cpu" or "cuda".

        Raises
        ------
        InputError
            If there are fewer examples than a minibatch has, or an option is out of range.
        """
        real_number("width", rows.width, 0, low_open=True)
        if len(rows.X) < self.batch:
            raise InputError(
                f"{self.name}: expected {self.batch} images or more, got {len(rows.X)}"
            )
        G, D = self.players(rows, seed=seed, device=device)
        steps = steps_per_epoch(rows.X, self.batch)
        return Algorithm1(
            G,
            D,
            data=Epochs(rows.X),
            noise=self.noise,
            G_optimizer=self.optimizer(G, self.lr_G, steps),
            D_optimizer=self.optimizer(D, self.lr_D, steps),
            batch=self.batch,
            simultaneous=self.simultaneous if simultaneous is None else simultaneous,
            seed=seed,
        )
