"""The windows of an image: cut out, to be multiplied or compared, and pasted back.

A convolution looks at an image through a small window, at one place after another, and
does the same at each. Cut all windows out, each one a column, and the whole convolution
is one matrix product ("im2col"). On the way back each column is a window of gradients,
and is added to the image where it was cut out ("col2im").

There are many windows, but each has few pixels. So the loops run over the pixels of a
window: pixel (i, j) of all windows of all images is one slice of x^T, which is (channels, rows,
columns, batch). What is done alike to all images of a batch is done in one run there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.layers.image import Shape


class Windows:
    """Square windows at regular places of an image (channels, rows, columns).

    Window (r, c) begins at row r * stride - pad and column c * stride - pad of the image. With n
    rows, pad p, size k and stride s, ``count`` has floor((n + 2p - k) / s) + 1 windows below one
    another; with ``overhang`` ceil instead of floor, so that every pixel is in one (if s <= k).
    InputError, whose message begins with ``where``, if a window is larger than image and pad.
    """

    def __init__(
        self,
        where: str,
        shape: Shape,
        size: int,
        stride: int,
        pad: int = 0,
        *,
        overhang: bool = False,
    ):
        self.shape, self.size, self.stride, self.pad = shape, size, stride, pad
        _, rows, columns = shape
        if size > min(rows, columns) + 2 * pad:
            raise InputError(
                f"{where}: expected at most {min(rows, columns) + 2 * pad}, for an image of "
                f"{rows} x {columns} pixels and {pad} more on each side, got {size}"
            )

        def count(n: int) -> int:
            room = n + 2 * pad - size
            return (-(-room // stride) if overhang else room // stride) + 1

        self.count = count(rows), count(columns)
        self._places = list(product(self._inside(rows, 0), self._inside(columns, 1)))

    def _inside(self, n: int, axis: int) -> list[tuple[slice, slice]]:
        """For each pixel of a window's side: the windows that have it inside the image, and where.

        In window r it is pixel a = i - pad + r * stride of the n, and inside if 0 <= a < n.
        """
        found, s = [], self.stride
        for a in range(-self.pad, self.size - self.pad):
            first = max(0, -(a // s))
            number = max(0, min(self.count[axis], (n - 1 - a) // s + 1) - first)
            start = a + first * s
            found.append((slice(first, first + number), slice(start, start + number * s, s)))
        return found

    def cut(self, x: np.ndarray, out: Any = None, *, beyond: float = 0.0) -> np.ndarray:
        """All windows of images (batch, n_in), one a column; ``beyond`` stands around an image.

        Shape (channels * size * size, windows * batch); a column is (channel, row, column).
        """
        xp = array_module(x)
        rows = self.shape[0] * self.size**2
        if out is None:
            out = xp.empty((rows, math.prod(self.count) * len(x)), x.dtype)
        for pixel, (r, c), there in self._pairs(out, xp.asarray(x.T, order="C")):
            pixel[:, r, c] = there
            around = pixel[:, : r.start], pixel[:, r.stop :]
            for margin in (*around, pixel[:, :, : c.start], pixel[:, :, c.stop :]):
                margin[...] = beyond
        return out

    def paste(self, patches: np.ndarray, onto: Any = None) -> np.ndarray:
        """Images (batch, n_in), blank or given, with each column added where `cut` took it from.

        The transpose of `cut`: sum(cut(x) * patches) = sum(x * paste(patches)).
        """
        if onto is None:
            batch = patches.shape[1] // math.prod(self.count)
            onto = array_module(patches).zeros((math.prod(self.shape), batch), patches.dtype).T
        for pixel, (r, c), there in self._pairs(patches, onto.T):
            there += pixel[:, r, c]
        return onto

    def _pairs(self, patches: np.ndarray, images: np.ndarray) -> Iterator[tuple[Any, ...]]:
        """Each pixel of all windows; the windows that have it inside the images; it in these."""
        patches = patches.reshape(self.shape[0], self.size**2, *self.count, -1)
        images = images.reshape(*self.shape, -1)
        for p, ((r, rows), (c, columns)) in enumerate(self._places):
            yield patches[:, p], (r, c), images[:, rows, columns]
