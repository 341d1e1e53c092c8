"""The common part of Linear and Maxout: a weight matrix, a bias, and a limit on its columns.

The bias lies behind the weight in the network's flat vector, so that W and b
together are one contiguous matrix of n_in + 1 rows: x W + b = [x, 1] [W; b].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.base.validation import real_number, whole_number
from minigan.layers.base import Layer
from minigan.layers.starting_values import start, starting_bias, starting_weights

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


class Affine(Layer):
    """Base of the layers that hold ``pieces`` affine maps of ``units`` columns each.

    Weights are drawn once a piece; a ``bias`` array has the shape (units * pieces,). After each
    update, columns of W longer than ``max_col_norm`` are shortened to it.
    """

    n_in: int
    n_out: int
    W: np.ndarray
    b: np.ndarray
    dW: np.ndarray
    db: np.ndarray

    def __init__(
        self,
        n_in: int,
        units: int,
        pieces: int,
        *,
        weights: Initialiser | None,
        bias: float | np.ndarray | Initialiser,
        max_col_norm: float | None,
        name: str | None,
    ):
        super().__init__(name=name)
        self.n_in = whole_number(f"{self}: n_in", n_in)
        self.n_out = whole_number(f"{self}: width", units)
        self.pieces = whole_number(f"{self}: pieces", pieces)
        self._columns = self.n_out * self.pieces
        if max_col_norm is not None:
            max_col_norm = real_number(f"{self}: max_col_norm", max_col_norm, 0, low_open=True)
        self.max_col_norm = max_col_norm
        self._weights = starting_weights(str(self), weights)
        self._bias = starting_bias(str(self), bias, (self._columns,))

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """W (n_in, units * pieces) and b (units * pieces,)."""
        return {"W": (self.n_in, self._columns), "b": (self._columns,)}

    def initialise(self, rng: np.random.Generator) -> None:
        """Draw W piece by piece, then b."""
        for W in np.split(self.W, self.pieces, axis=1):
            start(self, "W", W, self._weights, rng)
        start(self, "b", self.b, self._bias, rng)

    def constrain(self) -> None:
        """Shorten every column of W that is longer than ``max_col_norm``; b is left alone.

        W_j <- W_j * min(|W_j|, c) / max(|W_j|, 1e-7), as in the 2014 experiments.
        """
        if self.max_col_norm is not None:
            xp = self.xp
            norm = xp.sqrt(xp.sum(self.W * self.W, axis=0))
            self.W *= xp.minimum(norm, self.max_col_norm) / xp.maximum(norm, 1e-7)
