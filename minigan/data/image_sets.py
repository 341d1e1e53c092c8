"""A data set by name: its files, their contents, and which images are for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minigan.data.download import Download
from minigan.data.places import Places


@dataclass(frozen=True, eq=False)
class Images:
    """All images of a data set as its files hold them, and the rows of each split.

    ``pixels``, shape (images, channels * rows * columns), are uint8 from 0 to ``top`` or floating
    point in [0, 1]; ``shape`` is (channels, rows, columns) of one image. ``labels``, int64 of
    shape (images,), are classes or persons. ``name`` is the data set's, where its files decide it.
    """

    pixels: np.ndarray
    shape: tuple[int, int, int]
    splits: Mapping[str, slice | np.ndarray]
    labels: np.ndarray | None = None
    top: int = 255
    name: str | None = None


@dataclass(frozen=True)
class Known:
    """A data set that has a name, and a line ``about`` it.

    ``locate`` finds its files or says in a DataError which is missing, and ``read`` reads them
    for one of its ``folds``, the ways in which it is split. ``downloads`` are for
    `minigan.data.fetch`: none if it is not public, or not needed.
    """

    about: str
    locate: Callable[[Places], list[Path]]
    read: Callable[[list[Path], int], Images]
    downloads: tuple[Download, ...] = ()
    folds: int = 1


def in_order(train: int, valid: int, test: int) -> dict[str, slice]:
    """Splits of so many images each, one after the other."""
    last = train + valid
    return {"train": slice(0, train), "valid": slice(train, last), "test": slice(last, last + test)}


def proportional(n: int) -> dict[str, slice]:
    """Splits of n images in their order, 4 : 1 : 1 as of CIFAR-10; floor(n / 6) are to test."""
    sixth = n // 6
    return in_order(n - 2 * sixth, sixth, sixth)


def fixed_order(n: int, seed: int = 0) -> np.ndarray:
    """A permutation of 0..n-1 that is the same everywhere and for good.

    The order of n raw numbers of NumPy's SFC64, whose stream NumPy promises never to change;
    it promises no such thing of ``Generator.permutation``.
    """
    return np.argsort(np.random.SFC64(seed).random_raw(n), kind="stable")
