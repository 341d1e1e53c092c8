"""A run's table: one line of JSON for each epoch, whole and on the disk before the next begins."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from minigan.errors import InputError
from minigan.files import write_whole

NAME = "log.jsonl"


class Log:
    """The table of a run.

    Parameters
    ----------
    directory : pathlib.Path
        Of the run.
    step : int
        Where the run begins or goes on: lines of later steps are dropped, for their epochs
        will be played again.
    """

    def __init__(self, directory: Path, step: int):
        self._path = directory / NAME
        kept = [line for line in read_log(directory) if line["step"] <= step]
        text = "".join(json.dumps(line) + "\n" for line in kept)
        write_whole(self._path, lambda file: file.write(text.encode()))

    def append(self, line: dict[str, Any]) -> None:
        """Add a line; what is not finite becomes null."""
        plain = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in line.items()
        }
        with open(self._path, "ab") as file:
            file.write((json.dumps(plain) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())


def read_log(directory: Path) -> list[dict[str, Any]]:
    """The lines of a run's table, without a last one that was cut off.

    Parameters
    ----------
    directory : pathlib.Path

    Returns
    -------
    list of dict
        Empty if there is no table yet.

    Raises
    ------
    InputError
        If a line in the middle is not JSON, or has no step.
    """
    path = Path(directory) / NAME
    if not path.exists():
        return []
    lines, found = path.read_bytes().split(b"\n"), []
    for number, line in enumerate(lines[:-1], 1):  # what follows the last end of line is half
        try:
            found.append(json.loads(line))
            found[-1]["step"] + 0
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{path}, line {number}: expected JSON with a step") from error
    return found
