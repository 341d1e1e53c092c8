"""Reading of files that may be damaged or hostile: as many bytes as announced, or an error.

A data file can be cut off, taken for another, or made to fill the memory: a kilobyte can
announce gigabytes, or unpack to them. So a reader first says how many bytes it needs; it gets
exactly these, piece by piece as they really arrive, or a `DataError`; and nothing may follow.
Compressed data really can hold a thousand times their size, so there is a limit to their numbers.
"""

import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from minigan.base.errors import DataError

CHUNK = 1 << 20  # bytes asked for at once
MOST = 60_000_000  # numbers in compressed data (MNIST has 55 million): memory stays below 1 GiB
SMALL, DENSEST = 10_000_000, 32  # bytes beyond which a file may have more, and so many for each


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


def open_file(path: Path) -> BufferedReader:
    """The file, to be read; DataError of a pipe or a device, which may keep us waiting for good."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise DataError("cannot be read: it is no file, but a folder, a pipe or a device")
    return open(path, "rb")


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """The file's bytes, unpacked if it is gzipped, whatever its name says.

    Yields
    ------
    Stream
    """
    with open_file(path) as file:
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


def expect_fit(numbers: int, size: int) -> None:
    """Raise DataError if compressed data of so many bytes announce more numbers than is likely."""
    most = max(MOST, DENSEST * (size - SMALL))
    if numbers > most:
        raise DataError(
            f"expected at most {most:,} numbers in {size:,} bytes, got {numbers:,}; "
            "if they are meant, save them by numpy.save (.npy), which has no limit"
        )


def expect_sha256(found: str, expected: str, what: str) -> None:
    """Raise DataError unless a file has the SHA-256, in hexadecimal, of what it should be."""
    if found != expected:
        raise DataError(
            f"expected {what} (SHA-256 {expected[:12]}...), got other content ({found[:12]}...): "
            "damaged, or another data set"
        )


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes at a path as they are on the disc, in hexadecimal."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
