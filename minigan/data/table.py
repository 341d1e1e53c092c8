"""Tables of numbers as text (.csv): a picture in each row, a header or none.

A column that the header calls ``label`` has whole numbers, the labels. Columns are parted by
commas, semicolons, tabs or spaces. A text has no checksum: a changed digit is not noticed.
"""

import csv
import math
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import open_file, reading

LABEL = "label"
COMMA = re.compile(r"[-+]?\d+,\d+")  # as many countries write decimals
COMMENT = "expected numbers, got a comment (#): take it away"


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Numbers (images, pixels), float32, and labels (images,), int64, if the header names them."""
    with reading(path, "expected a table of numbers", (ValueError, csv.Error)):
        with open_file(path) as binary, _in_utf8():
            first = binary.readline().decode("utf-8-sig")
        delimiter = next((it for it in ";\t," if it in first), None)
        names = _fields(first, delimiter)
        has_header = not all(_is_number(name) or COMMA.fullmatch(name) for name in names)
        if first.startswith("#"):
            raise DataError(f"row 1: {COMMENT}")
        if len(names) > 1 and not names[0].strip():
            raise DataError(
                "the first column has no name: is it an index, as pandas writes it? Save the table "
                "by to_csv(..., index=False)"
            )
        if names == list(map(str, range(len(names)))) != ["0"]:
            raise DataError(
                "the first row is 0, 1, 2 ...: a picture, or numbers of columns as pandas writes "
                "them? Take it away, or put a row of names above it"
            )
        values = _numbers(path, delimiter, names if has_header else None)
        if values.size == 0:
            raise DataError("expected rows of numbers, got none")
        names = [name.strip().lower() for name in names] if has_header else []
        if LABEL in names:
            column = names.index(LABEL)
            return np.delete(values, column, axis=1), _labels(values[:, column])
        pixels = values.shape[1]
        if math.isqrt(pixels - 1) ** 2 == pixels - 1 > 1:
            raise DataError(
                f"{pixels} columns are a square and one more: call that of labels {LABEL!r} in a "
                "header, and leave others out"
            )
    return values, None


@contextmanager
def _in_utf8() -> Iterator[None]:
    """Make a DataError of bytes that are not text."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise DataError(
            f"expected text in UTF-8, got the byte {error.object[error.start]:#x}: save as UTF-8"
        ) from error


def _numbers(path: Path, delimiter: str | None, header: list[str] | None) -> np.ndarray:
    """The numbers of a table, shape (rows, columns), below its header if it has one."""
    with open(path, encoding="utf-8-sig") as file, warnings.catch_warnings(), _in_utf8():
        warnings.simplefilter("ignore")  # NumPy's, that there is nothing in it
        try:
            return np.loadtxt(
                file,
                np.float32,
                comments=None,
                delimiter=delimiter,
                skiprows=int(header is not None),
                quotechar='"',
                ndmin=2,
            )
        except UnicodeDecodeError:
            raise
        except ValueError as error:
            file.seek(0)
            rows = ((row, _fields(line, delimiter)) for row, line in enumerate(file, 1))
            raise DataError(_first_fault(rows, header) or str(error)) from error


def _fields(line: str, delimiter: str | None) -> list[str]:
    return line.split() if delimiter is None else next(csv.reader([line], delimiter=delimiter), [])


def _first_fault(rows: Iterable[tuple[int, list[str]]], header: list[str] | None) -> str | None:
    """The first thing that is wrong in rows, counted from 1 as by an editor; None if none is."""
    width = None
    for row, fields in rows:
        if not fields or (header is not None and row == 1):
            continue
        if fields[0].startswith("#"):
            return f"row {row}: {COMMENT}"
        width = width or len(fields)
        if len(fields) != width:
            return f"row {row}: expected {width} columns, as above it, got {len(fields)}"
        for column, text in enumerate(fields, 1):
            if not text.strip() or not _is_number(text):
                name = header[column - 1] if header and column <= len(header) else ""
                where = f"row {row}, column {column}" + (f" ({name})" if name else "")
                return f"{where}: expected a number, {_cure(text.strip(), name)}"
    return None


def _cure(text: str, name: str) -> str:
    if not text:
        return "got none: fill it in, or leave the row out"
    if COMMA.fullmatch(text):
        return f"got {text!r}: write a point for the comma"
    if name.strip().lower() == LABEL:
        return f"got {text!r}: labels are whole numbers; number the classes"
    return f"got {text[:40]!r}: take the row or the column away"


def _labels(values: np.ndarray) -> np.ndarray:
    if not (np.isfinite(values) & (values == np.rint(values))).all():
        wrong = values[~(np.isfinite(values) & (values == np.rint(values)))][0]
        raise DataError(f"{LABEL}: expected whole numbers, got {wrong:g}; number the classes")
    return values.astype(np.int64)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
