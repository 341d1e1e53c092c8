"""Samplers without a density: noise on a sphere, and the rows of a data set."""

from __future__ import annotations

import copy

import numpy as np

from minigan.base.backend import Device, array_module, described, to_host
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import whole_number


class Spherical:
    """Uniform on the unit sphere in ``dim`` dimensions: a normalised Gaussian.

    One of the noise priors of the 2014 paper's code.

    Parameters
    ----------
    dim : int
        Number of coordinates, >= 1.
    """

    def __init__(self, dim: int):
        self.dim = whole_number("Spherical: dim", dim)

    def __repr__(self) -> str:
        return f"Spherical({self.dim})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows of length 1, float32, shape (m, dim)."""
        require_rng("Spherical", rng)
        x = rng.standard_normal((m, self.dim), dtype=np.float32)
        xp = array_module(x)
        x /= xp.sqrt(xp.sum(x * x, axis=1, keepdims=True))
        return x


class Examples:
    """A data set as a distribution: rows drawn at random, with replacement.

    Parameters
    ----------
    X : array, shape (examples, dim)
        Finite floating-point numbers, on the CPU or on a GPU. Kept as it is and not copied: what
        is written into it later is drawn from then on.

    Raises
    ------
    InputError
        If ``X`` is empty, not two-dimensional, not floating-point or not finite.
    """

    def __init__(self, X: np.ndarray):
        xp = array_module(X)
        X = np.asarray(X) if xp is np else X
        if X.ndim != 2 or X.size == 0 or X.dtype.kind != "f" or not xp.isfinite(X).all():
            raise InputError(
                f"Examples: expected finite floating-point rows (examples, dim), got {described(X)}"
            )
        self.X, self.dim = X, X.shape[1]

    def __repr__(self) -> str:
        return f"Examples({described(self.X)})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, shape (m, dim)."""
        require_rng("Examples", rng)
        return self.X[rng.integers(0, len(self.X), m)]

    def to(self, device: Device) -> Examples:
        """The same data set on a device: moved once, and drawn from there."""
        if array_module(self.X) is device.xp:
            return self
        twin = copy.copy(self)
        twin.X = device.to_device(to_host(self.X))
        return twin
