#!/usr/bin/env python
"""One step of Algorithm 1 on a small game: minigan, PyTorch, and the matrix products alone.

    python benchmarks/step.py [--rounds N] [--steps N] [--json]

The game: G 1-32-32-1 with ReLU, D 1-32-32-1 with maxout of five pieces, 128 examples
a minibatch, k = 1, SGD with momentum 1/2, the non-saturating cost, float32, one thread.
Before anything is timed, the gradients of both players must be those that PyTorch's
autograd finds in float64; else this exits with 1. Without PyTorch only minigan is timed.
"""

from __future__ import annotations

import argparse
import json
import sys

import measure  # first: it sets the number of threads
import numpy as np
from products import Products

import minigan as mg
from minigan.costs import non_saturating_cost
from minigan.fast.gradients import FastGradients
from minigan.training.steps import discriminator_gradients, generator_gradients

try:
    import torch
    import torch_step
except ImportError:
    torch = None

BATCH, RATE, MOMENTUM, MEAN, STD = 128, 0.01, 0.5, 2.0, 0.5


def players(dtype: str = "float32") -> tuple[mg.Sequential, mg.Sequential]:
    """G and D, always with the same weights."""
    G = mg.Sequential(
        [mg.Linear(1, 32), mg.ReLU(), mg.Linear(32, 32), mg.ReLU(), mg.Linear(32, 1)],
        seed=1,
        dtype=dtype,
    )
    D = mg.Sequential(
        [mg.Maxout(1, 32, 5), mg.Maxout(32, 32, 5), mg.Linear(32, 1)], seed=2, dtype=dtype
    )
    return G, D


def game(fast: bool) -> mg.Algorithm1:
    G, D = players()
    return mg.Algorithm1(
        G,
        D,
        data=mg.Normal(MEAN, STD),
        noise=mg.Uniform(),
        batch=BATCH,
        fast=fast,
        G_optimizer=mg.SGD(G, RATE, MOMENTUM),
        D_optimizer=mg.SGD(D, RATE, MOMENTUM),
    )


def torch_game(kind):
    def data():
        return torch.randn(BATCH, 1) * STD + MEAN

    def noise():
        return torch.rand(BATCH, 1)

    return kind(*players(), data, noise, RATE, MOMENTUM)


def plain_gradients(x, z) -> np.ndarray:
    """First gradients of D and G, by the plain functions."""
    G, D = players("float64")
    discriminator_gradients(G, D, x, z, None)
    generator_gradients(G, D, z, non_saturating_cost, None)
    return np.concatenate([D.grads, G.grads])


def fast_gradients(x, z) -> np.ndarray:
    """The same by the fast ones."""
    G, D = players("float64")
    fast = FastGradients(G, D, BATCH)
    fast.discriminator(x, z, None)
    fast.generator(z, non_saturating_cost, None)
    return np.concatenate([D.grads, G.grads])


def torch_gradients(x, z) -> np.ndarray:
    """The same by PyTorch; its costs lack the factor 1/2."""
    networks = players("float64")
    G, D = (torch_step.twin(network) for network in networks)
    x, z = torch.from_numpy(x), torch.from_numpy(z)
    torch_step.discriminator_loss(D, x, G(z).detach()).backward()
    of_D = torch_step.gradients_of(D, networks[1])
    torch_step.generator_loss(D(G(z))).backward()
    return np.concatenate([of_D, torch_step.gradients_of(G, networks[0])]) / 2


def largest_error() -> float:
    """Largest relative difference between the gradients; from PyTorch's, if it is there."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(MEAN, STD, (BATCH, 1)), rng.random((BATCH, 1))
    plain, fast = plain_gradients(x, z), fast_gradients(x, z)
    reference = torch_gradients(x, z) if torch else plain
    of_D = len(players()[1].grads)  # each player's gradient has a scale of its own
    errors = [
        np.abs(gradient[player] - reference[player]).max() / np.abs(reference[player]).max()
        for gradient in (plain, fast)
        for player in (slice(of_D), slice(of_D, None))
    ]
    return float(np.max(errors))  # NaN, if there is one


def contestants() -> dict:
    """Name -> a callable that makes one step."""
    steps = {
        "minigan": game(fast=True).step,
        "minigan, plain": game(fast=False).step,
        "matrix products alone": Products(*players(), BATCH),
    }
    if torch:
        steps["PyTorch eager"] = torch_game(torch_step.EagerStep)
        steps["PyTorch tuned"] = torch_game(torch_step.TunedStep)
    return steps


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=200, help="blocks a contestant")
    parser.add_argument("--steps", type=int, default=30, help="timed steps a block")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()

    error = largest_error()
    if not error < 1e-10:
        print(f"not the same mathematics: the gradients differ by {error:.1e}", file=sys.stderr)
        return 1
    times, counted = measure.medians(contestants(), chosen.rounds, chosen.steps)
    facts = measure.machine()
    facts["torch"] = torch.__version__ if torch else "not installed: skipped"
    if chosen.json:
        report = {"machine": facts, "gradient_error": error, "counted": counted, "seconds": times}
        print(json.dumps(report, indent=2))
    else:
        print_table(times, counted, error, facts)
    return 0


def print_table(times, counted, error, facts) -> None:
    for name, fact in facts.items():
        print(f"{name:10} {fact}")
    reference = "PyTorch" if torch else "the plain functions"
    print(f"gradients  equal to those of {reference} in float64: largest difference {error:.0e}")
    print(f"blocks     {counted:.0%} counted, the rest disturbed\n")
    eager, floor = times.get("PyTorch eager"), times["matrix products alone"]
    print(f"{'one step':24}{'median ms':>10}{'times as fast':>16}{'times the':>12}")
    print(f"{'':24}{'':>10}{'as eager':>16}{'products':>12}")
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        speed = f"{eager / seconds:.2f}" if eager else "-"
        print(f"{name:24}{1e3 * seconds:10.3f}{speed:>16}{seconds / floor:12.2f}")


if __name__ == "__main__":
    sys.exit(main())
