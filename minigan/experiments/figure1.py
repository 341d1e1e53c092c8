"""Figure 1 of the 2014 paper, as one run of Algorithm 1.

A generator of one variable, fed with uniform noise, learns a bell. The four
panels are four moments of that run:

(a) near convergence: p_g is similar to p_data, D is a partially accurate classifier;
(b) the inner loop, carried to its end: G stands still and D is trained until it is
    close to D* = p_data / (p_data + p_g);
(c) after an update of G: D's gradient has led G(z) to where D sees data;
(d) at the end of the run: p_g = p_data, nearly, and D(x) = 1/2.

Panels (b) and (c) go on from copies of the pair in (a), so that the run itself is
Algorithm 1 from its first step to its last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.backend import Device
from minigan.base.files import write_whole
from minigan.base.randomness import sequence
from minigan.base.validation import whole_number
from minigan.experiments.toy import DATA, NOISE, players, toy_game
from minigan.networks import Sequential
from minigan.theory import GeneratorState
from minigan.training import Algorithm1

NEAR, LOOK_EVERY = 0.035, 20  # JSD in nats for panel (a), and steps between two looks at it
D_GAP, INNER_GAP = 0.015, 0.0017  # how near D* panel (b) must come: |D - D*|, and nats
INNER_ROUND, INNER_ROUNDS = 500, 24  # updates of D between two looks, and looks at most

Progress = Callable[[Iterable, int], Iterable]


class Moment(NamedTuple):
    """Copies of G and D at one moment of the run, with the step and a caption."""

    step: int
    caption: str
    G: Sequential
    D: Sequential


class Figure1(NamedTuple):
    """What a run leaves: seed, k and cost, moments for panels and frames of a film.

    ``steps`` are those done, fewer than asked for if the run was interrupted.
    """

    seed: int
    steps: int
    k: int
    cost: str
    panels: dict[str, Moment]
    frames: list[Moment]
    seconds: float
    interrupted: bool


def play(
    seed: int = 0,
    steps: int = 12_000,
    k: int = 1,
    cost: str = "non-saturating",
    frames: int = 0,
    device: str | Device = "cpu",
    progress: Progress = lambda iterable, total: iterable,
) -> Figure1:
    """Play the game of Figure 1.

    Parameters
    ----------
    seed : int
        Of everything random.
    steps : int
        Steps of Algorithm 1, >= 1.
    k : int
        Discriminator updates a step, >= 1.
    cost : {"non-saturating", "minimax", "max-likelihood"}
        What the generator minimises.
    frames : int
        Moments to keep for a film, besides the panels; >= 0.
    device : {"cpu", "cuda"} or Device
        Where the game is played. The theory is computed on the CPU.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    Figure1
        If interrupted, with the panels that were reached, and the last moment as "d".

    Raises
    ------
    InputError
        If an option is out of range, or there is no such device.
    NonFiniteError
        If a cost becomes NaN or infinite.
    """
    start = time.perf_counter()
    steps, k = whole_number("steps", steps), whole_number("k", k)
    frames = whole_number("frames", frames, low=0)
    init, main, branch = sequence(seed).spawn(3)
    G, D = players(init, device)
    game = toy_game(G, D, steps=steps, k=k, cost=cost, seed=main)
    film_steps = _film_steps(steps, frames)
    film: list[Moment] = []
    panels: dict[str, Moment] = {}
    interrupted = False
    try:
        for record in progress(game.play(steps), steps):
            if record.step in film_steps:
                film.append(_moment(record.step, f"step {record.step}", G, D))
            if not panels and _is_time_for_panel_a(record.step, steps, G):
                panels["a"] = _moment(record.step, "near convergence", G, D)
                panels["b"], panels["c"] = _branch_off(game, cost, branch)
    except KeyboardInterrupt:
        interrupted = True
    caption = "where it was interrupted" if interrupted else "after training"
    panels["d"] = _moment(game.steps_done, caption, G, D)
    seconds = time.perf_counter() - start
    return Figure1(int(seed), game.steps_done, k, cost, panels, film, seconds, interrupted)


def report(run: Figure1) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : Figure1

    Returns
    -------
    dict
        ``seed, steps, k, cost, seconds``; of the final pair ``jsd, c_of_g, value,
        d_minus_half``; of panel (b) ``d_gap, inner_gap``, None if it was not reached; and
        ``panels``, the same and more for each. Divergences and values are in nats.
    """
    panels = {}
    for letter, moment in run.panels.items():
        generator = GeneratorState(moment.G, NOISE, DATA)
        panels[letter] = {
            "step": moment.step,
            "caption": moment.caption,
            "jsd": generator.jsd,
            "c_of_g": generator.c_of_g,
            **generator.judge(moment.D)._asdict(),
        }
    b, d = panels.get("b"), panels["d"]
    return {
        "seed": run.seed,
        "steps": run.steps,
        "k": run.k,
        "cost": run.cost,
        "seconds": run.seconds,
        **{name: d[name] for name in ("jsd", "c_of_g", "value", "d_minus_half")},
        **{name: b and b[name] for name in ("d_gap", "inner_gap")},
        "panels": panels,
    }


