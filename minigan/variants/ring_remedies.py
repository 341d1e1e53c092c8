"""Every remedy for mode collapse on one ring: the same networks, optimizers, steps and seeds.

The plain game is the minimax cost, with one step of each player from one point. Of minibatch
features the control is "none-non-saturating", for they play that cost; of unrolling there are two:
the gradient stopped at phi_K, and as many steps of D as unrolling computes. A control of them
all is "none-alternating", Algorithm 1 with k = 1: the same two steps, one after the other.
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
from minigan.game.turns import DiscriminatorTurn
from minigan.layers import MinibatchFeatures
from minigan.layers.initialisers import normal
from minigan.networks import Sequential
from minigan.variants.conditional import ConditionalSimultaneousTurn
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


def plain(
    seed: int, *, cost: str = "minimax", features: bool = False, alternating: bool = False
) -> Algorithm1:
    """The game of two networks, D with minibatch features or without."""
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
        cost=cost,
        simultaneous=not alternating,
        seed=streams,
    )


class FurtherTurn(DiscriminatorTurn):
    """D's turn once more, whose cost has a name of its own."""

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``. See `Turn.gradients`."""
        return {"J_D_further": super().gradients(rng, z, x)["J_D"]}


def more_steps(seed: int) -> Game:
    """The plain game with K further steps of D, each on a fresh minibatch, behind every step."""
    first = plain(seed)
    further = FurtherTurn(first.G, first.D)
    further.k = K
    optimizers, samplers = first.optimizers.values(), first.samplers
    turns = *first.turns, further
    return Game(*turns, optimizers=optimizers, batch=BATCH, seed=Streams(seed), **samplers)


def unrolled(seed: int, *, stopped: bool = False) -> Game:
    """The minimax game with G's gradient through K steps of Adam, or stopped at phi_K."""
    streams = Streams(seed)
    G, D = network(NOISE.dim, 2, "G", streams), network(2, 1, "D", streams)
    D_optimizer = adam(D, RATE_D)
    turn = UnrolledTurn(G, D, D_optimizer, K=K, stopped=stopped)
    optimizers = [adam(G, RATE_G), D_optimizer]
    return Game(turn, optimizers=optimizers, batch=BATCH, seed=streams, x=DATA, z=NOISE)


def labelled(seed: int) -> Game:
    """The minimax game of a G and a D that are both told which of the modes x is from."""
    streams = Streams(seed)
    G = network(MODES + NOISE.dim, 2, "G", streams)
    D = network(2 + MODES, 1, "D", streams)
    turn = ConditionalSimultaneousTurn(G, D, "minimax")
    samplers: dict[str, Any] = {"pairs": LabelledRing(), "c": Labels(), "z": NOISE}
    optimizers = [adam(G, RATE_G), adam(D, RATE_D)]
    return Game(turn, optimizers=optimizers, batch=BATCH, seed=streams, **samplers)


class Labels:
    """Rows (m, 8) with a single 1: the labels of modes, each as often as any other."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32."""
        return np.eye(MODES, dtype="float32")[rng.integers(MODES, size=m)]


class LabelledRing:
    """Pairs (x, c) of the ring and of labels."""

    def sample(self, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """m independent pairs, shapes (m, 2) and (m, 8)."""
        c = Labels().sample(m, rng)
        return c @ DATA.means + DATA.std * rng.standard_normal((m, 2)), c


REMEDIES: dict[str, Callable[[int], Game]] = {
    "none": plain,
    "none-alternating": partial(plain, alternating=True),
    "none-non-saturating": partial(plain, cost="non-saturating"),
    "unrolled-5": unrolled,
    "unrolled-5-stopped": partial(unrolled, stopped=True),
    "more-D-steps": more_steps,
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
        z = np.concatenate([game.samplers["c"].sample(n, rng), z], axis=1)
    return G(z)
