"""Minibatch features: how close each example is to the others of its minibatch.

A discriminator that sees one example at a time cannot see that G makes the same one again and
again. With these features it can, and a G that collapses is told so. Salimans et al. 2016
("Improved techniques for training GANs"), section 3.2; NIPS 2016 tutorial, section 5.1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.layers.base import Layer
from minigan.layers.starting_values import start, starting_weights

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


class MinibatchFeatures(Layer):
    """y = [x, o], where o_ib = sum over j != i of exp(-sum_c abs(M_ibc - M_jbc)) and M = x T.

    Parameters
    ----------
    n_in : int
        A, width of the input, >= 1.
    features : int
        B, features that are added to each example, >= 1.
    dims : int
        C, numbers in which two examples are compared for one feature, >= 1.
    weights : initialiser, optional
        Where T starts, as a matrix (A, B C); ``glorot()`` by default.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If a number is not a whole number >= 1; in ``forward``, for a batch of 1, which has
        no others.

    Notes
    -----
    Parameter T (A, B, C). A feature lies between 0, where all others are far away, and m - 1,
    where all m examples are equal: the size of the minibatch is a part of the model. Real
    and generated minibatches are handed over apart, as ``D.forward((x, x_fake))`` does.
    The published code adds a bias to o; here the next layer's does that.

    Write c_ijb for the exponential, which is symmetric in i and j: example i appears in its own
    sum and in the sums of all others. So with do_ib = dJ/do_ib

        dM_ibc = -sum_j (do_ib + do_jb) c_ijb sign(M_ibc - M_jbc)
        dT = x^T dM,   dx = (what comes back through y = x) + dM T^T

    Without do_jb, the usual slip, half of the gradient is missing. j = i adds nothing, as
    sign(0) = 0.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> D = mg.Sequential([mg.MinibatchFeatures(2, features=1, dims=3)], seed=0)
    >>> y, cache = D.forward(np.ones((4, 2), "float32"))  # four examples that are the same
    >>> y[0].tolist()
    [1.0, 1.0, 3.0]
    """

    n_in: int
    n_out: int
    T: np.ndarray
    dT: np.ndarray

    def __init__(
        self,
        n_in: int,
        features: int,
        dims: int,
        *,
        weights: Initialiser | None = None,
        name: str | None = None,
    ):
        super().__init__(name=name)
        self.n_in = whole_number(f"{self}: n_in", n_in)
        self.features = whole_number(f"{self}: features", features)
        self.dims = whole_number(f"{self}: dims", dims)
        self.n_out = self.n_in + self.features
        self._weights = starting_weights(str(self), weights)

    def parameter_shapes(self):
        """T (n_in, features, dims)."""
        return {"T": (self.n_in, self.features, self.dims)}

    def initialise(self, rng):
        """Draw T."""
        start(self, "T", self._matrix, self._weights, rng)

    @property
    def _matrix(self) -> np.ndarray:
        return self.T.reshape(self.n_in, -1)  # a view: (A, B C)

    def forward(self, x, *, train=True, rng=None):
        """y = [x, o]; the cache is x, the differences M_i - M_j, and c. See `Layer.forward`."""
        self.check_input(x)
        if len(x) == 1:
            raise InputError(
                f"{self}: expected a batch of 2 examples or more, which are compared, got 1: "
                f"give it a batch as large as in training"
            )
        xp = self.xp
        M = (x @ self._matrix).reshape(len(x), self.features, self.dims)
        gap = M[:, None] - M[None]  # (m, m, B, C)
        c = xp.exp(-xp.abs(gap).sum(axis=3))
        o = c.sum(axis=1) - 1  # less c_iib
        return xp.concatenate([x, o], axis=1), (x, gap, c)

    def backward(self, dy, cache, *, param_grads=True):
        """Both parts of dx, and dT += x^T dM. See `Layer.backward`."""
        x, gap, c = cache
        self.check_gradient(dy, (len(x), self.n_out))
        dx, do = dy[:, : self.n_in], dy[:, self.n_in :]
        w = (do[:, None] + do[None]) * c  # (m, m, B)
        dM = -(w[..., None] * self.xp.sign(gap)).sum(axis=1).reshape(len(x), -1)
        if param_grads:
            self.dT += (x.T @ dM).reshape(self.dT.shape)
        return dx + dM @ self._matrix.T
