"""A user's own images: an array in a .npy or .npz file, an idx file, or a folder of pictures."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import reading
from minigan.data.folder import read_folder
from minigan.data.idx import read_idx
from minigan.data.image_sets import Images, fixed_order, proportional
from minigan.data.npy import read_npy, read_npz

CHANNELS = (1, 3)


def read_user_images(path: Path) -> Images:
    """Images from a file or folder of one's own, split 4 : 1 : 1.

    A folder has pictures of one size (see `minigan.data.folder`). An array (see
    `minigan.data.npy`) is of uint8 from 0 to 255, of booleans, or of floating-point numbers in
    [0, 1], with one of the shapes

    - (images, rows, columns): grey;
    - (images, channels, rows, columns), with 1 or 3 channels;
    - (images, rows, columns, channels), likewise, if the second size is neither 1 nor 3;
    - (images, pixels): grey, square if the number of pixels is a square, else in one row.

    Any other file name is taken for an idx file of images. As a file may be sorted by kind, the
    splits are drawn from it in a random order, which is the same every time. Of formats without a
    checksum (.npy, .bmp, .jpg, idx unless gzipped) the form is checked; a changed pixel cannot
    be noticed.
    """
    if os.path.isdir(path):
        array = read_folder(path)
    elif path.suffix == ".npy":
        array = read_npy(path)
    elif path.suffix == ".npz":
        array = read_npz(path)
    else:
        array = read_idx(path, 3)
    with reading(path):
        array = _channels_first(array)
        if array.dtype != np.uint8:
            array = array.astype(np.float32)
            if not (array.min() >= 0 and array.max() <= 1):  # nor if one is not a number
                raise DataError(
                    f"expected numbers in [0, 1], got {array.min():.4g} to {array.max():.4g}"
                )
    order = fixed_order(len(array))
    splits = {name: np.sort(order[rows]) for name, rows in proportional(len(array)).items()}
    return Images(array.reshape(len(array), -1), array.shape[1:], splits, name=path.resolve().stem)


def _channels_first(array: np.ndarray) -> np.ndarray:
    """The array as (images, channels, rows, columns)."""
    match array.shape:
        case (n, pixels):
            side = math.isqrt(pixels)
            return array.reshape(n, 1, *((side, side) if side * side == pixels else (1, pixels)))
        case (_, _, _):
            return array[:, None]
        case (_, channels, _, _) if channels in CHANNELS:
            return array
        case (_, _, _, channels) if channels in CHANNELS:
            return np.moveaxis(array, 3, 1)
    raise DataError(
        "expected (images, rows, columns), with 1 or 3 channels before or behind these, "
        f"or (images, pixels), got shape {array.shape}"
    )
