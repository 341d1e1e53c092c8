"""Pictures in a folder, or in folders by class: read by Pillow, which Matplotlib brings along.

Pillow knows dozens of formats and would make 8 bits and three channels of almost anything. So it
is told the few formats that are meant, and what the file says of its depth, transparency, palette
and orientation is looked at, not only the mode that Pillow sums it up in.
"""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import expect_fit, reading
from minigan.data.file_kinds import seems_to_be

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")  # of pictures
CONVERT = "convert it to RGB or grey of 8 bits"
MACOS = "__MACOSX"  # folder beside those of an archive that was packed there
FORMATS = ("PNG", "JPEG", "BMP", "PPM")  # Pillow's names for them
MODES = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB"}  # what each of Pillow's is read as


def read_folder(directory: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Pictures (images, channels, rows, columns), and their labels if they lie in folders by class.

    They are bytes, with one channel if they are grey and three in colour, in the order of their
    names. A label is the number that a class's folder is called by, or else its place in the order
    of names. Passed over are other files, and what begins with a dot or is called `MACOS`.
    Refused are pictures in other folders besides, and those that differ in size or channels, have
    transparency, several frames or more than 8 bits, or are damaged. PNG has a checksum; of the
    other formats a changed pixel is not noticed.
    """
    with reading(directory):
        paths, labels = _pictures(directory), None
        if not paths:
            paths, labels = _by_class(directory)
        if not paths:
            names = f"({', '.join(SUFFIXES)}), or folders of them"
            raise DataError(f"expected pictures {names}, got none: {_contents(directory)}")
        _expect_no_others(directory, paths)
        size = sum(path.stat().st_size for path in paths)
    first = _read(paths[0])
    with reading(directory):
        expect_fit(len(paths) * first.size, size)
    pictures = np.empty((len(paths), *first.shape), np.uint8)
    for i, path in enumerate(paths):
        picture = _read(path)
        if picture.shape != first.shape:
            is_size = picture.shape[1:] != first.shape[1:]
            cure = "resize all to one size" if is_size else "convert all to RGB, or all to grey"
            raise DataError(
                f"{path}: expected (channels, rows, columns) {first.shape} as of "
                f"{paths[0].name}, got {picture.shape}: {cure}"
            )
        pictures[i] = picture
    return pictures, labels


def _pictures(directory: Path) -> list[Path]:
    return sorted(
        path
        for path in directory.iterdir()
        if path.suffix.lower() in SUFFIXES and _is_meant(path.name) and os.path.isfile(path)
    )


def _is_meant(name: str) -> bool:
    """Whether a file or folder is the user's: not hidden, nor what macOS puts into archives."""
    return name[0] != "." and name != MACOS


def _by_class(directory: Path) -> tuple[list[Path], np.ndarray | None]:
    """Paths and labels of the pictures in a directory's folders."""
    folders = sorted(path for path in directory.iterdir() if path.is_dir() and _is_meant(path.name))
    classes = {folder.name: found for folder in folders if (found := _pictures(folder))}
    are_numbers = all(name.isascii() and name.isdigit() for name in classes)
    numbers = [int(name) if are_numbers else i for i, name in enumerate(classes)]
    labels = np.repeat(np.array(numbers, np.int64), [len(found) for found in classes.values()])
    return [path for found in classes.values() for path in found], labels


def _expect_no_others(directory: Path, paths: list[Path]) -> None:
    """Raise DataError if there are pictures in other folders than those of the paths to read."""
    read = {path.parent for path in paths}
    for place, folders, _ in os.walk(directory):
        folders[:] = sorted(filter(_is_meant, folders))
        others = [] if Path(place) in read else _pictures(Path(place))
        if others:
            raise DataError(
                f"expected pictures in {paths[0].parent} alone, or folders of them by class, got "
                f"{len(others)} in {place} as well: move these, or give one folder of them"
            )


def _contents(directory: Path) -> str:
    """The contents of a folder without pictures, in a few words."""
    paths = sorted(directory.iterdir())
    files = [path for path in paths if os.path.isfile(path)]
    if not files:
        return f"folders {', '.join(path.name for path in paths[:5])}" if paths else "it is empty"
    return f"{files[0].name} seems to be {seems_to_be(files[0])}"


def _read(path: Path) -> np.ndarray:
    """Pixels, shape (channels, rows, columns)."""
    from PIL import Image, ImageOps  # only to read pictures

    # Pillow's decoders raise a dozen kinds of errors.
    with reading(path, "cannot be read as a picture", (Exception,)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as picture:
            _check(picture, path.stat().st_size)
            picture.verify()  # of a PNG, the checksums, which reading leaves out
        with Image.open(path, formats=FORMATS) as picture:
            upright = ImageOps.exif_transpose(picture.convert(MODES[picture.mode]))
            pixels = np.atleast_3d(np.asarray(upright)).transpose(2, 0, 1)
            has_palette = picture.mode == "P"
    is_grey = has_palette and (pixels == pixels[0]).all()
    return pixels[:1] if is_grey else pixels


def _check(picture: Any, size: int) -> None:
    """Raise DataError of a picture that would not be read as it is."""
    wanted = "expected 8 bits a channel, grey or RGB without transparency"
    if picture.mode not in MODES:
        raise DataError(f"{wanted}, got mode {picture.mode}: {CONVERT}")
    if "transparency" in picture.info:
        raise DataError(f"{wanted}, got mode {picture.mode} with transparency: {CONVERT}")
    if getattr(picture, "n_frames", 1) > 1:
        raise DataError(f"expected one picture, got {picture.n_frames} frames")
    # Pillow cuts 16 bits a channel of RGB down to 8; only what it will decode tells.
    coding = picture.tile[0].args
    if (picture.format == "PNG" and ";16" in str(coding)) or (
        picture.format == "PPM" and isinstance(coding, tuple) and coding[-1] > 255
    ):
        raise DataError(f"{wanted}, got 16 bits: {CONVERT}")
    expect_fit(picture.width * picture.height * len(MODES[picture.mode]), size)
