#!/usr/bin/env python
"""A game of three networks beside Algorithm 1: the time of a step over that of its bare products.

    python benchmarks/three_networks.py [--rounds N]

The game is BiGAN (Donahue et al. 2017): D tells pairs (x, E(x)) from pairs (G(z), z), and has two
inputs that are joined; G and E move in one turn, by two costs. Nets are as wide as those of
Algorithm 1 beside it. Processor time, so that a busy machine can be used.
"""

from __future__ import annotations

import argparse
import statistics
import time

import measure  # first: it sets the number of threads
from products import Products, backward, forward
from workloads import WORKLOADS, game, players

import minigan as mg


class BiGANDiscriminatorTurn(mg.Turn):
    """D tells pairs (x, E(x)) from pairs (G(z), z)."""

    moves, draws = ("D",), ("x", "z")

    def __init__(self, G, D, E):
        self.G, self.D, self.E = G, D, E

    def gradients(self, rng, x, z):
        """Gradient of J_D into ``D.grads``."""
        real, _ = mg.join(x, self.E.forward(x, rng=rng)[0])
        fake, _ = mg.join(self.G.forward(z, rng=rng)[0], z)
        (a_real, a_fake), cache = self.D.forward((real, fake), rng=rng)
        J_D, *da = mg.discriminator_cost(a_real, a_fake)
        self.D.backward(tuple(da), cache, input_grad=False)
        return {"J_D": J_D}


class BiGANTurn(BiGANDiscriminatorTurn):
    """G and E make D err on either kind of pair."""

    moves = ("G", "E")

    def gradients(self, rng, x, z):
        """Gradients of J_G into ``G.grads``, of J_E into ``E.grads``."""
        e, E_cache = self.E.forward(x, rng=rng)
        g, G_cache = self.G.forward(z, rng=rng)
        (real, split_real), (fake, split_fake) = mg.join(x, e), mg.join(g, z)
        (a_real, a_fake), cache = self.D.forward((real, fake), rng=rng)
        J_G, da_fake = mg.non_saturating_cost(a_fake)
        J_E, da_real = mg.non_saturating_cost(-a_real)
        d_real, d_fake = self.D.backward((-da_real, da_fake), cache, param_grads=False)
        self.E.backward(split_real(d_real)[1], E_cache, input_grad=False)
        self.G.backward(split_fake(d_fake)[0], G_cache, input_grad=False)
        return {"J_G": J_G, "J_E": J_E}


def mlp(n_in: int, n_out: int, seed: int) -> mg.Sequential:
    """Net of the ring's width."""
    hidden = [mg.Linear(n_in, 128), mg.ReLU(), mg.Linear(128, 128), mg.ReLU()]
    return mg.Sequential([*hidden, mg.Linear(128, n_out)], seed=seed)


class BiGANProducts(Products):
    """The products of one step of BiGAN."""

    def __init__(self, G, D, E, m):
        self._take(
            G.xp,
            *forward(E, m),
            *forward(G, m),
            *forward(D, 2 * m),
            *backward(D, 2 * m, input_grad=False),
            *forward(E, m),
            *forward(G, m),
            *forward(D, 2 * m),
            *backward(D, 2 * m, param_grads=False),
            *backward(E, m, input_grad=False),
            *backward(G, m, input_grad=False),
        )


def bigan(m: int):
    """A step of BiGAN on the ring, and its products."""
    G, D, E = mlp(16, 2, 1), mlp(18, 1, 2), mlp(2, 16, 3)
    turns = BiGANDiscriminatorTurn(G, D, E), BiGANTurn(G, D, E)
    optimizers = [mg.Adam(net, 2e-4, beta1=0.5) for net in (G, D, E)]
    made = mg.Game(*turns, optimizers=optimizers, batch=m, x=mg.ring(), z=mg.Normal(dim=16))
    return made.step, BiGANProducts(G, D, E, m)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=measure.at_least_one, default=40)
    rounds = parser.parse_args().rounds
    workload = WORKLOADS["W2"]
    G, D = players(workload)
    calls = {
        "Algorithm 1": (game(workload, G, D).step, Products(G, D, workload.batch)),
        "BiGAN": bigan(workload.batch),
    }
    print(measure.machine()["numpy"])
    found = {}
    for name, (step, products) in calls.items():
        times: dict = {step: [], products: []}
        for call in [step, products] * rounds:
            start = time.process_time()
            for _ in range(10):
                call()
            times[call].append((time.process_time() - start) / 10)
        of_step, of_products = (statistics.median(times[call]) for call in (step, products))
        found[name] = of_step / of_products
        print(f"{name:12} {1e3 * of_step:7.3f} ms, products {1e3 * of_products:7.3f} ms", end="")
        print(f", ratio {found[name]:.3f}")
    print(f"BiGAN's ratio over Algorithm 1's: {found['BiGAN'] / found['Algorithm 1']:.3f}")


if __name__ == "__main__":
    main()
