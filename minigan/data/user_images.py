"""A user's own images: an array in a .npy or .npz file, an idx file, or a folder of pictures.

Pillow, which Matplotlib brings along, reads pictures. It is told the few formats that are meant,
because it knows dozens; and a picture that announces more pixels than its bytes can hold is
refused before they take memory.
"""

import math
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import DENSEST, reading
from minigan.data.idx import read_idx
from minigan.data.image_sets import Images, fixed_order, proportional
from minigan.data.npy import read_npy, read_npz

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")  # of pictures
FORMATS = ("PNG", "JPEG", "BMP", "PPM")  # Pillow's names for them
CHANNELS = {"1": 1, "L": 1, "P": 3, "RGB": 3}  # by Pillow's mode
MODES = {1: "L", 3: "RGB"}  # by channels


def read_user_images(path: Path) -> Images:
    """Images from a file or folder of one's own, split 4 : 1 : 1.

    A folder has pictures of one size, all grey or all in colour (see `read_folder`). An array (see
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
        case (_, channels, _, _) if channels in MODES:
            return array
        case (_, _, _, channels) if channels in MODES:
            return np.moveaxis(array, 3, 1)
    raise DataError(
        "expected (images, rows, columns), with 1 or 3 channels before or behind these, "
        f"or (images, pixels), got shape {array.shape}"
    )


def read_folder(directory: Path) -> np.ndarray:
    """The pictures of a folder in the order of their names, (images, channels, rows, columns).

    They are bytes, with one channel if they are grey and three in colour. Folders in it are passed
    over, as are files that do not end in one of `SUFFIXES` or begin with a dot. Refused are
    pictures that differ in size or channels, have transparency or more than 8 bits, or are
    damaged. PNG has a checksum; of the other formats a changed pixel is not noticed.
    """
    with reading(directory):
        paths = sorted(
            path
            for path in directory.iterdir()
            if path.suffix.lower() in SUFFIXES and path.name[0] != "." and os.path.isfile(path)
        )
        if not paths:
            raise DataError(f"expected pictures ({', '.join(SUFFIXES)}), got none")
    pictures = [_read(path) for path in paths]
    for path, picture in zip(paths, pictures, strict=True):
        if picture.shape != pictures[0].shape:
            raise DataError(
                f"{path}: expected (rows, columns, channels) {pictures[0].shape} as of "
                f"{paths[0].name}, got {picture.shape}"
            )
    return np.stack(pictures).transpose(0, 3, 1, 2)


def _read(path: Path) -> np.ndarray:
    """Pixels, shape (rows, columns, channels)."""
    from PIL import Image  # only to read pictures

    # Pillow's decoders raise a dozen kinds of errors.
    with reading(path, "cannot be read as a picture", (Exception,)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as picture:
            channels = _channels(picture, path.stat().st_size)
            picture.verify()  # of a PNG, the checksums, which reading leaves out
        with Image.open(path, formats=FORMATS) as picture:
            pixels = np.asarray(picture.convert(MODES[channels]))
    return pixels.reshape(*pixels.shape[:2], channels)


def _channels(picture: Any, size: int) -> int:
    if picture.mode not in CHANNELS:
        raise DataError(
            f"expected 8 bits a channel, grey or RGB without transparency, got mode {picture.mode}"
        )
    channels = CHANNELS[picture.mode]
    if picture.width * picture.height > 8 * DENSEST * size:  # a pixel can be a single bit
        raise DataError(
            f"announces {picture.width} x {picture.height} pixels, more than {size} bytes can hold"
        )
    return channels
