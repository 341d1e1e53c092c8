"""A data set by name: its files, their contents, and which images are for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minigan.data.download import Download
from minigan.data.places import Places


@dataclass(frozen=True, eq=False)
class Images:
    """All images of a data set as its files hold them, and their splits.

    Attributes
    ----------
    pixels : array, shape (images, channels * rows * columns)
        Whole numbers from 0 to ``top`` (uint8), or floating-point numbers in [0, 1].
    shape : tuple of int
        (channels, rows, columns) of one image.
    splits : mapping of str to slice or array of int
        Name of a split -> its rows.
    labels : array of int64, shape (images,), optional
        Class or person.
    top : int
        Value of a uint8 pixel of full intensity.
    name : str, optional
        Of the data set, where its files decide that.
    """

    pixels: np.ndarray
    shape: tuple[int, int, int]
    splits: Mapping[str, slice | np.ndarray]
    labels: np.ndarray | None = None
    top: int = 255
    name: str | None = None


@dataclass(frozen=True)
class Known:
    """A data set that has a name.

    Attributes
    ----------
    about : str
        A line that describes it.
    locate : callable
        Places -> its files; a `DataError` says which is missing.
    read : callable
        (files, fold) -> Images; a `DataError` if one is damaged or holds something else.
    downloads : tuple of Download
        Files for `minigan.data.fetch`; none if it is not public, or not needed.
    folds : int
        Number of ways in which it is split.
    """

    about: str
    locate: Callable[[Places], list[Path]]
    read: Callable[[list[Path], int], Images]
    downloads: tuple[Download, ...] = ()
    folds: int = 1


def proportional(n: int) -> dict[str, slice]:
    """Splits of n images in their order, as of CIFAR-10: 4 : 1 : 1.

    floor(n / 6) are to validate, as many to test, and all others to train.
    """
    sixth = n // 6
    return {
        "train": slice(0, n - 2 * sixth),
        "valid": slice(n - 2 * sixth, n - sixth),
        "test": slice(n - sixth, n),
    }


def fixed_order(n: int, seed: int = 0) -> np.ndarray:
    """A permutation of 0..n-1 that is the same everywhere and for good.

    The order of n raw numbers of NumPy's SFC64, whose stream NumPy promises never to change;
    it promises no such thing of ``Generator.permutation``.
    """
    return np.argsort(np.random.SFC64(seed).random_raw(n), kind="stable")
