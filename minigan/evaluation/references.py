"""Parzen scores of samples that no generator made: real images, blurred ones, cluster means.

A generator that were perfect would score as real images do. The same images blurred, so that
any eye sees the harm, may score higher, and so may the means of clusters of images, which are
no samples of the data: both lie nearer to the middle of what is seen. On MNIST both score far
above real images. So a higher score is not a better generator (Theis, van den Oord and Bethge
2016).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.base.types import Seed
from minigan.base.validation import whole_number
from minigan.evaluation.distances import Centres, slices
from minigan.evaluation.parzen import ParzenScore, parzen
from minigan.evaluation.window import Progress, as_rows, check_alike

BLOCK = 1024  # images, means or pixels at a time,
NUMBERS = 2**22  # and pixels of all these images


class Reference(NamedTuple):
    """A row of the table: the name of what was scored, and its score."""

    name: str
    score: ParzenScore


def references(
    train: np.ndarray,
    valid: np.ndarray,
    test: np.ndarray,
    *,
    shape: tuple[int, ...],
    m: int = 10_000,
    steps: int = 4,
    seed: Seed = 0,
    sigmas: Iterable[float] | None = None,
    progress: Progress = lambda iterable, total: iterable,
) -> list[Reference]:
    """Parzen scores of real images, blurred images and cluster means.

    Parameters
    ----------
    train, valid, test : array, shape (n, d)
        NumPy's: images as floats, one a row.
    shape : tuple of int
        Of an image; its last two numbers are rows and columns, and their product is d.
    m : int
        How many of each are scored, from 1 to the number of training images.
    steps : int
        Of Lloyd's algorithm, >= 0.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator
        Chooses the m training images, from which the means start as well.
    sigmas, progress
        As in `parzen`.

    Returns
    -------
    list of Reference

    Raises
    ------
    InputError
        If something does not fit.
    """
    train, valid, test = (
        as_rows(name, rows) for name, rows in (("train", train), ("valid", valid), ("test", test))
    )
    check_alike(train=train, valid=valid, test=test)
    if not isinstance(train, np.ndarray):
        raise InputError(f"train: expected NumPy's array, got {described(train)}")
    m, steps = whole_number("m", m), whole_number("steps", steps, low=0)
    if m > len(train):
        raise InputError(f"m: expected at most the {len(train)} training images, got {m}")
    if len(shape) < 2 or int(np.prod(shape)) != train.shape[1]:
        raise InputError(f"shape: expected numbers whose product is {train.shape[1]}, got {shape}")
    chosen = generator(seed).permutation(len(train))[:m]
    kept = None if sigmas is None else tuple(sigmas)  # to be gone through three times
    rows = {  # one after the other: each is as large as all the samples of a score
        "training images": lambda: train[chosen],
        "the same, blurred 3 x 3": lambda: box_blur(train[chosen], shape),
        f"means of clusters, {steps} steps": lambda: k_means(train, train[chosen], steps),
    }
    return [
        Reference(name, parzen(make(), valid, test, sigmas=kept, progress=progress))
        for name, make in rows.items()
    ]


def table(rows: Iterable[Reference]) -> str:
    """Scores for people: the text of a table, a line for each of the rows."""
    rows = list(rows)
    width = max(len(row.name) for row in rows)
    lines = [f"{'samples':{width}}   sigma  log-likelihood, nats  standard error"]
    for name, score in rows:
        lines.append(
            f"{name:{width}}  {score.sigma:6.4f}  {score.test_log_likelihood:20.2f}"
            f"  {score.standard_error:14.2f}"
        )
    return "\n".join(lines)


def at_once(images: np.ndarray) -> int:
    """Number of images (n, d) to take at a time: `BLOCK`, fewer where they are large."""
    return max(32, min(BLOCK, NUMBERS // images.shape[1]))


def box_blur(images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Mean of each pixel and its eight neighbours, of images (n, d); beyond the edge all is 0."""
    rows, columns = shape[-2:]
    blurred = np.zeros_like(images)
    for part in slices(len(images), at_once(images)):
        framed = images[part].reshape(-1, images.shape[1] // (rows * columns), rows, columns)
        framed = np.pad(framed, ((0, 0), (0, 0), (1, 1), (1, 1)))
        sums = blurred[part].reshape(len(framed), -1, rows, columns)
        for i, j in np.ndindex(3, 3):
            sums += framed[:, :, i : i + rows, j : j + columns]
        sums /= 9
    return blurred


def k_means(points: np.ndarray, means: np.ndarray, steps: int) -> np.ndarray:
    """Lloyd's algorithm: each point goes to its nearest mean, each mean to its points' middle.

    So many steps on points (n, d) from means (m, d); a mean without points stays where it is.
    """
    means, parts = means.copy(), slices(len(points), at_once(points))
    for _ in range(steps):
        centres = Centres(means)
        label = np.concatenate([nearest(points[part], centres) for part in parts])
        numbers = np.bincount(label, minlength=len(means))[:, None]
        for columns in slices(points.shape[1], BLOCK):  # sums in float64 are large
            sums = np.zeros((len(means), columns.stop - columns.start))
            for part in parts:
                np.add.at(sums, label[part], points[part, columns])
            middle = sums / np.maximum(numbers, 1)
            means[:, columns] = np.where(numbers > 0, middle, means[:, columns])
    return means


def nearest(points: np.ndarray, centres: Centres) -> np.ndarray:
    """Number of the centre nearest to each of the points (n, d), by products in float32, (n,).

    Of centres, given as `Centres`, at the same distance to float32's rounding, any.
    """
    smallest, label = np.full(len(points), np.inf, np.float32), np.zeros(len(points), int)
    half_squares = centres.half_squares_of(points)
    for first, h in centres.products(points, half_squares, np.float32, at_once(points)):
        least = h.min(axis=1)
        label = np.where(least < smallest, first + h.argmin(axis=1), label)
        smallest = np.minimum(smallest, least)
    return label
