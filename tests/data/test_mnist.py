"""MNIST: the real files, split as in the paper; and what is refused in their place."""

import gzip
import hashlib
import os
import shutil

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError
from minigan.data import KNOWN, load, mnist
from minigan.data.bounded import file_sha256
from minigan.data.mnist import DOWNLOADS, FILES
from minigan.data.places import Places

from .helpers import idx_bytes, real, written

MB = 1 << 20


@pytest.fixture(scope="module")
def splits():
    directory = real("mnist")
    return {split: load("mnist", directory, split) for split in ("train", "valid", "test")}


def independently(name):
    """The values of a real file, read in two lines."""
    data = gzip.decompress((real("mnist") / f"{name}.gz").read_bytes())
    return np.frombuffer(data, np.uint8)[4 + 4 * data[3] :]


def test_the_splits_are_the_papers(splits):
    train = independently("train-images-idx3-ubyte").reshape(-1, 784)
    test = independently("t10k-images-idx3-ubyte").reshape(-1, 784)
    for split, expected in (("train", train[:50_000]), ("valid", train[50_000:]), ("test", test)):
        data, X = splits[split], splits[split].X
        assert (data.name, data.split, data.shape) == ("mnist", split, (1, 28, 28))
        assert data.sizes == {"train": 50_000, "valid": 10_000, "test": 10_000}
        assert X.dtype == np.float32
        # Back to bytes: k / 255 is nowhere else than next to k / 255.
        np.testing.assert_array_equal(np.rint(X * 255).astype(np.uint8), expected)
        assert np.abs(X - expected / 255).max() < 1e-7


def test_labels_belong_to_the_images_of_their_split(splits):
    train = independently("train-labels-idx1-ubyte")
    np.testing.assert_array_equal(splits["train"].labels, train[:50_000])
    np.testing.assert_array_equal(splits["valid"].labels, train[50_000:])
    np.testing.assert_array_equal(splits["test"].labels, independently("t10k-labels-idx1-ubyte"))


def test_unpacked_files_are_as_good_as_gzipped_ones(splits, tmp_path):
    for name in FILES:
        data = gzip.decompress((real("mnist") / f"{name}.gz").read_bytes())
        written(tmp_path / "mnist" / name, data)
    np.testing.assert_array_equal(load("mnist", tmp_path, "test").X, splits["test"].X)


@pytest.fixture
def small(rng, monkeypatch):
    """The four files of a small MNIST, by their names, which stand in for the originals."""
    shapes = ((6, 4, 4), (6,), (2, 4, 4), (2,))
    files = {
        name: idx_bytes(rng.integers(0, 10, shape, dtype=np.uint8))
        for name, shape in zip(FILES, shapes, strict=True)
    }
    known = {
        name: (shape, hashlib.sha256(files[name]).hexdigest())
        for name, shape in zip(FILES, shapes, strict=True)
    }
    monkeypatch.setattr(mnist, "FILES", known)
    return files


@pytest.mark.parametrize("folder", ["", "mnist", "raw", "MNIST/raw", "mnist/MNIST/raw"])
@pytest.mark.parametrize("zipped", [False, True])
def test_the_files_are_found_where_torchvision_puts_them(folder, zipped, small, tmp_path):
    suffix = ".gz" if zipped else ""
    paths = [
        written(tmp_path / folder / f"{name}{suffix}", data, zipped=zipped)
        for name, data in small.items()
    ]
    assert mnist.locate(Places("mnist", tmp_path)) == paths


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("folder", ["", "MNIST/raw"])
def test_under_other_names_the_files_are_found_by_their_checksum(folder, zipped, small, tmp_path):
    written(tmp_path / "a-first-file-with-another-content", small["train-images-idx3-ubyte"][:-1])
    written(tmp_path / "another data set", small["train-images-idx3-ubyte"][:-1] + b"\xff")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "a-pipe")  # which would keep us waiting
    names = [name.replace("-idx", ".idx") for name in small]
    paths = [
        written(tmp_path / folder / name, data, zipped=zipped)
        for name, data in zip(names, small.values(), strict=True)
    ]
    assert mnist.locate(Places("mnist", tmp_path)) == paths
    found = mnist.read(paths)
    assert (
        found.pixels.tobytes()
        == small["train-images-idx3-ubyte"][16:] + (small["t10k-images-idx3-ubyte"][16:])
    )
    paths[2].unlink()
    with pytest.raises(DataError, match=r"expected t10k-images-idx3-ubyte.gz"):
        mnist.locate(Places("mnist", tmp_path))


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "expected images .*, got labels"),
        ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte", r"expected shape \(60000, 28, 28\)"),
        ("t10k-labels-idx1-ubyte", "train-labels-idx1-ubyte", r"expected shape \(10000,\)"),
    ],
)
def test_swapped_files_are_refused(one, other, message, tmp_path):
    shutil.copytree(real("mnist"), tmp_path / "mnist")
    shutil.copy(real("mnist") / f"{other}.gz", tmp_path / "mnist" / f"{one}.gz")
    with pytest.raises(DataError, match=message):
        load("mnist", tmp_path)


def test_another_data_set_of_the_same_form_is_refused(tmp_path):
    for name, (shape, _) in FILES.items():
        written(tmp_path / f"{name}.gz", idx_bytes(np.zeros(shape)), zipped=True)
    with pytest.raises(DataError, match=r"expected the original file .*, got other content"):
        load("mnist", tmp_path)


def test_a_small_file_that_announces_much_is_refused_for_its_announcement(tmp_path):
    for name in FILES:
        written(tmp_path / name, idx_bytes(np.zeros(1000), sizes=(2**32 - 1, 28, 28)))
    with little_memory(MB), pytest.raises(DataError, match=r"got a header that says \(4294967295"):
        load("mnist", tmp_path)


@pytest.mark.parametrize("absent", FILES)
def test_the_error_names_the_missing_file_and_where_to_put_it(absent, tmp_path):
    for name in set(FILES) - {absent}:
        written(tmp_path / name, b"")
    with pytest.raises(DataError) as caught:
        load("mnist", tmp_path)
    message = str(caught.value)
    assert f"expected {absent}.gz" in message
    assert f"{tmp_path} or {tmp_path / 'mnist'}" in message
    assert "minigan data fetch mnist" in message and "--data-dir" in message


def test_downloads_are_the_very_files():
    directory = real("mnist")
    assert {item.file: item.size for item in KNOWN["mnist"].downloads} == {
        path.name: path.stat().st_size for path in directory.glob("*.gz")
    }
    for item in DOWNLOADS:
        assert file_sha256(directory / item.file) == item.sha256
