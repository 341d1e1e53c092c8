"""CIFAR-10: 60,000 small colour photographs, 32 x 32, of ten kinds (Krizhevsky 2009).

Read from the binary version: records of one label byte and 3,072 pixel bytes, red, green and
blue one after the other, each row by row. (The better-known version for Python is pickled,
and unpickling a file runs whatever it says. It is not read.) Split as in the 2014 paper's
experiments: of the 50,000 training images the first 40,000 to train on, the last 10,000 to
validate; 10,000 to test.
"""

import hashlib
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import (
    expect_end,
    expect_sha256,
    file_sha256,
    open_file,
    read_exactly,
    reading,
)
from minigan.data.download import Download
from minigan.data.image_sets import Images, Known, in_order, proportional
from minigan.data.places import Places

SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
BATCH = 10_000  # images a file
FOLDER = "cifar-10-batches-bin"
PART = "data_first*.bin"
PICKLED = ("cifar-10-python.tar.gz", "cifar-10-batches-py/data_batch_1", "data_batch_1")

# The authors publish the archive's MD5, c32a1d4ab5d03f1284b67883e8d87530. The SHA-256 of the
# archive and of the files in it are those that torchvision for Ruby publishes.
ARCHIVE = Download(
    "cifar-10-binary.tar.gz",
    170_052_171,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    (
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/"
        "cifar-10-binary.tar.gz",
    ),
)
BATCHES = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}
FIRST = 4_000  # of the training images
FIRST_SHA256 = "0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330"


def locate(places: Places) -> list[Path]:
    """The six binary files if they are unpacked, or else the archive."""
    batches = [places.look(name, f"{FOLDER}/{name}") for name in BATCHES]
    if all(batches):
        return [path for (path,) in batches]
    if archive := places.look(ARCHIVE.file):
        return archive
    missing = places.missing(
        f"{ARCHIVE.file}, or from it data_batch_1.bin to data_batch_5.bin and test_batch.bin,"
    )
    if pickled := places.look(*PICKLED):
        raise DataError(f"{missing}; {pickled[0].name}, which is there, is pickled and never read")
    if _part(places):
        raise DataError(f"{missing}; what is there is a part of it: load cifar10-part")
    raise missing


def read(paths: list[Path], fold: int = 0) -> Images:
    """The 60,000 images, shape (3, 32, 32), the training images first; every byte is checked."""
    batches = []
    if len(paths) > 1:
        for path, name in zip(paths, BATCHES, strict=True):
            with reading(path), open_file(path) as file:
                batches.append(_batch(name, file))
    else:
        with reading(paths[0]):
            # Only what is known to the byte is unpacked: a tar file can be made to do much harm.
            found = file_sha256(paths[0])
            expect_sha256(found, ARCHIVE.sha256, f"the original {ARCHIVE.file}")
            with open_file(paths[0]) as file, tarfile.open(fileobj=file, mode="r:gz") as archive:
                for name in BATCHES:
                    member = cast(BinaryIO, archive.extractfile(f"{FOLDER}/{name}"))
                    batches.append(_batch(name, member))
    return _images(np.concatenate(batches), in_order(40_000, 10_000, 10_000))


def _batch(name: str, file: BinaryIO) -> np.ndarray:
    """Records of the file of that name, shape (images, 3073)."""
    data = read_exactly(file, BATCH * RECORD)
    expect_end(file)
    expect_sha256(hashlib.sha256(data).hexdigest(), BATCHES[name], f"the original {name}")
    return np.frombuffer(data, np.uint8).reshape(BATCH, RECORD)


def locate_part(places: Places) -> list[Path]:
    """The one file named ``data_first*.bin``."""
    found = _part(places)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{places.name}: expected one file {PART}, got {names}")
    if not found:
        raise places.missing(f"one file {PART}")
    return found


def _part(places: Places) -> list[Path]:
    """Files of that name, beside the whole or in its directory as well."""
    return places.look(PART, f"cifar10/{PART}")


def read_part(paths: list[Path], fold: int = 0) -> Images:
    """The first images of CIFAR-10's training set, as many as the file holds, and so named.

    They are split 4 : 1 : 1 in their order. The first 4,000 are held against their SHA-256; a
    changed pixel after these, or in a smaller file, is not noticed.
    """
    (path,) = paths
    with reading(path), open_file(path) as file:
        size = path.stat().st_size
        n, rest = divmod(size, RECORD)
        if rest or not n:
            raise DataError(f"expected one or more records of {RECORD} bytes, got {size} bytes")
        data = read_exactly(file, size)
        expect_end(file)
        if n >= FIRST:
            found = hashlib.sha256(memoryview(data)[: FIRST * RECORD]).hexdigest()
            expect_sha256(found, FIRST_SHA256, f"the first {FIRST} images of CIFAR-10")
        records = np.frombuffer(data, np.uint8).reshape(n, RECORD)
        if (worst := records[:, 0].max()) > 9:
            raise DataError(f"expected labels from 0 to 9, got {worst}")
    return _images(records, proportional(n), f"cifar10-first{n}")


def _images(records: np.ndarray, splits: Mapping[str, slice], name: str | None = None) -> Images:
    labels = records[:, 0].astype(np.int64)
    return Images(records[:, 1:], SHAPE, splits, labels, name=name)


CIFAR10 = Known("60,000 photographs, 3x32x32, colour", locate, read, (ARCHIVE,))
PART_ABOUT = "the first images of CIFAR-10, in a file data_first*.bin"
CIFAR10_PART = Known(PART_ABOUT, locate_part, read_part)
