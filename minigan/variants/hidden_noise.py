"""A G whose noise comes in the middle (2016 tutorial, section 3.1), with its exact p_g.

    h = A(z),   y = h + s e,  h (1 + s e)  or  [h, e],   x = B(y),     e ~ N(0, 1)

with A 1-16-1, s one learned number, B 1-16-16-1 or 2-16-16-1. Without z, which is then 0, x is
a function of the one number e, and p_g is exact by straight pieces; with z it is the mean of such
laws over z's quantiles. The data, D and all settings are those of `better_z`.
"""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.game import Algorithm1
from minigan.layers import Layer, Linear, Tanh
from minigan.layers.initialisers import constant, normal
from minigan.networks import Sequential
from minigan.variants import better_z
from minigan.variants.conditional_toys import late_adam, network
from minigan.variants.learned_noise import ConcatenatedNoise, LearnedNoise

KINDS = ("additive", "multiplicative", "concatenated")
PIECES, Z = 6400, 200  # of e without z; quantiles of z, each with PIECES / 16 of e
NOISE_LAYER = 3  # of G's layers


class Nothing:
    """Sampler of z = 0: all that is random is in G's own noise."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """Zeros (m, 1)."""
        return 0 * rng.standard_normal((m, 1), dtype=np.float32)


def hidden_noise_game(kind: str, start: float, steps: int, seed: Any, *, z: bool = False):
    """The game whose G has noise of one of `KINDS`, of standard deviation ``start`` at first."""
    if kind not in KINDS:
        raise InputError(f"kind: expected one of {', '.join(KINDS)}, got {kind!r}")
    streams = Streams(seed)
    noise: Layer = LearnedNoise(1, start, multiplicative=kind == "multiplicative")
    if kind == "concatenated":
        noise = ConcatenatedNoise(1)
    last = Linear(16, 1, weights=normal(0.25), bias=constant(1.0))
    A = [Linear(1, 16, weights=normal(1.0)), Tanh(), last]
    widths = (1 + (kind == "concatenated"), 16, 16, 1)
    G = network(widths, Tanh, 1.0, *A, noise, seed=streams["init_G"], name="G")
    _, D, (_, of_D) = better_z.two_bells_players(steps, streams)
    return Algorithm1(
        *(G, D),
        data=better_z.DATA,
        noise=Normal() if z else Nothing(),
        batch=better_z.BATCH,
        k=better_z.D_TURNS,
        seed=streams,
        G_optimizer=late_adam(G, better_z.RATE_G, steps),
        D_optimizer=of_D,
    )


def hidden_law(G: Sequential, *, z: bool = False) -> np.ndarray:
    """Masses of the cells of `better_z` under p_g, exact but for the sum over z."""
    noise, start = G.layers[NOISE_LAYER], np.zeros((1, 1), np.float32)
    if z:
        start = better_z.quantiles(2 * Z)[1::2]
    e = better_z.quantiles(PIECES // (16 if z else 1))
    laws = []
    for h in G[:NOISE_LAYER](start):
        if isinstance(noise, ConcatenatedNoise):
            y = np.column_stack([np.full_like(e, h[0]), e])
        else:
            moved = np.exp(noise.s) * e
            y = h + (h * moved if noise.multiplicative else moved)
        laws.append(better_z.masses_between(G[NOISE_LAYER + 1 :](y)[:, 0]))
    return np.mean(laws, axis=0)


def std_of(G: Sequential) -> float | None:
    """The learned standard deviation; None of noise that has an input of its own."""
    noise = G.layers[NOISE_LAYER]
    return float(np.exp(noise.s[0])) if isinstance(noise, LearnedNoise) else None
