"""A run's table: one line of JSON for each epoch, whole and on the disk before the next begins.

Checkpoints have its lines too. So a table that was lost or changed is whole again when the run
goes on, as it does from a checkpoint alone.

A line has means over the steps of its epoch. On a GPU a record is a promise, and to ask for it
means to wait. So records are put by, and read many at a time; added up they are one after
another, so that it does not matter when.
"""

import itertools
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.files import expect_file, write_whole
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

    Otherwise the run goes on from a checkpoint with the ``saved`` lines: the table is what they
    are, and lines of later epochs are dropped. ``remark`` is a line that says what of the saved
    ones was not in the file, if anything.
    """

    def __init__(self, directory: Path, saved: np.ndarray | None = None):
        self._path, self.remark = directory / NAME, None
        if saved is None:
            if lines := read_log(directory):
                raise InputError(
                    f"{self._path}: expected no table where a new run begins, got one of "
                    f"{len(lines)} epochs: take another directory"
                )
            self._text = b""
        else:
            self._text = saved.tobytes()
            self.remark = self._lost()
        write_whole(self._path, lambda file: file.write(self._text))

    def append(self, line: dict[str, Any]) -> None:
        """Add a line, in which null stands for what is not finite."""
        text = _text(line).encode()
        try:
            with open(self._path, "ab") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from error
        self._text += text

    def state(self) -> np.ndarray:
        """The bytes of all lines, for a checkpoint."""
        return np.frombuffer(self._text, np.uint8)

    def _lost(self) -> str | None:
        """A line about those of the saved lines that the file has not, or not in their order."""
        there = self._path.read_bytes() if self._path.is_file() else b""
        if there.startswith(self._text):
            return None
        saved, found = self._text.splitlines(), there.splitlines()
        pairs = enumerate(itertools.zip_longest(saved, found[: len(saved)]), 1)
        lost = [epoch for epoch, (line, other) in pairs if line != other]
        return (
            f"{self._path}: expected epochs 1 to {len(saved)}, got a table in which "
            f"{len(lost)} of them, from {lost[0]} to {lost[-1]}, are missing or changed; "
            "all are written again from the checkpoint"
        )


def read_log(directory: Path) -> list[dict[str, Any]]:
    """The lines of a run's table, without a last one that was cut off; none without a table."""
    path = Path(directory) / NAME
    expect_file(path)
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
