"""Algorithm 1's inner loop carried to its end: how near a network D comes to D*.

Proposition 1 of the 2014 paper finds the best of all functions D for a fixed G:
D* = p_data / (p_data + p_g). A network comes near it, and falls short of it for three
reasons, which are looked at one at a time: it was not trained long enough, it saw too
few examples, it is too small. G stands still: p_g = N(0, 1.5^2), and p_data is a mixture
of two Gaussians, so that D* has two hills.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.randomness import generator, sequence
from minigan.distributions import Examples, Mixture, Normal
from minigan.layers import Linear, Maxout
from minigan.layers.initialisers import constant, normal
from minigan.networks import Sequential
from minigan.optimizers import SGD, Adam
from minigan.schedules import cosine
from minigan.theory import GeneratorState
from minigan.training import Algorithm1

if TYPE_CHECKING:
    from minigan.base.types import Sampler

DATA, NOISE = Mixture([-1.5, 1.5], 0.5), Normal()
SPREAD = 1.5  # of p_g: G(z) = SPREAD z
RATE = 0.03  # Adam's, falling to 0 along half a cosine
LOOKS = (1, 3, 10, 30, 100, 300, 1000, 3000)
BATCHES, BATCH = (16, 64, 256), 256
SIZES, UPDATES = (16, 64, 256, 1024, 4096, 16384), 2000
WIDTHS, WIDTH = (1, 2, 4, 8, 16, 32), 32
SEEDS = 5
KEPT = (10, 100, 3000)  # updates after which D is drawn

Progress = Callable[[Iterable, int], Iterable]


class Trained(NamedTuple):
    """How far from D* one discriminator was, after so many updates.

    ``sweep`` says what was varied: "batch", "examples" or "width", and ``setting`` is its
    value. ``d_gap`` is the mean of |D - D*| under (p_data + p_g) / 2, ``inner_gap``
    C(G) - V(G, D) in nats.
    """

    sweep: str
    setting: int
    seed: int
    updates: int
    d_gap: float
    inner_gap: float


class InnerLoop(NamedTuple):
    """All that was trained, from so many starts a setting.

    ``kept`` are copies of one D on its way, by number of updates.
    """

    seed: int
    starts: int
    trained: list[Trained]
    kept: dict[int, Sequential]
    seconds: float
    interrupted: bool


def play(seed: int = 0, progress: Progress = lambda iterable, total: iterable) -> InnerLoop:
    """Train discriminators against one fixed generator.

    Parameters
    ----------
    seed : int
        Of everything random.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    InnerLoop
        If interrupted, with the discriminators that were finished.
    """
    start = time.perf_counter()
    jobs = [
        (sweep, setting, run)
        for sweep, settings in (("batch", BATCHES), ("examples", SIZES), ("width", WIDTHS))
        for setting in settings
        for run in range(SEEDS)
    ]
    seeds = sequence(seed).spawn(len(jobs))
    state = GeneratorState(fixed_generator(), NOISE, DATA)
    trained: list[Trained] = []
    kept: dict[int, Sequential] = {}
    interrupted = False
    try:
        for job, stream in progress(list(zip(jobs, seeds, strict=True)), len(jobs)):
            keep = kept if job == ("batch", BATCHES[-1], 0) else {}
            trained += _train(state, job, stream, keep)
    except KeyboardInterrupt:
        interrupted = True
    return InnerLoop(seed, SEEDS, trained, kept, time.perf_counter() - start, interrupted)


def fixed_generator() -> Sequential:
    """G(z) = SPREAD z, as a network."""
    return Sequential([Linear(1, 1, weights=constant(SPREAD), bias=0.0)], name="G")


def report(run: InnerLoop) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : InnerLoop

    Returns
    -------
    dict
        ``seed, starts, seconds``, and for each of the sweeps ``batch``, ``examples`` and
        ``width`` a list of dicts ``setting, updates, d_gap, inner_gap``: medians over starts.
    """
    sweeps = {
        sweep: [
            {
                "setting": setting,
                "updates": updates,
                "d_gap": float(np.median([one.d_gap for one in group])),
                "inner_gap": float(np.median([one.inner_gap for one in group])),
            }
            for (setting, updates), group in by_setting(run.trained, sweep).items()
        ]
        for sweep in ("batch", "examples", "width")
    }
    return {"seed": run.seed, "starts": run.starts, "seconds": run.seconds, **sweeps}


