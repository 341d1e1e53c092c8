"""Reading of files that may be damaged or hostile: as many bytes as announced, or an error.

A data file can be cut off, taken for another, or made to fill the memory: a kilobyte can
announce gigabytes, or unpack to them. So a reader first says how many bytes it needs; it gets
exactly these, piece by piece as they really arrive, or a `DataError`; and nothing may follow.
"""

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
    """A source of bytes."""

    def read(self, count: int, /) -> bytes:
        """At most ``count`` bytes; none at the end."""
        ...


@contextmanager
def reading(
    path: Path, otherwise: str = "", foreign: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Make one `DataError`, which begins with the file's name, of all that goes wrong inside.

    ``otherwise`` is what it says of ``foreign`` errors: those of another library's reader.

    Yields
    ------
    None
    """
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except foreign as error:
        line = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: {otherwise}: {line}") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read: {reason}") from error


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """The file's bytes, unpacked if it is gzipped, whatever its name says.

    Yields
    ------
    Stream
    """
    with open(path, "rb") as file:
        is_gzipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield gzip.GzipFile(fileobj=file) if is_gzipped else file


def read_exactly(stream: Stream, count: int) -> bytearray:
    """The next ``count`` bytes, or a DataError if the stream ends before."""
    data = bytearray()  # memory for the bytes that arrive, not for those that were announced
    while len(data) < count:
        piece = stream.read(min(CHUNK, count - len(data)))
        if not piece:
            raise DataError(f"ends too early: expected {count} more bytes, got {len(data)}")
        data += piece
    return data


def expect_end(stream: Stream) -> None:
    """Raise DataError if more follows; of compressed data, this also checks the checksum."""
    if stream.read(1):
        raise DataError("goes on after the end that it announced")


def expect_sha256(found: str, expected: str, what: str) -> None:
    """Raise DataError unless a file has the SHA-256, in hexadecimal, of what it should be."""
    if found != expected:
        raise DataError(
            f"expected {what} (SHA-256 {expected[:12]}...), got other content ({found[:12]}...): "
            "damaged, or another data set"
        )


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes at a path as they are on the disc, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
