"""A linear layer: every output is a weighted sum of all inputs, plus a bias.

This layer, maxout and the convolutions learn; the others bend, choose or hide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.layers.affine import Affine

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


class Linear(Affine):
    """y = x W + b.

    Parameters
    ----------
    n_in, n_out : int
        Width of the input and of the output, each >= 1.
    weights : initialiser, optional
        Where W starts; ``glorot()`` by default. See `minigan.layers.initialisers`.
    bias : float, array of shape (n_out,), or initialiser
        Where b starts.
    max_col_norm : float, optional
        After each update, columns of W longer than this are shortened to it.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If a width is not a whole number >= 1, or the bias has the wrong shape.

    Notes
    -----
    Parameters W (n_in, n_out) and b (n_out,). In components,
    y_ij = sum_k x_ik W_kj + b_j, so for a scalar J with dy_ij = dJ/dy_ij:

        dJ/dx_ik = sum_j dy_ij W_kj,   that is   dx = dy W^T
        dJ/dW_kj = sum_i x_ik dy_ij,   that is   dW = x^T dy
        dJ/db_j  = sum_i dy_ij

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> net = mg.Sequential([mg.Linear(2, 3)], seed=0, dtype="float64")
    >>> y, cache = net.forward(np.ones((4, 2)))
    >>> y.shape, net.backward(np.ones((4, 3)), cache).shape
    ((4, 3), (4, 2))
    """

    mixes = False

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        weights: Initialiser | None = None,
        bias: float | np.ndarray | Initialiser = 0.0,
        max_col_norm: float | None = None,
        name: str | None = None,
    ):
        super().__init__(
            n_in, n_out, 1, weights=weights, bias=bias, max_col_norm=max_col_norm, name=name
        )

    def forward(self, x, *, train=True, rng=None):
        """y = x W + b; the cache is x. See `Layer.forward`."""
        self.check_input(x)
        return x @ self.W + self.b, x

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy W^T, dW += x^T dy, db += sum of dy over the batch. See `Layer.backward`."""
        x = cache
        self.check_gradient(dy, (len(x), self.n_out))
        if param_grads:
            self.dW += x.T @ dy
            self.db += dy.sum(axis=0)
        return dy @ self.W.T

    def forward_r(self, Rx, cache, V):
        """Ry = Rx W + x V_W + V_b, with V by name; the cache is x. See `Layer`."""
        return Rx @ self.W + cache @ V["W"] + V["b"]

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """Rdx = Rdy W^T + dy V_W^T, H_W += Rx^T dy + x^T Rdy, H_b += sum of Rdy. See `Layer`.

        V and H are by name, V_W = V["W"]; the cache is x.
        """
        H["W"] += Rx.T @ dy + cache.T @ Rdy
        H["b"] += Rdy.sum(axis=0)
        return Rdy @ self.W.T + dy @ V["W"].T
