"""The toy game, watched: what the theory speaks of, at every 250th step of Algorithm 1.

The proof of the 2014 paper assumes a D that is optimal at every step, and concludes that
JSD(p_data || p_g) goes to 0. The monitor computes both on a real game: how far D is
from D*, in nats and in probability, and where the divergence is, and it shows how
little the costs of the players tell about either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import sequence
from minigan.experiments.toy import players, toy_game
from minigan.theory.monitor import Monitor, Observation

STEPS = 6000

Progress = Callable[[Iterable, int], Iterable]


class Watched(NamedTuple):
    """A game, its observations (one every so many steps), and what watching cost.

    ``values`` are the estimates -2 J_D of V(G, D) from the minibatch of each step;
    ``observing`` is the part of ``seconds`` that the observations took.
    """

    seed: int
    steps: int
    every: int
    observations: list[Observation]
    values: np.ndarray
    observing: float
    seconds: float
    interrupted: bool


def play(seed: int = 0, progress: Progress = lambda iterable, total: iterable) -> Watched:
    """Play the toy game under a monitor.

    Parameters
    ----------
    seed : int
        Of everything random.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    Watched
        If interrupted, with what was seen until then.

    Raises
    ------
    NonFiniteError
        If a cost becomes NaN or infinite.
    """
    start = time.perf_counter()
    init, main = sequence(seed).spawn(2)
    game = toy_game(*players(init), steps=STEPS, seed=main)
    monitor = Monitor(game)
    J_D = []
    interrupted = False
    try:
        for record in monitor.watch(progress(game.play(STEPS), STEPS)):
            J_D.append(record.J_D)
    except KeyboardInterrupt:
        interrupted = True
        monitor.observe()
    return Watched(
        seed=seed,
        steps=game.steps_done,
        every=monitor.every,
        observations=monitor.observations,
        values=-2 * np.array(J_D),
        observing=monitor.seconds,
        seconds=time.perf_counter() - start,
        interrupted=interrupted,
    )


def report(run: Watched) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : Watched

    Returns
    -------
    dict
        ``seed, steps, every, seconds, observing`` (seconds); ``share``, the time of
        observing over that of training; and ``observations``, each a dict as
        `minigan.theory.monitor.Observation`.
    """
    return {
        "seed": run.seed,
        "steps": run.steps,
        "every": run.every,
        "seconds": run.seconds,
        "observing": run.observing,
        "share": run.observing / (run.seconds - run.observing),
        "observations": [observation._asdict() for observation in run.observations],
    }


def text(report: dict) -> str:
    """The same for people: what the theory asks, and what the game gave.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    seen = report["observations"]
    rows = [("the theory asks", "at step 0", f"at step {seen[-1]['step']}")]
    for what, name, unit in (
        ("p_g = p_data: JSD = 0", "jsd", "nats"),
        ("C(G) = -log 4 = -1.3863", "c_of_g", "nats"),
        ("D = D*: C(G) - V(G, D) = 0", "inner_gap", "nats"),
        ("        mean |D - D*| = 0", "d_gap", ""),
        ("D = 1/2: mean |D - 1/2| = 0", "d_minus_half", ""),
    ):
        first, last = (f"{one[name]:8.4f} {unit}".rstrip() for one in (seen[0], seen[-1]))
        rows.append((what, first, last))
    head = (
        f"The toy game under a monitor, seed {report['seed']}: {report['steps']} steps in "
        f"{report['seconds']:.1f} s;\nlooking every {report['every']} steps took "
        f"{report['share']:.0%} of the time of the training"
    )
    return f"{head}\n\n" + "\n".join(f"{a:32}{b:18}{c}".rstrip() for a, b, c in rows)


def save(run: Watched, directory: Path) -> list[Path]:
    """Draw the observations over time.

    Parameters
    ----------
    run : Watched
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``monitor.png``.
    """
    from minigan.plots.monitor import draw  # matplotlib: only to draw

    file = directory / "monitor.png"
    figure = draw(run.observations, run.values)
    write_whole(file, lambda opened: figure.savefig(opened, format="png"))
    return [file]
