"""Mixtures of Gaussians: several modes, to see which of them a generator finds."""

from __future__ import annotations

import copy
import math

import numpy as np

from minigan.base.backend import CPU, Device, array_module
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number, whole_number


class Mixture:
    """Mixture of isotropic Gaussians.

    Parameters
    ----------
    means : array, shape (modes, dim) or (modes,)
        Centres; a plain list of numbers means modes on the line.
    std : float
        Standard deviation of every mode in every coordinate, > 0.
    weights : array, shape (modes,), optional
        Probabilities of the modes, > 0, summing to 1; equal by default.

    Raises
    ------
    InputError
        If shapes or ranges do not fit.
    """

    def __init__(self, means, std: float, weights=None):
        means = np.array(means, np.float64)  # a copy, as of the weights: both may be arrays
        self.means = means[:, None] if means.ndim == 1 else means
        if self.means.ndim != 2 or self.means.size == 0 or not np.isfinite(self.means).all():
            raise InputError(f"Mixture: expected finite means (modes, dim), got {means!r}")
        modes, self.dim = self.means.shape
        self.std = real_number("Mixture: std", std, 0, low_open=True)
        self.weights = np.full(modes, 1 / modes) if weights is None else np.array(weights, float)
        if (
            self.weights.shape != (modes,)
            or not (self.weights > 0).all()
            or abs(self.weights.sum() - 1) > 1e-9
        ):
            raise InputError(f"Mixture: expected {modes} weights > 0 with sum 1, got {weights!r}")
        self._place(CPU)

    def __repr__(self) -> str:
        if self.means.size > 4:
            return f"Mixture({len(self.means)} modes, std={self.std}, dim={self.dim})"
        means = self.means[:, 0] if self.dim == 1 else self.means
        is_even = np.all(self.weights == 1 / len(self.weights))
        weights = "" if is_even else f", weights={self.weights.tolist()}"
        return f"Mixture({means.tolist()}, std={self.std}{weights})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, dim)."""
        require_rng("Mixture", rng)
        u = rng.random(m, dtype=np.float32)
        mode = array_module(u).searchsorted(self._upto, u, side="right")
        x = rng.standard_normal((m, self.dim), dtype=np.float32)
        x *= self.std
        x += self._means32[mode]
        return x

    def to(self, device: Device) -> Mixture:
        """The same mixture, drawn on a device."""
        if device.xp is array_module(self._means32):
            return self
        twin = copy.copy(self)
        twin._place(device)
        return twin

    def _place(self, device: Device) -> None:
        """Put what a sample is made of on the device."""
        self._means32 = device.to_device(self.means.astype(np.float32))
        self._upto = device.to_device(np.cumsum(self.weights)[:-1].astype(np.float32))

    def pdf(self, x):
        """Density at points x of shape (..., dim), or (...) on the line."""
        x = np.asarray(x, np.float64)
        points = x[..., None] if self.dim == 1 else x
        d2 = np.sum((points[..., None, :] - self.means) ** 2, axis=-1)  # (..., modes)
        scale = (2 * math.pi * self.std**2) ** (self.dim / 2)
        return np.exp(-d2 / (2 * self.std**2)) @ self.weights / scale

    def cdf(self, x):
        """Probability at or below x (one coordinate)."""
        from scipy.special import ndtr  # 0.4 s to import: only when asked for

        self._check_line("cdf")
        return (
            ndtr((np.asarray(x, np.float64)[..., None] - self.means[:, 0]) / self.std)
            @ self.weights
        )

    def interval(self) -> tuple[float, float]:
        """Outermost means, 9 standard deviations further out (one coordinate)."""
        self._check_line("interval")
        return float(self.means.min() - 9 * self.std), float(self.means.max() + 9 * self.std)

    def _check_line(self, what: str) -> None:
        if self.dim != 1:
            raise InputError(f"Mixture.{what}: expected one coordinate, got {self.dim}")


def ring(modes: int = 8, radius: float = 2.0, std: float = 0.02) -> Mixture:
    """Gaussians at equal weight and equal distance on a circle in the plane.

    Parameters
    ----------
    modes : int
        Number of Gaussians, >= 1. The angles are 2 pi i / modes for i < modes: the
        end point 2 pi is not included, which would put two modes in one place.
    radius : float
        Of the circle, > 0.
    std : float
        Standard deviation of every mode, > 0.

    Returns
    -------
    Mixture
    """
    real_number("ring: radius", radius, 0, low_open=True)
    angles = 2 * np.pi * np.arange(whole_number("ring: modes", modes)) / modes
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), std)
