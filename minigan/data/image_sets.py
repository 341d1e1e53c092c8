"""A data set by name: its files, their contents, and which images are for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minigan.data.download import Download
from minigan.data.places import Places


@dataclass(frozen=True, eq=False)
class Images:
    """All images of a data set as its files hold them, and the rows of each split."""

    pixels: np.ndarray  # (images, channels * rows * columns): uint8 up to top, or floats in [0, 1]
    shape: tuple[int, int, int]  # (channels, rows, columns) of one image
    splits: Mapping[str, slice | np.ndarray]
    labels: np.ndarray | None = None  # int64, (images,): classes or persons
    top: int = 255
    name: str | None = None  # of the data set, where its files decide it


@dataclass(frozen=True)
class Known:
    """A data set that has a name, and a line ``about`` it."""

    about: str
    locate: Callable[[Places], list[Path]]  # DataError says which of its files is missing
    read: Callable[[list[Path], int], Images]  # of its files, and a fold
    downloads: tuple[Download, ...] = ()  # of `fetch`: none if it is not public, or not needed
    folds: int = 1  # ways in which it is split


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

    NumPy promises never to change SFC64's stream; of ``Generator.permutation`` it does not.
    """
    return np.argsort(np.random.SFC64(seed).random_raw(n), kind="stable")
