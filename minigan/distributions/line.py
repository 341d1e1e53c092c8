"""Distributions whose density is known: noise priors, and bells to learn.

They are described on the line; with ``dim`` > 1 every coordinate is drawn by itself.
"""

from __future__ import annotations

import math

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number, whole_number


class _Parameters:
    """A repr of the numbers that a distribution is made of."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


class Uniform(_Parameters):
    """Uniform on [low, high] in each of ``dim`` coordinates.

    Parameters
    ----------
    low, high : float
        Ends of the interval, low < high.
    dim : int
        Number of coordinates, >= 1.

    Raises
    ------
    InputError
        If low >= high or a number is not finite.
    """

    def __init__(self, low: float = 0.0, high: float = 1.0, dim: int = 1):
        self.low, self.high = real_number("Uniform: low", low), real_number("Uniform: high", high)
        if self.low >= self.high:
            raise InputError(f"Uniform: expected low < high, got {low!r}, {high!r}")
        self.dim = whole_number("Uniform: dim", dim)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, dim)."""
        require_rng("Uniform", rng)
        u = rng.random((m, self.dim), dtype=np.float32)
        u *= self.high - self.low
        u += self.low
        return u

    def pdf(self, x):
        """1 / (high - low) at points x inside, 0 outside (one coordinate)."""
        x = np.asarray(x, np.float64)
        return np.where((x >= self.low) & (x <= self.high), 1 / (self.high - self.low), 0.0)

    def cdf(self, x):
        """Probability at or below x (one coordinate)."""
        return np.clip((np.asarray(x, np.float64) - self.low) / (self.high - self.low), 0.0, 1.0)

    def interval(self) -> tuple[float, float]:
        """(low, high)."""
        return self.low, self.high


class Normal(_Parameters):
    """Gaussian with the same mean and standard deviation in each of ``dim`` coordinates.

    Parameters
    ----------
    mean : float
    std : float
        Standard deviation, > 0.
    dim : int
        Number of coordinates, >= 1.

    Raises
    ------
    InputError
        If the standard deviation is not > 0 or a number is not finite.
    """

    def __init__(self, mean: float = 0.0, std: float = 1.0, dim: int = 1):
        self.mean = real_number("Normal: mean", mean)
        self.std = real_number("Normal: std", std, 0, low_open=True)
        self.dim = whole_number("Normal: dim", dim)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, dim)."""
        require_rng("Normal", rng)
        x = rng.standard_normal((m, self.dim), dtype=np.float32)
        x *= self.std
        x += self.mean
        return x

    def pdf(self, x):
        """exp(-(x - mean)^2 / 2 std^2) / (std sqrt(2 pi)) (one coordinate)."""
        t = (np.asarray(x, np.float64) - self.mean) / self.std
        return np.exp(-0.5 * t * t) / (self.std * math.sqrt(2 * math.pi))

    def cdf(self, x):
        """Probability at or below x (one coordinate)."""
        from scipy.special import ndtr  # 0.4 s to import: only when asked for

        return ndtr((np.asarray(x, np.float64) - self.mean) / self.std)

    def interval(self) -> tuple[float, float]:
        """mean +- 9 standard deviations: 2e-19 lies outside."""
        return self.mean - 9 * self.std, self.mean + 9 * self.std


class IrwinHall(_Parameters):
    """Bell of bounded support: the sum of three uniform numbers, shifted and scaled.

    It looks like a Gaussian but ends at mean +- 3 std. A continuous generator on an
    interval has a bounded range, so this is a bell that it can reproduce exactly; a
    Gaussian's tails it cannot.

    Parameters
    ----------
    mean : float
    std : float
        Standard deviation, > 0.

    Raises
    ------
    InputError
        If the standard deviation is not > 0 or a number is not finite.

    Notes
    -----
    x = mean + 2 std (u1 + u2 + u3 - 3/2) with u uniform on (0, 1). The density of
    t = (x - mean) / 2 std is 3/4 - t^2 for |t| <= 1/2 and (3/2 - |t|)^2 / 2 up to 3/2.
    """

    dim = 1

    def __init__(self, mean: float = 0.0, std: float = 1.0):
        self.mean = real_number("IrwinHall: mean", mean)
        self.std = real_number("IrwinHall: std", std, 0, low_open=True)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, 1)."""
        require_rng("IrwinHall", rng)
        x = rng.random((m, 3), dtype=np.float32).sum(axis=1, keepdims=True)
        x -= 1.5
        x *= 2 * self.std
        x += self.mean
        return x

    def pdf(self, x):
        """Density at the points x."""
        t = np.abs(np.asarray(x, np.float64) - self.mean) / (2 * self.std)
        bell = np.where(t <= 0.5, 0.75 - t * t, np.maximum(1.5 - t, 0) ** 2 / 2)
        return bell / (2 * self.std)

    def cdf(self, x):
        """Probability at or below x."""
        t = np.clip((np.asarray(x, np.float64) - self.mean) / (2 * self.std), -1.5, 1.5)
        middle = 0.5 + 0.75 * t - t**3 / 3
        tail = (1.5 - np.abs(t)) ** 3 / 6
        return np.where(np.abs(t) <= 0.5, middle, np.where(t < 0, tail, 1 - tail))

    def interval(self) -> tuple[float, float]:
        """mean +- 3 standard deviations."""
        return self.mean - 3 * self.std, self.mean + 3 * self.std
