"""A linear layer in which some inputs are hidden from some outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.layers.affine import Affine

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from minigan.base.types import Initialiser


class MaskedLinear(Affine):
    """y = x (W * M) + b, where M says which input an output may see.

    Parameters
    ----------
    mask : array, shape (n_in, n_out)
        M, of 0 and 1, or of True and False.
    weights : initialiser, optional
        Where W starts; ``glorot()`` by default. Each column is scaled by sqrt(n_in / inputs that
        it sees), so that outputs start as large as those of a `Linear`.
    bias : float, array of shape (n_out,), or initialiser
        Where b starts.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If the mask is no matrix of 0 and 1.

    Notes
    -----
    As in `Linear`, with W * M for W, elementwise:

        dx = dy (W * M)^T,   dW = M * (x^T dy),   db_j = sum_i dy_ij

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> net = mg.Sequential([mg.MaskedLinear(np.triu(np.ones((3, 3)), 1))], seed=0)
    >>> x = np.ones((1, 3), "float32")
    >>> bool(net(x)[0, 0] == net(2 * x)[0, 0])  # output 0 sees no input
    True
    """

    mixes = False

    def __init__(
        self,
        mask: ArrayLike,
        *,
        weights: Initialiser | None = None,
        bias: float | np.ndarray | Initialiser = 0.0,
        name: str | None = None,
    ):
        M = np.asarray(mask)
        if M.ndim != 2 or M.size == 0 or not ((M == 0) | (M == 1)).all():
            raise InputError(f"MaskedLinear: expected a mask (n_in, n_out) of 0 and 1, got {M!r}")
        self.mask = M.astype(bool)  # times float32, it leaves float32
        n_in, n_out = M.shape
        super().__init__(n_in, n_out, 1, weights=weights, bias=bias, max_col_norm=None, name=name)

    def initialise(self, rng):
        """Draw W and b, and scale W by what each column sees."""
        super().initialise(rng)
        self.W *= self.xp.asarray(np.sqrt(len(self.mask) / np.maximum(self.mask.sum(axis=0), 1)))

    def forward(self, x, *, train=True, rng=None):
        """y = x (W * M) + b; the cache is x. See `Layer.forward`."""
        self.check_input(x)
        return x @ self._seen(self.W) + self.b, x

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy (W * M)^T, dW += M * (x^T dy), db += sum of dy. See `Layer.backward`."""
        x = cache
        self.check_gradient(dy, (len(x), self.n_out))
        if param_grads:
            self.dW += self._seen(x.T @ dy)
            self.db += dy.sum(axis=0)
        return dy @ self._seen(self.W).T

    def _seen(self, W):
        return W * self.xp.asarray(self.mask)
