"""MATLAB files: what SciPy writes is read as SciPy reads it; what is damaged is refused."""

import struct
import zlib

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError
from minigan.data.matfile import read_matrices, variables
from minigan.data.user_images import read_user_images

from .helpers import written

io = pytest.importorskip("scipy.io")
MB = 1 << 20


def saved(path, compressed=True, **variables):
    """The path, after SciPy has saved variables there."""
    io.savemat(path, variables, do_compression=compressed)
    return path


def element(kind, data, order="<"):
    """A long element; all but those of deflated data (15) are padded."""
    padding = bytes(-len(data) % 8) if kind != 15 else b""
    return struct.pack(f"{order}II", kind, len(data)) + data + padding


def matrix(name, matrix_class, shape, kind, values, *, flags=0, order="<"):
    """The parts of a matrix in a byte order, without its tag."""
    return (
        element(6, struct.pack(f"{order}II", matrix_class | flags << 8, 0), order)
        + element(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
        + element(1, name.encode(), order)
        + element(kind, values, order)
    )


def head(order="<"):
    """A file's first 128 bytes."""
    return b"MATLAB 5.0".ljust(124) + struct.pack(f"{order}HH", 0x0100, 0x4D49)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
@pytest.mark.parametrize("shape", [(2, 3), (1, 1), (4, 3, 2), (3, 1, 1, 5)])
def test_arrays_of_numbers_are_read(compressed, dtype, shape, rng, tmp_path):
    values = (100 * rng.random(shape)).astype(dtype)
    path = saved(tmp_path / "a.mat", compressed, a=values)
    found = read_matrices(path, ("a",))["a"]
    np.testing.assert_array_equal(found, io.loadmat(path)["a"])
    np.testing.assert_array_equal(found, values)
    assert found.dtype == values.dtype


@pytest.mark.parametrize("compressed", [False, True])
def test_other_variables_are_passed_over_whatever_they_are(compressed, tmp_path):
    others = {
        "text": "hello",
        "cell": np.array([1, "a"], dtype=object),
        "record": {"x": 1},
        "complex": np.array([1j]),
        "empty": np.zeros((0, 3)),
        "b": np.arange(9.0),
    }
    path = saved(tmp_path / "a.mat", compressed, **others, a=np.eye(2), z=np.zeros(3))
    found = read_matrices(path, ("a", "b"))
    assert found.keys() == {"a", "b"}
    np.testing.assert_array_equal(found["a"], np.eye(2))
    np.testing.assert_array_equal(found["b"], np.arange(9.0)[None])


def test_both_byte_orders_are_read(tmp_path):
    for order in "<>":
        values = struct.pack(f"{order}6d", *range(6))
        data = head(order) + element(14, matrix("a", 6, (2, 3), 9, values, order=order), order)
        path = written(tmp_path / "a.mat", data)
        found = read_matrices(path, ("a",))["a"]
        np.testing.assert_array_equal(found, [[0, 2, 4], [1, 3, 5]])
        np.testing.assert_array_equal(found, io.loadmat(path)["a"])


def test_doubles_stored_as_bytes_are_read_and_newer_objects_are_passed_over(tmp_path):
    opaque = element(6, struct.pack("<II", 17, 0)) + element(1, b"table") + element(1, b"MCOS")
    wanted = matrix("a", 6, (1, 8), 2, bytes(range(8)))
    path = written(tmp_path / "a.mat", head() + element(14, opaque) + element(14, wanted))
    found = read_matrices(path, ("a",))["a"]
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, [range(8)])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("text", "expected an array of real numbers, got text"),
        (np.array([1, "a"], dtype=object), "expected an array of real numbers, got a cell array"),
        ({"x": 1}, "expected an array of real numbers, got a struct"),
        (np.array([1j]), "expected an array of real numbers, got complex"),
        (np.zeros((0, 3)), r"expected no dimension of size 0, got shape \(0, 3\)"),
    ],
)
def test_a_variable_that_is_no_array_of_numbers_is_refused(value, message, tmp_path):
    path = saved(tmp_path / "a.mat", a=value)
    with pytest.raises(DataError, match=f"a: {message}"):
        read_matrices(path, ("a",))
    with pytest.raises(DataError, match=r"a.mat: expected a variable called b, got none$"):
        read_matrices(path, ("b",))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected a MATLAB file of version 5"),
        (bytes(200), "expected a MATLAB file of version 5"),
        (b"\x89HDF\r\n\x1a\n" + bytes(600), "expected a MATLAB file of version 5"),
        (head() + b"\x0e\0\0", "ends too early"),
        (head() + struct.pack("<II", 14, 100) + bytes(50), "ends too early: expected 236 bytes"),
        (head() + element(14, matrix("a", 6, (2, 3), 9, bytes(40))), "got 40 bytes"),
        (head() + element(14, matrix("a", 9, (1, 8), 1, bytes(8))), "expected values of u1"),
        (head() + element(14, matrix("a", 9, (1, 8), 99, bytes(8))), "got type 99"),
        (head() + element(14, matrix("a", 9, (8,), 2, bytes(8))), r"got shape \(8,\)"),
        (head() + element(14, matrix("a", 9, (-2, -4), 2, bytes(8))), r"got shape \(-2, -4\)"),
        (head() + element(14, matrix("a" * 80, 9, (1, 8), 2, bytes(8))), "expected 63 values"),
        (head() + element(14, matrix("a", 9, (1, 8), 2, bytes(8)) + bytes(8)), "goes on after"),
        (head() + element(15, b"no deflated data"), "cannot be read"),
        (head() + element(14, element(6, bytes(4))), "expected two flags of a matrix, got 1"),
    ],
)
def test_a_damaged_file_is_refused(data, message, tmp_path):
    with pytest.raises(DataError, match=rf"a.mat: .*{message}"):
        read_matrices(written(tmp_path / "a.mat", data), ("a",))


