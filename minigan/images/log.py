"""A run's table: one line of JSON for each epoch, whole and on the disk before the next begins.

A line has means over the steps of its epoch. On a GPU a record is a promise, and to ask for it
means to wait. So records are put by, and read many at a time; added up they are one after
another, so that it does not matter when.
"""

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.files import write_whole
from minigan.base.states import expect_like
from minigan.game.records import Record

NAME = "log.jsonl"
MEANS = ("J_D", "J_G", "real_accuracy", "fake_accuracy")
# Of each line; those with a look have also valid_log_likelihood and sigma.
COLUMNS = ("epoch", "step", "seconds", *MEANS)
AT_ONCE = 100  # records read together


class Means:
    """Running means of `MEANS` over the ``count`` steps of an epoch so far; saved with the game."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin again."""
        self.count, self._sums = 0, np.zeros(len(MEANS))
        self._unread: list[Record] = []

    def add(self, record: Record) -> None:
        """Take a step's record in."""
        self.count += 1
        self._unread.append(record)
        if len(self._unread) == AT_ONCE:
            self._read()

    def values(self) -> dict[str, float]:
        """The means by name, after one step or more.

        Raises NonFiniteError on a GPU, if a cost or a gradient among the records was not finite.
        """
        self._read()
        return dict(zip(MEANS, (self._sums / self.count).tolist(), strict=True))

    def state(self) -> dict[str, Any]:
        """``count`` and ``sums``, for a checkpoint."""
        self._read()
        return {"count": self.count, "sums": self._sums.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken; of another state nothing is taken."""
        expect_like("means", state, self.state())
        self.clear()
        self.count, self._sums = state["count"], state["sums"].copy()

    def _read(self) -> None:
        for record in self._unread:
            self._sums += [record[name] for name in MEANS]
        self._unread = []


class Log:
    """The table of the run in a directory, to write to: a new one by default.

    Otherwise the run goes on with so many ``epochs``; lines of later ones are dropped.
    """

    def __init__(self, directory: Path, epochs: int | None = None):
        self._path = directory / NAME
        lines = read_log(directory)
        if epochs is None and lines:
            raise InputError(
                f"{self._path}: expected no table where a new run begins, got one of "
                f"{len(lines)} epochs: take another directory"
            )
        text = "".join(_text(line) for line in lines if line["epoch"] <= (epochs or 0))
        write_whole(self._path, lambda file: file.write(text.encode()))

    def append(self, line: dict[str, Any]) -> None:
        """Add a line, in which null stands for what is not finite."""
        try:
            with open(self._path, "ab") as file:
                file.write(_text(line).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from error


def read_log(directory: Path) -> list[dict[str, Any]]:
    """The lines of a run's table, without a last one that was cut off; none without a table."""
    path = Path(directory) / NAME
    try:
        texts = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    lines = []
    for number, text in enumerate(texts[:-1], 1):  # the last is half
        try:
            line = json.loads(text)
            is_one = set(COLUMNS) <= line.keys() and None not in (line["epoch"], line["step"])
            is_one &= all(isinstance(value, int | float | None) for value in line.values())
        except (ValueError, AttributeError, RecursionError):
            is_one = False
        if not is_one:
            expected = f"expected numbers {', '.join(COLUMNS)} in JSON"
            raise InputError(f"{path}, line {number}: {expected}")
        lines.append(line)
    return lines


def _text(line: dict[str, Any]) -> str:
    def is_nan(value: Any) -> bool:
        return isinstance(value, float) and not math.isfinite(value)

    return json.dumps({key: None if is_nan(v) else v for key, v in line.items()}) + "\n"
