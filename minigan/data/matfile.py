"""Arrays of numbers in MATLAB files of version 5 (5 to 7.2); nothing else of them is read.

Such a file is 128 bytes of header and then elements: a type, a length, that many bytes. An
element is a matrix, or deflated data with a matrix in it; a matrix is a handful of elements
itself: flags, dimensions, name, values. (A file of version 7.3 is HDF5. It is not read.)

SciPy reads these files too, but believes their announcements: of 600 mutated files its reader
was killed by SIGSEGV on 3, this one on none. Here nothing takes memory that is not there, and
whatever is wrong with a file is one `DataError`.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import (
    CHUNK,
    Stream,
    expect_end,
    expect_fit,
    open_file,
    read_exactly,
    reading,
)

MATRIX, COMPRESSED = 14, 15  # types of elements, beside those of values:
VALUES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
VALUES |= {12: "i8", 13: "u8"}
# What a matrix holds, however its values are stored; the other classes are no such numbers.
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4"}
CLASSES |= {14: "i8", 15: "u8"}
OTHERS = {1: "a cell array", 2: "a struct", 3: "an object", 4: "text", 5: "sparse"}
OPAQUE = 17  # MATLAB's newer kinds of objects, which have no dimensions
COMPLEX, LOGICAL = 0x08, 0x02  # flags
LONGEST_NAME, MOST_DIMENSIONS = 63, 32


def read_matrices(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The variables of these names, all of which the file must have: arrays of real numbers.

    They have MATLAB's shapes, the first index running fastest in memory, and the type in which
    the values are stored: that may be smaller than MATLAB's, if all of them fit. A changed value
    is noticed where MATLAB has compressed it, as it does unless told otherwise: deflated data
    has a checksum.
    """
    found: dict[str, np.ndarray] = {}
    with reading(path), open_file(path) as file:
        size = path.stat().st_size
        for matrix in _matrices(file, size):
            if matrix.name in names:
                found[matrix.name] = _values(matrix, size)
        for name in names:
            if name not in found:
                raise DataError(f"expected a variable called {name}, got none")
    return found


def variables(path: Path) -> list[str]:
    """Names of the arrays of real numbers in a file, one at least, whose values are not read."""
    with reading(path), open_file(path) as file:
        found = [(it.name, it.flags) for it in _matrices(file, path.stat().st_size)]
        names = [name for name, flags in found if _is_real(flags)]
        if found and not names:
            others = ", ".join(f"{name!a} ({_what(flags)})" for name, flags in found[:5])
            raise DataError(f"expected an array of real numbers, got {others}: save it as an array")
        return names


class _Matrix(NamedTuple):
    """A matrix whose values, in a byte order, are still to be read from a stream."""

    name: str
    flags: int
    shape: tuple[int, ...]
    order: str
    stream: Stream


def _matrices(file: BinaryIO, file_size: int) -> Iterator[_Matrix]:
    """The matrices of a file, one after the other."""
    head = file.read(128)
    # Version 1, and "MI" as a number.
    order = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}.get(head[-4:])
    if order is None or not head.startswith(b"MATLAB"):
        raise DataError("expected a MATLAB file of version 5")
    while file.tell() < file_size:
        kind, size = struct.unpack(f"{order}II", read_exactly(file, 8))
        end = file.tell() + size
        if end > file_size:
            raise DataError(f"ends too early: expected {end} bytes, got {file_size}")
        stream: Stream = _Limited(file, size)
        if kind == COMPRESSED:
            stream = _Inflated(stream)
            kind, _ = struct.unpack(f"{order}II", read_exactly(stream, 8))
        if kind == MATRIX:
            flags = _small_element(stream, order, "u4", most=2)
            if len(flags) != 2:
                raise DataError(f"expected two flags of a matrix, got {len(flags)}")
            if flags[0] & 0xFF != OPAQUE:
                shape = _small_element(stream, order, "i4", most=MOST_DIMENSIONS)
                name = _small_element(stream, order, "i1", most=LONGEST_NAME)
                text = name.tobytes().decode("latin-1")
                yield _Matrix(text, int(flags[0]), tuple(map(int, shape)), order, stream)
        file.seek(end)


