"""The generator's three costs: their curves, and what becomes of them in real gradients.

The curves are Figure 16 of the tutorial. The measurement is the sentence of the 2014
paper that introduces the second cost: early in learning D rejects what G makes with
confidence, and log(1 - D(G(z))) saturates. A small game is played with each of the two
costs, by plain gradient descent, from a G far away from the data; at every look
the gradients of both costs are taken at the same place. (Adam would divide the length of the
gradient out again, and hide what is to be seen.)
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigan.base.files import write_whole
from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator, sequence
from minigan.costs import GENERATOR_COSTS
from minigan.distributions import Normal
from minigan.experiments.toy import NOISE, players
from minigan.layers import Linear, Maxout
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.optimizers import SGD
from minigan.theory.likelihood import (
    Estimate,
    chi_square,
    kl_gradient,
    relative_noise,
    sampled_gradients,
)
from minigan.training import Algorithm1
from minigan.training.steps import generator_gradients

DATA = Normal(6.0, 0.5)  # G starts at about 0
RATE_G, RATE_D, BATCH = 0.02, 0.2, 128
STEPS, LOOK_EVERY, SEEDS = 1000, 10, 5
PROBE = 512  # noise samples at a look
PLAYED = ("minimax", "non-saturating")
EARLY = 100  # steps that count as early
ARRIVED = 0.5  # |mean of G(z) - mean of the data|
DISTANCES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # of p_g = N(d, 1) from p_data = N(0, 1)

PAIR = Normal(), Normal(1.0, 1.2)  # p_data and p_g, for maximum likelihood in the game
SAMPLES = (250, 2500, 25_000, 250_000)

Progress = Callable[[Iterable, int], Iterable]


class Look(NamedTuple):
    """Of a game at a step: mean_D of D(G(z)), mean_x of G(z), norms of each cost's gradient."""

    step: int
    mean_D: float
    mean_x: float
    norms: dict[str, float]


class Early(NamedTuple):
    """The looks at the game of a cost and a seed, from the start to its last step."""

    cost: str
    seed: int
    looks: list[Look]


class Costs(NamedTuple):
    """The games played, and estimates of 1/2 dKL/d(mu, s) of `PAIR`, by number of samples."""

    seed: int
    steps: int
    games: list[Early]
    estimates: dict[int, dict[str, Estimate]]
    seconds: float
    interrupted: bool


def play(seed: int = 0, progress: Progress = lambda iterable, total: iterable) -> Costs:
    """Play a few games with either cost, from the same starts, and measure gradients.

    Parameters
    ----------
    seed : int
        Of everything random.
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    Costs
        If interrupted, with the games that were finished.

    Raises
    ------
    NonFiniteError
        If a cost becomes NaN or infinite.
    """
    start = time.perf_counter()
    jobs = [(run, cost) for run in range(SEEDS) for cost in PLAYED]
    seeds = [int(one) for one in sequence(seed).generate_state(SEEDS)]  # one for both costs
    games: list[Early] = []
    interrupted = False
    try:
        for run, cost in progress(jobs, len(jobs)):
            games.append(Early(cost, run, _look_at_a_game(cost, seeds[run])))
    except KeyboardInterrupt:
        interrupted = True
    rng = generator(sequence(seed).spawn(1)[0])
    estimates = {n: sampled_gradients(*PAIR, n, rng) for n in SAMPLES}
    return Costs(seed, STEPS, games, estimates, time.perf_counter() - start, interrupted)


def report(run: Costs) -> dict:
    """The numbers of a run, ready for JSON.

    Parameters
    ----------
    run : Costs

    Returns
    -------
    dict
        ``seed, steps, seconds``; ``games``, for each its ``cost, seed``, the median over the first
        `EARLY` steps of ``mean_D``, ``own_norm`` and ``ratio`` (non-saturating gradient over
        minimax gradient, at the same place), and ``arrived``, the step at which the mean of
        G(z) had come to the data's, or None; ``likelihood``, with the ``exact`` gradient
        1/2 dKL/d(mu, s) of `PAIR`, and for each way of sampling its ``mean`` and ``error`` from
        the largest number of samples; and ``noise``, a list of dicts with the
        ``distance``, the relative noise of each cost, and the ``share`` of samples that count
        with max-likelihood.
    """
    games = []
    for game in run.games:
        early = [look for look in game.looks if 0 < look.step <= EARLY]
        games.append(
            {
                "cost": game.cost,
                "seed": game.seed,
                "mean_D": float(np.median([look.mean_D for look in early])),
                "own_norm": float(np.median([look.norms[game.cost] for look in early])),
                "ratio": float(np.median([_ratio(look) for look in early])),
                "arrived": _arrival(game.looks),
            }
        )
    noise = [
        {"distance": distance}
        | {cost: relative_noise(Normal(), Normal(distance), cost) for cost in GENERATOR_COSTS}
        | {"share": 1 / (1 + chi_square(Normal(), Normal(distance)))}
        for distance in DISTANCES
    ]
    likelihood: dict = {"exact": (kl_gradient(*PAIR) / 2).tolist()}
    for way, estimate in run.estimates[max(run.estimates)].items():
        likelihood[way] = {"mean": estimate.mean.tolist(), "error": estimate.error.tolist()}
    return {
        "seed": run.seed,
        "steps": run.steps,
        "seconds": run.seconds,
        "games": games,
        "likelihood": likelihood,
        "noise": noise,
    }


