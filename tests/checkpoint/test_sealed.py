"""A sealed archive gives back exactly what went in, or one error, and takes no more memory."""

import hashlib
import io
import json
import os
import pickle
import random
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint.sealed import DIGITS, read_sealed, seal

MIB = 1 << 20


def tree():
    """A tree with all kinds of things in it."""
    rng = np.random.default_rng(0)
    return {
        "step": 12,
        "G": {"params": rng.standard_normal(50, np.float32), "layers": "Linear, ReLU"},
        "stream": {"state": {"state": np.arange(4, dtype=np.uint64)}, "inc": 2**127 + 1},
        "rates": [0.1, None, True, "ä", {"deep": [1]}],
        "empty": {},
        "none": np.zeros((0, 3)),
        "number": np.array(1.5),
        "table": np.asfortranarray(rng.integers(0, 9, (3, 4))),
    }


def assert_same(found, expected):
    """The same keys, types and bits."""
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        assert found.tobytes() == expected.tobytes()
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert repr(found) == repr(expected)


def read_back(path, content):
    path.write_bytes(content)
    return read_sealed(path)


def resealed(body):
    """A file whose digest is right, whatever is in it."""
    return bytes(body) + hashlib.sha256(body).hexdigest().encode()


def built(members, compression=zipfile.ZIP_STORED):
    """A sealed archive made of any members: (name, bytes)."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as archive:
        archive.comment = b"0" * DIGITS
        for name, content in members:
            archive.writestr(name, content)
    return resealed(memory.getvalue()[:-DIGITS])


def npy(header, data=b"", version=b"\x01\x00", length="<H"):
    """An npy file with any header."""
    text = (header if isinstance(header, str) else repr(header)).encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack(length, len(text)) + text + data


def announcing(shape, descr="<f4", order=False, data=bytes(8)):
    return npy({"descr": descr, "fortran_order": order, "shape": shape}, data)


def peak_of(call):
    """What a call returns or raises, and the most memory that Python had at a time."""
    tracemalloc.start()
    try:
        try:
            result = call()
        except CheckpointError as error:
            result = error
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# What goes in comes out.


def test_a_tree_comes_back_bit_for_bit(tmp_path):
    assert_same(read_back(tmp_path / "a.npz", seal(tree())), tree())


keys = st.text("aZ09_.-", min_size=1, max_size=5)
plain = (
    st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | st.text(max_size=5)
)
kinds = (
    hnp.floating_dtypes(sizes=(16, 32, 64))
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.boolean_dtypes()
)
arrays = hnp.arrays(kinds, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
leaves = plain | arrays | st.lists(plain, max_size=3)
trees = st.dictionaries(
    keys, st.recursive(leaves, lambda below: st.dictionaries(keys, below, max_size=3)), max_size=4
)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trees)
def test_any_tree_comes_back_bit_for_bit(tmp_path, given_tree):
    assert_same(read_back(tmp_path / "a.npz", seal(given_tree)), given_tree)


def test_it_is_an_npz_of_the_same_bytes_each_time_that_ends_in_its_sha256(tmp_path):
    sealed = bytes(seal(tree()))
    assert sealed == bytes(seal(tree())) == resealed(sealed[:-DIGITS])
    (tmp_path / "a.npz").write_bytes(sealed)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["G/params"], tree()["G"]["params"])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"a/b": 1}, "expected keys of letters"),
        ({"": 1}, "expected keys of letters"),
        ({1: 1}, "expected keys of letters"),
        ({"a": {"b": {1, 2}}}, r"^a/b: .* got set"),
        ({"a": (1, 2)}, r"^a: .* got tuple"),
        ({"a": np.float32(1)}, "got float32"),
        ({"a": np.array([None])}, "array of numbers"),
        ({"a": np.array(["x"])}, "array of numbers"),
        ({"a": np.zeros(2, "c8")}, "array of numbers"),
        ({"a": np.zeros(2, [("x", "f4")])}, "array of numbers"),
        ({"a": [{"b": np.zeros(2)}]}, "no array in a list"),
        ({"a": [np.zeros(2)]}, "no array in a list"),
        ({"a" * 101: np.zeros(2)}, "at most 100 characters, got 101"),
        ({"a": "x" * MIB}, f"at most {MIB} bytes"),
        ({f"a{i}": np.zeros(1) for i in range(4001)}, "at most 4000 arrays, got 4001"),
    ],
)
def test_what_could_not_come_back_is_not_sealed(bad, message):
    with pytest.raises(InputError, match=message):
        seal(bad)


@pytest.mark.slow
def test_the_most_arrays_with_the_longest_paths_come_back(tmp_path):
    many = {f"a{i:099d}": np.zeros(1, "?") for i in range(4000)}
    assert read_back(tmp_path / "a.npz", seal(many)).keys() == many.keys()


# What was damaged, or is something else.


def test_a_flipped_bit_and_a_missing_end_are_noticed_anywhere(tmp_path):
    sealed, path = bytes(seal({"a": np.arange(3)})), tmp_path / "a.npz"
    for place in range(0, len(sealed), 3):
        flipped = bytearray(sealed)
        flipped[place] ^= 1 << place % 8
        for damaged in (flipped, sealed[:place]):
            with pytest.raises(CheckpointError, match=r"at least 86|ends in its SHA-256|damaged"):
                read_back(path, damaged)


def mutated(content, dice):
    """The content with one to three things done to it."""
    content = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        a, b, c = sorted(dice.randrange(len(content) + 1) for _ in range(3))
        kind = dice.randrange(7)
        if kind == 0 and content:
            content[min(a, len(content) - 1)] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del content[b:]
        elif kind == 2:
            del content[a:b]
        elif kind == 3:
            content[a:a] = dice.randbytes(dice.randrange(40))
        elif kind == 4:  # two pieces change places
            content[a:c] = content[b:c] + content[a:b]
        elif kind == 5:  # a length, a size or an offset becomes another
            some = dice.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, dice.randrange(2**32)])
            content[a : a + 4] = struct.pack("<I", some)
        else:
            content[a:a] = content[b:c]
    return bytes(content)


@pytest.mark.parametrize("number", [300, pytest.param(20_000, marks=pytest.mark.slow)])
def test_mutants_are_refused_or_whole(number, tmp_path):
    """As they are, and under a digest that fits."""
    original, dice, path = bytes(seal(tree())), random.Random(number), tmp_path / "a.npz"
    refused = accepted = 0
    for turn in range(number):
        if turn % 2:
            content = mutated(original, dice)
        else:
            content = resealed(mutated(original[:-DIGITS], dice))
        result, peak = peak_of(lambda content=content: read_back(path, content))
        assert peak < 4 * MIB
        if isinstance(result, CheckpointError):
            assert str(path) in str(result) and "\n" not in str(result)
            refused += 1
        elif turn % 2:
            assert content == original
        else:
            assert type(result) is dict
            accepted += 1
    assert refused > number / 2
    assert accepted > 0 or number < 1000


def shared_bytes():
    """An archive of 200 members that are all the same 100 kB of the file."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.comment = b"0" * DIGITS
        archive.writestr("tree.json", "{}")
        archive.writestr("a.npy", announcing((25_000,), data=bytes(100_000)))
        first = archive.filelist[-1]
        for i in range(200):
            other = zipfile.ZipInfo(f"{i:05d}")
            for name in ("CRC", "compress_size", "file_size", "header_offset"):
                setattr(other, name, getattr(first, name))
            archive.filelist.append(other)
            archive.NameToInfo[other.filename] = other
            archive._didModify = True
    return resealed(memory.getvalue()[:-DIGITS])


