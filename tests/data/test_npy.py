"""NumPy's files: numbers are read; nothing is unpickled, and no announcement believed."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError
from minigan.data.bounded import DENSEST, MOST, SMALL, expect_fit
from minigan.data.npy import read_npy, read_npz

from .helpers import written

MB = 1 << 20
OTHER_DTYPES = ["i8", "u2", "c8", "U3", "M8[s]", "i4,f4"]
DTYPES = ["u1", "b1", "f2", "f4", "f8", ">f4", ">f8"]


def npy_bytes(array):
    """An .npy file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_header(text, data=b"", version=1):
    """An .npy file with a header of one's own."""
    width = 2 if version == 1 else 4
    size = len(text).to_bytes(width, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + data


def header(descr="'|u1'", shape="(2, 2)"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"


class Trap:
    """Unpickling it fails the test."""

    def __reduce__(self):
        return pytest.fail, ("unpickled",)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("saved", ["npy", "npz", "npz_compressed"])
def test_what_numpy_saves_is_read(dtype, order, saved, rng, tmp_path):
    array = np.asarray((2 * rng.random((4, 3, 2))).astype(dtype), order=order)
    path = tmp_path / f"a.{saved[:3]}"
    if saved == "npy":
        np.save(path, array)
    else:
        (np.savez if saved == "npz" else np.savez_compressed)(path, array)
    found = (read_npy if saved == "npy" else read_npz)(path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(version, tmp_path):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.arange(6.0).reshape(2, 3), version=version)
    np.testing.assert_array_equal(
        read_npy(written(tmp_path / "a.npy", file.getvalue())), np.arange(6.0).reshape(2, 3)
    )


def test_of_several_arrays_the_one_called_so_is_read_and_none_is_guessed(tmp_path):
    for name in ("X", "images"):
        np.savez(tmp_path / "a.npz", labels=np.zeros(3), **{name: np.ones((3, 4))})
        np.testing.assert_array_equal(read_npz(tmp_path / "a.npz"), np.ones((3, 4)))
    np.savez(tmp_path / "a.npz", **{"a\nb": 1.0, "c": 2.0})
    with pytest.raises(DataError, match=r"got a\\nb, c$"):
        read_npz(tmp_path / "a.npz")
    for arrays in ({}, {"a": 1.0, "b": 2.0}, {"X": 1.0, "images": 2.0}):
        np.savez(tmp_path / "a.npz", **arrays)
        with pytest.raises(DataError, match=r"expected one array, or one called X or images, got"):
            read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_objects_and_pickles_are_refused_and_not_unpickled(suffix, tmp_path):
    path, read = tmp_path / f"a.{suffix}", read_npy if suffix == "npy" else read_npz
    (np.save if suffix == "npy" else np.savez)(path, np.array([Trap()], dtype=object))
    with pytest.raises(DataError, match=r"expected an array of type .*, got '\|O'"):
        read(path)
    with pytest.raises(DataError, match=f"a.{suffix}: expected an"):
        read(written(path, pickle.dumps(Trap())))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ends too early"),
        (b"\x93NUMPY\x01\x00", "ends too early"),
        (b"\x93NUMPY\x09\x00" + bytes(100), "expected an array as NumPy saves it"),
        (b"PK\x03\x04" + bytes(100), "expected an array as NumPy saves it"),
        (npy_bytes(np.zeros((3, 3)))[:-1], "ends too early: expected 72 more bytes, got 71"),
        (npy_bytes(np.zeros((3, 3))) + b"x", "goes on after the end"),
        (npy_bytes(np.zeros((3, 0))), r"whole numbers >= 1, got \(3, 0\)"),
        (npy_bytes(np.float32(1)), r"whole numbers >= 1, got \(\)"),
        (with_header(header(shape="(2, -2)"), bytes(4)), r"got \(2, -2\)"),
        (with_header(header(shape="(2, True)"), bytes(4)), r"got \(2, True\)"),
        (with_header(header(shape="(2, 2.0)"), bytes(4)), r"got \(2, 2.0\)"),
        (with_header(header(shape="[2, 2]"), bytes(4)), "expected a header with"),
        (with_header(header(shape="__import__('os')"), bytes(4)), "expected a header with"),
        (with_header(header(descr="'|u1|'"), bytes(4)), "expected an array of type"),
        (with_header(header(descr="'u1'"), bytes(4)), "expected an array of type"),
        (with_header("{}", bytes(4)), "expected a header with"),
        (with_header("\\d" * 5, bytes(4)), "expected a header with"),
        (with_header("(" * 5000, bytes(4)), "expected a header with"),
        (with_header("-" * 9000 + "1", bytes(4)), "expected a header with"),
        (with_header("{}".ljust(20_000), bytes(4), 2), "at most 10000 bytes, got 20000"),
        (with_header(header("'|b1'"), bytes([0, 1, 2, 1])), "other bytes than 0 and 1"),
        *((npy_bytes(np.zeros((2, 2), dtype)), "expected ") for dtype in OTHER_DTYPES),
    ],
)
def test_a_wrong_file_is_refused_in_a_line(data, message, tmp_path):
    with pytest.raises(DataError, match=message) as caught:
        read_npy(written(tmp_path / "a.npy", data))
    assert str(caught.value).startswith(f"{tmp_path / 'a.npy'}: ")
    assert "\n" not in str(caught.value)


