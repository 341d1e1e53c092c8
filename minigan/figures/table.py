"""The table of a sweep: a file that grows by one line whenever a game has ended.

A sweep takes hours, and may be killed. What has ended must not be lost, so the file is
only ever added to, a whole line at a time, and each line is on the disk before the next
game's is written. A line is a JSON object that needs no other:

    {"experiment": "figure1", "minigan": "0.1.0", "setting": {"seed": 3, "k": 1},
     "results": {"jsd": 0.0021}, "seconds": 12.5}

with ``"error"`` in place of ``"results"`` if the game failed. Tables of two machines are
joined by putting one file behind the other.
"""

import json
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.files import expect_file
from minigan.base.version import __version__

Value = int | float | str | bool | None
CURE = "delete the line, and its game is played again"
LARGEST = int(sys.float_info.max)


class Game(NamedTuple):
    """One game of a sweep, with its setting."""

    setting: dict[str, Value]
    results: dict[str, Value]  # empty if the game failed
    error: str | None  # a line, if the game failed
    seconds: float  # that it took, which no two runs share


class Table:
    """The games of one experiment that have ended, in a file.

    Games of any settings stand in one table; each line says which. Games of another
    experiment or by another version of minigan do not: their numbers would be mixed up with
    numbers that mean something else, so such a file is refused, and left as it was.
    ``games`` are by `key` of the setting; where a setting is there twice, the first. If results
    are ``numbers`` alone, text among them is refused.
    """

    def __init__(self, path: Path, experiment: str, numbers: bool = False):
        self.path, self._numbers = path, numbers
        self._by = {"experiment": experiment, "minigan": __version__}
        self.games: dict[str, Game] = {}
        expect_file(path)
        if path.exists():
            self._read()

    def append(self, game: Game) -> None:
        """Add a game, on the disk too."""
        found = {"results": game.results} if game.error is None else {"error": game.error}
        row = {**self._by, "setting": game.setting, **found, "seconds": game.seconds}
        try:
            with open(self.path, "ab") as file:
                file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written: {error.strerror}") from error
        self.games[key(game.setting)] = game

    def _read(self) -> None:
        """Read the games; a last line that is not whole, of a sweep that was killed, is cut off."""
        try:
            with open(self.path, "r+b") as file:
                content = file.read()
                whole = content.rfind(b"\n") + 1
                for number, line in enumerate(content[:whole].splitlines(), 1):
                    game = self._game(line, number)
                    self.games.setdefault(key(game.setting), game)
                if whole < len(content):
                    file.truncate(whole)
        except OSError as error:
            reason = f"expected a file that can be read and written ({error.strerror})"
            raise InputError(f"{self.path}: {reason}") from error

    def _game(self, line: bytes, number: int) -> Game:
        """The game of a line."""
        try:
            row = json.loads(line)
            by = {name: row[name] for name in self._by}
            setting, error = plain("setting", row["setting"]), row.get("error")
            results = plain("results", row["results"]) if error is None else {}
            game = Game(setting, results, error and str(error), float(row["seconds"]))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise InputError(f"{self.path}: line {number} is no game of a sweep: {CURE}") from error
        if by != self._by:
            ours, theirs = (
                f"games of {o['experiment']} by minigan {o['minigan']}" for o in (self._by, by)
            )
            raise InputError(
                f"{self.path}: expected {ours}, found {theirs}; take another directory"
            )
        texts = [name for name, value in results.items() if isinstance(value, str)]
        if self._numbers and texts:
            got = f"{texts[0]}: expected a number, got {results[texts[0]]!r:.50}"
            raise InputError(f"{self.path}: line {number}: {got}: {CURE}")
        return game


def key(setting: Mapping[str, Value]) -> str:
    """Text by which two plain settings are the same or not, in any order; 1 is not 1.0 or True."""
    return json.dumps(setting, sort_keys=True)


def plain(where: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """The same values as Python's own, which JSON gives back bit for bit.

    A number that is not finite, which JSON cannot write, becomes None. Anything but numbers,
    strings, booleans and None by name is an `InputError`, which calls the values ``where``.
    """
    if not isinstance(values, Mapping):
        raise InputError(f"{where}: expected a dict, got {type(values).__name__}")
    found = {}
    for name, value in values.items():
        if not isinstance(name, str):
            raise InputError(f"{where}: expected strings as names, got {name!r}")
        if isinstance(value, np.generic):
            value = value.item()
        if not (value is None or isinstance(value, bool | int | float | str)):
            expected = "expected a number, a string, a boolean or None"
            raise InputError(f"{where}: {name}: {expected}, got {value!r:.50}")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise InputError(f"{where}: {name}: expected a number that a float can hold")
        is_finite = not isinstance(value, float) or math.isfinite(value)
        found[name] = value if is_finite else None
    return found
