"""Maxout over channels: behind a convolution, what `Maxout` does behind a linear layer.

Every unit is the largest of a few feature maps, pixel by pixel. `Conv2D` makes the maps,
``units * pieces`` of them, and this layer chooses.
"""

from __future__ import annotations

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.layers.image import ImageLayer, Shape, image_shape
from minigan.layers.largest import first_largest


class ChannelMaxout(ImageLayer):
    """y_u = max over pieces p of x_{p * units + u}, where x_c is channel c.

    Parameters
    ----------
    shape_in : (units * pieces, rows, columns)
        Of an input image.
    pieces : int
        Channels that compete for one, >= 1.
    name : str, optional
        What error messages call the layer.

    Attributes
    ----------
    shape_in, shape_out : (channels, rows, columns)
        The output has ``units`` channels.

    Raises
    ------
    InputError
        If a size is no whole number >= 1, or the channels are no multiple of the pieces.

    Notes
    -----
    As in `Maxout`, pieces come first: channel p * units + u is piece p of unit u. (The
    original code keeps the pieces of a unit adjacent, channel u * pieces + p. To convert the
    W of the convolution in front:
    ``W.reshape(fan_in, units, pieces).swapaxes(1, 2).reshape(fan_in, -1)``.)

    Only the winner p* = argmax_p x_{p * units + u} reaches the output, at each pixel for
    itself, so only it receives a gradient: dx_{p * units + u} = dy_u [p = p*]. When pieces
    tie, the first of them wins, in y and in dx alike.

    Examples
    --------
    >>> import minigan as mg
    >>> mg.ChannelMaxout((64, 33, 33), pieces=2).shape_out
    (32, 33, 33)
    """

    mixes = False

    def __init__(self, shape_in: Shape, pieces: int, *, name: str | None = None):
        super().__init__(name=name)
        shape_in = image_shape(f"{self}: shape_in", shape_in)
        self.pieces = whole_number(f"{self}: pieces", pieces)
        channels, rows, columns = shape_in
        if channels % self.pieces:
            raise InputError(
                f"{self}: expected a multiple of {self.pieces} pieces as channels, got {channels}"
            )
        self._set_shapes(shape_in, (channels // self.pieces, rows, columns))

    def forward(self, x, *, train=True, rng=None):
        """y = max over pieces of x; the cache is the winners. See `Layer.forward`."""
        self.check_input(x)
        pieces = x.reshape(len(x), self.pieces, self.n_out)
        return first_largest(pieces[:, p] for p in range(self.pieces))

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy at the winning piece, 0 at the others. See `Layer.backward`."""
        winner = cache
        self.check_gradient(dy, winner.shape)
        return (dy[:, None, :] * self._won(winner)).reshape(len(dy), -1)

    def forward_r(self, Rx, cache, V):
        """Ry = Rx at the winning piece of the cache; no parameters move along V. See `Layer`."""
        return (Rx.reshape(len(Rx), self.pieces, -1) * self._won(cache)).sum(axis=1)

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """Rdx = Rdy at the winning piece of the cache, whatever dy, Rx, V and H. See `Layer`."""
        return self.backward(Rdy, cache)

    def _won(self, winner):
        """Whether a piece has won, (batch, pieces, n_out)."""
        return winner[:, None, :] == self.xp.arange(self.pieces)[:, None]
