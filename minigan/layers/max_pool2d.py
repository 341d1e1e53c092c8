"""Max pooling: of every window of an image, keep the largest number.

What matters is that a feature was seen, and not at which pixel exactly; and the image
becomes smaller. The CIFAR-10 discriminator of the 2014 paper pools behind each convolution.
"""

from __future__ import annotations

import math

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.layers.image import ImageLayer, Shape, image_shape
from minigan.layers.largest import first_largest
from minigan.layers.windows import Windows


class MaxPool2D(ImageLayer):
    """y[c, r, q] = max over the pixels (u, v) of a window of x[c, r s + u, q s + v].

    Parameters
    ----------
    shape_in : (channels, rows, columns)
        Of an input image.
    pool : int
        Rows, and columns, of a window; no more than the image has.
    stride : int, optional
        Pixels from one window to the next, from 1 to ``pool``; ``pool`` by default, with
        which windows do not overlap.
    name : str, optional
        What error messages call the layer.

    Attributes
    ----------
    shape_in, shape_out : (channels, rows, columns)
        With n rows, the output has ceil((n - pool) / stride) + 1.

    Raises
    ------
    InputError
        If a size is no whole number >= 1, or out of the ranges above.

    Notes
    -----
    As in cuda-convnet, which the original code uses, the last windows may hang over the
    edge, so that every pixel is in a window; of these only the pixels inside the image
    count. A stride larger than the pool would leave pixels out all the same, and might
    place a window outside of the image, so it is refused. (For what is allowed here,
    PyTorch's ``max_pool2d(ceil_mode=True)`` is the same; its default cuts the edge off.)

    The largest pixel of a window receives the window's dy. A pixel may win in several
    windows, and receives the sum: dx = sum over windows of dy [pixel won]. When pixels
    tie, the first wins, in the order (row, column).

    Examples
    --------
    >>> import minigan as mg
    >>> mg.MaxPool2D((32, 33, 33), pool=4, stride=2).shape_out
    (32, 16, 16)
    """

    mixes = False

    def __init__(
        self, shape_in: Shape, pool: int, stride: int | None = None, *, name: str | None = None
    ):
        super().__init__(name=name)
        shape_in = image_shape(f"{self}: shape_in", shape_in)
        self.pool = whole_number(f"{self}: pool", pool)
        self.stride = self.pool if stride is None else whole_number(f"{self}: stride", stride)
        if self.stride > self.pool:
            raise InputError(f"{self}: stride: expected at most pool = {pool}, got {stride}")
        where = f"{self}: pool"
        self._windows = Windows(where, shape_in, self.pool, self.stride, overhang=True)
        self._set_shapes(shape_in, (shape_in[0], *self._windows.count))

    def forward(self, x, *, train=True, rng=None):
        """y = maximum of each window; the cache is the winners. See `Layer.forward`."""
        self.check_input(x)
        pixels = self._cut(x, beyond=-math.inf)  # where nothing wins
        y, winner = first_largest(pixels[:, p] for p in range(self.pool**2))
        return y.reshape(self.n_out, -1).T, winner

    def backward(self, dy, cache, *, param_grads=True):
        """dx = sum of dy over the windows that a pixel won. See `Layer.backward`."""
        winner = cache  # (channels, windows * batch)
        self.check_gradient(dy, (winner.size // self.n_out, self.n_out))
        to_pixels = dy.T.reshape(len(winner), 1, -1) * self._won(winner)
        return self._windows.paste(to_pixels.reshape(-1, winner.shape[1]))

    def forward_r(self, Rx, cache, V):
        """Ry = Rx at the pixel that won, by the cache; no parameters move along V. See `Layer`."""
        Ry = (self._cut(Rx) * self._won(cache)).sum(axis=1)
        return Ry.reshape(self.n_out, -1).T

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """Rdx = Rdy at the pixel that won, by the cache, whatever dy, Rx, V and H. See `Layer`."""
        return self.backward(Rdy, cache)

    def _cut(self, x, beyond=0.0):
        """All pixels of all windows, (channels, pixels of a window, windows * batch)."""
        return self._windows.cut(x, beyond=beyond).reshape(self.shape_in[0], self.pool**2, -1)

    def _won(self, winner):
        """Whether a pixel has won, in the same shape."""
        return winner[:, None] == self.xp.arange(self.pool**2)[:, None]
