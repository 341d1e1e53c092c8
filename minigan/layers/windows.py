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
    """Square windows at regular places of an image.

    Parameters
    ----------
    where : str
        What error messages call the size of the windows.
    shape : (channels, rows, columns)
        Of the image.
    size : int
        Rows, and columns, of a window, >= 1.
    stride : int
        Pixels from one window to the next, >= 1.
    pad : int
        Pixels added on each side of the image before the windows are placed, >= 0.
    overhang : bool
        What happens where the last window does not end where the image does: True adds a
        window that hangs over the edge, so that every pixel is in one (if stride <= size);
        False leaves the last pixels out.

    Attributes
    ----------
    count : (int, int)
        Windows below one another, and side by side.

    Raises
    ------
    InputError
        If the windows are larger than the image with its pad.

    Notes
    -----
    Window (r, c) begins at row r * stride - pad and column c * stride - pad of the image.
    With n rows, pad p, size k and stride s there are floor((n + 2p - k) / s) + 1 windows
    below one another; ceil instead of floor with overhang.
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
        """Canvases to paint on: images with their margin, all of one value.

        Parameters
        ----------
        number : tuple of int
            Leading axes.
        like : array
            Gives the dtype and the device.
        fill : float
            The value.

        Returns
        -------
        array, shape (*number, more rows, more columns)
        """
        return array_module(like).full((*number, *self._canvas), fill, like.dtype)

    def canvas(self, images: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """The images with a margin, so that every window lies inside.

        Parameters
        ----------
        images : array, shape (..., rows, columns)
        fill : float
            Value of the margin.

        Returns
        -------
        array, shape (..., more rows, more columns)
        """
        canvas = self.blank(images.shape[:-2], images, fill)
        self.image(canvas)[...] = images
        return canvas

    def image(self, canvas: np.ndarray) -> np.ndarray:
        """View of a canvas without its margin, shape (..., rows, columns)."""
        _, rows, columns = self.shape
        return canvas[..., self.pad : self.pad + rows, self.pad : self.pad + columns]

    def pixels(self, canvas: np.ndarray) -> Iterator[np.ndarray]:
        """Views of a canvas: the first pixel of all windows, then the second, row by row.

        Parameters
        ----------
        canvas : array, shape (..., more rows, more columns)

        Yields
        ------
        array, shape (..., *count)
            One for each of the size * size pixels of a window.
        """
        down, across = (self.stride * (n - 1) + 1 for n in self.count)
        for i in range(self.size):
            for j in range(self.size):
                yield canvas[..., i : i + down : self.stride, j : j + across : self.stride]

    def cut(self, x: np.ndarray) -> np.ndarray:
        """All windows of all images, one a column.

        Parameters
        ----------
        x : array, shape (batch, channels * rows * columns)

        Returns
        -------
        array, shape (channels * size * size, batch * windows)
            A column is a window in the order (channel, row, column).
        """
        images = x.reshape(len(x), *self.shape).swapaxes(0, 1)  # (channels, batch, rows, columns)
        shape = (self.shape[0], self.size**2, len(x), *self.count)
        patches = array_module(x).empty(shape, x.dtype)
        for p, pixel in enumerate(self.pixels(self.canvas(images))):
            patches[:, p] = pixel
        return patches.reshape(shape[0] * shape[1], -1)

    def paste(self, patches: np.ndarray) -> np.ndarray:
        """Images to which every column is added where `cut` took it from.

        The transpose of `cut`: sum(cut(x) * patches) = sum(x * paste(patches)).

        Parameters
        ----------
        patches : array, shape (channels * size * size, batch * windows)

        Returns
        -------
        array, shape (batch, channels * rows * columns)
        """
        channels = self.shape[0]
        patches = patches.reshape(channels, self.size**2, -1, *self.count)
        batch = patches.shape[2]
        canvas = self.blank((channels, batch), patches)
        for p, pixel in enumerate(self.pixels(canvas)):
            pixel += patches[:, p]
        return self.image(canvas).swapaxes(0, 1).reshape(batch, -1)
