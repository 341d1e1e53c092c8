"""The windows of an image: cut out, to be multiplied or compared, and pasted back.

A convolution looks at an image through a small window, at one place after another, and
does the same at each. Cut all windows out, each one a column, and the whole convolution
is one matrix product ("im2col"). On the way back each column is a window of gradients,
and is added to the image where it was cut out ("col2im").

There are many windows, but each has few pixels. So the loops run over the pixels of a
window: pixel (i, j) of all windows at once is a slice of the image.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.layers.image import Shape


class Windows:
    """Square windows at regular places of an image (channels, rows, columns).

    Window (r, c) begins at row r * stride - pad and column c * stride - pad of the image. With n
    rows, pad p, size k and stride s, ``count`` has floor((n + 2p - k) / s) + 1 windows below one
    another; with ``overhang`` ceil instead of floor, so that every pixel is in one (if s <= k).
    InputError, which calls the size by ``where``, if a window is larger than image and pad.
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

        def length(n: int, windows: int) -> int:
            return max(pad + n, (windows - 1) * stride + size)

        self.count = count(rows), count(columns)
        self._canvas = length(rows, self.count[0]), length(columns, self.count[1])

    def blank(self, number: tuple[int, ...], like: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """Canvases (*number, more rows, more columns) of one value, of the kind of ``like``."""
        return array_module(like).full((*number, *self._canvas), fill, like.dtype)

    def canvas(self, images: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """Images (..., rows, columns) with a margin, so that every window lies inside."""
        canvas = self.blank(images.shape[:-2], images, fill)
        self.image(canvas)[...] = images
        return canvas

    def image(self, canvas: np.ndarray) -> np.ndarray:
        """View of a canvas without its margin, shape (..., rows, columns)."""
        _, rows, columns = self.shape
        return canvas[..., self.pad : self.pad + rows, self.pad : self.pad + columns]

    def pixels(self, canvas: np.ndarray) -> Iterator[np.ndarray]:
        """Views (..., *count) of a canvas: the first pixel of all windows, then the second, ..."""
        down, across = (self.stride * (n - 1) + 1 for n in self.count)
        for i in range(self.size):
            for j in range(self.size):
                yield canvas[..., i : i + down : self.stride, j : j + across : self.stride]

    def cut(self, x: np.ndarray) -> np.ndarray:
        """All windows of images (batch, n_in), one a column.

        Shape (channels * size * size, batch * windows); a column is (channel, row, column).
        """
        images = x.reshape(len(x), *self.shape).swapaxes(0, 1)  # (channels, batch, rows, columns)
        shape = (self.shape[0], self.size**2, len(x), *self.count)
        patches = array_module(x).empty(shape, x.dtype)
        for p, pixel in enumerate(self.pixels(self.canvas(images))):
            patches[:, p] = pixel
        return patches.reshape(shape[0] * shape[1], -1)

    def paste(self, patches: np.ndarray) -> np.ndarray:
        """Images (batch, n_in) to which every column is added where `cut` took it from.

        The transpose of `cut`: sum(cut(x) * patches) = sum(x * paste(patches)).
        """
        channels = self.shape[0]
        patches = patches.reshape(channels, self.size**2, -1, *self.count)
        batch = patches.shape[2]
        canvas = self.blank((channels, batch), patches)
        for p, pixel in enumerate(self.pixels(canvas)):
            pixel += patches[:, p]
        return self.image(canvas).swapaxes(0, 1).reshape(batch, -1)
