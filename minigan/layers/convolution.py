"""The common part of Conv2D and ConvTranspose2D: kernels, a bias, and the places of the windows.

The two do the same in opposite directions. Conv2D looks at windows of its input;
ConvTranspose2D paints windows of its output.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.validation import whole_number
from minigan.layers.image import ImageLayer, Shape, image_shape
from minigan.layers.starting_values import start, starting_bias, starting_weights
from minigan.layers.windows import Windows

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


class Convolution(ImageLayer):
    """Base of the layers with a weight matrix for windows, and a bias for images.

    Arguments as in `Conv2D`.
    """

    W: np.ndarray
    b: np.ndarray
    dW: np.ndarray
    db: np.ndarray

    def __init__(
        self,
        shape_in: Shape,
        channels: int,
        kernel: int,
        *,
        stride: int = 1,
        pad: int = 0,
        weights: Initialiser | None = None,
        bias: float | np.ndarray | Initialiser = 0.0,
        tied_bias: bool = True,
        name: str | None = None,
    ):
        super().__init__(name=name)
        shape_in = image_shape(f"{self}: shape_in", shape_in)
        self.channels = channels = whole_number(f"{self}: channels", channels)
        self.kernel = whole_number(f"{self}: kernel", kernel)
        self.stride = whole_number(f"{self}: stride", stride)
        self.pad = whole_number(f"{self}: pad", pad, low=0)
        shape_out, self._windows = self._place_windows(shape_in, channels)
        self._set_shapes(shape_in, shape_out)
        self.tied_bias = bool(tied_bias)
        self._biases = channels if self.tied_bias else math.prod(shape_out)
        self._weights = starting_weights(str(self), weights)
        self._bias = starting_bias(str(self), bias, (self._biases,))

    @abstractmethod
    def _place_windows(self, shape_in: Shape, channels: int) -> tuple[Shape, Windows]:
        """Shape of the output, and the windows of the input or of the output."""

    def initialise(self, rng: np.random.Generator) -> None:
        """Draw W, then b."""
        start(self, "W", self.W, self._weights, rng)
        start(self, "b", self.b, self._bias, rng)

    # Each bias serves n_out / len(b) neighbours of a row: all pixels of a channel, or one.

    def _add_bias(self, y: np.ndarray, b: np.ndarray) -> np.ndarray:
        """y + b, in y's own memory where that can be; y is (batch, n_out)."""
        served = y.reshape(len(y), len(b), -1)
        served += b[:, None]
        return served.reshape(y.shape)

    def _db(self, dy: np.ndarray) -> np.ndarray:
        """dJ/db: the sum of dy over the batch and over all that a bias serves."""
        return dy.sum(axis=0).reshape(len(self.b), -1).sum(axis=1)
