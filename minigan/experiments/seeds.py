"""One experiment over many seeds, to see whether what a figure shows is the rule or luck.

A figure is one run. Here the same experiment is played with other seeds, as a sweep
(`minigan.experiments.sweep`), and each number of its report becomes a column: the
median over the seeds, the lowest, the highest, and beside them what the theory asks.
"""

from __future__ import annotations

import importlib
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from minigan.base.files import write_whole
from minigan.base.validation import whole_number
from minigan.experiments.sweep import Progress, Sweep, grid, sweep
from minigan.experiments.table import Value

# Of each experiment's report, the numbers to look at, and what the theory asks of them.
# Others are left out where a seed changes nothing, or where they go over seeds themselves.
SHOWN: dict[str, dict[str, float | None]] = {
    "figure1": {
        "jsd": 0.0,
        "c_of_g": -math.log(4),
        "value": -math.log(4),
        "d_minus_half": 0.0,
        "d_gap": 0.0,
        "inner_gap": 0.0,
    },
    "function-space": {
        "parameters.jsd_lowest": None,
        "parameters.jsd": None,
        "parameters.rises": None,
        "functions.jsd": 0.0,
        "functions.rises": 0.0,
    },
    "update-rules": {
        "sampled.NCE.kl": 0.0,
        "sampled.MLE.kl": 0.0,
        "sampled.GAN.kl": 0.0,
        "sampled.NCE.near": None,
        "sampled.MLE.near": None,
        "sampled.GAN.near": None,
    },
    "mode-collapse": {
        "orders.min max.c_of_g": -math.log(4),
        "orders.min max.modes_at_once": None,
        "orders.D faster.modes_at_once": None,
        "orders.G faster.modes_at_once": None,
        "orders.max min.modes_at_once": 1.0,
    },
}


class Seeds(NamedTuple):
    """A sweep of an experiment over seeds: the settings, all but the seed, and the games."""

    experiment: str
    settings: dict[str, Value]
    seeds: list[int]
    sweep: Sweep


def play(
    experiment: str,
    seeds: Sequence[int],
    settings: Mapping[str, Any],
    *,
    directory: str | PathLike,
    jobs: int | None = None,
    progress: Progress = lambda iterable, total: iterable,
) -> Seeds:
    """Play an experiment with each seed, or take it from the table in the directory.

    Parameters
    ----------
    experiment : str
        One of `SHOWN`.
    seeds : sequence of int
        Each once, >= 0.
    settings : mapping
        What else ``play`` of the experiment is given.
    directory, jobs, progress
        As in `minigan.experiments.sweep.sweep`.

    Returns
    -------
    Seeds

    Raises
    ------
    InputError
        As in `minigan.experiments.sweep.sweep`.
    """
    chosen = [whole_number("seeds", seed, low=0) for seed in seeds]
    fixed = {name: [value] for name, value in settings.items()}
    played = sweep(
        partial(numbers, experiment),
        grid(seed=chosen, **fixed),
        name=experiment,
        directory=directory,
        jobs=jobs,
        progress=progress,
    )
    return Seeds(experiment, dict(settings), chosen, played)


def numbers(experiment: str, /, **setting: Value) -> dict[str, Value]:
    """Play an experiment once; the numbers of its report.

    Parameters
    ----------
    experiment : str
        Name of a module of `minigan.experiments`, with a dash for an underscore.
    **setting
        For its ``play``.

    Returns
    -------
    dict
        Numbers within dicts by a name such as ``panels.a.jsd``. Without text and lists,
        without the setting, and without ``seconds``, which the table has.

    Raises
    ------
    KeyboardInterrupt
        If the run was interrupted, which leaves numbers of another run than was asked for.
    """
    module = importlib.import_module(f"minigan.experiments.{experiment.replace('-', '_')}")
    run = module.play(**setting)
    if run.interrupted:
        raise KeyboardInterrupt
    return {
        name: value
        for name, value in _flat(module.report(run))
        if name not in setting and name != "seconds"
    }


