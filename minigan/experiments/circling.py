"""V(x, y) = x y, played by every method that a reader may ask about.

One starting point, one step size; each method's path is kept, and the factor by which the
distance from the equilibrium (0, 0) changes in a step is held against the known one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.theory import bilinear_game as games

METHODS = {
    "simultaneous": games.simultaneous,
    "alternating": games.alternating,
    "extragradient": games.extragradient,
    "optimistic": games.optimistic,
}

Progress = Callable[[Iterable, int], Iterable]


class Circling(NamedTuple):
    """What a run leaves.

    ``paths`` are by name, each of shape (steps + 1, 2): those of the four ``METHODS``,
    "continuous" at times eta n, and "averaged", the means of the alternating one.
    """

    seed: int
    eta: float
    steps: int
    paths: dict[str, np.ndarray]
    seconds: float
    interrupted: bool


def play(
    seed: int = 0,
    eta: float = 0.2,
    steps: int = 200,
    progress: Progress = lambda iterable, total: iterable,
) -> Circling:
    """Play V = x y by every method, from one point at distance 1.

    Parameters
    ----------
    seed : int
        Of the direction in which the start lies.
    eta : float
        Step size, > 0.
    steps : int
        >= 2.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    Circling
        Never interrupted: it takes a few milliseconds.

    Raises
    ------
    InputError
        If an option is out of range.
    NonFiniteError
        If a path leaves the range of floating point.
    """
    began = time.perf_counter()
    eta, steps = real_number("eta", eta, 0, low_open=True), whole_number("steps", steps, 2)
    angle = generator(seed).uniform(0, 2 * math.pi)
    start = np.array([math.cos(angle), math.sin(angle)])
    paths = {"continuous": games.continuous(start, eta * np.arange(steps + 1))}
    for name, method in progress(METHODS.items(), len(METHODS)):
        paths[name] = method(start, eta, steps)
    paths["averaged"] = games.averages(paths["alternating"])
    return Circling(seed, eta, steps, paths, time.perf_counter() - began, False)


def report(run: Circling) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : Circling

    Returns
    -------
    dict
        ``seed, eta, steps, seconds``; for each method ``distance`` from (0, 0) at the end
        (1 at the start), ``growth``, the mean factor a step over the second half of the
        run, and ``asked``, the one that the theory asks (None for "averaged", which has
        none, but goes down as 1 / (eta n)); and ``invariant_drift``, the largest change of
        x^2 + y^2 - eta x y.
    """
    invariant = games.alternating_invariant(run.paths["alternating"], run.eta)
    return {
        "seed": run.seed,
        "eta": run.eta,
        "steps": run.steps,
        "seconds": run.seconds,
        "invariant_drift": float(np.abs(invariant - invariant[0]).max()),
        "methods": {
            name: {
                "distance": float(np.hypot(*path[-1])),
                "growth": _growth(path[run.steps // 2 :]),
                "asked": _asked(name, run.eta),
            }
            for name, path in run.paths.items()
        },
    }


def text(report: dict) -> str:
    """The same for people: what the theory asks of each method, and what was measured.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    rows = [f"{'method':16}{'distance at the end':>20}{'factor a step':>16}{'theory asks':>14}"]
    for name, row in report["methods"].items():
        factors = f"{row['growth']:16.6f}{row['asked']:14.6f}" if row["asked"] else ""
        rows.append(f"{name:16}{row['distance']:20.3g}{factors}")
    head = f"V = x y from distance 1, eta = {report['eta']:g}, {report['steps']} steps"
    foot = (
        f"alternating: x^2 + y^2 - eta x y stays, to {report['invariant_drift']:.0e}",
        "averaged (the mean of the alternating points so far): goes down as 1 / (eta n)",
    )
    return "\n".join([head, "", *rows, "", *foot])


def save(run: Circling, directory: Path) -> list[Path]:
    """Draw the paths.

    Parameters
    ----------
    run : Circling
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``circling.png``.
    """
    from minigan.plots.circling import draw_paths  # matplotlib: only to draw

    figure = draw_paths(run.paths, run.eta)
    file = directory / "circling.png"
    write_whole(file, lambda stream: figure.savefig(stream, format="png"))
    return [file]


def _growth(path: np.ndarray) -> float:
    """Mean factor a step by which the distance from (0, 0) changes, over the whole path."""
    return float((np.hypot(*path[-1]) / np.hypot(*path[0])) ** (1 / (len(path) - 1)))


def _asked(name: str, eta: float) -> float | None:
    if name == "averaged":
        return None
    return 1.0 if name == "continuous" else games.growth(name, eta)
