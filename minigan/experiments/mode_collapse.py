"""One game, four orders of play: min max, both at once (D faster, G faster), and max min.

Eight modes of equal mass, p_g free to be any density on them, D free at every mode: no
networks, no noise, nothing but the order in which the players answer. With D inside, p_g
covers all the modes; with G inside, it sits on one mode at a time and jumps to the next
when D has learned to reject it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import generator
from minigan.base.validation import whole_number
from minigan.theory import mode_collapse as theory
from minigan.theory.function_space import LOG4, criterion

MODES = 8
ETA = 0.5  # step size of the player who stands outside
FAST, SLOW = 1.0, 0.1  # step sizes when both move at once

Progress = Callable[[Iterable, int], Iterable]


class ModeCollapse(NamedTuple):
    """What a run leaves: p_data, shape (modes,), and paths by order of play."""

    seed: int
    steps: int
    p_data: np.ndarray
    paths: dict[str, theory.Path]
    seconds: float
    interrupted: bool


def play(
    seed: int = 0, steps: int = 150, progress: Progress = lambda iterable, total: iterable
) -> ModeCollapse:
    """Play the game in each order, from one start.

    Parameters
    ----------
    seed : int
        Of the start.
    steps : int
        >= 1.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    ModeCollapse
        ``paths`` by "min max", "D faster", "G faster" and "max min". Never interrupted: it
        takes a fraction of a second.

    Raises
    ------
    InputError
        If an option is out of range.
    """
    began = time.perf_counter()
    steps, rng = whole_number("steps", steps), generator(seed)
    p_data = np.full(MODES, 1 / MODES)
    p_g, logit = rng.dirichlet(np.ones(MODES)), rng.standard_normal(MODES)
    orders = {
        "min max": lambda: theory.minimax_path(p_data, p_g, ETA, steps),
        "D faster": lambda: theory.simultaneous_path(p_data, p_g, logit, SLOW, FAST, steps),
        "G faster": lambda: theory.simultaneous_path(p_data, p_g, logit, FAST, SLOW, steps),
        "max min": lambda: theory.maximin_path(p_data, logit, ETA, steps),
    }
    paths = {name: order() for name, order in progress(orders.items(), len(orders))}
    return ModeCollapse(seed, steps, p_data, paths, time.perf_counter() - began, False)


def report(run: ModeCollapse) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : ModeCollapse

    Returns
    -------
    dict
        ``seed, steps, seconds``; ``one_point_minimax``, min max if G may hold only one
        point, in nats; and for each of the ``orders``, over the second half of the run:
        ``modes_at_once``, the mean number of modes that p_g covers (exp of its entropy),
        ``modes_over_time``, those that its mean over time covers, and ``c_of_g``, the mean
        of C(G), in nats.
    """
    half = run.steps // 2
    orders = {name: path.p_g[half:] for name, path in run.paths.items()}
    return {
        "seed": run.seed,
        "steps": run.steps,
        "seconds": run.seconds,
        "one_point_minimax": theory.one_point_minimax(run.p_data),
        "orders": {
            name: {
                "modes_at_once": float(theory.effective_modes(p_g).mean()),
                "modes_over_time": float(theory.effective_modes(p_g.mean(axis=0))),
                "c_of_g": float(np.mean([criterion(run.p_data, p) for p in p_g])),
            }
            for name, p_g in orders.items()
        },
    }


def text(report: dict) -> str:
    """The same for people: how many modes p_g covers in each order of play.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    head = f"{MODES} modes, second half of {report['steps']} steps, seed {report['seed']}"
    rows = [f"{'order of play':16}{'modes at once':>16}{'modes over time':>18}{'C(G), nats':>14}"]
    for name, row in report["orders"].items():
        numbers = f"{row['modes_at_once']:16.2f}{row['modes_over_time']:18.2f}{row['c_of_g']:14.4f}"
        rows.append(f"{name:16}{numbers}")
    foot = (
        f"the theory asks of min max: {MODES} modes at once, C(G) = -log 4 = {-LOG4:.4f};",
        f"of max min, where G holds one point: 1 at once, {MODES} over time, "
        f"C(G) = {report['one_point_minimax']:.4f}",
    )
    return "\n".join([head, "", *rows, "", *foot])


def save(run: ModeCollapse, directory: Path) -> list[Path]:
    """Draw where p_g lies over time, in each order of play.

    Parameters
    ----------
    run : ModeCollapse
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``mode_collapse.png``.
    """
    from minigan.plots.mode_collapse import draw_orders  # matplotlib: only to draw

    figure = draw_orders({name: path.p_g for name, path in run.paths.items()})
    file = directory / "mode_collapse.png"
    write_whole(file, lambda stream: figure.savefig(stream, format="png"))
    return [file]
