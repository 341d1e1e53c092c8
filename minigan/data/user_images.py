"""A user's own images: an array, a table or a file of MATLAB's, or pictures in a folder.

What a file is, its first bytes say, not its name (`minigan.data.file_kinds`).
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError, InputError
from minigan.base.validation import whole_number
from minigan.data.bounded import reading
from minigan.data.file_kinds import kind_of
from minigan.data.idx import read_idx
from minigan.data.image_sets import Images, fixed_order, proportional
from minigan.data.matfile import read_matrices, variables
from minigan.data.npy import choose, read_npy, read_npz
from minigan.data.picture_folder import read_folder
from minigan.data.table import read_table

CHANNELS = (1, 3)
BYTES = "bytes as uint8"
CURE = ", or --array NAME"


def read_user_images(
    path: Path, array: str | None = None, shape: Sequence[int] | None = None
) -> Images:
    """Images from a file or folder of one's own, split 4 : 1 : 1.

    A folder has pictures of one size, or folders of them by class (see `read_folder`). A file is

    - .npy or .npz: bytes from 0 to 255, booleans, or floating-point numbers in [0, 1];
    - .mat of version 5: the same, or whole numbers from 0 to 255 of any type;
    - .csv: a picture in each row, as of .mat; a header or none; a column ``label``, or none;
    - idx, gzipped or not: bytes.

    Of the arrays in a .npz or .mat file, the one called ``array`` is read; by default the only one,
    or X or images. It has one of the shapes

    - (images, rows, columns): grey;
    - (images, channels, rows, columns), with 1 or 3 channels;
    - (images, rows, columns, channels), likewise, if the second size is neither 1 nor 3;
    - (images, pixels): of the ``shape`` (rows, columns), (channels, rows, columns) or (rows,
      columns, channels), and in that order; by default grey, square if the number of pixels is a
      square, else in one row. A .mat file has to be given the shape.

    In a .mat file the images may be along the last axis instead, if the sizes or ``shape`` tell.

    As a file may be sorted by kind, the splits are drawn from it in a random order, which is the
    same every time. Of formats without a checksum (.npy, .csv, .bmp, .jpg, idx unless gzipped) the
    form is checked; a changed pixel cannot be noticed.
    """
    shape = None if shape is None else _picture_shape(shape)
    labels = None
    with reading(path):
        kind = "folder" if path.is_dir() else kind_of(path)
    if array is not None and kind not in ("npz", "mat"):
        raise DataError(f"array: expected none for {path}, which has one alone, got {array!r}")
    if shape is not None and kind == "folder":
        raise InputError(f"shape: expected none for {path}, whose pictures have one, got {shape}")
    match kind:
        case "folder":
            pixels, labels = read_folder(path)
        case "npy":
            pixels = read_npy(path)
        case "npz":
            pixels = read_npz(path, array, CURE)
        case "mat":
            pixels = _read_matlab(path, array, shape)
        case "csv":
            pixels, labels = read_table(path)
        case _:
            pixels = read_idx(path, 3)
    with reading(path):
        pixels = _channels_first(pixels, shape)
        pixels = _in_range(pixels, may_be_bytes=kind in ("mat", "csv"))
    n, shape = len(pixels), pixels.shape[1:]
    order = fixed_order(n)
    splits = {name: np.sort(order[rows]) for name, rows in proportional(n).items()}
    name = path.resolve().name if kind == "folder" else path.resolve().stem
    return Images(pixels.reshape(n, -1), shape, splits, labels, name=name)


def _picture_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of a picture, if it can be one; InputError otherwise."""
    sizes = tuple(whole_number("shape", size) for size in shape)
    if len(sizes) == 2 or (len(sizes) == 3 and (sizes[0] in CHANNELS or sizes[2] in CHANNELS)):
        return sizes
    raise InputError(
        "shape: expected rows and columns, with 1 or 3 channels before or behind these, "
        f"got {sizes}"
    )


def _read_matlab(path: Path, name: str | None, shape: tuple[int, ...] | None) -> np.ndarray:
    """An array of a .mat file, its images along the first axis.

    MATLAB's own pictures are along the last. Sizes tell where they are if a picture is square, or
    by its channels; else ``shape`` does.
    """
    found = variables(path)
    with reading(path):
        name = choose(found, name, CURE)
    array = read_matrices(path, (name,))[name]
    sizes = array.shape
    if shape is not None:
        is_last = array.ndim > 2 and sizes[:-1] == shape != sizes[1:]
    elif array.ndim == 3 and (sizes[0] == sizes[1] or sizes[1] == sizes[2]):
        is_last = sizes[1] != sizes[2]
    elif array.ndim == 4:
        is_last = sizes[1] not in CHANNELS and sizes[3] not in CHANNELS
    else:
        raise DataError(
            f"{path}: {name}: expected to be told the shape of a picture (--shape ROWS,COLUMNS), "
            f"which an array {sizes} does not tell"
        )
    return np.moveaxis(array, -1, 0) if is_last else array


def _channels_first(array: np.ndarray, shape: tuple[int, ...] | None) -> np.ndarray:
    """The array as (images, channels, rows, columns)."""
    if shape is not None:
        numbers = math.prod(shape)
        if array.ndim == 2 and array.shape[1] == numbers:
            array = array.reshape(-1, *shape)
        elif array.shape[1:] != shape:
            cure = ": transpose it" if array.ndim == 2 and array.shape[0] == numbers else ""
            raise DataError(
                f"expected pictures of shape {shape}, or rows of {numbers} numbers, "
                f"got shape {array.shape}{cure}"
            )
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


def _in_range(pixels: np.ndarray, may_be_bytes: bool) -> np.ndarray:
    """Pixels as uint8, or as float32 in [0, 1]."""
    if pixels.dtype == np.uint8:
        return pixels
    if may_be_bytes and pixels.max() > 1:
        with np.errstate(invalid="ignore"):  # of what is no number, or too large
            whole = pixels.astype(np.uint8)
        if (whole == pixels).all():
            return whole
    pixels = pixels.astype(np.float32)
    _expect_unit_interval(pixels, "whole numbers from 0 to 255" if may_be_bytes else BYTES)
    return pixels


def _expect_unit_interval(pixels: np.ndarray, bytes_are: str) -> None:
    low, high = pixels.min(), pixels.max()
    if low >= 0 and high <= 1:
        return
    wanted = "expected numbers in [0, 1], got"
    if missing := np.count_nonzero(np.isnan(pixels)):
        cure = "fill these in, or leave their images out"
        raise DataError(f"{wanted} nan in {missing} of {pixels.size}: {cure}")
    if -1 <= low < 0 <= high <= 1:
        cure = "if they are in [-1, 1], save (x + 1) / 2"
        raise DataError(f"{wanted} {low:.9g} to {high:.9g}: {cure}")
    raise DataError(f"{wanted} {low:.9g} to {high:.9g} (or {bytes_are})")
