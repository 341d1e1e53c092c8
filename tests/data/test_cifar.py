"""CIFAR-10: records, batches and the archive; nothing that is not the original passes for it."""

import hashlib
import io
import tarfile

import numpy as np
import pytest

from minigan.base.errors import DataError, InputError
from minigan.data import cifar, load

from .helpers import cifar_bytes, real, written


def examples(rng, n):
    """Labels and images as CIFAR-10's: bytes."""
    return rng.integers(0, 10, n, dtype=np.uint8), rng.integers(0, 256, (n, 3072), dtype=np.uint8)


# A part.


def test_of_the_first_images_one_changed_pixel_is_noticed(tmp_path):
    data = load("cifar10-part", real("cifar10"))
    assert data.name == "cifar10-first4000"
    assert data.sizes == {"train": 2668, "valid": 666, "test": 666}
    changed = bytearray(real("cifar10/data_first4000.bin").read_bytes())
    changed[5_000_000] ^= 1
    written(tmp_path / "data_first4000.bin", bytes(changed))
    with pytest.raises(DataError, match="expected the first 4000 images of CIFAR-10"):
        load("cifar10-part", tmp_path)


@pytest.mark.parametrize("n", [1, 6, 20])
def test_a_part_of_any_size_is_split_four_to_one_to_one_in_order(n, rng, tmp_path):
    labels, pixels = examples(rng, n)
    written(tmp_path / f"data_first{n}.bin", cifar_bytes(labels, pixels))
    train = load("cifar10-part", tmp_path)
    assert train.name == f"cifar10-first{n}"
    assert train.sizes == {"train": n - 2 * (n // 6), "valid": n // 6, "test": n // 6}
    found = [load("cifar10-part", tmp_path, split) for split, size in train.sizes.items() if size]
    np.testing.assert_array_equal(np.concatenate([part.labels for part in found]), labels)
    X = np.concatenate([part.X for part in found])
    np.testing.assert_array_equal(np.rint(X * 255), pixels)
    if n == 1:
        with pytest.raises(
            InputError, match="expected 6 images or more, so that one of them is in 'test', got"
        ):
            load("cifar10-part", tmp_path, "test")


def test_pixels_lie_by_channel_then_row_then_column(tmp_path):
    image = np.zeros((3, 32, 32), np.uint8)
    image[1, 2, 3] = 255  # green, third row, fourth column
    written(tmp_path / "data_first1.bin", bytes([7]) + image.tobytes())
    data = load("cifar10-part", tmp_path)
    images = data.X.reshape(-1, *data.shape)
    assert np.argwhere(images).tolist() == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1], "records of 3073 bytes, got 9218 bytes"),
        (lambda data: data + b"x", "records of 3073 bytes, got 9220 bytes"),
        (lambda data: b"", "records of 3073 bytes, got 0 bytes"),
        (lambda data: b"\x0a" + data[1:], "expected labels from 0 to 9, got 10"),
    ],
)
def test_a_damaged_part_is_refused(change, message, rng, tmp_path):
    written(tmp_path / "data_first3.bin", change(cifar_bytes(*examples(rng, 3))))
    with pytest.raises(DataError, match=message):
        load("cifar10-part", tmp_path)


def test_a_part_is_not_taken_for_the_whole_and_of_two_none_is_chosen(rng, tmp_path):
    for n in (2, 3):
        written(tmp_path / f"data_first{n}.bin", cifar_bytes(*examples(rng, n)))
    with pytest.raises(DataError, match=r"cifar-10-binary.* is a part of it: load cifar10-part"):
        load("cifar10", tmp_path)
    with pytest.raises(DataError, match=r"got data_first2.bin, data_first3.bin"):
        load("cifar10-part", tmp_path)


@pytest.mark.parametrize("folder", ["", "cifar10", "cifar10-part"])
def test_a_part_that_an_error_advises_to_load_is_found_in_the_same_directory(folder, rng, tmp_path):
    written(tmp_path / folder / "data_first3.bin", cifar_bytes(*examples(rng, 3)))
    assert load("cifar10-part", tmp_path).name == "cifar10-first3"
    if folder != "cifar10-part":
        with pytest.raises(DataError, match=r"is a part of it: load cifar10-part"):
            load("cifar10", tmp_path)


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", "cifar-10-batches-py/data_batch_1"])
def test_pythons_version_is_named_and_not_read(name, tmp_path):
    written(tmp_path / name, b"\x80\x02}")
    with pytest.raises(DataError, match=r"expected cifar-10-binary.tar.gz.* is pickled and never"):
        load("cifar10", tmp_path)


