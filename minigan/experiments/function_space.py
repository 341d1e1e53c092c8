"""Proposition 2 beside practice: p_g moved itself, and p_g moved by the weights of a network.

The data are the bell of Figure 1. In function space p_g is 512 masses, D is D* at each
step, and p_g goes down the gradient: C(G) falls at every step, as proved. In parameter
space G is a network of 1-32-32-1 units that plays Algorithm 1 against another network:
p_g moves only as weights let it, D is never quite D*, and gradients come from minibatches.
Nothing is proved there, and C(G) goes up and down.

Both start from the same p_g, that of the untrained G, save that in function space a
millionth of its mass is spread over all cells: a start must not be 0 where data are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import sequence
from minigan.base.validation import real_number, whole_number
from minigan.experiments.toy import DATA, NOISE, players, toy_game
from minigan.theory import GeneratorState
from minigan.theory.function_space import LOG4, descend

CELLS, LOW, HIGH = 512, -3.5, 4.5  # the grid; p_data is 0 in a quarter of its cells
SPREAD = 1e-6  # mass of the start in function space that lies everywhere
TOLERANCE = 1e-10  # JSD in nats at which function space stops
FRAMES = (2, 5, 10, 20, 40)  # steps in function space after which p_g is kept
LOOK_EVERY = 25  # steps of Algorithm 1 between two looks at C(G)
SHARES = (0.0125, 0.05, 0.2, 1.0)  # of Algorithm 1's run, after which p_g is kept as well

Progress = Callable[[Iterable, int], Iterable]


class Game(NamedTuple):
    """One of the two games: C(G) in nats at some steps, and p_g at fewer of them.

    ``c_of_g`` has the shape of ``steps``; ``frames`` are masses of the cells, by step.
    """

    steps: np.ndarray
    c_of_g: np.ndarray
    frames: dict[int, np.ndarray]


class FunctionSpace(NamedTuple):
    """What a run leaves: both games, and p_data on the grid of cells between the edges.

    In one game ``functions`` move, with step size eta; in the other ``parameters``.
    """

    seed: int
    eta: float
    edges: np.ndarray
    p_data: np.ndarray
    functions: Game
    parameters: Game
    seconds: float
    interrupted: bool


def play(
    seed: int = 0,
    steps: int = 2000,
    eta: float = 0.25,
    progress: Progress = lambda iterable, total: iterable,
) -> FunctionSpace:
    """Play both games.

    Parameters
    ----------
    seed : int
        Of everything random.
    steps : int
        Of Algorithm 1 in parameter space, >= 25, one look at C(G).
    eta : float
        Step size in function space, in (0, 1].
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    FunctionSpace
        If interrupted, with what was seen of the game in parameter space.

    Raises
    ------
    InputError
        If an option is out of range.
    NonFiniteError
        If a cost becomes NaN or infinite.
    """
    began = time.perf_counter()
    steps = whole_number("steps", steps, LOOK_EVERY)
    eta = real_number("eta", eta, 0, 1, low_open=True)
    edges = np.linspace(LOW, HIGH, CELLS + 1)
    p_data = np.diff(DATA.cdf(edges))
    parameters, interrupted = _in_parameter_space(seed, steps, edges, progress)
    start = (1 - SPREAD) * parameters.frames[0] + SPREAD / CELLS
    functions = _in_function_space(p_data, start, eta)
    seconds = time.perf_counter() - began
    return FunctionSpace(seed, eta, edges, p_data, functions, parameters, seconds, interrupted)


def report(run: FunctionSpace) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : FunctionSpace

    Returns
    -------
    dict
        ``seed, eta, seconds``, and for each game, ``functions`` and ``parameters``: the
        ``steps`` played, the times C(G) was looked at (``looks``) and was higher than at the
        look before (``rises``), the largest such rise (``largest_rise``, <= 0 if there is
        none), ``jsd_start``, ``jsd_lowest`` and ``jsd`` at the end. In nats.
    """
    games = {"functions": run.functions, "parameters": run.parameters}
    return {
        "seed": run.seed,
        "eta": run.eta,
        "seconds": run.seconds,
        **{name: _numbers(game) for name, game in games.items()},
    }


