"""Data files as others write them, and what reading them costs."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


def real(name):
    """A file or directory of the real data, or a skipped test."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the real data {name} beside the project")
    return path


def idx_bytes(array, kind=8, sizes=None):
    """An idx file of an array of bytes."""
    sizes = array.shape if sizes is None else sizes
    head = bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
    return head + array.astype(np.uint8).tobytes()


def written(path, data, *, zipped=False):
    """The path, after bytes have been written there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if zipped else data)
    return path


def cifar_bytes(labels, pixels):
    """CIFAR-10's records: a label, then 3,072 pixels."""
    return b"".join(
        bytes([label]) + image.tobytes() for label, image in zip(labels, pixels, strict=True)
    )