def big_directory():
    """An archive whose directory is 2 MiB of members without bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.comment = b"0" * DIGITS
        archive.writestr("tree.json", "{}")
        for i in range(40_000):
            archive.filelist.append(zipfile.ZipInfo(f"{i:05d}"))
            archive.filelist[-1].header_offset = archive.filelist[-1].CRC = 0
        archive._didModify = True
    return resealed(memory.getvalue()[:-DIGITS])


class Trap:
    """What runs a command when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("the-trap-was-sprung",)


OBJECTS = announcing((1,), "|O", data=pickle.dumps(np.array([Trap()])))
EMPTY = ("tree.json", "{}")
FOREIGN = {
    "no tree": [("a.npy", announcing((2,)))],
    "a tree that is a list": [("tree.json", "[]")],
    "a tree that is no JSON": [("tree.json", "{")],
    "a tree that is no text": [("tree.json", b"\xff\xfe\xfd")],
    "a tree without end": [("tree.json", "[" * 500_000)],
    "a tree that is too large": [("tree.json", json.dumps({"a": "x" * MIB}))],
    "a member that is no array": [EMPTY, ("a.txt", "hello")],
    "an array in no dict": [("tree.json", '{"a": 1}'), ("a/b.npy", announcing((2,)))],
    "an array where something is": [("tree.json", '{"a": 1}'), ("a.npy", announcing((2,)))],
    "an array that is none": [EMPTY, ("a.npy", b"hello, this is no array")],
    "an array without bytes": [EMPTY, ("a.npy", b"")],
    "a terabyte": [EMPTY, ("a.npy", announcing((1 << 38,)))],
    "more than there are numbers": [EMPTY, ("a.npy", announcing((1 << 40, 1 << 40, 1 << 40)))],
    "a negative terabyte": [EMPTY, ("a.npy", announcing((-1, -2)))],
    "too few bytes": [EMPTY, ("a.npy", announcing((3,)))],
    "too many bytes": [EMPTY, ("a.npy", announcing((1,)))],
    "objects": [EMPTY, ("a.npy", OBJECTS)],
    "records": [EMPTY, ("a.npy", announcing((1,), [("x", "<f4"), ("y", "<f4")]))],
    "complex numbers": [EMPTY, ("a.npy", announcing((1,), "<c8"))],
    "an unknown type": [EMPTY, ("a.npy", announcing((2,), "<x4"))],
    "a header of 4 GiB": [EMPTY, ("a.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'")],
    "a long header": [EMPTY, ("a.npy", npy(" " * 60_000 + "{}"))],
    "a header that nests": [EMPTY, ("a.npy", npy("[" * 150 + "]" * 150))],
    "a header that calls": [EMPTY, ("a.npy", npy("{'descr': exit(), 'shape': (1,)}"))],
}


