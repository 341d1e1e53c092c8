"""Precision, recall and coverage of samples, by balls that reach to the k-th neighbour.

What a set of points covers is taken to be the union of balls round its points, each as wide as the
distance to the k-th nearest other one. Precision is the share of samples in the balls of real
points, and recall the share of real points in the balls of samples (Kynkaanniemi et al. 2019).
Coverage is the share of real points whose own ball holds a sample (Naeem et al. 2020). Where a few
samples lie far apart, their balls reach everywhere: recall is near 1, and coverage is not.

Neighbours are counted among *distinct* points: the ball of a sample that is there k + 1 times would
have radius 0. Of k distinct samples or fewer the balls reach to the farthest other one: a generator
that has collapsed to one has recall 0, but for real points that are equal to it. All three are 1
for a copy of the training points, and precision rewards blur, so print one beside the other.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minigan.base.backend import to_host
from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.evaluation.distances import slices
from minigan.evaluation.window import as_rows, check_alike

BLOCK = 512  # points at a time


class PrecisionRecall(NamedTuple):
    """Shares from 0 to 1, in the order of the two words.

    Attributes
    ----------
    precision : float
        Of the samples, those in the ball of a real point.
    recall : float
        Of the real points, those in the ball of a sample.
    """

    precision: float
    recall: float


def precision_recall(real: Any, samples: Any, k: int = 3) -> PrecisionRecall:
    """Precision and recall of samples, by balls to the k-th nearest distinct neighbour.

    Parameters
    ----------
    real : array, shape (n, d)
        Points of the data: floats. Exchanged with ``samples``, precision becomes recall.
    samples : array, shape (m, d)
        What the generator makes.
    k : int
        Neighbours, fewer than there are distinct real points.

    Returns
    -------
    PrecisionRecall

    Raises
    ------
    InputError
        If an array is not two-dimensional, of floats, finite, or as wide as the other; if there
        are too few distinct real points for k.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> precision_recall(real, real[:3] + 0.1, k=1)  # no sample comes near 9
    PrecisionRecall(precision=1.0, recall=0.75)
    """
    real, samples = _rows(real, samples, k)
    return PrecisionRecall(
        float(_inside(samples, _balls(real, k)).mean()),
        float(_inside(real, _balls(samples, k)).mean()),
    )


def coverage(real: Any, samples: Any, k: int = 3) -> float:
    """Share of the real points whose ball, to the k-th nearest distinct one, holds a sample.

    Parameters
    ----------
    real, samples, k
        As in `precision_recall`.

    Returns
    -------
    float

    Raises
    ------
    InputError
        As `precision_recall`.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> coverage(real, real[:1], k=1)
    0.5
    """
    real, samples = _rows(real, samples, k)
    centres, radii, times = _balls(real, k)
    nearest = [d.min(axis=1) for d in _distances(centres, samples)]
    return float((np.concatenate(nearest) <= radii) @ times / len(real))


def _rows(real: Any, samples: Any, k: int) -> tuple[np.ndarray, np.ndarray]:
    real, samples = as_rows("real", real), as_rows("samples", samples)
    check_alike(real=real, samples=samples)
    n = len(np.unique(to_host(real), axis=0))
    if whole_number("k", k) >= n:
        raise InputError(f"k: expected fewer than the {n} distinct real points, got {k}")
    return to_host(real), to_host(samples)


def _balls(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct points (n, d), the radii of their balls (n,), and how often each is there (n,)."""
    centres, times = np.unique(points, axis=0, return_counts=True)
    k = min(k, len(centres) - 1)  # all that there are, of a set that has collapsed
    radii = [np.partition(d, k, axis=1)[:, k] for d in _distances(centres, centres)]
    return centres, np.concatenate(radii), times


def _inside(points: np.ndarray, balls: tuple[np.ndarray, ...]) -> np.ndarray:
    """True for each of the points (m, d) that lies in some ball, (m,)."""
    centres, radii, _ = balls
    return np.concatenate([(d <= radii).any(axis=1) for d in _distances(points, centres)])


def _distances(points: np.ndarray, others: np.ndarray) -> Iterator[np.ndarray]:
    """Distances of some of the points at a time from all others, by differences: exact at 0."""
    from scipy.spatial.distance import cdist  # 0.2 s to import

    for part in slices(len(points), BLOCK):
        yield cdist(points[part], others)
