"""Durations of the figures' commands: as measured once, and kept in times.json.

`benchmarks/figures.py` measures: processor seconds of one core, on the machine that is named.
"""

import json
from functools import cache
from importlib.resources import files


@cache
def measured() -> dict:
    """The measurement: ``machine``, ``date``, and ``seconds`` by the command's name."""
    return json.loads(files("minigan.cli").joinpath("times.json").read_text(encoding="utf-8"))


def took(name: str) -> str:
    """Time of a command, rounded, as "12 s" or "4 min"; empty if it was not measured."""
    seconds = measured()["seconds"].get(name)
    if seconds is None:
        return ""
    return f"{max(seconds, 1):.0f} s" if seconds < 99.5 else f"{seconds / 60:.0f} min"
