"""Files are written whole or not at all: beside their place first, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

try:
    import fcntl
except ImportError:  # not on Windows, where two runs in one directory are not noticed
    fcntl = None  # type: ignore[assignment]

from minigan.base.errors import InputError

LOCK = ".lock"  # file in the directory of a run or a sweep


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file by ``write(file)`` beside its place and move it there: whole or not at all.

    InputError if that cannot be done; what was at ``path`` before is untouched then. So is what is
    no file, such as /dev/null, which a move would put out of the way. What a process that was
    killed has left of the same file is removed.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{path}: cannot be written: expected a file, not a device or a pipe")
    with suppress(OSError):  # a directory may be writable and not readable
        _remove_halves(path)
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


def expect_file(path: Path) -> None:
    """Raise InputError of a pipe or a device, which may keep us waiting for good."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{path}: expected a file, got a pipe or a device: move it away")


def locked(directory: Path) -> IO[bytes]:
    """File that is locked as long as it is open; a killed process holds no lock."""
    expect_file(directory / LOCK)
    try:
        file = open(directory / LOCK, "a+b", buffering=0)  # noqa: SIM115 (closed by the caller)
    except OSError as error:
        raise InputError(f"{directory}: cannot be locked: {error.strerror}") from error
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
    except OSError as error:
        file.seek(0)
        holder = file.read().decode()
        file.close()
        if isinstance(error, BlockingIOError):
            raise InputError(
                f"{directory}: expected no other run there, got one in process {holder}"
            ) from error
        raise InputError(f"{directory}: cannot be locked: {error.strerror}") from error
    return file


def _remove_halves(path: Path) -> None:
    for half in path.parent.iterdir():
        name, _, process = half.name.rpartition(".")
        if name == f".{path.name}" and process.isdecimal() and _has_ended(int(process)):
            half.unlink(missing_ok=True)


def _has_ended(process: int) -> bool:
    """Whether there is no such process; not known elsewhere than on POSIX."""
    try:
        if os.name == "posix":
            os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # another user's, or no process at all
        return False
    return False


def _sync_directory(directory: Path) -> None:
    """Let a file's new name, too, reach the disk."""
    if os.name == "posix":  # elsewhere a directory cannot be opened
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
