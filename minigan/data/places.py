"""Directories of data sets: one that is named, an environment variable's, a cache."""

import os
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from minigan.base.errors import DataError, InputError

VARIABLE = "MINIGAN_DATA"


class Places:
    """The directories in which the data set of a name may lie.

    That is ``data_dir`` alone, if it is given. Otherwise the directory that the environment
    variable ``MINIGAN_DATA`` names, if it is set, and then the cache: what the operating system
    has for such files, ``~/.cache/minigan`` on Linux. In each of them a directory of the data
    set's own name is looked into as well. An error about a missing file ends in ``advice``.
    """

    def __init__(self, name: str, data_dir: str | os.PathLike | None = None, advice: str = ""):
        self.name, self.advice = name, advice
        if data_dir is not None and not os.path.isdir(data_dir):
            raise InputError(f"data directory: expected a directory, got {os.fspath(data_dir)!r}")
        self.data_dir = data_dir

    @cached_property
    def directories(self) -> list[Path]:
        """Directories that are looked into, in this order."""
        return [d for root in roots(self.data_dir) for d in (root, root / self.name)]

    def look(self, *patterns: str) -> list[Path]:
        """All files of the first pattern, in the first directory, that has any."""
        for directory in self.directories:
            for pattern in patterns:
                if found := sorted(filter(os.path.isfile, directory.glob(pattern))):
                    return found
        return []

    def files(self, folders: Sequence[str]) -> list[Path]:
        """All files in folders of the directories, in the order in which these are looked into."""
        return [
            path
            for directory in self.directories
            for folder in folders
            for path in sorted(directory.glob(f"{folder}*"))
            if os.path.isfile(path)
        ]

    def expect(self, *names: str, remark: str = "") -> Path:
        """The first file of one of these names; if there is none, a DataError names the first."""
        if found := self.look(*names):
            return found[0]
        raise self.missing(names[0] + remark)

    def missing(self, what: str) -> DataError:
        """The error that says what is missing, and where it could be put."""
        where = " or ".join(map(str, self.directories))
        return DataError(f"{self.name}: expected {what} in {where}; {self.advice}".rstrip("; "))


def roots(data_dir: str | os.PathLike | None = None) -> list[Path]:
    """Directories of data sets, the first choice first; they need not exist."""
    if data_dir is not None:
        return [Path(data_dir)]
    named = os.environ.get(VARIABLE)
    return [Path(named).expanduser(), cache()] if named else [cache()]


def cache() -> Path:
    """The operating system's directory for such files; ``~/.cache/minigan`` on Linux."""
    with warnings.catch_warnings():  # in a notebook, of widgets that are not needed here
        warnings.simplefilter("ignore")
        import pooch  # 0.2 s, and only for its knowledge of operating systems

    return Path(pooch.os_cache("minigan"))
