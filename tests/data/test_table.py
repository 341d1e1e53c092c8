"""Tables of numbers: pictures in rows, labels by name, and one line about all others."""

import numpy as np
import pytest

from minigan.base.errors import DataError
from minigan.data import load
from minigan.data.table import read_table
from minigan.data.user_images import read_user_images

from .helpers import written

PIXELS = np.arange(12 * 4).reshape(12, 4) * 5
LABELS = np.arange(12) % 3


def table(names=None, parted=",", columns=PIXELS, end="\n"):
    """The text of a table."""
    lines = [names] if names else []
    lines += [list(map(str, row)) for row in columns.tolist()]
    return end.join(parted.join(line) for line in lines).encode()


NAMES = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        table(),
        table(NAMES),
        table(['"a"', '"b"', '"c"', '"d"']),
        table(NAMES, ";"),
        table(NAMES, "\t"),
        table(None, " "),
        table(NAMES, end="\r\n") + b"\r\n",
        b"\xef\xbb\xbf" + table(NAMES),
        table(columns=PIXELS.astype(float)),
    ],
)
def test_a_row_is_a_picture_whatever_parts_its_numbers(text, tmp_path):
    values, labels = read_table(written(tmp_path / "a.csv", text))
    np.testing.assert_array_equal(values, PIXELS)
    assert labels is None


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("name", ["label", "Label", '"label"'])
def test_a_column_called_label_has_the_labels(place, name, tmp_path):
    names = [*NAMES[:place], name, *NAMES[place:]]
    columns = np.insert(PIXELS, place, LABELS, axis=1)
    data = load(written(tmp_path / "a.csv", table(names, columns=columns)))
    assert data.shape == (1, 2, 2)
    rows = np.rint(data.X * 255)
    np.testing.assert_array_equal(data.labels, LABELS[(rows[:, 0] // 20).astype(int)])
    np.testing.assert_array_equal(rows, PIXELS[(rows[:, 0] // 20).astype(int)])


@pytest.mark.parametrize(
    ("columns", "dtype"),
    [(PIXELS, "u1"), (PIXELS / 255, "f4"), (PIXELS // 5 % 2, "f4")],  # 0 and 1: black and white
)
def test_whole_numbers_are_bytes_unless_all_are_in_the_unit_interval(columns, dtype, tmp_path):
    pixels = read_user_images(written(tmp_path / "a.csv", table(columns=columns))).pixels
    assert pixels.dtype == dtype
    np.testing.assert_allclose(pixels, columns, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a,b\n", "expected rows of numbers, got none"),
        (b"1,2\n3\n", "row 2: expected 2 columns, as above it, got 1"),
        (b"1,2\n3,x\n", "row 2, column 2: expected a number, got 'x': take the row"),
        (b"a,b\n\n3,x\n", r"row 3, column 2 \(b\): expected a number, got 'x'"),
        (b"a,label\n3,cat\n", "got 'cat': labels are whole numbers; number the classes"),
        (b"0,1;0,2\n0,1;0,2\n", "row 1, column 1: .* got '0,1': write a point for the comma"),
        (b"# mine\n1,2\n", r"row 1: expected numbers, got a comment \(#\): take it away"),
        (b"1,2\n# mine\n3,4\n", r"row 2: expected numbers, got a comment"),
        (b",a,b\n0,1,2\n1,3,4\n", r"the first column has no name: .*index=False"),
        (b"1,2\n3,\xe9\n", "expected text in UTF-8, got the byte 0xe9: save as UTF-8"),
        ("1,2\n3,4\n".encode("utf-16"), "seems to be text in UTF-16: save as UTF-8"),
        (b"1,2\n3,\n", "row 2, column 2: expected a number, got none: fill it in"),
        (b"1,2\n3,256\n", r"numbers in \[0, 1\], got 1 to 256 \(or whole numbers from 0 to 255\)"),
        (b"1,2\n3,2.5\n", r"numbers in \[0, 1\], got 1 to 3"),
        (b"0,-1\n0,0\n", r"numbers in \[0, 1\], got -1 to 0"),
        (b"0,nan\n0,0\n", r"numbers in \[0, 1\], got nan"),
        (b"label,a\n0.5,1\n", "label: expected whole numbers, got 0.5; number the classes"),
        (b"1,2\n" * 2000 + b"3,\xff\n", "got the byte 0xff: save as UTF-8"),
        (
            table(list("0123")),
            "first row is 0, 1, 2 ...: a picture, or numbers of col",
        ),
        (table(columns=np.ones((3, 785))), "785 columns are a square and one more: call that of"),
    ],
)
def test_other_tables_are_refused_in_a_line(text, message, tmp_path):
    with pytest.raises(DataError, match=message) as caught:
        load(written(tmp_path / "a.csv", text))
    assert "\n" not in str(caught.value)