def test_huge_announcements_take_no_memory(tmp_path):
    shape = f"({2**62}, {2**62})"
    plain = with_header(header("'<f8'", shape), bytes(100))
    long_header = b"\x93NUMPY\x02\x00" + b"\xff\xff\xff\xff" + bytes(1000)
    for i, data in enumerate((plain, long_header)):
        path = written(tmp_path / f"{i}.npy", data)
        with zipfile.ZipFile(tmp_path / f"{i}.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "X.npy")
        for read, packed in ((read_npy, path), (read_npz, tmp_path / f"{i}.npz")):
            with little_memory(2 * MB), pytest.raises(DataError):
                read(packed)


def test_more_numbers_than_so_few_bytes_should_have_are_not_unpacked(tmp_path):
    size = (MOST + 1, 1)
    path = zipped(tmp_path / "a.npz", with_header(header(shape=f"{size}"), bytes(100 * MB)))
    with little_memory(3 * MB), pytest.raises(DataError, match=r"expected at most .* numpy.save"):
        read_npz(path)


def test_the_limit_grows_with_the_file():
    expect_fit(MOST, 1)
    expect_fit(10 * MOST, SMALL + 10 * MOST // DENSEST)
    with pytest.raises(DataError, match="got 600,000,000; if they are meant"):
        expect_fit(10 * MOST, SMALL + 10 * MOST // DENSEST - 1)


def zipped(path, data, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("X.npy", data)
    return path


def test_what_unpacks_to_more_than_announced_is_not_unpacked(tmp_path):
    path = zipped(tmp_path / "a.npz", npy_bytes(np.zeros((2, 2))) + bytes(100 * MB))
    with little_memory(3 * MB), pytest.raises(DataError, match="goes on after the end"):
        read_npz(path)


def test_packing_that_numpy_does_not_use_is_refused(tmp_path):
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = zipped(tmp_path / "a.npz", npy_bytes(np.zeros((2, 2))), method)
        with pytest.raises(DataError, match="expected it stored or deflated"):
            read_npz(path)


def test_an_archive_with_a_password_is_refused(tmp_path):
    data = bytearray(zipped(tmp_path / "a.npz", npy_bytes(np.eye(2))).read_bytes())
    data[6] |= 1  # the flag, in the file's own header and in the directory's
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DataError, match=r"a.npz: expected an .npz file: .*encrypted"):
        read_npz(written(tmp_path / "a.npz", bytes(data)))
