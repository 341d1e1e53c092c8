"""One layer's forward and backward, on arrays that are kept between steps.

A pass belongs to one layer, one batch size and one place in a network. Arrays
are (features, batch). The array that a pass reads may end in a row of ones, for
the bias; whether it does is settled once, when the passes are built.
"""

import numpy as np

from minigan.layers.affine import Affine
from minigan.layers.base import Layer
from minigan.layers.maxout import Maxout


class LayerPass:
    """Any layer: its own forward and backward, on transposed arrays.

    Parameters
    ----------
    layer : Layer
    x : array, shape (n_in, batch)
        Where the input will stand.
    y : array, shape (n_out, batch)
        Where the output goes.
    """

    needs_ones = False

    def __init__(self, layer: Layer, x: np.ndarray, y: np.ndarray):
        self.layer, self.x, self.y = layer, x, y

    def forward(self, rng) -> None:
        """Write the layer's output into ``y``."""
        y, self._cache = self.layer.forward(self.x.T, train=True, rng=rng)
        self.y[...] = y.T

    def backward(self, dy, *, param_grads: bool, input_grad: bool):
        """Gradient at ``x``; the parameters' gradients replace what stood in ``grads``."""
        if param_grads:
            self.layer.flat_grads[...] = 0
        return self.layer.backward(dy.T, self._cache, param_grads=param_grads).T


def narrow(rows: int, columns: int, batch: int) -> bool:
    """Whether dW^T = dy x^T and a copy of it take less time than dW = x dy^T.

    Measured: they do where ``x`` is much the smaller, as in front of a maxout layer. With
    33 rows, 160 columns and 256 examples, 22 against 29 us by OpenBLAS's AVX-512 kernels,
    29 against 30 by those for AVX2; on wide layers the copy costs more than it gains.
    """
    return 4 * rows < min(columns, batch)


class LinearPass(LayerPass):
    """y = [W; b]^T [x; 1]: the bias inside the product.

    Parameters
    ----------
    layer : Affine
    x : array, shape (n_in + 1, batch)
        Input, with a last row of ones.
    y : array, shape (columns of W, batch)
        Where the output goes.
    """

    needs_ones = True

    def __init__(self, layer: Affine, x, y):
        super().__init__(layer, x, y)
        rows, columns = layer.W.shape[0] + 1, layer.W.shape[1]
        Wb = layer.flat_params.reshape(rows, columns)  # b lies behind W in the flat vector
        self._Wb_T, self._W = Wb.T, Wb[:-1]
        self._dWb = layer.flat_grads.reshape(rows, columns)
        self._dx = np.empty((rows - 1, x.shape[1]), x.dtype)
        self._dWb_T = None
        if narrow(rows, columns, x.shape[1]):
            self._dWb_T = np.empty((columns, rows), x.dtype)

    def forward(self, rng):
        np.dot(self._Wb_T, self.x, out=self.y)

    def backward(self, dy, *, param_grads, input_grad):
        if param_grads:
            self._backward_params(dy)
        return np.dot(self._W, dy, out=self._dx) if input_grad else None

    def _backward_params(self, dy):
        """Gradient of W, and that of b in the row of ones."""
        if self._dWb_T is None:
            np.dot(self.x, dy.T, out=self._dWb)
        else:
            np.dot(dy, self.x.T, out=self._dWb_T)
            self._dWb[...] = self._dWb_T.T


class MaxoutPass(LayerPass):
    """A linear pass into z, then the maximum over its pieces.

    dz is dy at the winning piece and 0 at the others, found without a mask. At a winner
    z - y = 0, and all its bits are 0. At a loser z - y < 0: the sign bit is set, and the
    same bits read as an unsigned integer are 2^31 or more. So dz is dy with its bits
    shifted left by that integer: by nothing, or all of them out. What a piece has won is
    taken from dy; so of equal pieces the first wins, and what is left is the last one's.
    """

    needs_ones = True

    def __init__(self, layer: Maxout, x, y):
        super().__init__(layer, x, y)
        units, batch = y.shape
        self._z = np.empty((layer.pieces * units, batch), y.dtype)  # backward turns it into dz
        self._linear = LinearPass(layer, x, self._z)
        self._pieces = self._z.reshape(layer.pieces, units, batch)
        self._unsigned = np.dtype(f"u{y.itemsize}")
        pairs = zip(self._pieces, self._pieces.view(self._unsigned), strict=True)
        *self._first, (self._last, _) = pairs  # each piece of z, and the bits of it

    def forward(self, rng):
        self._linear.forward(rng)
        np.maximum.reduce(self._pieces, axis=0, out=self.y)

    def backward(self, dy, *, param_grads, input_grad):
        y, dy_bits = self.y, dy.view(self._unsigned)
        for z, bits in self._first:
            np.subtract(z, y, out=z)
            np.left_shift(dy_bits, bits, out=bits)  # z is dz now
            np.subtract(dy, z, out=dy)
        self._last[...] = dy
        return self._linear.backward(self._z, param_grads=param_grads, input_grad=input_grad)
