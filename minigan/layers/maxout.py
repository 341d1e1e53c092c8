"""Maxout: every unit is the largest of a few linear functions of the input.

A unit with two pieces can be a ReLU or an absolute value; with more pieces it
can be any convex function, as finely as one likes. The discriminators of the
2014 paper are made of maxout units with five pieces (Goodfellow et al. 2013).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.layers.affine import Affine

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


class Maxout(Affine):
    """y_u = max over pieces p of (x W_p + b_p)_u.

    Parameters
    ----------
    n_in, units : int
        Width of the input and of the output, each >= 1.
    pieces : int
        Linear functions a unit, >= 1.
    weights : initialiser, optional
        Where W starts, drawn once a piece; ``glorot()`` by default.
    bias : float, array of shape (units * pieces,), or initialiser
        Where b starts.
    max_col_norm : float, optional
        After each update, columns of W longer than this are shortened to it.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If a number is not a whole number >= 1, or the bias has the wrong shape.

    Notes
    -----
    Parameters W (n_in, units * pieces) and b (units * pieces,), pieces first:
    column p * units + u is piece p of unit u. (The original code keeps the
    pieces of one unit adjacent, column u * pieces + p. Pieces first lets the
    maximum run along memory, which is several times faster in NumPy. To convert:
    ``W.reshape(n_in, units, pieces).swapaxes(1, 2).reshape(n_in, -1)``.)

    With z = x W + b, only the winning piece p* = argmax_p z_pu reaches the output,
    so only it receives a gradient: dz_pu = dy_u [p = p*], and from there on it is
    a linear layer. When pieces tie, the first of them wins, in y and in dz alike:
    a choice among subgradients that keeps their sum at dy.
    """

    mixes = False

    def __init__(
        self,
        n_in: int,
        units: int,
        pieces: int = 5,
        *,
        weights: Initialiser | None = None,
        bias: float | np.ndarray | Initialiser = 0.0,
        max_col_norm: float | None = None,
        name: str | None = None,
    ):
        super().__init__(
            n_in, units, pieces, weights=weights, bias=bias, max_col_norm=max_col_norm, name=name
        )
        self.units = self.n_out

    def forward(self, x, *, train=True, rng=None):
        """y = max over pieces of z; the cache is x and z. See `Layer.forward`."""
        self.check_input(x)
        z = (x @ self.W + self.b).reshape(len(x), self.pieces, self.n_out)
        return z.max(axis=1), (x, z)  # who has won is asked by backward alone

    def backward(self, dy, cache, *, param_grads=True):
        """dz = dy at the winning piece, 0 at the others. See `Layer.backward`."""
        x, z = cache
        self.check_gradient(dy, (len(z), self.n_out))
        dz = self._to_winners(dy, self._won(z))
        if param_grads:
            self.dW += x.T @ dz
            self.db += dz.sum(axis=0)
        return dz @ self.W.T

    def forward_r(self, Rx, cache, V):
        """Ry = Rx W + x V_W + V_b at the winners of the cache, with V by name. See `Layer`."""
        x, z = cache
        Rz = (Rx @ self.W + x @ V["W"] + V["b"]).reshape(len(x), self.pieces, self.n_out)
        return (Rz * self._won(z)).sum(axis=1)

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """As of `Linear`, with dz and Rdz at the winning piece. See `Layer`.

        Given dy, Rdy, Rx, the cache, and V and H by name.
        """
        x, z = cache
        won = self._won(z)
        dz, Rdz = (self._to_winners(d, won) for d in (dy, Rdy))
        H["W"] += Rx.T @ dz + x.T @ Rdz
        H["b"] += Rdz.sum(axis=0)
        return Rdz @ self.W.T + dz @ V["W"].T

    def _to_winners(self, dy, won):
        """dz (batch, pieces * units): dy at the winning piece, 0 at the others."""
        return (dy[:, None, :] * won).reshape(len(dy), -1)

    def _won(self, z):
        """Whether a piece has won, (batch, pieces, units)."""
        winner = z.argmax(axis=1)  # (batch, units); argmax takes the first of equals
        return winner[:, None, :] == self.xp.arange(self.pieces)[:, None]
