"""A folder of pictures: all of one size, all grey or all in colour.

Pillow, which Matplotlib brings along, does the reading. It is told the few formats that are
meant, because it knows dozens; and a picture that announces more pixels than its bytes can hold
is refused before they take memory.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import DENSEST, reading

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")
FORMATS = ("PNG", "JPEG", "BMP", "PPM")  # Pillow's names for them
CHANNELS = {"1": 1, "L": 1, "P": 3, "RGB": 3}  # by Pillow's mode
MODES = {1: "L", 3: "RGB"}


def read_folder(directory: Path) -> np.ndarray:
    """The pictures of a folder in the order of their names, (images, channels, rows, columns).

    They are bytes, with one channel if they are grey and three in colour. Folders in it are passed
    over, as are files that do not end in one of `SUFFIXES` or begin with a dot. Refused are
    pictures that differ in size or channels, have transparency or more than 8 bits, or are
    damaged. PNG has a checksum; of the other formats a changed pixel is not noticed.
    """
    with reading(directory):
        paths = sorted(path for path in directory.iterdir() if _is_picture(path))
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


def _is_picture(path: Path) -> bool:
    is_hidden = path.name.startswith(".")
    return path.suffix.lower() in SUFFIXES and not is_hidden and os.path.isfile(path)


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
