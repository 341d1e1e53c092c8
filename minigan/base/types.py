"""Names for what annotations speak of. Nothing here runs; it is read by type checkers.

What a game needs of its noise and of its data is a ``Sampler``; what the theory
needs beyond that is a ``Density``.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np

Initialiser: TypeAlias = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
"""Shape (n_in, n_out) or (n_out,) -> starting values."""

Schedule: TypeAlias = Callable[[int], float]
"""Number of updates already made -> learning rate or momentum."""

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator
"""Seeds of random numbers."""


class Sampler(Protocol):
    """Anything that draws rows."""

    def sample(self, m: int, rng: np.random.Generator) -> Any:
        """m rows, shape (m, dim), or a tuple of such arrays."""
        ...


class Density(Sampler, Protocol):
    """A sampler on the line that knows its density."""

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """Density at the points x."""
        ...

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Probability of what lies at or below the points x."""
        ...

    def interval(self) -> tuple[float, float]:
        """Two ends outside of which nothing lies, to double precision."""
        ...
