"""A run's table: one line of JSON for each epoch, whole and on the disk before the next begins."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from minigan.base.errors import InputError
from minigan.base.files import write_whole
from minigan.runs.means import NAMES

NAME = "log.jsonl"
COLUMNS = ("epoch", "step", "seconds", *NAMES)  # of each line; those with a look have two more


class Log:
    """The table of a run.

    Parameters
    ----------
    directory : pathlib.Path
        Of the run.
    epochs : int, optional
        With how many the run goes on: lines of later epochs, which will be played again, are
        dropped. By default a new run begins.

    Raises
    ------
    InputError
        If there is a table where a new run begins, it is damaged, or it cannot be written.
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
        """Add a line; what is not finite becomes null.

        Raises
        ------
        InputError
            If it cannot be written. Half a line may be there then, which no reader takes.
        """
        try:
            with open(self._path, "ab") as file:
                file.write(_text(line).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from error


def read_log(directory: Path) -> list[dict[str, Any]]:
    """The lines of a run's table, without a last one that was cut off.

    Parameters
    ----------
    directory : pathlib.Path

    Returns
    -------
    list of dict
        Each with `COLUMNS`, and after a look ``valid_log_likelihood`` and ``sigma``. Empty if
        there is no table yet.

    Raises
    ------
    InputError
        If it cannot be read, or a line is not one of a run.
    """
    path = Path(directory) / NAME
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return [_line(path, *numbered) for numbered in enumerate(lines[:-1], 1)]  # the last is half


def _line(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text)
        is_one = set(COLUMNS) <= line.keys() and all(
            value is None or isinstance(value, int | float) for value in line.values()
        )
    except (ValueError, AttributeError, RecursionError):
        is_one = False
    if not is_one or None in (line["epoch"], line["step"]):
        raise InputError(f"{path}, line {number}: expected numbers {', '.join(COLUMNS)} in JSON")
    return line


def _text(line: dict[str, Any]) -> str:
    plain = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in line.items()
    }
    return json.dumps(plain) + "\n"
