"""A transposed convolution: every pixel of a small image paints a window of a larger one.

Generators go from few numbers to many, the way a convolution's gradient goes: this layer's
forward is `Conv2D`'s backward. ("Deconvolution" is an older name; nothing is undone.) The
CIFAR-10 generator of the 2014 paper ends in one.
"""

from minigan.base.errors import InputError
from minigan.layers.convolution import Convolution
from minigan.layers.windows import Windows


class ConvTranspose2D(Convolution):
    """y = W^T * x + b: every input pixel adds a k x k window, which W makes of it, to y.

    Parameters
    ----------
    shape_in : (channels, rows, columns)
        Of an input image; its row holds the channels one after another.
    channels : int
        Channels of the output, >= 1.
    kernel : int
        Rows, and columns, of a window, >= 1.
    stride : int
        Output pixels from one window to the next, >= 1.
    pad : int
        Pixels cut off each side of what is painted, >= 0.
    weights : initialiser, optional
        Where W starts; ``glorot()`` by default. It is given W's shape: from the channels
        of a pixel to the numbers in a window.
    bias : float, array of b's shape, or initialiser
        Where b starts.
    tied_bias : bool
        One bias for each output channel; otherwise one for each output pixel, as in the
        2014 paper's generator.
    name : str, optional
        What error messages call the layer.

    Attributes
    ----------
    shape_in, shape_out : (channels, rows, columns)
        With n rows, kernel k and pad p, the output has stride * (n - 1) + k - 2p.

    Raises
    ------
    InputError
        If a size is no whole number or too small, the pad cuts everything off, or the bias
        has the wrong shape.

    Notes
    -----
    Parameters W (channels_in, channels * k * k), whose row i is what channel i paints, in
    the order (channel, row, column), and b (channels,) or (n_out,).

    Let X have a column of input channels for each input pixel. W^T X is a linear layer, and
    gives a window for each of them; paste, the transpose of cut, adds the windows up:

        y = paste(W^T X) + b

    The transpose of paste is cut. So with dP = cut(dy), the windows of dy,

        dX = W dP,   dW = X dP^T,   db = sum of dy over all that b served

    `Conv2D` has dx = paste(W dY): its backward is this forward, with its W for this W^T.

    PyTorch's ``weight`` is ``W.reshape(channels_in, channels, k, k)``. Below this layer the
    original code keeps a pixel's channels together, in the order (row, column, channel).
    To convert a linear layer's weights that end there:
    ``W.reshape(n_in, rows, columns, channels).transpose(0, 3, 1, 2).reshape(n_in, -1)``.
    In a network that starts from random numbers this only gives units other numbers.

    Examples
    --------
    >>> import minigan as mg
    >>> mg.ConvTranspose2D((80, 10, 10), 3, kernel=5, stride=3).shape_out
    (3, 32, 32)
    """

    mixes = False

    def _place_windows(self, shape_in, channels):
        painted = [self.stride * (n - 1) + self.kernel for n in shape_in[1:]]
        if min(painted) <= 2 * self.pad:
            raise InputError(
                f"{self}: pad: expected less than half of the {painted[0]} x {painted[1]} "
                f"pixels painted, got {self.pad}"
            )
        shape_out = (channels, *(n - 2 * self.pad for n in painted))
        where = f"{self}: kernel"
        return shape_out, Windows(where, shape_out, self.kernel, self.stride, self.pad)

    def parameter_shapes(self):
        """W (channels_in, channels * k * k), and b (channels,) or (n_out,)."""
        return {"W": (self.shape_in[0], self.shape_out[0] * self.kernel**2), "b": (self._biases,)}

    def forward(self, x, *, train=True, rng=None):
        """y = paste(W^T X) + b; the cache is x. See `Layer.forward`."""
        self.check_input(x)
        X = x.T.reshape(self.shape_in[0], -1)  # (channels_in, windows * batch)
        return self._add_bias(self._windows.paste(self.W.T @ X), self.b), x

    def backward(self, dy, cache, *, param_grads=True):
        """dX = W cut(dy), dW += X cut(dy)^T, db += sum of dy. See `Layer.backward`."""
        x = cache
        self.check_gradient(dy, (len(x), self.n_out))
        dP = self._windows.cut(dy)  # (channels * k * k, windows * batch)
        if param_grads:
            self.dW += x.T.reshape(self.shape_in[0], -1) @ dP.T
            self.db += self._db(dy)
        return (self.W @ dP).reshape(self.n_in, -1).T

    def forward_r(self, Rx, cache, V):
        """Ry = paste(W^T RX + V_W^T X) + V_b of Rx; V is by name, the cache is x. See `Layer`."""
        RX, X = (x.T.reshape(self.shape_in[0], -1) for x in (Rx, cache))
        return self._add_bias(self._windows.paste(self.W.T @ RX + V["W"].T @ X), V["b"])

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """RdX = W cut(Rdy) + V_W cut(dy), RdW = RX cut(dy)^T + X cut(Rdy)^T. See `Layer`.

        Given dy, Rdy, Rx, and V by name; RdW is added to H["W"], and the cache is x.
        """
        dP, RdP = (self._windows.cut(d) for d in (dy, Rdy))
        RX, X = (x.T.reshape(self.shape_in[0], -1) for x in (Rx, cache))
        H["W"] += RX @ dP.T + X @ RdP.T
        H["b"] += self._db(Rdy)
        return (self.W @ RdP + V["W"] @ dP).reshape(self.n_in, -1).T
