"""Read idx files: the plain format in which MNIST comes.

Two zero bytes, a byte for the type, a byte for the number of dimensions, the size of each
dimension as a big-endian 32-bit number, and then the values. Images have three dimensions
(images, rows, columns), labels have one.
"""

import hashlib
import math
import struct
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import (
    expect_end,
    expect_fit,
    expect_sha256,
    opened,
    read_exactly,
    reading,
)

UNSIGNED_BYTES = 0x08
KnownFiles = dict[str, tuple[tuple[int, ...], str]]  # file name -> shape, SHA-256
KINDS = {1: "labels (1 dimension)", 3: "images (3 dimensions)"}


def read_idx(
    path: Path, dimensions: int, *, shape: tuple[int, ...] | None = None, sha256: str | None = None
) -> np.ndarray:
    """Array of bytes of an idx file, gzipped or not, with 1 dimension (labels) or 3 (images).

    ``shape`` is what the header must announce, and ``sha256`` that of the whole unpacked file,
    where they are known. Without it, a changed pixel is not noticed in a file that is not
    gzipped; gzip has a checksum of its own, which is used.
    """
    with reading(path), opened(path) as stream:
        head = read_exactly(stream, 4)
        if head[:2] != b"\0\0" or head[2] != UNSIGNED_BYTES:
            raise DataError(
                f"expected an idx file of unsigned bytes, which begins with 00 00 08, "
                f"got {head[:3].hex(' ')}"
            )
        if head[3] != dimensions:
            got = KINDS.get(head[3], f"{head[3]} dimensions")
            raise DataError(f"expected {KINDS[dimensions]}, got {got}")
        head += read_exactly(stream, 4 * dimensions)
        sizes = struct.unpack(f">{dimensions}I", head[4:])
        if sizes != (shape or sizes) or 0 in sizes:
            wanted = "no dimension of size 0" if shape is None else f"shape {shape}"
            raise DataError(f"expected {wanted}, got a header that says {sizes}")
        if shape is None:
            expect_fit(math.prod(sizes), path.stat().st_size)
        values = read_exactly(stream, math.prod(sizes))
        expect_end(stream)
        if sha256 is not None:
            found = hashlib.sha256(head)
            found.update(values)
            expect_sha256(found.hexdigest(), sha256, "the original file")
    return np.frombuffer(values, np.uint8).reshape(sizes)


def holds(path: Path, shape: tuple[int, ...], sha256: str) -> bool:
    """Whether a file is the idx file of that shape and SHA-256, by its content."""
    try:
        read_idx(path, len(shape), shape=shape, sha256=sha256)
    except DataError:
        return False
    return True


def read_labelled(paths: list[Path], known: KnownFiles) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (n, rows * columns) and labels (n,) of files of images and of labels, by turns.

    ``known`` has the shape and the SHA-256 of each, unpacked.
    """
    arrays = [
        read_idx(path, len(shape), shape=shape, sha256=sha256)
        for path, (shape, sha256) in zip(paths, known.values(), strict=True)
    ]
    pixels, labels = np.concatenate(arrays[::2]), np.concatenate(arrays[1::2])
    return pixels.reshape(len(pixels), -1), labels.astype(np.int64)