def text(report: dict) -> str:
    """The same for people: what the theory asks, and what each game gave.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    f, p = report["functions"], report["parameters"]
    rows = [
        ("", "Prop. 2 asks", "function space", "parameter space"),
        ("steps", "", f["steps"], p["steps"]),
        ("JSD at the start", "", f"{f['jsd_start']:.4f}", f"{p['jsd_start']:.4f}"),
        ("JSD at the end, nats", "0", f"{f['jsd']:.1e}", f"{p['jsd']:.1e}"),
        ("C(G) rose", "never", _times(f), _times(p)),
        ("largest rise of C(G)", "<= 0", f"{f['largest_rise']:.1e}", f"{p['largest_rise']:.1e}"),
    ]
    table = "\n".join(
        "".join([f"{row[0]:22}", *(f"{cell:>18}" for cell in row[1:])]) for row in rows
    )
    head = (
        f"Proposition 2, seed {report['seed']}: mirror descent on p_g (eta = {report['eta']:g}) "
        f"and Algorithm 1 on weights, {report['seconds']:.1f} s"
    )
    return f"{head}\n\n{table}"


def save(run: FunctionSpace, directory: Path) -> list[Path]:
    """Draw both games.

    Parameters
    ----------
    run : FunctionSpace
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``function_space.png``.
    """
    from minigan.plots.function_space import draw_games  # matplotlib: only to draw

    figure = draw_games(run.functions, run.parameters, run.edges, run.p_data)
    file = directory / "function_space.png"
    write_whole(file, lambda stream: figure.savefig(stream, format="png"))
    return [file]


def _in_function_space(p_data: np.ndarray, start: np.ndarray, eta: float) -> Game:
    """The path to JSD <= TOLERANCE, and p_g after some of its steps."""
    c_of_g = descend(p_data, start, eta, TOLERANCE).c_of_g
    kept = [n for n in FRAMES if n < c_of_g.size]
    frames = {n: descend(p_data, start, eta, TOLERANCE, n).p_g for n in kept}
    return Game(np.arange(c_of_g.size), c_of_g, {0: start} | frames)


def _in_parameter_space(
    seed: int, steps: int, edges: np.ndarray, progress: Progress
) -> tuple[Game, bool]:
    """Algorithm 1 between two networks, and whether it was interrupted."""
    init, main = sequence(seed).spawn(2)
    G, D = players(init)
    game = toy_game(G, D, steps=steps, seed=main)
    kept = {round(share * (steps // LOOK_EVERY)) * LOOK_EVERY for share in SHARES}
    state = GeneratorState(G, NOISE, DATA)
    c_of_g, frames = [state.c_of_g], {0: _cells(state, edges)}
    interrupted = False
    try:
        for record in progress(game.play(steps), steps):
            if record.step % LOOK_EVERY == 0:
                state = GeneratorState(G, NOISE, DATA)
                c_of_g.append(state.c_of_g)
                if record.step in kept:
                    frames[record.step] = _cells(state, edges)
    except KeyboardInterrupt:
        interrupted = True
    return Game(LOOK_EVERY * np.arange(len(c_of_g)), np.array(c_of_g), frames), interrupted


def _cells(state: GeneratorState, edges: np.ndarray) -> np.ndarray:
    """The exact masses of p_g in the cells; what lies outside the grid, in its end cells."""
    below = state.p_g.cdf(edges)
    below[[0, -1]] = 0, 1
    return np.diff(below)


def _numbers(game: Game) -> dict:
    rises = np.diff(game.c_of_g)
    jsd = (game.c_of_g + LOG4) / 2
    return {
        "steps": int(game.steps[-1]),
        "looks": int(rises.size),
        "rises": int((rises > 0).sum()),
        "largest_rise": float(rises.max()) if rises.size else 0.0,
        "jsd_start": float(jsd[0]),
        "jsd_lowest": float(jsd.min()),
        "jsd": float(jsd[-1]),
    }


def _times(numbers: dict) -> str:
    return f"{numbers['rises']} of {numbers['looks']} times"
