"""Every remedy for mode collapse on one ring: the same networks, optimizers, steps and seeds.

The plain game is the minimax cost with one simultaneous step of each player. Of minibatch
features the control is "none-non-saturating", for they play that cost; of unrolling there are two:
the gradient stopped at phi_K, and as many steps of D as unrolling computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.game.algorithm1 import Algorithm1
from minigan.game.game import Game
from minigan.layers import MinibatchFeatures
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.variants.labels import LabelledMixture, LabelledTurn, OneHot
from minigan.variants.ring_game import (
    BATCH,
    DATA,
    MODES,
    NOISE,
    RATE_D,
    RATE_G,
    SAMPLES,
    STEPS,
    WIDTH,
    Score,
    adam,
    network,
    score,
)
from minigan.variants.unrolled import UnrolledTurn

K = 5  # steps of D that are unrolled; as many again, and its own, are the control's 6


def plain(seed: int, *, cost: str = "minimax", k: int = 1, features: bool = False) -> Algorithm1:
    """Algorithm 1, of simultaneous steps if k = 1; D with minibatch features or without."""
    streams = Streams(seed)
    # as in the 2016 paper: B = 8 features by C = 3 numbers, here with T from N(0, .9^2 / 48)
    T = normal(0.9 / math.sqrt(WIDTH))
    extra = [MinibatchFeatures(WIDTH, features=8, dims=3, weights=T)] if features else []
    G, D = network(NOISE.dim, 2, "G", streams), network(2, 1, "D", streams, extra)
    return Algorithm1(
        G,
        D,
        data=DATA,
        noise=NOISE,
        G_optimizer=adam(G, RATE_G),
        D_optimizer=adam(D, RATE_D),
        batch=BATCH,
        k=k,
        cost=cost,
        simultaneous=k == 1,
        seed=streams,
    )


def unrolled(seed: int, *, stopped: bool = False) -> Game:
    """The minimax game with G's gradient through K steps of Adam, or stopped at phi_K."""
    streams = Streams(seed)
    G, D = network(NOISE.dim, 2, "G", streams), network(2, 1, "D", streams)
    D_optimizer = adam(D, RATE_D)
    turn = UnrolledTurn(G, D, D_optimizer, K=K, stopped=stopped)
    optimizers = [adam(G, RATE_G), D_optimizer]
    return Game(turn, optimizers=optimizers, batch=BATCH, seed=streams, x=DATA, z=NOISE)


def labelled(seed: int) -> Game:
    """The minimax game of a G and a D that are both given which of the modes x is to be from."""
    streams = Streams(seed)
    G = network(NOISE.dim + MODES, 2, "G", streams)
    D = network(2 + MODES, 1, "D", streams)
    samplers: dict[str, Any] = {"x": LabelledMixture(DATA), "z": NOISE, "c": OneHot(MODES)}
    optimizers = [adam(G, RATE_G), adam(D, RATE_D)]
    turn = LabelledTurn(G, D, MODES, "minimax")
    return Game(turn, optimizers=optimizers, batch=BATCH, seed=streams, **samplers)


REMEDIES: dict[str, Callable[[int], Game]] = {
    "none": plain,
    "none-non-saturating": partial(plain, cost="non-saturating"),
    "unrolled-5": unrolled,
    "unrolled-5-stopped": partial(unrolled, stopped=True),
    "more-D-steps": partial(plain, k=K + 1),
    "minibatch-features": partial(plain, cost="non-saturating", features=True),
    "labels": labelled,
}


class Outcome(NamedTuple):
    """The score of a game that has ended, and the samples (n, 2) that were scored."""

    score: Score
    samples: np.ndarray


def outcome(remedy: str, seed: int, steps: int = STEPS, samples: int = SAMPLES) -> Outcome:
    """Play the ring with a remedy from a seed >= 0, and score it."""
    if remedy not in REMEDIES:
        raise InputError(f"remedy: expected one of {', '.join(REMEDIES)}, got {remedy!r}")
    game = REMEDIES[remedy](seed)
    for _ in game.play(steps):
        pass
    x = sampled(game, samples, Streams(seed)["score"])
    return Outcome(score(x), x)


def sampled(game: Game, n: int, rng: np.random.Generator) -> np.ndarray:
    """n samples (n, 2) of a game's G, of labels drawn at random if it needs them."""
    G: Sequential = game.networks["G"]
    z = NOISE.sample(n, rng)
    if "c" in game.samplers:
        z = np.concatenate([z, game.samplers["c"].sample(n, rng)], axis=1)
    return G(z)
