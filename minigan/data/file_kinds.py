"""Kinds of files, told by their first bytes: those that are read, and what others seem to be."""

import re
import zipfile
import zlib
from codecs import getincrementaldecoder
from pathlib import Path

from minigan.base.errors import DataError
from minigan.data.bounded import open_file, opened

HEAD = 4096  # bytes that are looked at
READABLE = "a .npy, .npz, .mat (version 5), .csv or idx file, or a folder of pictures"

IDX_TYPES = tuple(bytes([kind]) for kind in range(8, 15))
CIFAR_RECORD = 3073  # bytes
SEEMS = "seems to be"
PICTURE = "a single picture: give the folder that it is in"
HDF5 = "HDF5, or .mat of version 7.3: save it by MATLAB's save -v7, or by numpy.save"
PICKLE = (
    "a pickle, which is never read, as it can run anything: save its arrays by numpy.save "
    "(of CIFAR-10 the binary version is read: minigan data fetch cifar10)"
)
FOREIGN = {
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"BM": PICTURE,
    b"P5": PICTURE,
    b"P6": PICTURE,
    b"GIF8": "a GIF: save it as PNG, into a folder",
    b"RIFF": "a WebP picture, or sound: save pictures as PNG, into a folder",
    b"II*\0": "a TIFF: save it as PNG, into a folder",
    b"MM\0*": "a TIFF: save it as PNG, into a folder",
    b"\x89HDF": HDF5,
    b"MATLAB 7.3": HDF5,
    **{b"\x80%c" % version: PICKLE for version in range(2, 6)},
    b"\xfd7zXZ": "packed by xz: unpack it first",
    b"BZh": "packed by bzip2: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it, and give what is in it",
    b"Rar!": "a RAR archive: unpack it, and give what is in it",
    b"PAR1": "a Parquet table: save its pictures by numpy.save",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls), or another of Office: save as CSV",
    b"\xff\xfe": "text in UTF-16: save as UTF-8",
    b"\xfe\xff": "text in UTF-16: save as UTF-8",
    b"%PDF": "a PDF",
    b"version https://git-lfs": "a pointer of Git LFS: run git lfs pull",
    b"<": "a web page (HTML) or XML: a download that went wrong?",
    b"{": "JSON",
    b"[": "JSON",
}


def kind_of(path: Path) -> str:
    """One of the kinds that are read; DataError says what another file seems to be."""
    with open_file(path) as file:
        head = file.read(HEAD)
    if head[:2] == b"\x1f\x8b":
        return _gzipped(path)
    if kind := _known(head, path.suffix.lower()):
        return kind
    names = _zipped(path) if head[:2] == b"PK" else []
    if any(name.endswith(".npy") for name in names):
        return "npz"
    what = _archive(names) if head[:2] == b"PK" else _foreign(head)
    if path.suffix.lower() == ".bin" and path.stat().st_size % CIFAR_RECORD == 0 and head:
        what = (
            "of CIFAR-10's binary version: name cifar10 or cifar10-part, and --data-dir its folder"
        )
    raise DataError(f"expected {READABLE}; this {SEEMS} {what}")


def seems_to_be(path: Path) -> str:
    """A file's kind in a few words, whether it is read or not."""
    try:
        return kind_of(path)
    except DataError as error:
        return str(error).rpartition(f"{SEEMS} ")[2]


def _known(head: bytes, suffix: str) -> str | None:
    """Kind of a file that is read, by its first bytes and, of a table, its name."""
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"MATLAB 5"):
        return "mat"
    if head[:2] == b"\0\0" and head[2:3] in IDX_TYPES:
        return "idx"
    text, is_named_so = _text(head), suffix in (".csv", ".tsv")
    if is_named_so and not text and head and b"\0" not in head:
        return "csv"  # in another encoding, as its reader says
    is_table = re.match(r'"?[-+.]?\d', text) or is_named_so
    return "csv" if text and text[0] not in "<{[" and is_table else None


def _gzipped(path: Path) -> str:
    """Kind of what is in a gzipped file, of which only idx is read."""
    try:
        with opened(path) as stream:
            head = stream.read(HEAD)
    except (OSError, EOFError, zlib.error):
        return "idx"  # whose reader says how it is damaged
    kind = _known(head, "")
    if kind == "idx":
        return "idx"
    inside = f"{kind}: unpack it first" if kind else _foreign(head)
    raise DataError(f"expected {READABLE}; this is gzipped, and {SEEMS} {inside}")


def _zipped(path: Path) -> list[str]:
    """Names in a zip archive; DataError if it is cut off."""
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(
            f"expected {READABLE}; this {SEEMS} a zip archive (.npz, .xlsx) "
            "that is cut off or damaged: copy or download it again"
        ) from error


def _archive(names: list[str]) -> str:
    if "xl/workbook.xml" in names or "content.xml" in names:
        return "a spreadsheet (.xlsx, .ods): save as CSV"
    if not names:
        return "an empty zip archive or .npz: there are no arrays in it"
    is_torch = any(name.endswith("data.pkl") for name in names)
    return f"a file of PyTorch, {PICKLE}" if is_torch else "a zip archive: unpack it first"


def _foreign(head: bytes) -> str:
    """Name of the format that a file seems to have, for one that is not read."""
    if not head:
        return "empty"
    if head[257:262] == b"ustar":
        return "a tar archive: unpack it first"
    text = _text(head)
    for start, what in FOREIGN.items():
        if head.startswith(start) or text.encode().startswith(start):
            return what
    if text:
        return f"text, which begins with {text[:20]!r}"
    return f"of no kind that is known, and begins with {head[:4].hex(' ')}"


def _text(head: bytes) -> str:
    """The first bytes of a file as text; none if they are something else."""
    try:
        text = getincrementaldecoder("utf-8-sig")().decode(head)  # the last letter may be cut off
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text.strip()
