"""Reading files that strangers wrote: never more than announced, and never half of it.

A data file can be cut off, taken for another, or made to fill the memory: a kilobyte can
announce gigabytes, or unpack to them. So a reader first says how many bytes it needs; it gets
exactly these, piece by piece as they really arrive, or a `DataError`; and nothing may follow.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from minigan.base.errors import DataError

CHUNK = 1 << 20  # bytes asked for at once
DENSEST = 1032  # bytes that a byte of deflated data can unpack to, at most


class Stream(Protocol):
    """Whatever bytes can be read from."""

    def read(self, count: int, /) -> bytes:
        """At most ``count`` bytes; none at the end."""
        ...


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Make one `DataError`, which begins with the file's name, of all that goes wrong inside.

    Parameters
    ----------
    path : pathlib.Path
        What the message calls the file.

    Yields
    ------
    None

    Raises
    ------
    DataError
        If the file cannot be read or its compression is damaged.
    """
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read: {reason}") from error


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """The file's bytes, unpacked if it is gzipped, whatever its name says.

    Parameters
    ----------
    path : pathlib.Path

    Yields
    ------
    Stream
    """
    with open(path, "rb") as file:
        is_gzipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not is_gzipped:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield unpacked


def read_exactly(stream: Stream, count: int) -> bytearray:
    """The next ``count`` bytes.

    Parameters
    ----------
    stream : Stream
    count : int
        Memory is taken for the bytes that arrive, not for those that were announced.

    Returns
    -------
    bytearray
        Of that length.

    Raises
    ------
    DataError
        If the stream ends before.
    """
    data = bytearray()
    while len(data) < count:
        piece = stream.read(min(CHUNK, count - len(data)))
        if not piece:
            raise DataError(f"ends too early: expected {count} more bytes, got {len(data)}")
        data += piece
    return data


def expect_end(stream: Stream) -> None:
    """Look that nothing follows in a stream; of compressed data, this also checks the checksum.

    Raises
    ------
    DataError
        If there is more.
    """
    if stream.read(1):
        raise DataError("goes on after the end that it announced")


def expect_sha256(found: str, expected: str, what: str) -> None:
    """Hold a file's fingerprint against the one that is known.

    Parameters
    ----------
    found, expected : str
        SHA-256 in hexadecimal.
    what : str
        What the file should have been.

    Raises
    ------
    DataError
        If they differ.
    """
    if found != expected:
        raise DataError(
            f"expected {what} (SHA-256 {expected[:12]}...), got other content ({found[:12]}...): "
            "damaged, or another data set"
        )


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes at a path as they are on the disc, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
