"""NumPy's .npy and .npz files, read without unpickling and without trust in their headers.

A header of a hundred bytes can announce any shape, and an array of Python objects would be
unpickled, which can run anything. So only arrays of bytes, booleans and floating-point numbers
are read, and memory is taken for what is there. An .npz file is a zip archive of .npy files.
"""

import ast
import math
import warnings
import zipfile
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import Stream, expect_end, expect_fit, open_file, read_exactly, reading

LONGEST_HEADER = 10_000  # bytes; NumPy's own limit
TYPES = ("u1", "b1", "f2", "f4", "f8")
PREFERRED = ("X", "images")


def read_npy(path: Path) -> np.ndarray:
    """The array of an .npy file, of one of `TYPES`; no checksum: a changed value is not noticed."""
    with reading(path), open_file(path) as file:
        return _array(file)


def read_npz(path: Path, name: str | None = None, cure: str = "") -> np.ndarray:
    """An array of an .npz file, of one of `TYPES`, as `choose` does; with a checksum."""
    # zipfile's errors for damaged, encrypted and exotic archives have nothing in common.
    foreign = (zipfile.BadZipFile, RuntimeError, ValueError)
    with (
        reading(path, "expected an .npz file", foreign),
        open_file(path) as file,
        zipfile.ZipFile(file) as archive,
    ):
        members = {member.filename: member for member in archive.infolist()}
        arrays = [file.removesuffix(".npy") for file in members if file.endswith(".npy")]
        member = members[f"{choose(arrays, name, cure)}.npy"]
        # Other methods can unpack a few bytes to gigabytes at a stroke; NumPy writes only these.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"{member.filename}: expected it stored or deflated, as NumPy does")
        with archive.open(member) as stream:
            return _array(stream, path.stat().st_size)


def choose(names: list[str], name: str | None, cure: str = "") -> str:
    """The array called ``name``; without it the only one, or else X or images.

    ``cure`` is what else the error says to expect.
    """
    listed = ", ".join(ascii(it)[1:-1] for it in names[:10]) or "no array"  # in one line
    if name is not None:
        if name not in names:
            raise DataError(f"expected an array called {name}, got {listed}")
        return name
    candidates = [it for it in names if it in PREFERRED] or names
    if len(candidates) != 1:
        raise DataError(f"expected one array, or one called X or images{cure}, got {listed}")
    return candidates[0]


def _array(stream: Stream, packed: int | None = None) -> np.ndarray:
    """The array of an .npy file, from its bytes; they come from so many if they are compressed."""
    dtype, is_fortran, shape = _header(stream)
    if packed is not None:
        expect_fit(math.prod(shape), packed)
    data = read_exactly(stream, math.prod(shape) * dtype.itemsize)
    expect_end(stream)
    values = np.frombuffer(data, dtype)
    if dtype.kind == "b" and values.view(np.uint8).max() > 1:
        raise DataError("expected booleans, got other bytes than 0 and 1")
    return values.reshape(shape, order="F" if is_fortran else "C")


def _header(stream: Stream) -> tuple[np.dtype, bool, tuple[int, ...]]:
    """Type, whether the first index runs fastest, and shape."""
    start = read_exactly(stream, 8)
    if start[:6] != b"\x93NUMPY" or start[6] not in (1, 2, 3):
        raise DataError("expected an array as NumPy saves it (.npy), got something else")
    length = int.from_bytes(read_exactly(stream, 2 if start[6] == 1 else 4), "little")
    if length > LONGEST_HEADER:
        raise DataError(f"expected a header of at most {LONGEST_HEADER} bytes, got {length}")
    text = read_exactly(stream, length).decode("latin-1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, about odd literals in a damaged header
            header = ast.literal_eval(text)
    # Of literal_eval; the last two of very deep nesting.
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        header = None
    match header:
        case {"descr": str(descr), "fortran_order": bool(order), "shape": tuple(shape)}:
            pass
        case _:
            raise DataError("expected a header with type, order and shape, got another")
    if descr[:1] not in tuple("<>|=") or descr[1:] not in TYPES:
        raise DataError(
            f"expected an array of type {', '.join(TYPES)}, got {descr!r}: "
            "save it as uint8, or as float32 in [0, 1]"
        )
    if not shape or any(type(size) is not int or size < 1 for size in shape):
        raise DataError(f"expected a shape of whole numbers >= 1, got {shape}")
    return np.dtype(descr), order, shape
