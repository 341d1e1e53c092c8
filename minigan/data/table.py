"""Tables of numbers as text (.csv): a picture in each row, a header or none.

A column that the header calls ``label`` has whole numbers, the labels. Columns are parted by
commas, semicolons, tabs or spaces. A text has no checksum: a changed digit is not noticed.
"""

import csv
import math
import warnings
from pathlib import Path

import numpy as np

from minigan.base.errors import DataError
from minigan.data.bounded import open_file, reading

LABEL = "label"


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Numbers (images, pixels), float32, and labels (images,), int64, if the header names them."""
    with reading(path, "expected a table of numbers", (ValueError, csv.Error)):
        with open_file(path) as binary:
            first = binary.readline().decode("utf-8-sig")
        delimiter = next((it for it in ",;\t" if it in first), None)
        names = next(csv.reader([first], delimiter=delimiter or " "), [])
        has_header = not all(map(_is_number, names))
        if names == list(map(str, range(len(names)))) != ["0"]:
            raise DataError(
                "the first row is 0, 1, 2 ...: a picture, or numbers of columns as pandas writes "
                "them? Take it away, or put a row of names above it"
            )
        with open(path, encoding="utf-8-sig") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's, that there is nothing in it
            values = np.loadtxt(
                file,
                np.float32,
                comments=None,
                delimiter=delimiter,
                skiprows=int(has_header),
                quotechar='"',
                ndmin=2,
            )
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


def _labels(values: np.ndarray) -> np.ndarray:
    if not (np.isfinite(values) & (values == np.rint(values))).all():
        raise DataError(f"{LABEL}: expected whole numbers, got others")
    return values.astype(np.int64)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
