"""Files are written whole or not at all: beside their place first, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from minigan.base.errors import InputError


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file by ``write(file)`` beside its place and move it there: whole or not at all.

    InputError if that cannot be done; what was at ``path`` before is untouched then.
    """
    try:
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(beside, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
            _sync_directory(path.parent)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def writable_directory(path: str | os.PathLike) -> Path:
    """The directory as a path, made if need be; InputError unless files can be written there."""
    if not os.fspath(path):  # which Path takes for the present directory
        raise InputError("expected the name of a directory, got an empty one")
    directory = Path(path)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise InputError(
            f"{path}: expected a directory that can be written to ({error.strerror})"
        ) from error
    return directory


def _sync_directory(directory: Path) -> None:
    """Let a file's new name, too, reach the disk."""
    if os.name == "posix":  # elsewhere a directory cannot be opened
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
