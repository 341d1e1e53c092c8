"""The rule of `langevin` on a ring of Gaussians, whose score is known when it is blurred.

The blurred ring has modes of std S = (.2^2 + S0^2)^1/2: the chains sample that, and not the data.
Errors have three sources, seen apart here: the learned score, the size of the step, and too little
noise; besides the number of chains, for which independent samples stand.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Mixture, ring
from minigan.theory.binned import grid_jsd
from minigan.variants.langevin import Blurred, denoiser, langevin_rates, linear_std, mala, walk
from minigan.variants.semi_supervised import log_softmax_parts

S0, DATA = 0.2, ring(8, 2.0, 0.2)
BLURRED = Mixture(DATA.means, math.hypot(DATA.std, S0))
EDGES, FACTORS = np.linspace(-3.5, 3.5, 29), (1.0, 0.5, 0.1)  # of cells; of the noise


def law_of(p: Mixture) -> Callable:
    """Function of rows x: log p(x) up to a constant, (m,), and the score grad log p(x), (m, dim).

    With r_k(x) the posterior of the modes the score is sum_k r_k(x) (mu_k - x) / S^2.
    """
    mu = p.means

    def law(x):
        squares = (x**2).sum(axis=1, keepdims=True) - 2 * x @ mu.T + (mu**2).sum(axis=1)
        Z, r = log_softmax_parts(np.log(p.weights) - squares / (2 * p.std**2))
        return Z[:, 0], (r @ mu - x) / p.std**2

    return law


def on_ring(chains: int, moves: dict[float, int], steps: int, seed: Any) -> dict[str, Any]:
    """JSD of chains from the blurred ring, after so many moves of size e3, and std by its noise.

    ``error`` is the rms of the learned score minus the exact one, over that of the exact one;
    ``floor`` the JSD of independent samples, which ``above`` is relative to, at the smallest e3.
    """
    rng, law, smallest = Streams(seed)["chains"], law_of(BLURRED), min(moves)
    F = denoiser(DATA, S0, (2, 96, 96, 2), 3e-3, 256, steps, seed)
    x, start = Blurred(DATA, S0).sample(chains, rng), rng.uniform(-3, 3, (chains, 2))
    score, floor = law(x)[1], grid_jsd(x, BLURRED, EDGES)
    error = math.sqrt(((F(x) / S0**2 - score) ** 2).sum() / (score**2).sum())
    pulls = {"exact": lambda x: S0**2 * law(x)[1], "denoiser": lambda x: F(x.astype(F.dtype))}
    jsd: dict[str, dict[str, float]] = {}
    for e3, n in moves.items():
        rates = langevin_rates(e3, S0)
        ends = {name: walk(start, n, rates, rng, pull) for name, pull in pulls.items()}
        ends["MALA"], accepted = mala(start, n, e3, rng, law)
        found = {name: grid_jsd(end, BLURRED, EDGES) for name, end in ends.items()}
        jsd[f"{e3}"] = found | {"accepted": accepted}
    std = {}
    for factor in FACTORS:
        rates = langevin_rates(smallest, S0)._replace(noise=factor * smallest)
        end = walk(start, moves[smallest], rates, rng, pulls["exact"])
        squares = ((end[:, None] - DATA.means) ** 2).sum(axis=2).min(axis=1)
        own, asked = math.sqrt(squares.mean() / 2), linear_std(BLURRED.std, smallest, factor)
        std[f"{factor}"] = {"std": own, "law": asked, "jsd": grid_jsd(end, BLURRED, EDGES)}
    above = {name: jsd[f"{smallest}"][name] - floor for name in pulls}
    off = max(abs(one["std"] / one["law"] - 1) for one in std.values())
    return {"error": error, "floor": floor, "above": above, "std off": off, "jsd": jsd, "std": std}