def report(run: Seeds) -> dict:
    """The numbers of all games, ready for JSON.

    Parameters
    ----------
    run : Seeds

    Returns
    -------
    dict
        ``experiment``; ``settings``, with the ``seeds`` asked for; ``rows``, a flat dict for
        each seed whose game has ended, with its ``seed`` and its numbers or its ``error``;
        and ``summary``, for each number the ``games`` that have it, and their ``median``,
        ``min`` and ``max``.
    """
    rows = []
    for game in run.sweep.games:
        found = game.results if game.error is None else {"error": game.error}
        rows.append({"seed": game.setting["seed"], **found})
    names = dict.fromkeys(name for game in run.sweep.games for name in game.results)
    columns = {name: column(rows, name) for name in names}
    return {
        "experiment": run.experiment,
        "settings": run.settings | {"seeds": run.seeds},
        "rows": rows,
        "summary": {
            name: {
                "games": len(values),
                "median": statistics.median(values),
                "min": min(values),
                "max": max(values),
            }
            for name, values in columns.items()
            if values
        },
    }


def column(rows: list[dict], name: str) -> list[float]:
    """The numbers of that name, of all rows that have one.

    Parameters
    ----------
    rows : list of dict
        From `report`.
    name : str

    Returns
    -------
    list of float
    """
    return [row[name] for row in rows if row.get(name) is not None]


def text(report: dict) -> str:
    """The same for people: a line for each seed, and what the theory asks.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A table.
    """
    asked = SHOWN[report["experiment"]]
    widths = {name: max(12, *(len(part) + 2 for part in name.split("."))) for name in asked}

    def line(head: object, cells: Mapping[str, Any]) -> str:
        return f"{head!s:16}" + "".join(f"{cells[name]:>{widths[name]}}" for name in asked)

    def numbers(head: object, found: Mapping[str, Any]) -> str:
        return line(head, {name: _cell(found.get(name)) for name in asked})

    deepest = max(name.count(".") for name in asked)
    parts = {name: [""] * (deepest - name.count(".")) + name.split(".") for name in asked}
    heads = [line("", {name: parts[name][i] for name in asked}) for i in range(deepest)]
    heads.append(line("seed", {name: parts[name][-1] for name in asked}))
    body = [
        f"{row['seed']:<16}  {row['error']}" if "error" in row else numbers(row["seed"], row)
        for row in report["rows"]
    ]
    foot = [
        numbers(statistic, {name: of[statistic] for name, of in report["summary"].items()})
        for statistic in ("median", "min", "max")
    ]
    foot.append(numbers("the theory asks", asked))
    return "\n".join([_head(report), "", *heads, *body, "", *foot])


def save(run: Seeds, directory: Path) -> list[Path]:
    """Draw the numbers over the seeds.

    Parameters
    ----------
    run : Seeds
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``sweep.png``.
    """
    from minigan.plots.sweep import draw  # matplotlib: only to draw

    file = directory / "sweep.png"
    numbers = report(run)
    figure = draw(_head(numbers), numbers["rows"], SHOWN[run.experiment])
    write_whole(file, lambda stream: figure.savefig(stream, format="png"))
    return [file]


def _head(report: dict) -> str:
    """Experiment, seeds and settings in a line."""
    settings = dict(report["settings"])
    seeds, ended = settings.pop("seeds"), len(report["rows"])
    failed = sum("error" in row for row in report["rows"])
    count = f"{ended} of {len(seeds)}" if ended < len(seeds) else f"{ended}"
    given = "".join(f", {name} {value}" for name, value in settings.items())
    return f"{report['experiment']}: {count} seeds{given}" + (f"; {failed} failed" * bool(failed))


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _flat(report: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Value]]:
    """Numbers, and None for one that is missing, however deep in dicts."""
    for name, value in report.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif value is None or isinstance(value, int | float):
            yield before + name, value
