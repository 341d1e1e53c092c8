"""idx files: read as written, gzipped or not, and refused when anything about them is wrong."""

import gzip
import hashlib
import struct

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError, InputError
from minigan.data.idx import read_idx

from .helpers import idx_bytes, written

MB = 1 << 20


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("shape", [(7,), (1,), (5, 4, 3), (1, 1, 1)])
def test_what_was_written_is_read(zipped, shape, rng, tmp_path):
    array = rng.integers(0, 256, shape, dtype=np.uint8)
    path = written(tmp_path / "a", idx_bytes(array), zipped=zipped)
    found = read_idx(path, len(shape))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, array)


def test_whether_it_is_gzipped_is_seen_from_the_content_and_it_may_be_so_in_parts(images, tmp_path):
    data = idx_bytes(images)
    plain = written(tmp_path / "plain.gz", data)
    parts = written(tmp_path / "zipped", gzip.compress(data[:30]) + gzip.compress(data[30:]))
    for path in (plain, parts):
        np.testing.assert_array_equal(read_idx(path, 3), images)


@pytest.mark.parametrize("zipped", [False, True])
def test_where_the_checksum_is_known_one_changed_pixel_is_noticed(zipped, images, tmp_path):
    data = idx_bytes(images)
    known = {"shape": (5, 4, 3), "sha256": hashlib.sha256(data).hexdigest()}
    path = written(tmp_path / "a", data, zipped=zipped)
    np.testing.assert_array_equal(read_idx(path, 3, **known), images)
    written(path, data[:-1] + bytes([data[-1] ^ 1]), zipped=zipped)
    with pytest.raises(DataError, match=r"expected the original file .*damaged, or another data"):
        read_idx(path, 3, **known)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ends too early: expected 4 more bytes, got 0"),
        (b"\0\0\x08", "ends too early: expected 4 more bytes, got 3"),
        (b"PK\x03\x04" + bytes(20), "which begins with 00 00 08, got 50 4b 03"),
        (b"\0\0\x0d\x03" + bytes(20), "which begins with 00 00 08, got 00 00 0d"),
        (b"\0\0\x08\x03" + bytes(8), "ends too early: expected 12 more bytes, got 8"),
        (
            idx_bytes(np.zeros(9)),
            r"expected images \(3 dimensions\), got labels \(1 dimension\)",
        ),
        (idx_bytes(np.zeros((2, 2))), r"expected images \(3 dimensions\), got 2 dimensions"),
        (idx_bytes(np.zeros((2, 0, 2))), r"no dimension of size 0, got .* \(2, 0, 2\)"),
        (idx_bytes(np.zeros((2, 2, 2)))[:-1], "ends too early: expected 8 more bytes, got 7"),
        (idx_bytes(np.zeros((2, 2, 2))) + b"x", "goes on after the end that it announced"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_wrong_file_is_refused_and_the_message_names_it(data, message, zipped, tmp_path):
    path = written(tmp_path / "a.idx", data, zipped=zipped)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path, 3)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_images_are_not_taken_for_labels_nor_for_others(images, tmp_path):
    path = written(tmp_path / "a", idx_bytes(images))
    with pytest.raises(DataError, match=r"expected labels \(1 dimension\), got images"):
        read_idx(path, 1)
    with pytest.raises(DataError, match=r"expected shape \(6, 4, 3\), got .* \(5, 4, 3\)"):
        read_idx(path, 3, shape=(6, 4, 3))


def test_a_gzip_file_that_is_cut_off_or_has_another_checksum_or_length_is_refused(images, tmp_path):
    data = gzip.compress(idx_bytes(images))
    for cut in (2, 12, 30, -9, -4, -1):
        with pytest.raises(DataError, match=r"a.gz: "):
            read_idx(written(tmp_path / "a.gz", data[:cut]), 3)
    for place in (-8, -5, -4, -1):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(DataError, match="cannot be read"):
            read_idx(written(tmp_path / "a.gz", bytes(changed)), 3)


def test_a_header_that_announces_terabytes_takes_no_memory(tmp_path):
    data = idx_bytes(np.zeros(1000), sizes=(2**32 - 1, 28, 28))
    for zipped in (False, True):
        path = written(tmp_path / f"a{zipped}", data, zipped=zipped)
        with (
            little_memory(2 * MB),
            pytest.raises(DataError, match="expected at most 60,0"),
        ):
            read_idx(path, 3)


def test_what_unpacks_to_more_than_the_header_says_is_not_unpacked(tmp_path):
    bomb = struct.pack(">BBBBIII", 0, 0, 8, 3, 1, 28, 28) + bytes(50 * MB)
    path = written(tmp_path / "bomb.gz", bomb, zipped=True)
    del bomb
    assert path.stat().st_size < MB
    with little_memory(2 * MB), pytest.raises(DataError, match="goes on after the end"):
        read_idx(path, 3)


def test_what_is_no_file_is_refused_in_a_line(tmp_path):
    with pytest.raises(DataError, match=r"missing: cannot be read: No such file"):
        read_idx(tmp_path / "missing", 3)
    with pytest.raises(
        InputError, match=r": cannot be read: it is no file, but a folder"
    ):  # of any kind
        read_idx(tmp_path, 3)
