"""Noise-contrastive estimation, maximum likelihood and the GAN, side by side on a Gaussian.

Figure 20 of the tutorial, played: one value function, one p_data, one starting point, three
update rules. Each is played twice, with exact expectations and by minibatch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from minigan.base.files import write_whole
from minigan.base.randomness import generator, sequence
from minigan.distributions import Normal
from minigan.theory.likelihood import kl
from minigan.theory.update_rules import (
    Draw,
    Logit,
    Model,
    Turn,
    by_minibatch,
    exactly,
    gan,
    mle,
    nce,
)

DATA = Normal(1.0, 0.6)
START = Model(-0.5, 0.0)  # of p_model; for NCE also the noise, for good
RATE = 0.3  # along the gradient of V, of every player
K = 5  # updates of D before each of G, in the GAN
STEPS, BATCH = 600, 256
NEAR = 0.01  # KL(p_data || p_model) in nats

RULES = ("NCE", "MLE", "GAN")

Progress = Callable[[Iterable, int], Iterable]


class UpdateRules(NamedTuple):
    """Every turn of every game, by rule: with exact expectations, and sampled."""

    seed: int
    steps: int
    exact: dict[str, list[Turn]]
    sampled: dict[str, list[Turn]]
    seconds: float
    interrupted: bool


def play(seed: int = 0, progress: Progress = lambda iterable, total: iterable) -> UpdateRules:
    """Play the three games.

    Parameters
    ----------
    seed : int
        Of the minibatches.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    UpdateRules
        If interrupted, with the games that were finished.
    """
    start = time.perf_counter()
    exact: dict[str, list[Turn]] = {}
    sampled: dict[str, list[Turn]] = {}
    seeds = sequence(seed).spawn(len(RULES))
    jobs = [(name, exact, exactly(DATA)) for name in RULES]
    jobs += [
        (name, sampled, by_minibatch(DATA, BATCH, generator(one)))
        for name, one in zip(RULES, seeds, strict=True)
    ]
    interrupted = False
    try:
        for name, games, draw in progress(jobs, len(jobs)):
            games[name] = list(islice(_rule(name, draw), STEPS + 1))
    except KeyboardInterrupt:
        interrupted = True
    return UpdateRules(seed, STEPS, exact, sampled, time.perf_counter() - start, interrupted)


def report(run: UpdateRules) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : UpdateRules

    Returns
    -------
    dict
        ``seed, steps, seconds``, and under ``exact`` and ``sampled`` for each rule the final
        ``mean, std, c`` of the model, ``value`` V(G, D) and ``kl`` KL(p_data || p_model) in
        nats, and ``near``, the number of updates after which ``kl`` stays below `NEAR`, or None.
    """
    return {
        "seed": run.seed,
        "steps": run.steps,
        "seconds": run.seconds,
        "exact": {name: _summary(turns) for name, turns in run.exact.items()},
        "sampled": {name: _summary(turns) for name, turns in run.sampled.items()},
    }


def distance(turn: Turn) -> float:
    """KL(p_data || p_model) in nats after a turn, of the model's shape; c is left out."""
    return kl(DATA, Normal(turn.model.mu, turn.model.std))


def text(report: dict) -> str:
    """The same for people: what the theory asks, and where the games ended.

    Parameters
    ----------
    report : dict
        From `report`.

    Returns
    -------
    str
        A few lines.
    """
    lines = [
        f"Three update rules, seed {report['seed']}: {report['steps']} updates each, "
        f"in {report['seconds']:.1f} s",
        "",
        f"{'':20}{'mean':>9}{'std':>9}{'c':>9}{'V(G, D)':>10}{'KL, nats':>11}{'there at':>10}",
        f"{'the theory asks':20}{DATA.mean:9.4f}{DATA.std:9.4f}{0:9.4f}{'':10}{0:11.1e}",
    ]
    for how, label in (("exact", "exact"), ("sampled", f"batch {BATCH}")):
        for name, one in report[how].items():
            near = "-" if one["near"] is None else str(one["near"])
            lines.append(
                f"{name:6}{label:14}{one['mean']:9.4f}{one['std']:9.4f}{one['c']:z9.4f}"
                f"{one['value']:10.4f}{one['kl']:11.1e}{near:>10}"
            )
    lines += [
        "",
        "V = -log 4 = -1.3863 where p_g = p_data. NCE's G never moves, so D keeps winning.",
    ]
    return "\n".join(lines)


def save(run: UpdateRules, directory: Path) -> list[Path]:
    """Draw the three games.

    Parameters
    ----------
    run : UpdateRules
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``update_rules.png``.
    """
    from minigan.plots.update_rules import draw  # matplotlib: only to draw

    file = directory / "update_rules.png"
    figure = draw(run.exact, run.sampled, DATA)
    write_whole(file, lambda opened: figure.savefig(opened, format="png"))
    return [file]


def _rule(name: str, draw: Draw) -> Iterator[Turn]:
    if name == "NCE":
        return nce(START, START, draw, RATE)
    if name == "MLE":
        return mle(START, draw, RATE)
    return gan(START, Logit(0.0, 0.0, 0.0), draw, RATE, RATE, K)


def _summary(turns: list[Turn]) -> dict:
    last = turns[-1]
    far = [step for step, turn in enumerate(turns) if distance(turn) >= NEAR]
    near = far[-1] + 1 if far else 0
    return {
        "mean": float(last.model.mu),
        "std": last.model.std,
        "c": float(last.model.c),
        "value": last.value,
        "kl": max(distance(last), 0.0),  # rounding may leave -1e-16
        "near": near if near < len(turns) else None,
    }
