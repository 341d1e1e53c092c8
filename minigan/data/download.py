"""Downloads that are checked: from the first mirror that has the very file, or not at all.

What has arrived is kept beside its place as ``NAME.part``; if the connection breaks, or one
presses Ctrl-C, the next attempt goes on from there. The file gets its name only when its
SHA-256 is right (pooch sees to that), so a half or a false one is never read.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minigan.base.errors import DataError
from minigan.base.files import writable_directory
from minigan.data.bounded import expect_sha256, file_sha256, reading

CHUNK = 1 << 16  # bytes
MOST = 1 << 26  # bytes of a file whose size is not known
PATIENCE = 30  # seconds without a word from the server

Progress = Callable[..., Iterable]
"""(iterable, total, unit) -> the same iterable, while it shows how far one is."""


@dataclass(frozen=True)
class Download:
    """A file that is known to the byte, and its mirrors, tried in their order."""

    file: str
    size: int | None  # in bytes; None if only the checksum has been published
    sha256: str  # in hexadecimal
    urls: tuple[str, ...]


def download(item: Download, directory: Path, progress: Progress | None = None) -> Path:
    """Get a file from the first mirror that has it; one that is there already is checked.

    DataError if it has other content (it is left alone), or if no mirror has the file; the message
    says which were tried, and what each of them answered.
    """
    path = writable_directory(directory) / item.file
    if path.exists():
        with reading(path):
            expect_sha256(file_sha256(path), item.sha256, f"the original {item.file}")
        return path
    failures = []
    part = path.with_name(f"{path.name}.part")
    for url in item.urls:
        was_resumed = part.exists()
        reason = _attempt(url, item, path, part, progress)
        if reason and was_resumed and not part.exists():  # what had been kept was wrong
            reason = _attempt(url, item, path, part, progress)
        if reason is None:
            return path
        failures.append(f"{url} ({reason})")
    raise DataError(
        f"{item.file}: no mirror gave it: {', '.join(failures)}; "
        f"get it elsewhere and put it into {directory}"
    )


def _attempt(
    url: str, item: Download, path: Path, part: Path, progress: Progress | None
) -> str | None:
    """Try one mirror: None if the file is there now, or what went wrong in a few words."""
    import pooch  # needed to fetch, not to read
    import requests
    import urllib3

    def downloader(url: str, output_file: str, pooch: Any) -> None:
        _resume(url, item, part, progress)
        os.replace(part, output_file)

    pooch.get_logger().setLevel("WARNING")
    known = f"sha256:{item.sha256}"
    try:
        pooch.retrieve(url, known, fname=path.name, path=path.parent, downloader=downloader)
    except DataError as error:
        return str(error)
    except requests.HTTPError as error:
        return str(error).partition(" for url")[0]  # "404 Client Error: Not Found"
    except requests.RequestException as error:
        return f"no connection: {type(error).__name__}"
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    except urllib3.exceptions.HTTPError:
        return "the connection broke off"
    except ValueError:  # pooch's; it has removed the file
        return "its SHA-256 is wrong"
    return None


def _resume(url: str, item: Download, part: Path, progress: Progress | None) -> None:
    """Download the file into ``part``, from where an earlier attempt was cut off."""
    import requests

    start = part.stat().st_size if part.exists() and item.size else 0
    if item.size is None or start < item.size:
        # Some servers would pack the file once more; its own packing is to arrive as it is.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with requests.get(url, headers=headers, stream=True, timeout=PATIENCE) as answer:
            answer.raise_for_status()
            _receive(answer, item.size, start, part, progress)
    got = part.stat().st_size
    if got > (item.size or MOST):
        part.unlink()
        raise DataError(f"expected {item.size or MOST} bytes, got more")
    if item.size and got < item.size:
        raise DataError(f"expected {item.size} bytes, got {got}")


def _receive(
    answer: Any, expected: int | None, start: int, part: Path, progress: Progress | None
) -> None:
    """Write what arrives behind what is there, or afresh if the server sends all of it."""
    sent_from = answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")
    start = start if answer.status_code == 206 and sent_from else 0
    size = expected
    if (length := answer.headers.get("Content-Length", "")).isdigit():
        size = start + int(length)
        if expected not in (None, size):
            raise DataError(f"expected {expected} bytes, announced are {size}")
    pieces = answer.raw.stream(CHUNK, decode_content=False)
    if progress is not None:
        pieces = progress(pieces, size and -(-(size - start) // CHUNK), f" x {CHUNK >> 10} kB")
    with open(part, "ab" if start else "wb") as file:
        for piece in pieces:
            file.write(piece)
            if file.tell() > (expected or MOST):
                break
