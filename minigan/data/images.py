"""All images of a data set as its files hold them, and which of them are for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Images:
    """What a reader hands back, before one split of it becomes a `DataSet`.

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
        What a uint8 pixel of full intensity holds.
    name : str, optional
        Of the data set, where its files decide that.
    """

    pixels: np.ndarray
    shape: tuple[int, int, int]
    splits: Mapping[str, slice | np.ndarray]
    labels: np.ndarray | None = None
    top: int = 255
    name: str | None = None


def proportional(n: int) -> dict[str, slice]:
    """Four sixths to train, a sixth to validate, a sixth to test, in this order: as CIFAR-10.

    Parameters
    ----------
    n : int
        Number of images.

    Returns
    -------
    dict of str to slice
        Sizes n - 2 floor(n / 6), floor(n / 6), floor(n / 6).
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

    Parameters
    ----------
    n : int
    seed : int
        Whole number >= 0.

    Returns
    -------
    array of int, shape (n,)
    """
    return np.argsort(np.random.SFC64(seed).random_raw(n), kind="stable")
