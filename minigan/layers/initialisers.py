"""Initialisers: starting values of weights and biases.

An initialiser is a function ``(rng, shape) -> array`` of finite numbers, of just that
shape: nothing is spread out. For a weight the shape is ``(n_in, n_out)``: one column for
each unit. Maxout calls it once a piece, because every piece is an affine map of its own.
All of them can be pickled.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import real_number, whole_number

if TYPE_CHECKING:
    from minigan.base.types import Initialiser


def uniform(irange: float) -> Initialiser:
    """Uniform on (-irange, irange): what the 2014 paper's experiments use for weights.

    Parameters
    ----------
    irange : float
        Half the width of the interval, > 0.

    Returns
    -------
    Initialiser
    """
    real_number("uniform: irange", irange, 0, low_open=True)
    return partial(_uniform, irange)


def _uniform(irange, rng, shape):
    return rng.uniform(-irange, irange, shape)


def normal(std: float) -> Initialiser:
    """Gaussian with mean 0 and standard deviation ``std`` > 0."""
    real_number("normal: std", std, 0, low_open=True)
    return partial(_normal, std)


def _normal(std, rng, shape):
    return rng.normal(0.0, std, shape)


def constant(value: float) -> Initialiser:
    """The same value everywhere."""
    value = real_number("constant: value", value)
    return partial(_constant, value)


def _constant(value, rng, shape):
    return np.full(shape, value)


def he() -> Initialiser:
    """Gaussian with variance 2 / n_in, which keeps the scale through ReLUs (He et al. 2015)."""
    return _he


def _he(rng, shape):
    return rng.normal(0.0, math.sqrt(2.0 / shape[0]), shape)


def glorot() -> Initialiser:
    """Uniform with variance 2 / (n_in + n_out) (Glorot & Bengio 2010)."""
    return _glorot


def _glorot(rng, shape):
    limit = math.sqrt(6.0 / (shape[0] + shape[-1]))
    return rng.uniform(-limit, limit, shape)


def sparse(n: int, std: float = 1.0) -> Initialiser:
    """``n`` Gaussian weights into each unit from randomly chosen inputs, the rest 0.

    The "sparse_init" of the 2014 paper's face experiments (Martens 2010).

    Parameters
    ----------
    n : int
        Non-zero weights a unit, from 1 to n_in.
    std : float
        Their standard deviation, > 0.

    Returns
    -------
    Initialiser

    Raises
    ------
    InputError
        When drawn, if a unit has fewer than ``n`` inputs.
    """
    whole_number("sparse: n", n)
    real_number("sparse: std", std, 0, low_open=True)
    return partial(_sparse, n, std)


def _sparse(n, std, rng, shape):
    if len(shape) != 2:
        raise InputError(f"sparse: expected a weight (n_in, n_out), got shape {shape}")
    n_in, n_out = shape
    if n > n_in:
        raise InputError(f"sparse: expected n <= n_in = {n_in}, got n = {n}")
    rows = rng.random(shape).argpartition(n - 1, axis=0)[:n]  # n distinct rows a column
    W = np.zeros(shape)
    np.put_along_axis(W, rows, rng.normal(0.0, std, (n, n_out)), axis=0)
    return W


def orthogonal(gain: float = 1.0) -> Initialiser:
    """``gain`` times a random matrix with orthonormal rows or columns (Saxe et al. 2014)."""
    real_number("orthogonal: gain", gain, 0, low_open=True)
    return partial(_orthogonal, gain)


def _orthogonal(gain, rng, shape):
    tall = (max(shape), min(shape))
    Q, R = np.linalg.qr(rng.normal(size=tall))
    Q *= np.sign(np.diag(R))  # makes the draw uniform over rotations
    return gain * (Q if shape == tall else Q.T)


def marginal_bias(X: np.ndarray) -> np.ndarray:
    """Output bias with which a sigmoid layer starts at the data's pixel means.

    b = log(m / (1 - m)), where m is the mean of each column, clipped to
    [1e-7, 1 - 1e-7]: then sigmoid(b) = m. (pylearn2's
    ``init_sigmoid_bias_from_marginals``, used by the 2014 paper.)

    Parameters
    ----------
    X : array, shape (examples, pixels)
        Data in [0, 1].

    Returns
    -------
    array, shape (pixels,)

    Raises
    ------
    InputError
        If ``X`` is empty, not two-dimensional, or leaves [0, 1].
    """
    X = np.asarray(X)
    if X.ndim != 2 or X.size == 0:
        raise InputError(f"marginal_bias: expected data (examples, pixels), got shape {X.shape}")
    if not (X.min() >= 0 and X.max() <= 1):
        raise InputError(
            f"marginal_bias: expected data in [0, 1], got [{X.min():.4g}, {X.max():.4g}]"
        )
    m = np.clip(X.mean(axis=0, dtype=np.float64), 1e-7, 1 - 1e-7)
    return np.log(m / (1 - m))
