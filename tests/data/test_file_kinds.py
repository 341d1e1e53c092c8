"""Kinds of files: told by their content, whatever their names; what is not read is named."""

import gzip
import io
import os
import pickle
import tarfile
import zipfile

import numpy as np
import pytest

from minigan.base.errors import DataError
from minigan.data import load
from minigan.data.file_kinds import kind_of
from minigan.data.user_images import read_user_images

from .helpers import idx_bytes, written

ARRAY = np.arange(100, 100 + 6 * 16, dtype=np.uint8).reshape(6, 4, 4)


def of_numpy(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays) if arrays else save(file, ARRAY)
    return file.getvalue()


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return file.getvalue()


def tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("cifar-10-batches-py/data_batch_1"))
    return file.getvalue()


NPY = of_numpy(np.save)
PICKLE = pickle.dumps({b"data": [1]}, protocol=2)  # as CIFAR-10's Python batches
HTML = b"\n<!DOCTYPE html><html>404</html>"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.NPY", NPY),
        ("a.dat", NPY),
        ("a.npz", NPY),  # a wrong name, but nothing to guess
        ("a.NPZ", of_numpy(np.savez, X=ARRAY)),
        ("a.idx", idx_bytes(ARRAY)),
        ("train-images.idx3-ubyte", gzip.compress(idx_bytes(ARRAY), mtime=0)),
        ("a.CSV", b"\n".join(b",".join(b"%d" % x for x in row.ravel()) for row in ARRAY)),
        ("a", b"\n".join(b" ".join(b"%d" % x for x in row.ravel()) for row in ARRAY)),
    ],
)
def test_what_is_read_is_told_by_its_content(name, data, tmp_path):
    images = read_user_images(written(tmp_path / name, data))
    assert images.shape == (1, 4, 4)
    np.testing.assert_array_equal(images.pixels, ARRAY.reshape(6, 16))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.npy", b"", "seems to be empty"),
        ("a.zip", zipped("0/a.png"), "seems to be a zip archive: unpack it"),
        ("a.npz", of_numpy(np.savez, X=ARRAY)[:200], "a zip archive .* that is cut off or damaged"),
        ("a.npz", zipped(), "an empty zip archive or .npz: there are no arrays in it"),
        ("a.xlsx", zipped("xl/workbook.xml"), "a spreadsheet .*: save as CSV"),
        ("a.npz", zipped("readme"), "seems to be a zip archive: unpack it"),
        ("a.pt", zipped("model/data.pkl", "model/data/0"), "a file of PyTorch, a pickle"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "a single picture: give the folder"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\0", "a single picture: give the folder"),
        ("a.gz", HTML, "a web page"),
        ("a.gz", gzip.compress(HTML, mtime=0), "this is gzipped, and seems to be a web page"),
        (
            "a.npy.gz",
            gzip.compress(NPY, mtime=0),
            "this is gzipped, and seems to be npy: unpack it first",
        ),
        ("a.csv.gz", gzip.compress(b"1,2\n3,4\n", mtime=0), "and seems to be csv: unpack it first"),
        ("cifar.tar.gz", gzip.compress(tar(), mtime=0), "and seems to be a tar archive"),
        ("data_batch_1", PICKLE, "a pickle, which is never read.* minigan data fetch cifar10"),
        ("a.mat", b"MATLAB 7.3 MAT-file".ljust(128), "HDF5, or .mat of version 7.3"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("a.bin", b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        ("data_batch_1.bin", bytes([6, 59]) * 3073, "CIFAR-10's binary version: name cifar10 or"),
        ("a.json", b' {"a": 1}', "JSON"),
        ("a.txt", b"Images of faces\n", "text, which begins with 'Images of faces'"),
        ("a.bin", b"\x07\x39\x35\x2c\0\0", "no kind that is known, and begins with 07 39 35 2c"),
    ],
)
def test_what_is_not_read_is_named_in_a_line_that_says_what_is(name, data, message, tmp_path):
    path = written(tmp_path / name, data)
    with pytest.raises(DataError, match=message) as caught:
        load(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: expected a .npy, .npz, .mat (version 5), .csv or idx file, or")
    assert "\n" not in line


def test_a_damaged_gzip_file_is_left_to_the_reader_that_says_how(tmp_path):
    path = written(tmp_path / "a.gz", gzip.compress(idx_bytes(ARRAY), mtime=0)[:20])
    assert kind_of(path) == "idx"
    with pytest.raises(DataError, match="cannot be read: Compressed file ended"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.npy")
    for path in (tmp_path / "a.npy", "/dev/zero"):
        with pytest.raises(DataError, match="cannot be read: it is no file, but a folder, a pipe"):
            load(path)
