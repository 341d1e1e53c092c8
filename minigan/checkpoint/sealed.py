"""One nested dict in one npz archive that carries its own SHA-256.

A flipped bit must not go unnoticed. So the archive ends in the digest of all bytes before it,
as the comment that a zip archive may have, and nothing is read out of it before the digest is
right. ``np.load`` opens it like any npz: each array is a member under its path
("state/G/params"), and ``tree.json`` is the rest.

A digest proves that a file is undamaged, not that it is harmless. So its headers are not believed
either: no array takes more memory than bytes of the file, and none is unpickled.
"""

import hashlib
import io
import json
import math
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import CheckpointError, InputError

DIGITS = 64  # of a SHA-256 in hexadecimal
END = 22  # bytes of a zip archive's end record, before its comment
AT_ONCE = 1 << 20  # bytes read at once, and so the most that tree.json or the directory may have
MOST_ARRAYS, LONGEST_PATH = 4000, 100  # what fits into a directory of that size
LONGEST_HEADER = 1000  # characters in which an array says its dtype and shape


def seal(tree: dict[str, Any]) -> memoryview:
    """Bytes of the archive of a nested dict; always the same for the same tree.

    InputError if there is anything in it but arrays of numbers and what JSON has, under keys of
    letters, digits, ``_``, ``-`` and ``.``; more than 4,000 arrays; or more than 1 MiB of text.
    """
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(_without_arrays(tree, "", arrays)).encode()
    if len(text) > AT_ONCE:
        raise InputError(
            f"checkpoint: expected at most {AT_ONCE} bytes beside the arrays, got {len(text)}"
        )
    if len(arrays) > MOST_ARRAYS:
        raise InputError(f"checkpoint: expected at most {MOST_ARRAYS} arrays, got {len(arrays)}")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.comment = b"0" * DIGITS
        archive.writestr(zipfile.ZipInfo("tree.json"), text)
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    sealed = memory.getbuffer()
    sealed[-DIGITS:] = hashlib.sha256(sealed[:-DIGITS]).hexdigest().encode()
    return sealed


def read_sealed(path: Path) -> dict[str, Any]:
    """The nested dict of a file with the bytes of `seal`, all of it or a CheckpointError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting
            raise CheckpointError(f"{path}: expected a file, got a directory or a device")
        with _SparingReader(io.FileIO(path)) as file:
            _check_seal(path, file)
            try:
                with zipfile.ZipFile(file) as archive:
                    return _tree(archive, file.seek(0, os.SEEK_END))
            except Exception as error:  # the parsers of zip, npy and JSON raise a dozen kinds
                reason = (str(error) or type(error).__name__).split("\n")[0][:100]
                raise CheckpointError(
                    f"{path}: expected a checkpoint, got another archive ({reason})"
                ) from error
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror or error}") from error


class _SparingReader(io.BufferedReader):
    """File that is read 1 MiB at a time at most, whatever its headers announce."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = AT_ONCE + 1 if size is None or size < 0 else size
        data = super().read(min(wanted, AT_ONCE + 1))
        if len(data) > AT_ONCE:
            raise ValueError(f"a part has more than {AT_ONCE} bytes")
        return data


def _check_seal(path: Path, file: io.BufferedReader) -> None:
    """Raise CheckpointError unless the file ends in the SHA-256 of all bytes before."""
    size = file.seek(0, os.SEEK_END)
    if size < END + DIGITS:
        raise CheckpointError(
            f"{path}: expected a checkpoint of at least {END + DIGITS} bytes, got {size}"
        )
    file.seek(0)
    digest, left = hashlib.sha256(), size - DIGITS
    while piece := file.read(min(left, AT_ONCE)):
        digest.update(piece)
        left -= len(piece)
    expected, got = digest.hexdigest().encode(), file.read(DIGITS)
    if not re.fullmatch(rb"[0-9a-f]{64}", got):
        raise CheckpointError(
            f"{path}: expected a file that ends in its SHA-256, got another ending: "
            "cut off, or not a checkpoint"
        )
    if got != expected:
        raise CheckpointError(
            f"{path}: damaged: expected SHA-256 {got[:12].decode()}..., "
            f"got {expected[:12].decode()}..."
        )


def _tree(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    members = {member.filename: member for member in archive.infolist()}
    if len(members) < len(archive.infolist()):
        raise ValueError("two members have one name")
    for name, member in members.items():
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise ValueError(f"{name} is compressed")
    if sum(member.file_size for member in members.values()) > size:
        raise ValueError("the members have more bytes than the file")
    text = members.pop("tree.json", None)
    if text is None:
        raise ValueError("there is no tree.json")
    tree = json.loads(archive.read(text))
    if not isinstance(tree, dict):
        raise ValueError("tree.json is not a dict")
    for name, member in members.items():
        if not name.endswith(".npy"):
            raise ValueError(f"{name} is no array")
        _place(tree, name.removesuffix(".npy"), _array(archive, member))
    return tree


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """The array of a member, which must have the bytes that its header announces."""
    with archive.open(member) as stream:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError(f"{member.filename} is no npy file of version 1.0")
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream, LONGEST_HEADER)
        _check_dtype(member.filename, dtype)
        announced = math.prod(shape) * dtype.itemsize
        if announced != member.file_size - stream.tell():
            raise ValueError(f"{member.filename} has another size than it says")
        stream.seek(0)
        return np.lib.format.read_array(stream, allow_pickle=False, max_header_size=LONGEST_HEADER)


def _place(tree: dict[str, Any], path: str, array: np.ndarray) -> None:
    *way, name = path.split("/")
    for key in way:
        tree = tree[key]
    if not isinstance(tree, dict) or name in tree:
        raise ValueError(f"there is no place for {path}")
    tree[name] = array


def _without_arrays(value: Any, path: str, arrays: dict[str, np.ndarray] | None) -> Any:
    """The tree as JSON has it; its arrays go into ``arrays`` by their paths, unless in a list."""
    if isinstance(value, dict):
        rest = {}
        for key, item in value.items():
            where = _joined(path, key)
            if arrays is not None and isinstance(item, np.ndarray):
                _check_dtype(where, item.dtype)
                if len(where) > LONGEST_PATH:
                    expected = f"expected at most {LONGEST_PATH} characters"
                    raise InputError(f"{where}: {expected}, got {len(where)}")
                arrays[where] = np.asarray(item, order="C")
            else:
                rest[key] = _without_arrays(item, where, arrays)
        return rest
    if isinstance(value, list):
        return [_without_arrays(item, path, None) for item in value]
    if isinstance(value, np.ndarray):
        raise InputError(f"{path}: expected no array in a list, got one: stack them")
    if value is None or isinstance(value, str | int | float):
        return value
    raise InputError(
        f"{path}: expected an array, a string, a number, True, False, None, a list or a dict "
        f"to save, got {type(value).__name__}"
    )


def _joined(path: str, key: Any) -> str:
    if not isinstance(key, str) or not re.fullmatch(r"[\w.-]+", key, re.ASCII):
        where = path or "checkpoint"
        raise InputError(f"{where}: expected keys of letters, digits, _, - and ., got {key!r}")
    return f"{path}/{key}" if path else key


def _check_dtype(name: str, dtype: np.dtype) -> None:
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise InputError(f"{name}: expected an array of numbers of at most 8 bytes, got {dtype}")