def text(report: dict) -> str:
    """The same for people.

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
        f"The generator's costs, seed {report['seed']}, in {report['seconds']:.1f} s\n",
        f"steps 1 to {EARLY} of games far from the data, medians over steps and starts:",
        f"{'cost':18}{'D(G(z))':>9}{'|gradient|':>12}{'non-sat./minimax':>18}{'there at step':>15}",
    ]
    for cost in PLAYED:
        games = [game for game in report["games"] if game["cost"] == cost]
        if games:
            D, norm, ratio = (
                float(np.median([game[name] for game in games]))
                for name in ("mean_D", "own_norm", "ratio")
            )
            steps = report["steps"]
            late = [steps + 1 if game["arrived"] is None else game["arrived"] for game in games]
            there = float(np.median(late))
            arrived = f"{there:.0f}" if there <= steps else f"> {steps}"
            lines.append(f"{cost:18}{D:9.3f}{norm:12.3f}{ratio:18.1f}{arrived:>15}")
    return "\n".join([*lines, "", *_likelihood_lines(report), "", *_noise_lines(report)])


def save(run: Costs, directory: Path) -> list[Path]:
    """Draw Figure 16, the slopes, the fixed point, and what was measured.

    Parameters
    ----------
    run : Costs
    directory : pathlib.Path
        Where the file goes; it must exist.

    Returns
    -------
    list of pathlib.Path
        ``costs.png``.
    """
    from minigan.plots.costs import draw  # matplotlib: only to draw

    file = directory / "costs.png"
    figure = draw(run.games, run.estimates, kl_gradient(*PAIR) / 2)
    write_whole(file, lambda opened: figure.savefig(opened, format="png"))
    return [file]


def _likelihood_lines(report: dict) -> list[str]:
    found = dict(report["likelihood"])
    mu, s = found.pop("exact")
    lines = [
        "max-likelihood, D = D*: the theory asks for half the gradient of KL(p_data || p_g),",
        f"{'':14}{'d/d mu':>10}{'d/d s':>20}",
        f"{'exact':14}{mu:10.4f}{s:20.4f}",
    ]
    for way, estimate in found.items():
        (mu, s), (mu_error, s_error) = estimate["mean"], estimate["error"]
        lines.append(f"{way:14}{mu:10.4f} +- {mu_error:.4f}{s:10.4f} +- {s_error:.4f}")
    return lines


def _noise_lines(report: dict) -> list[str]:
    lines = [
        "p_data = N(0, 1), p_g = N(d, 1), D = D*: noise of a sample's gradient over the gradient,",
        "and the share of the samples that max-likelihood's gradient comes from:",
        f"{'d':4}" + "".join(f"{cost:>16}" for cost in GENERATOR_COSTS) + f"{'share':>10}",
    ]
    for row in report["noise"]:
        numbers = "".join(f"{row[cost]:16.2f}" for cost in GENERATOR_COSTS)
        lines.append(f"{row['distance']:<4g}{numbers}{row['share']:10.4f}")
    return lines


def _look_at_a_game(cost: str, seed: int) -> list[Look]:
    init, main, probe = sequence(seed).spawn(3)
    G, _ = players(init)
    D = _discriminator(init)
    game = Algorithm1(
        G,
        D,
        data=DATA,
        noise=NOISE,
        G_optimizer=SGD(G, RATE_G),
        D_optimizer=SGD(D, RATE_D),
        batch=BATCH,
        cost=cost,
        seed=main,
    )
    z = NOISE.sample(PROBE, generator(probe))
    looks = [_look(game, z)]
    for record in game.play(STEPS):
        if record.step % LOOK_EVERY == 0:
            looks.append(_look(game, z))
    return looks


def _discriminator(seed: np.random.SeedSequence) -> Sequential:
    """32 maxout units, and a logit that starts near 0: D begins without an opinion."""
    hidden = Maxout(1, 32, 2, bias=normal(1.0))
    return Sequential([hidden, Linear(32, 1, weights=normal(0.01))], seed=generator(seed), name="D")


def _look(game: Algorithm1, z: np.ndarray) -> Look:
    """Gradients of all three costs at the game's present place, on a copy of G."""
    G = game.G.copy()
    norms = {}
    for name, cost in GENERATOR_COSTS.items():
        with np.errstate(over="ignore", invalid="ignore"):  # max-likelihood has no bound
            _, a = generator_gradients(G, game.D, z, cost, generator(0))
            norms[name] = math.sqrt(float(G.grads @ G.grads))
    return Look(game.steps_done, float(sigmoid(a).mean()), float(G(z).mean()), norms)


def _ratio(look: Look) -> float:
    """Non-saturating gradient over minimax gradient; infinite where that has rounded to 0."""
    least = look.norms["minimax"]
    return look.norms["non-saturating"] / least if least else math.inf


def _arrival(looks: list[Look]) -> int | None:
    there = [look.step for look in looks if abs(look.mean_x - DATA.mean) < ARRIVED]
    return there[0] if there else None
