"""Images as rows: what the layers share that know rows and columns.

Between layers a batch is an array (batch, width), whatever it shows. An image is such a
row, in the order (channel, row, column): first all of the first channel, row by row.
That is how CIFAR-10 is stored, and every other layer takes it as it is. Only the layers
that look at neighbouring pixels are told the shape.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.layers.base import Layer

Shape: TypeAlias = tuple[int, int, int]
"""Channels, rows, columns."""


class ImageLayer(Layer):
    """Base of the layers that map images to images.

    ``shape_in`` and ``shape_out`` are (channels, rows, columns) of one image; ``n_in`` and
    ``n_out`` are their products.
    """

    shape_in: Shape
    shape_out: Shape
    n_in: int
    n_out: int

    def _set_shapes(self, shape_in: Shape, shape_out: Shape) -> None:
        self.shape_in, self.shape_out = shape_in, shape_out
        self.n_in, self.n_out = math.prod(shape_in), math.prod(shape_out)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape_in} -> {self.shape_out}, name={self.name!r})"


def image_shape(where: str, shape: Shape) -> Shape:
    """The shape, if it is (channels, rows, columns), each >= 1; else InputError."""
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        raise InputError(f"{where}: expected (channels, rows, columns), got {shape!r}")
    channels, rows, columns = (whole_number(where, n) for n in shape)
    return channels, rows, columns