def test_every_way_of_cutting_a_file_off_and_every_changed_bit_is_noticed(rng, tmp_path):
    values = rng.integers(0, 256, (5, 5), dtype=np.uint8)
    path = saved(tmp_path / "a.mat", a=values)
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(DataError):
            read_matrices(path, ("a",))
    refused = 0
    for bit in range(8 * 128, 8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            np.testing.assert_array_equal(read_matrices(path, ("a",))["a"], values)
        except DataError:
            refused += 1
    assert refused > 8 * (len(data) - 128) * 0.95


def test_huge_announcements_take_no_memory(tmp_path):
    size = 2**31 - 1
    announced = matrix("a", 9, (size, size), 2, b"")[:-8] + struct.pack("<II", 2, 2**32 - 8)
    for data in (
        element(14, announced + bytes(100)),
        element(15, zlib.compress(struct.pack("<II", 14, 2**32 - 8) + announced + bytes(100))),
    ):
        path = written(tmp_path / "a.mat", head() + data)
        with little_memory(MB), pytest.raises(DataError, match="got 4294967288 bytes"):
            read_matrices(path, ("a",))


def test_what_unpacks_to_more_than_announced_is_not_unpacked(tmp_path):
    inner = matrix("a", 9, (1, 8), 2, bytes(8))
    packed = zlib.compress(struct.pack("<II", 14, len(inner)) + inner + bytes(100 * MB))
    path = written(tmp_path / "a.mat", head() + element(15, packed))
    with little_memory(3 * MB), pytest.raises(DataError, match="goes on after the end"):
        read_matrices(path, ("a",))


def test_a_variable_that_is_passed_over_is_not_unpacked(tmp_path):
    bomb = matrix("bomb", 9, (1, 100 * MB), 2, bytes(100 * MB))
    packed = zlib.compress(struct.pack("<II", 14, len(bomb)) + bomb)
    del bomb
    wanted = element(14, matrix("a", 9, (1, 8), 2, bytes(8)))
    path = written(tmp_path / "a.mat", head() + element(15, packed) + wanted)
    with little_memory(3 * MB):
        assert read_matrices(path, ("a",))["a"].shape == (1, 8)


def test_more_numbers_than_so_few_bytes_should_have_are_not_unpacked(tmp_path):
    bomb = matrix("a", 9, (1, 100 * MB), 2, bytes(100 * MB))
    packed = zlib.compress(struct.pack("<II", 14, len(bomb)) + bomb)
    del bomb
    path = written(tmp_path / "a.mat", head() + element(15, packed))
    with little_memory(3 * MB), pytest.raises(DataError, match="expected at most 60,000,000 num"):
        read_matrices(path, ("a",))


def test_the_names_of_arrays_are_told_without_their_values(tmp_path):
    path = saved(tmp_path / "a.mat", b=np.eye(2), text="hello", a=np.eye(3), c=np.array([1j]))
    assert variables(path) == ["b", "a"]


def test_a_file_without_arrays_says_what_it_has_and_a_cut_one_names_itself_once(tmp_path):
    path = tmp_path / "a.mat"
    io.savemat(path, {"c": np.array([1, "a"], dtype=object), "z": np.array([1j])})
    with pytest.raises(DataError, match=r"got 'c' \(a cell array\), 'z' \(complex\): save it as"):
        read_user_images(path)
    path.write_bytes(path.read_bytes()[:180])
    with pytest.raises(DataError) as caught:
        read_user_images(path)
    assert str(caught.value).count("a.mat") == 1
