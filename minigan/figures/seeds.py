"""One figure over many seeds, to see whether it shows the rule or luck.

A figure is one run. Here it is played with other seeds, as a sweep
(`minigan.figures.sweep`), and each number of its report becomes a column: the
median over the seeds, the lowest, the highest, and beside them what the theory asks.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from minigan.base.validation import whole_number
from minigan.figures import base
from minigan.figures.base import Figure, Progress
from minigan.figures.style import (
    BLUE,
    ORANGE,
    PNG,
    Axes,
    Picture,
    PictureFiles,
    applied,
    name_all_curves,
    new_picture,
)
from minigan.figures.sweep import Sweep, grid, sweep
from minigan.figures.table import Value

SYMBOLS = {  # of the papers, for names of the reports
    **{"jsd": "JSD", "c_of_g": "C(G)", "value": "V(G, D)", "inner_gap": "C(G) - V(G, D)"},
    **{"d_gap": "mean |D - D*|", "d_minus_half": "mean |D - 1/2|"},
}
TICKS = 10  # seeds named below an axis, at most


class Seeds(NamedTuple):
    """A sweep of a figure over seeds: the settings, all but the seed, and the games."""

    figure: type[Figure]
    settings: dict[str, Value]
    seeds: list[int]
    sweep: Sweep

    def report(self) -> dict:
        """The numbers of all games, ready for JSON.

        ``experiment``; ``settings``, with the ``seeds`` asked for; ``rows``, a flat dict for
        each seed whose game has ended, with its ``seed`` and its numbers or its ``error``;
        and ``summary``, for each number the ``games`` that have it, and their ``median``,
        ``min`` and ``max``.
        """
        rows: list[dict[str, Any]] = []
        columns: dict[str, list] = {}
        for game in self.sweep.games:
            found = game.results if game.error is None else {"error": game.error}
            rows.append({"seed": game.setting["seed"], **found})
            for name, value in game.results.items():
                columns.setdefault(name, []).extend([value] * (value is not None))
        of: dict[str, Callable] = {"games": len, "median": median, "min": min, "max": max}
        summary = {
            name: {statistic: function(values) for statistic, function in of.items()}
            for name, values in columns.items()
            if values
        }
        settings = self.settings | {"seeds": self.seeds}
        head = {"experiment": self.figure.name, "settings": settings}
        return head | {"rows": rows, "summary": summary}

    def text(self) -> str:
        """A line for each seed, and what the theory asks."""
        report, asked = self.report(), self.figure.asked
        parts = [name.split(".") for name in asked]
        deepest = max(map(len, parts))
        over = [[""] * (deepest - len(names)) + names for names in parts]
        rows = [("", *line) for line in zip(*over, strict=True)]
        rows[-1] = ("seed", *rows[-1][1:])
        for row in report["rows"]:
            seed, failed = f"{row['seed']:<16}", row.get("error")
            rows.append((f"{seed}  {failed}",) if failed else (seed, *map(row.get, asked)))
        rows.append(())
        for statistic in ("median", "min", "max"):
            found = {name: of[statistic] for name, of in report["summary"].items()}
            rows.append((statistic, *map(found.get, asked)))
        rows.append(("the theory asks", *asked.values()))
        widths = (f">{max(12, *(len(part) + 2 for part in names))}.5g" for names in parts)
        return f"{self.title()}\n\n{base.table(rows, '16', *widths)}"

    def title(self) -> str:
        """Figure, seeds and settings in a line."""
        games = self.sweep.games
        ended, failed = len(games), sum(game.error is not None for game in games)
        count = f"{ended} of {len(self.seeds)}" if ended < len(self.seeds) else f"{ended}"
        given = "".join(f", {name} {value}" for name, value in self.settings.items())
        return f"{self.figure.name}: {count} seeds{given}" + f"; {failed} failed" * bool(failed)

    def save(self, directory: Path, files: PictureFiles = PNG) -> list[Path]:
        """Draw the numbers over the seeds into ``sweep.png``."""
        with applied():
            picture = draw(self.title(), self.report()["rows"], self.figure.asked)
        return [files.write(directory / "sweep", picture)]


def play(
    figure: type[Figure],
    seeds: Sequence[int],
    settings: Mapping[str, Any],
    *,
    directory: str | PathLike,
    jobs: int | None = None,
    progress: Progress = base.silently,
) -> Seeds:
    """Play a figure with each seed, or take it from the table in the directory.

    ``settings`` are its other options; the rest is as in `minigan.figures.sweep.sweep`.
    """
    chosen = [whole_number("seeds", seed, low=0) for seed in seeds]
    fixed = {name: [value] for name, value in settings.items()}
    played = sweep(
        partial(numbers, figure),
        grid(seed=chosen, **fixed),
        name=figure.name,
        directory=directory,
        jobs=jobs,
        progress=progress,
        numbers=True,
    )
    return Seeds(figure, dict(settings), chosen, played)


def numbers(figure: type[Figure], /, **setting: Any) -> dict[str, Value]:
    """Play a figure once; the numbers of its report, by a name such as ``panels.a.jsd``.

    Without text and lists, without the setting, and without ``seconds``, which the table has.
    An interrupted run, which leaves numbers of another run than was asked for, raises
    KeyboardInterrupt.
    """
    run = figure(**setting).play()
    if run.interrupted:
        raise KeyboardInterrupt
    found = _flat(run.report())
    return {name: value for name, value in found if name not in setting and name != "seconds"}


def _flat(report: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Value]]:
    """Numbers, and None for one that is missing, however deep in dicts."""
    for name, value in report.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif value is None or isinstance(value, int | float):
            yield before + name, value


def draw(title: str, rows: list[dict], asked: Mapping[str, float | None]) -> Picture:
    """A panel for each number asked: its value for each seed, the middle half, the theory's.

    ``rows`` have ``seed``, and the numbers by name or an ``error``, as `Seeds.report` gives
    them; one at least.
    """
    across = min(len(asked), 3)
    down = math.ceil(len(asked) / across)
    picture = new_picture(3.1 * down + 1.2)
    panels = picture.subplots(down, across, squeeze=False).ravel()
    for ax, (name, theory) in zip(panels, asked.items(), strict=False):
        _draw_number(ax, name, rows, theory)
    for ax in panels[len(asked) :]:
        ax.set_axis_off()
    picture.suptitle(title)
    name_all_curves(picture, 5)
    return picture


def _draw_number(ax: Axes, name: str, rows: list[dict], theory: float | None) -> None:
    values = np.array([row.get(name) for row in rows], np.float64)  # None becomes NaN
    there, missing = np.flatnonzero(np.isfinite(values)), np.flatnonzero(np.isnan(values))
    said = []
    if there.size:
        low, middle, high = np.quantile(values[there], [0.25, 0.5, 0.75])
        ax.axhspan(low, high, color=BLUE, alpha=0.15, lw=0, label="middle half of the seeds")
        ax.axhline(middle, color=BLUE, label="median")
        ax.plot(there, values[there], "o", color=BLUE, ms=6, label="a game")
        said.append(f"median {middle:.4g}")
    if theory is not None:
        ax.axhline(theory, color="black", ls="--", label="the theory asks")
        said.append(f"the theory asks {theory:.4g}")
    if missing.size:
        low_down, height = np.full(missing.size, 0.03), ax.get_xaxis_transform()
        ax.plot(missing, low_down, "x", color=ORANGE, transform=height, label="no number")
    ticks = range(0, len(rows), math.ceil(len(rows) / TICKS))
    ax.set_xticks(ticks, [str(rows[i]["seed"]) for i in ticks])
    ax.set(xlabel="seed", xlim=(-0.5, len(rows) - 0.5))
    *where, what = name.split(".")
    what = SYMBOLS.get(what, what.replace("_", " "))
    ax.set_title("\n".join([", ".join([*where, what]), ", ".join(said)]))