def text(report: dict) -> str:
    """The same for people: what the theory asks of each panel, and what the run gave.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    panels = report["panels"]
    a, b, c, d = (panels.get(letter) for letter in "abcd")
    rows = [("panel", "the theory asks", "measured")]
    if a:
        accuracy = f"{a['accuracy']:.3f}"
        rows.append(("(a)", "D is accurate in part: right guesses, 1/2 to 1", accuracy))
    if b:
        rows.append(("(b)", "D = D*: mean |D - D*| = 0", f"{b['d_gap']:.4f}"))
        rows.append(("", "V(G, D) = C(G): the gap is 0", f"{b['inner_gap']:.4f} nats"))
    if b and c:
        rise = f"{b['mean_on_fake']:.3f} -> {c['mean_on_fake']:.3f}"
        rows.append(("(c)", "G(z) goes where D sees data: mean D(G(z)) rises", rise))
    rows.append(("(d)", "p_g = p_data: JSD = 0", f"{d['jsd']:.4f} nats"))
    rows.append(("", "C(G) = -log 4 = -1.3863", f"{d['c_of_g']:.4f} nats"))
    rows.append(("", "D = 1/2: mean |D - 1/2| = 0", f"{d['d_minus_half']:.4f}"))
    head = (
        f"Figure 1, seed {report['seed']}: {report['steps']} steps of Algorithm 1 "
        f"(k = {report['k']}, {report['cost']}) in {report['seconds']:.1f} s"
    )
    table = "\n".join(f"{panel:7}{asks:50}{got}" for panel, asks, got in rows)
    return f"{head}\n\n{table}"


def save(run: Figure1, directory: Path) -> list[Path]:
    """Draw the panels, and the film if frames were kept.

    Parameters
    ----------
    run : Figure1
    directory : pathlib.Path
        Where the files go; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``figure1.png`` and, with frames, ``training.gif``.
    """
    from minigan.plots.figure1 import draw_panels, write_film  # matplotlib: only to draw

    files = [directory / "figure1.png"]
    panels = draw_panels(run.panels, NOISE, DATA)
    write_whole(files[0], lambda file: panels.savefig(file, format="png"))
    if run.frames:
        files.append(directory / "training.gif")
        write_whole(files[1], lambda file: write_film(file, run.frames, NOISE, DATA))
    return files


def _moment(step: int, caption: str, G: Sequential, D: Sequential) -> Moment:
    return Moment(step, caption, G.copy(device="cpu"), D.copy(device="cpu"))


def _is_time_for_panel_a(step: int, steps: int, G: Sequential) -> bool:
    """Whether p_g has come near p_data, or half of the run is over."""
    if 2 * step >= steps:
        return True
    return step % LOOK_EVERY == 0 and GeneratorState(G, NOISE, DATA).jsd <= NEAR


def _branch_off(game: Algorithm1, cost: str, seed: np.random.SeedSequence) -> tuple[Moment, Moment]:
    """Panels (b) and (c), played on copies of the game's present pair."""
    G, D = game.G.copy(), game.D.copy()
    branch = toy_game(G, D, steps=INNER_ROUND * INNER_ROUNDS, cost=cost, seed=seed)
    updates = _inner_loop(branch)
    b = _moment(game.steps_done, f"{updates} updates of D alone", G, D)
    branch.update_generator()
    return b, _moment(game.steps_done, "then one update of G", G, D)


def _inner_loop(game: Algorithm1) -> int:
    """Train D against the present G until it is near D*; the number of updates made."""
    generator = GeneratorState(game.G, NOISE, DATA)
    updates = 0
    for _ in range(INNER_ROUNDS):
        for _ in range(INNER_ROUND):
            game.update_discriminator()
        updates += INNER_ROUND
        state = generator.judge(game.D)
        if state.d_gap <= D_GAP and state.inner_gap <= INNER_GAP:
            break
    return updates


def _film_steps(steps: int, frames: int) -> set[int]:
    """Steps to keep, closer together at the start, where more happens."""
    return {1 + round((steps - 1) * (i / max(frames - 1, 1)) ** 2) for i in range(frames)}
