"""Files are written whole or not at all: beside their place first, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from minigan.base.errors import InputError


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that nobody ever sees a part of it.

    Parameters
    ----------
    path : pathlib.Path
        Where the file will be; one that is there already is replaced at the end.
    write : callable
        Is given a binary file to write to.

    Raises
    ------
    InputError
        If the file cannot be written; what was there before is untouched.
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
    """Directory at ``path``, made if need be, after a look whether it can be written to.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError
        If it is no directory, cannot be made, or cannot be written to.
    """
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