# The whole. It is too large for a test and not at hand: small batches stand in for it, and
# their checksums for the published ones.


@pytest.fixture
def small(rng, monkeypatch):
    """The six files of a small CIFAR-10, by name, and all labels and images in order."""
    labels, pixels = examples(rng, 6 * 20)
    batches = {
        name: cifar_bytes(labels[i * 20 : i * 20 + 20], pixels[i * 20 : i * 20 + 20])
        for i, name in enumerate(cifar.BATCHES)
    }
    sha256 = {name: hashlib.sha256(data).hexdigest() for name, data in batches.items()}
    monkeypatch.setattr(cifar, "BATCH", 20)
    monkeypatch.setattr(cifar, "BATCHES", sha256)
    return batches, labels, pixels


@pytest.fixture
def archive(small, monkeypatch):
    """The bytes of an archive of the small CIFAR-10, which is taken for the original."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, data in [("readme.html", b"hello"), *reversed(small[0].items())]:
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    data = file.getvalue()
    item = cifar.Download(cifar.ARCHIVE.file, len(data), hashlib.sha256(data).hexdigest(), ())
    monkeypatch.setattr(cifar, "ARCHIVE", item)
    return data


def read_in(directory):
    """All images and labels of the small CIFAR-10 in a directory."""
    paths = cifar.locate(cifar.Places("cifar10", directory))
    return paths, cifar.read(paths)


@pytest.mark.parametrize("folder", [".", "cifar10", "cifar-10-batches-bin"])
def test_six_batches_are_read_in_their_order(folder, small, tmp_path):
    batches, labels, pixels = small
    for name, data in batches.items():
        written(tmp_path / folder / name, data)
    paths, images = read_in(tmp_path)
    assert len(paths) == 6
    np.testing.assert_array_equal(images.pixels, pixels)
    np.testing.assert_array_equal(images.labels, labels)


def test_the_archive_is_read_as_it_is(small, archive, tmp_path):
    written(tmp_path / "cifar-10-binary.tar.gz", archive)
    paths, images = read_in(tmp_path)
    assert [path.name for path in paths] == ["cifar-10-binary.tar.gz"]
    np.testing.assert_array_equal(images.pixels, small[2])
    np.testing.assert_array_equal(images.labels, small[1])
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]
    assert images.splits == {  # the paper's
        "train": slice(0, 40_000),
        "valid": slice(40_000, 50_000),
        "test": slice(50_000, 60_000),
    }


def test_of_an_archive_that_is_not_the_original_nothing_is_unpacked(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(tarfile, "open", lambda *_: pytest.fail("unpacked"))
    written(tmp_path / "cifar-10-binary.tar.gz", archive[:-1] + b"x")
    with pytest.raises(DataError, match=r"expected the original cifar-10-binary.tar.gz"):
        read_in(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1], "ends too early"),
        (lambda data: data + b"x", "goes on after the end"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "expected the original data_batch_3.bin"),
    ],
)
def test_a_damaged_batch_is_refused(change, message, small, tmp_path):
    for name, data in small[0].items():
        written(tmp_path / name, change(data) if name == "data_batch_3.bin" else data)
    with pytest.raises(DataError, match=f"data_batch_3.bin: {message}"):
        read_in(tmp_path)


def test_batches_in_each_others_place_are_refused_and_five_are_not_enough(small, tmp_path):
    names, contents = list(small[0]), list(small[0].values())
    for name, data in zip(names, [contents[0], contents[5], *contents[2:5]], strict=False):
        written(tmp_path / name, data)
    with pytest.raises(DataError, match=r"expected cifar-10-binary.tar.gz, or .*test_batch"):
        read_in(tmp_path)
    written(tmp_path / names[5], contents[1])
    with pytest.raises(DataError, match=r"expected the original data_batch_2.bin"):
        read_in(tmp_path)
