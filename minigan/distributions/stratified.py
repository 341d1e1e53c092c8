"""Draws that are spread evenly: one from each of m slices of equal probability."""

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.distributions.line import Normal, Uniform


class Stratified:
    """Stratified minibatches of a uniform or a Gaussian: one draw from each of m equal slices.

    Each row by itself has the distribution; the minibatch as a whole covers it evenly, so that its
    mean costs differ less from one minibatch to the next. Every coordinate is shuffled by itself.

    Parameters
    ----------
    of : Uniform or Normal

    Raises
    ------
    InputError
        For any other distribution.
    """

    def __init__(self, of: Uniform | Normal):
        if not isinstance(of, Uniform | Normal):
            raise InputError(f"Stratified: expected a Uniform or a Normal, got {of!r}")
        self.of, self.dim = of, of.dim

    def __repr__(self) -> str:
        return f"Stratified({self.of!r})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, float32, shape (m, dim), in random order."""
        require_rng("Stratified", rng)
        u = rng.random((m, self.dim))
        xp = array_module(u)
        order = rng.random((m, self.dim)).argsort(axis=0)
        u = (order + u) / m
        if isinstance(self.of, Uniform):
            x = self.of.low + (self.of.high - self.of.low) * u
        else:
            x = self.of.mean + self.of.std * _normal_quantile(xp, u)
        return x.astype(np.float32)


def _normal_quantile(xp, u: np.ndarray) -> np.ndarray:
    """Points below which a standard Gaussian has probability u."""
    if xp is np:
        from scipy.special import ndtri  # 0.4 s to import: only when asked for
    else:
        from cupyx.scipy.special import ndtri
    return ndtri(u)