def _is_real(flags: int) -> bool:
    """Whether a matrix with these flags is an array of real numbers."""
    return flags & 0xFF in CLASSES and not flags >> 8 & COMPLEX


def _what(flags: int) -> str:
    """Name of the kind of matrix that has these flags, if it is no array of real numbers."""
    return "complex" if flags >> 8 & COMPLEX else OTHERS.get(flags & 0xFF, "something else")


def _values(matrix: _Matrix, file_size: int) -> np.ndarray:
    """The array of a matrix; booleans if MATLAB calls them logical."""
    name, flags, shape, order, stream = matrix
    if not _is_real(flags):
        raise DataError(f"{name}: expected an array of real numbers, got {_what(flags)}")
    matrix_class = flags & 0xFF
    if len(shape) < 2 or min(shape) < 1:
        raise DataError(f"{name}: expected no dimension of size 0, got shape {shape}")
    kind, size, at_hand = _tag(stream, order)
    stored = np.dtype(order + VALUES[kind]) if kind in VALUES else None
    if stored is None or not np.can_cast(stored, CLASSES[matrix_class]):
        raise DataError(f"{name}: expected values of {CLASSES[matrix_class]}, got type {kind}")
    if size != math.prod(shape) * stored.itemsize:
        raise DataError(f"{name}: expected shape {shape} of {stored}, got {size} bytes")
    expect_fit(math.prod(shape), file_size)
    data = at_hand if at_hand is not None else read_exactly(stream, size)
    if at_hand is None:
        read_exactly(stream, -size % 8)  # elements begin at multiples of 8
    expect_end(stream)
    values = np.frombuffer(data, stored).reshape(shape, order="F")
    return values != 0 if flags >> 8 & LOGICAL else values


def _small_element(stream: Stream, order: str, stored: str, most: int) -> np.ndarray:
    """An element with at most so many values of that type."""
    kind, size, data = _tag(stream, order)
    dtype = np.dtype(order + stored)
    if VALUES.get(kind) != stored or size > most * dtype.itemsize or size % dtype.itemsize:
        raise DataError(f"expected {most} values of {stored} at most, got {size} bytes of {kind}")
    return np.frombuffer(data or read_exactly(stream, size + -size % 8)[:size], dtype)


def _tag(stream: Stream, order: str) -> tuple[int, int, bytearray | None]:
    """Type and size of an element, and its data if they are no more than 4 bytes."""
    head = read_exactly(stream, 8)
    kind, size = struct.unpack(f"{order}II", head)
    if kind >> 16 == 0:
        return kind, size, None
    kind, size = kind & 0xFFFF, kind >> 16
    if size > 4:
        raise DataError(f"expected at most 4 bytes in a short element, got {size}")
    return kind, size, head[4 : 4 + size]


class _Limited:
    """The next bytes of a file, up to a limit."""

    def __init__(self, file: BinaryIO, size: int):
        self.file, self.left = file, size

    def read(self, count: int, /) -> bytes:
        data = self.file.read(min(count, self.left))
        self.left -= len(data)
        return data


class _Inflated:
    """Deflated data, unpacked no more at a time than is asked for."""

    def __init__(self, packed: Stream):
        self.packed, self.unpack = packed, zlib.decompressobj()

    def read(self, count: int, /) -> bytes:
        while not self.unpack.eof:
            data = self.unpack.unconsumed_tail or self.packed.read(CHUNK)
            if piece := self.unpack.decompress(data, count):
                return piece
            if not data and not self.unpack.eof:
                raise DataError("ends too early: its deflated data is cut off")
        return b""