@pytest.mark.parametrize("members", FOREIGN.values(), ids=FOREIGN)
def test_a_digest_that_is_right_does_not_make_a_checkpoint(tmp_path, monkeypatch, members):
    monkeypatch.chdir(tmp_path)
    content = built(members)
    result, peak = peak_of(lambda: read_back(tmp_path / "a.npz", content))
    assert isinstance(result, CheckpointError)
    assert "expected a checkpoint, got another archive" in str(result)
    assert len(str(result).removeprefix(str(tmp_path))) < 200 and "\n" not in str(result)
    assert peak < 4 * MIB + len(content)
    assert not (tmp_path / "the-trap-was-sprung").exists()


def bomb():
    large = announcing((1 << 24,), data=bytes(1 << 26))
    return built([EMPTY, ("a.npy", large)], zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (bomb, "is compressed"),
        (shared_bytes, "more bytes than the file"),
        (big_directory, f"a part has more than {MIB} bytes"),
    ],
)
def test_an_archive_that_is_larger_inside_than_outside_is_refused(tmp_path, build, message):
    content = build()
    result, peak = peak_of(lambda: read_back(tmp_path / "a.npz", content))
    assert isinstance(result, CheckpointError)
    assert message in str(result)
    assert peak < 5 * MIB


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_arrays_of_one_name_are_refused(tmp_path):
    content = built([EMPTY, ("a.npy", announcing((2,))), ("a.npy", announcing((2,)))])
    with pytest.raises(CheckpointError, match="two members have one name"):
        read_back(tmp_path / "a.npz", content)


def test_a_large_array_takes_its_bytes_and_little_more(tmp_path):
    (tmp_path / "a.npz").write_bytes(seal({"a": np.zeros(10 * MIB, np.uint8)}))
    result, peak = peak_of(lambda: read_sealed(tmp_path / "a.npz"))
    assert result["a"].nbytes == 10 * MIB
    assert peak < 14 * MIB


def test_what_is_no_checkpoint_is_refused_in_a_line(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(CheckpointError, match=r"a\.npz: cannot be read: No such file"):
        read_sealed(path)
    with pytest.raises(CheckpointError, match="at least 86 bytes, got 0"):
        read_back(path, b"")
    np.savez(path, a=np.arange(3))
    with pytest.raises(CheckpointError, match=r"a\.npz: .*ends in its SHA-256.*not a checkpoint"):
        read_sealed(path)
    with pytest.raises(CheckpointError, match="expected a file, got a directory"):
        read_sealed(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")  # which would keep a reader waiting
        with pytest.raises(CheckpointError, match="expected a file"):
            read_sealed(tmp_path / "pipe")
