"""Whether two runs of a page say the same: what build.py --check, and CI, hold pages to.

What is printed is compared as text and numbers. The text between the numbers must be the same, but
for the width of spaces. Of two numbers,

- whole ones (counts) must be equal;
- others may differ by one in the last place that is printed, or by 0.1 %: rounding;
- two below 1e-7 are taken for equal: they are what rounding left of 0;
- durations (a number before s, ms or min) and versions (2.4.6) are whatever they are here.

A picture is compared by what it draws (drawn.py): places may differ by 5 % of the axes. What is
written in it, and its description for those who do not see it, are text as above.

Rounding differs between processors (arithmetic.py), and a long game makes much of little. So a cell
may state how far its numbers move, in a line under ``{code-cell}``: after ``:tolerance: 30% 0.6``
all numbers may differ by 30 %, or by 0.6, and places in a picture by 30 % of the axes. What the
page says of the cell must hold all over that range, or stand in it as an ``assert``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the documentation's tests compare texts, and need no notebooks
    from nbformat import NotebookNode

ROUNDED, OF_AXES, ZERO = 1e-3, 0.05, 1e-7
NUMBER = re.compile(r"(?<!\w)(?<!\w\.)[-+]?\d+(?:,\d{3})*(?:\.\d*)?(?:e[-+]?\d+)?")
LEFT_OUT = re.compile(r"\d+(?:\.\d+){2,}|[\d.,]+ (?:s|ms|min)\b")  # versions, durations
PARTS = ("alt", "drawn", "written")  # of a picture, see drawn.py


class Tolerance(NamedTuple):
    """How far numbers may differ: as a part of the larger one, and whatever its size."""

    relative: float = 0.0
    absolute: float = 0.0


EXACT = Tolerance()


def differences(stored: NotebookNode, fresh: NotebookNode) -> list[str]:
    """The first difference in each part of each cell's output; the cells are the same."""
    found = []
    for i, (one, other) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if one.cell_type == "code":
            stated = tolerance(str(one.metadata.get("tolerance", "")))
            places = Tolerance(absolute=max(OF_AXES, stated.relative))
            for (part, here), (_, there) in zip(outputs(one), outputs(other), strict=True):
                said = difference(here, there, places if part == "drawn" else stated)
                found += [f"cell {i}, {part}: {said}"] if said else []
    return found


def tolerance(stated: str) -> Tolerance:
    """That of "30% 0.6", where either may be missing."""
    relative = [float(word[:-1]) / 100 for word in stated.split() if word.endswith("%")]
    absolute = [float(word) for word in stated.split() if not word.endswith("%")]
    return Tolerance(sum(relative), sum(absolute))


def outputs(cell: NotebookNode) -> list[tuple[str, str]]:
    """What a cell has printed, and of all its pictures each part."""
    printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
    about = [o.metadata.get("image/png", {}) for o in cell.outputs if "metadata" in o]
    parts = {part: "\n".join(each.get(part, "?") for each in about) for part in PARTS}
    return [("printed", printed), *parts.items()]


def difference(stored: str, fresh: str, allowed: Tolerance = EXACT) -> str:
    """The first difference between two texts, in words; empty if there is none."""
    here, there = stored.splitlines(), fresh.splitlines()
    for one, other in zip(here, there, strict=False):
        (words, numbers), (others, other_numbers) = _split(one), _split(other)
        if words != others:
            return f"stored is {one.strip()!r}, got {other.strip()!r}"
        for a, b in zip(numbers, other_numbers, strict=True):
            if not _close(a, b, allowed):
                return f"stored is {a}, got {b}, in {one.strip()[:80]!r}"
    return "" if len(here) == len(there) else f"stored are {len(here)} lines, got {len(there)}"


def _split(line: str) -> tuple[list[str], list[str]]:
    """The words of a line, with # for each number, and the numbers."""
    line = LEFT_OUT.sub("~", line)
    return NUMBER.sub(" # ", line).split(), [n.replace(",", "") for n in NUMBER.findall(line)]


def _close(one: str, other: str, allowed: Tolerance) -> bool:
    a, b = float(one), float(other)
    larger, rounding = max(abs(a), abs(b)), 0.0
    if not (one.lstrip("+-").isdigit() and other.lstrip("+-").isdigit()):
        rounding = max(ROUNDED * larger, 1.01 * min(_last_place(one), _last_place(other)))
    most = max(allowed.relative * larger, allowed.absolute, rounding)
    return abs(a - b) <= most or larger < ZERO


def _last_place(number: str) -> float:
    """0.01 for 2.50, and 1e-9 for 2.5e-8."""
    digits, _, exponent = number.partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
