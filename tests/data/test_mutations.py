"""Damaged files by the thousand: each is refused with one error, or gives the exact original.

Every format is damaged here where its content is covered by a checksum: one that minigan knows
(idx, CIFAR-10), or the format's own (gzip, .mat, .npz, PNG). The formats that have none are
damaged below: they must be refused, or give something of a proper form.
"""

import gzip
import hashlib
import io

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError
from minigan.data import cifar
from minigan.data.bounded import MOST
from minigan.data.idx import read_idx
from minigan.data.matfile import read_matrices
from minigan.data.user_images import read_user_images

from .helpers import cifar_bytes, idx_bytes

MB = 1 << 20
IMAGES = np.random.default_rng(7).integers(0, 256, (6, 8, 8), dtype=np.uint8)
IMAGES[:, :2] = 0  # as in most images, something that compresses well


def accident(data, rng):
    """The data with one thing wrong."""
    n = len(data)
    a, b = sorted(rng.integers(0, n + 1, 2).tolist())
    at = int(rng.integers(n if rng.random() < 0.5 else min(n, 200)))  # headers come first
    noise = rng.bytes(int(rng.integers(1, 20)))
    byte = bytes([rng.choice([0, 1, 2, 127, 128, 254, 255, data[at] ^ 1 << rng.integers(8)])])
    ways = [
        data[:at] + byte + data[at + 1 :],
        data[:at] + byte * 4 + data[at + 4 :],
        data[:at] + noise + data[at + len(noise) :],
        data[:at] + noise + data[at:],
        data[:at] + data[at + len(noise) :],
        data[:a],
        data[:a] + data[a:b] * 2 + data[b:],
        data[:a] + bytes(b - a) + data[b:],
        data[b:] + data[a:b] + data[:a],
        data + noise,
    ]
    return ways[rng.integers(len(ways))]


def damaged(data, rng):
    """The data after one to three accidents."""
    for _ in range(rng.integers(1, 4)):
        data = accident(data, rng) if data else b""
    return data


def file_of(write):
    """The bytes that a function writes to a file."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def picture(kind):
    from PIL import Image

    return file_of(lambda file: Image.fromarray(IMAGES[0]).save(file, kind))


def mat(compressed):
    from scipy.io import savemat

    values = {"other": np.eye(3), "a": IMAGES.reshape(6, 64)}
    return file_of(lambda file: savemat(file, values, do_compression=compressed))


def own(path, *options):
    """Pixels of one's own images."""
    return read_user_images(path, *options).pixels


TABLE = IMAGES.reshape(6, 64)
IDX = idx_bytes(IMAGES)
IDX_SHA256 = hashlib.sha256(IDX).hexdigest()
CIFAR = cifar_bytes([3, 1], np.random.default_rng(1).integers(0, 256, (2, 3072), dtype=np.uint8))

# Name -> its file's name, its bytes, and how to read it into an array.
CHECKED = {
    "idx": ("a", lambda: IDX, lambda path: read_idx(path, 3, sha256=IDX_SHA256)),
    "idx.gz": ("a.gz", lambda: gzip.compress(IDX), lambda path: read_idx(path, 3)),
    "cifar10-part": ("data.bin", lambda: CIFAR, lambda path: cifar.read_part([path]).pixels),
    "mat": ("a.mat", lambda: mat(True), lambda path: read_matrices(path, ("a",))["a"]),
    "npz": (
        "a.npz",
        lambda: file_of(lambda file: np.savez_compressed(file, X=IMAGES)),
        own,
    ),
    "npz, stored": (
        "a.npz",
        lambda: file_of(lambda file: np.savez(file, X=IMAGES, y=np.zeros(6))),
        own,
    ),
    "png": ("a.png", lambda: picture("PNG"), lambda path: own(path.parent)),
    "own mat": ("a.mat", lambda: mat(True), lambda path: own(path, "a", (8, 8))),
    "own idx.gz": ("a.gz", lambda: gzip.compress(IDX), own),
}
UNCHECKED = {
    "idx": ("a", lambda: IDX, own),
    "npy": (
        "a.npy",
        lambda: file_of(lambda file: np.save(file, IMAGES / np.float32(255))),
        own,
    ),
    "mat": ("a.mat", lambda: mat(False), lambda path: read_matrices(path, ("a",))["a"]),
    "jpg": ("a.jpg", lambda: picture("JPEG"), lambda path: own(path.parent)),
    "bmp": ("a.bmp", lambda: picture("BMP"), lambda path: own(path.parent)),
    "csv": ("a.csv", lambda: file_of(lambda file: np.savetxt(file, TABLE, "%d", ",")), own),
}


TIMES = [100, pytest.param(3000, marks=pytest.mark.slow)]


@pytest.fixture
def known_part(monkeypatch):
    """The two images stand in for the 4,000 whose checksum is known."""
    monkeypatch.setattr(cifar, "FIRST", 2)
    monkeypatch.setattr(cifar, "FIRST_SHA256", hashlib.sha256(CIFAR).hexdigest())


def outcomes(case, seed, times, tmp_path):
    """(bytes, array or None if refused) of many damaged files."""
    name, write, read = case
    rng = np.random.default_rng(seed)
    path = tmp_path / name
    original = write()
    for _ in range(times):
        data = damaged(original, rng)
        path.write_bytes(data)
        try:
            yield data, read(path)
        except DataError as error:
            assert "\n" not in str(error)
            yield data, None


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize("times", TIMES)
def test_a_damaged_file_is_refused_or_read_as_it_was(name, times, known_part, tmp_path):
    case = CHECKED[name]
    path = tmp_path / case[0]
    path.write_bytes(case[1]())
    expected = case[2](path).copy()
    refused = 0
    with little_memory(8 * MB):
        for _, found in outcomes(case, 1, times, tmp_path):
            if found is None:
                refused += 1
            else:
                np.testing.assert_array_equal(found, expected)
                assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert refused > times * 2 / 3


@pytest.mark.parametrize("name", UNCHECKED)
@pytest.mark.parametrize("times", TIMES)
def test_without_a_checksum_it_is_refused_or_has_a_proper_form(name, times, tmp_path):
    refused = 0
    case = UNCHECKED[name]
    for data, found in outcomes(case, 3, times, tmp_path):
        if found is None:
            refused += 1
        else:
            assert found.dtype in (np.uint8, np.float32)
            assert 0 < found.size <= (len(data) if name != "jpg" else MOST)
            assert 0 <= found.min() <= found.max() <= 255
    assert refused > times / 3
