"""Where noise and data come from, with densities where they are known.

Anything with a method ``sample(m, rng)`` that returns m rows can be the noise
prior or the data of a game. The distributions here also know their density,
so that the theory can be computed and not only drawn.
"""

from __future__ import annotations

import math

import numpy as np

from minigan.errors import InputError
from minigan.validation import real_number, whole_number


class Uniform:
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
        u = rng.random((m, self.dim), dtype=np.float32)
        u *= self.high - self.low
        u += self.low
        return u

    def pdf(self, x):
        """1 / (high - low) inside, 0 outside (one coordinate)."""
        x = np.asarray(x, np.float64)
        return np.where((x >= self.low) & (x <= self.high), 1 / (self.high - self.low), 0.0)

    def cdf(self, x):
        """Probability at or below x (one coordinate)."""
        return np.clip((np.asarray(x, np.float64) - self.low) / (self.high - self.low), 0.0, 1.0)

    def interval(self) -> tuple[float, float]:
        """(low, high)."""
        return self.low, self.high


class Normal:
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


class IrwinHall:
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

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows of length 1, float32, shape (m, dim)."""
        x = rng.standard_normal((m, self.dim), dtype=np.float32)
        x /= np.sqrt(np.sum(x * x, axis=1, keepdims=True))
        return x


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
        means = np.asarray(means, np.float64)
        self.means = means[:, None] if means.ndim == 1 else means
        if self.means.ndim != 2 or self.means.size == 0 or not np.isfinite(self.means).all():
            raise InputError(f"Mixture: expected finite means (modes, dim), got {means!r}")
        modes, self.dim = self.means.shape
        self.std = real_number("Mixture: std", std, 0, low_open=True)
        self.weights = np.full(modes, 1 / modes) if weights is None else np.asarray(weights, float)
        if (
            self.weights.shape != (modes,)
            or not (self.weights > 0).all()
            or abs(self.weights.sum() - 1) > 1e-9
        ):
            raise InputError(f"Mixture: expected {modes} weights > 0 with sum 1, got {weights!r}")
        self._means32 = self.means.astype(np.float32)
        self._upto = np.cumsum(self.weights)[:-1].astype(np.float32)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, dim)."""
        mode = np.searchsorted(self._upto, rng.random(m, dtype=np.float32), side="right")
        x = rng.standard_normal((m, self.dim), dtype=np.float32)
        x *= self.std
        x += self._means32[mode]
        return x

    def pdf(self, x):
        """Density at points of shape (..., dim), or (...) on the line."""
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


class Examples:
    """A data set as a distribution: rows drawn at random, with replacement.

    Parameters
    ----------
    X : array, shape (examples, dim)
        Finite floating-point numbers.

    Raises
    ------
    InputError
        If ``X`` is empty, not two-dimensional, not floating-point or not finite.
    """

    def __init__(self, X: np.ndarray):
        X = np.asarray(X)
        if X.ndim != 2 or X.size == 0 or X.dtype.kind != "f" or not np.isfinite(X).all():
            raise InputError(
                f"Examples: expected finite floating-point rows (examples, dim), "
                f"got {X.dtype} {X.shape}"
            )
        self.X, self.dim = X, X.shape[1]

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, shape (m, dim)."""
        return self.X[rng.integers(0, len(self.X), m)]