def by_setting(trained: list[Trained], sweep: str) -> dict[tuple[int, int], list[Trained]]:
    """Those trained in a sweep, by setting and number of updates, one a seed."""
    groups: dict[tuple[int, int], list[Trained]] = {}
    for one in trained:
        if one.sweep == sweep:
            groups.setdefault((one.setting, one.updates), []).append(one)
    return groups


def text(report: dict) -> str:
    """The same for people: what the theory asks, and how near it D came.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    rows = [("the theory asks: D = D*", "mean |D - D*|", "C(G) - V(G, D)")]
    batches = report["batch"]
    widest = batches[-1]["setting"] if batches else 0
    for title, unit, chosen in (
        (
            f"with more updates (batch {widest})",
            "updates",
            [one for one in batches if one["setting"] == widest],
        ),
        ("with more examples", "setting", report["examples"]),
        ("with more units", "setting", report["width"]),
    ):
        rows.append((title, "", ""))
        rows += [
            (f"{one[unit]:>9}", f"{one['d_gap']:.4f}", f"{one['inner_gap']:.4f} nats")
            for one in chosen
        ]
    head = (
        f"D against a fixed G, seed {report['seed']}: medians over {report['starts']} starts, "
        f"in {report['seconds']:.1f} s"
    )
    return f"{head}\n\n" + "\n".join(f"{a:38}{b:16}{c}".rstrip() for a, b, c in rows)


def save(run: InnerLoop, directory: Path) -> list[Path]:
    """Draw D on its way to D*, and the three sweeps.

    Parameters
    ----------
    run : InnerLoop
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``inner_loop.png``.
    """
    from minigan.plots.inner_loop import draw  # matplotlib: only to draw

    file = directory / "inner_loop.png"
    groups = {sweep: by_setting(run.trained, sweep) for sweep in ("batch", "examples", "width")}
    figure = draw(run.kept, groups, GeneratorState(fixed_generator(), NOISE, DATA), DATA)
    write_whole(file, lambda opened: figure.savefig(opened, format="png"))
    return [file]


def _train(
    state: GeneratorState,
    job: tuple[str, int, int],
    seed: np.random.SeedSequence,
    kept: dict[int, Sequential],
) -> list[Trained]:
    """One discriminator, and how far it was from D* at every look."""
    sweep, setting, run = job
    init, main, examples = seed.spawn(3)
    looks: tuple[int, ...] = (UPDATES,)
    width, batch = WIDTH, BATCH
    data: Sampler = DATA
    noise: Sampler = NOISE
    if sweep == "batch":
        looks, batch = LOOKS, setting
    elif sweep == "examples":  # as many of p_data and as many of p_g, again and again
        rng = generator(examples)
        data, noise = (Examples(source.sample(setting, rng)) for source in (DATA, NOISE))
    else:
        width = setting
    D = _discriminator(width, init)
    game = _game(D, data, noise, looks[-1], batch, main)
    seen = []
    for updates in range(1, looks[-1] + 1):
        game.update_discriminator()
        if updates in looks:
            where = state.judge(D)
            seen.append(Trained(sweep, setting, run, updates, where.d_gap, where.inner_gap))
        if sweep == "batch" and updates in KEPT:
            kept[updates] = D.copy()
    return seen


def _discriminator(width: int, seed: np.random.SeedSequence) -> Sequential:
    """Units that bend at different places of the line, and a logit that starts near 0."""
    hidden = Maxout(1, width, 2, weights=normal(1.0), bias=normal(2.0))
    return Sequential(
        [hidden, Linear(width, 1, weights=normal(0.01))], seed=generator(seed), name="D"
    )


def _game(
    D: Sequential, data: Sampler, noise: Sampler, updates: int, batch: int, seed
) -> Algorithm1:
    """Algorithm 1 of which only the inner loop will be played."""
    G = fixed_generator()
    return Algorithm1(
        G,
        D,
        data=data,
        noise=noise,
        G_optimizer=SGD(G, 0.0),
        D_optimizer=Adam(D, cosine(RATE, updates)),
        batch=batch,
        seed=seed,
    )
