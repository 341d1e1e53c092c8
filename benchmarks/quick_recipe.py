#!/usr/bin/env python
"""What makes `mnist-quick` quick: the recipe, and the same with one thing changed at a time.

    python benchmarks/quick_recipe.py [--data-dir DIR] [--seeds N] [--json]

The score is that of the 2014 paper's Table 1, on 1,000 validation images: 10,000 samples, the
best of ten bandwidths. Each game is scored twice, by its average of G and by G itself. The grey
are the pixels between 0.1 and 0.9: the score likes soft images. Seconds are processor seconds of
the game, on one thread, without the scoring.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from dataclasses import replace

import measure  # first: it sets the number of threads
import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.errors import DataError
from minigan.data import load
from minigan.distributions import Uniform
from minigan.evaluation import log_density
from minigan.evaluation.parzen import GRID
from minigan.images import RECIPES, Recipe, Rows
from minigan.images.recipe import steps_per_epoch
from minigan.layers import Dropout, GaussianNoise, Linear
from minigan.layers.initialisers import he
from minigan.networks import Sequential

QUICK = RECIPES["mnist-quick"]
PAPER = 225  # nats, in Table 1
LOOK = 2  # epochs


def half_blind(rows: Rows) -> list:
    """The recipe's D with the paper's dropout instead of noise."""
    first, second, last = without_noise(rows)
    return [Dropout(0.8), first, Dropout(0.5), second, Dropout(0.5), last]


def without_noise(rows: Rows) -> list:
    """The recipe's D, and nothing in front of it."""
    return [each for each in QUICK.discriminator(rows) if not isinstance(each, GaussianNoise)]


def from_fifty(rows: Rows) -> list:
    """The recipe's G, with 50 numbers coming in."""
    first, *rest = QUICK.generator(rows)
    return [Linear(50, first.n_out, weights=he()), *rest]


VARIANTS = {
    "the recipe": QUICK,
    "dropout instead of noise": replace(QUICK, discriminator=half_blind),
    "neither noise nor dropout": replace(QUICK, discriminator=without_noise),
    "50 numbers into G": replace(
        QUICK, generator=from_fifty, noise=Uniform(QUICK.noise.low, QUICK.noise.high, dim=50)
    ),
}


def grey(X: np.ndarray) -> float:
    """Percent of the pixels that are neither black nor white."""
    return 100 * float(((X > 0.1) & (X < 0.9)).mean())


def judge(G: Sequential, z: np.ndarray, valid: np.ndarray) -> tuple[float, float]:
    """Score in nats and grey pixels in percent of what G makes of z."""
    samples = G(z)
    return float(log_density(valid, samples, GRID).mean(axis=1).max()), grey(samples)


def play(recipe: Recipe, rows: Rows, valid: np.ndarray, seed: int) -> dict:
    """Scores after every other epoch, of the average and of G, and the seconds until then."""
    game, steps = recipe.game(rows, seed=seed), steps_per_epoch(rows.X, recipe.batch)
    average = ParameterAverage(game.G, recipe.average)
    z = recipe.noise.sample(10_000, np.random.default_rng(seed))
    looks, seconds = [], 0.0
    for epoch in range(LOOK, recipe.epochs + 1, LOOK):
        start = time.process_time()
        for _ in game.play(LOOK * steps):
            average.update()
        seconds += time.process_time() - start
        look = {"epoch": epoch, "seconds": seconds}
        look["average"], look["grey_average"] = judge(average.network, z, valid)
        look["G"], look["grey_G"] = judge(game.G, z, valid)
        looks.append(look)
    return {"seed": seed, "looks": looks}


def line(name: str, games: list[dict]) -> str:
    """Medians over the seeds, and the smallest and largest score."""
    last = [game["looks"][-1] for game in games]
    scores = [look["average"] for look in last]
    middle = {key: statistics.median(look[key] for look in last) for key in last[0]}
    passed = [
        next((look["seconds"] for look in game["looks"] if look["average"] >= PAPER), math.inf)
        for game in games
    ]
    when = statistics.median(passed)
    return (
        f"{name:26}{middle['average']:7.1f}  {min(scores):6.1f} to {max(scores):5.1f}"
        f"{middle['grey_average']:6.1f} %{middle['G']:10.1f}{middle['grey_G']:6.1f} %"
        f"{middle['seconds']:6.0f} s" + (f"{when:6.0f} s" if when < math.inf else "   never")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data-dir", help="where the files of MNIST are")
    parser.add_argument("--seeds", type=measure.at_least_one, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    try:
        train, valid = (load("mnist", chosen.data_dir, split) for split in ("train", "valid"))
    except DataError as error:
        parser.error(str(error))
    rows, valid = Rows(train.X, train.shape), valid.X[:1000]
    if not chosen.json:
        print(f"grey pixels of the training images: {grey(rows.X):.1f} %\n")
        print(
            f"{'validation, nats':26}{'median':>7}{'all seeds':>17}{'grey':>8}"
            f"{'G itself':>10}{'grey':>8}{'in all':>8}{'to 225':>8}"
        )
    report = {}
    for name, recipe in VARIANTS.items():
        games = [play(recipe, rows, valid, seed) for seed in range(chosen.seeds)]
        report[name] = games
        if not chosen.json:
            print(line(name, games), flush=True)
    if chosen.json:
        print(json.dumps({"machine": measure.machine(), "games": report}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
