#!/usr/bin/env python
"""One step of Algorithm 1 on the nets of the 2014 paper's MNIST experiment.

    python benchmarks/large_step.py [--rounds N]

Here the matrix products take most of the time, and the fast version can gain little:
G 100-1200-1200-784 with ReLU and a sigmoid, D 784-240-240-1 with maxout of five pieces
and dropout (.8, .5, .5), 100 examples a minibatch. Pixels are random numbers.
"""

from __future__ import annotations

import argparse
import sys

import measure  # first: it sets the number of threads
import numpy as np
from products import Products

import minigan as mg

BATCH = 100


def players() -> tuple[mg.Sequential, mg.Sequential]:
    """G and D of Goodfellow et al. (2014), always with the same weights."""
    G = mg.Sequential(
        [
            mg.Linear(100, 1200),
            mg.ReLU(),
            mg.Linear(1200, 1200),
            mg.ReLU(),
            mg.Linear(1200, 784),
            mg.Sigmoid(),
        ],
        seed=1,
    )
    D = mg.Sequential(
        [
            mg.Dropout(0.8),
            mg.Maxout(784, 240, 5),
            mg.Dropout(0.5),
            mg.Maxout(240, 240, 5),
            mg.Dropout(0.5),
            mg.Linear(240, 1),
        ],
        seed=2,
    )
    return G, D


def game(fast: bool) -> mg.Algorithm1:
    G, D = players()
    pixels = np.random.default_rng(0).random((1000, 784), dtype=np.float32)
    return mg.Algorithm1(
        G,
        D,
        data=mg.Examples(pixels),
        noise=mg.Uniform(-1, 1, dim=100),
        batch=BATCH,
        fast=fast,
        G_optimizer=mg.SGD(G, 0.01, 0.5),
        D_optimizer=mg.SGD(D, 0.01, 0.5),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="blocks of three steps a contestant")
    chosen = parser.parse_args()

    contestants = {
        "minigan": game(fast=True).step,
        "minigan, plain": game(fast=False).step,
        "matrix products alone": Products(*players(), BATCH),
    }
    times, counted = measure.medians(contestants, chosen.rounds, steps=3)
    for name, fact in measure.machine().items():
        print(f"{name:10} {fact}")
    print(f"blocks     {counted:.0%} counted, the rest disturbed\n")
    print(f"{'one step':24}{'median ms':>10}{'times the products':>20}")
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        floor = times["matrix products alone"]
        print(f"{name:24}{1e3 * seconds:10.1f}{seconds / floor:20.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
