"""Three correlated Gaussians: every p(x_S | x_not-S) is known, and one network learns all seven."""

from typing import NamedTuple

import numpy as np

from minigan.base.randomness import Streams, generator
from minigan.distributions import Normal
from minigan.game import Game
from minigan.layers import Tanh
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.variants.conditional_toys import network
from minigan.variants.missing_parts import (
    Masks,
    MissingPartsDiscriminatorTurn,
    MissingPartsGeneratorTurn,
    fill_in,
    mask,
)

COVARIANCE = np.array([[1.0, 0.6, 0.3], [0.6, 1.0, -0.3], [0.3, -0.3, 1.0]])
N = len(COVARIANCE)
SETS = np.arange(1, 2**N)
BATCH, WIDTH, GAIN_D, RATE_G, RATE_D, D_TURNS = 128, 48, 1.3, 2e-3, 4e-3, 2
GIVEN, DRAWS = 12, 3000  # random x_not-S at which a conditional is judged, and samples at each


class Correlated:
    """N(0, C) as a sampler."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, 3)."""
        e = rng.standard_normal((m, N))
        return (e @ np.linalg.cholesky(COVARIANCE).T).astype(np.float32)


def gaussian_parts_game(steps: int, seed) -> Game:
    """The game of all conditionals, set up to play ``steps`` steps."""
    streams = Streams(seed)
    G = network((3 * N, WIDTH, WIDTH, N), Tanh, 1.0, seed=streams["init_G"], name="G")
    D = network((2 * N, WIDTH, WIDTH, 1), Tanh, GAIN_D, seed=streams["init_D"], name="D")
    rates = late_decay(RATE_G, steps), late_decay(RATE_D, steps * D_TURNS)
    return Game(
        MissingPartsDiscriminatorTurn(G, D, k=D_TURNS),
        MissingPartsGeneratorTurn(G, D),
        optimizers=[Adam(net, rate, beta1=0.5) for net, rate in zip((G, D), rates, strict=True)],
        batch=BATCH,
        seed=streams,
        x=Correlated(),
        y=Correlated(),
        M=Masks(N),
        z=Normal(dim=N),
    )


class Conditional(NamedTuple):
    """Mean and covariance of x_S given the rest."""

    mean: np.ndarray
    covariance: np.ndarray


def exact_conditional(x: np.ndarray, M: np.ndarray) -> Conditional:
    """p(x_S | x_not-S) of N(0, C): C_ST C_TT^-1 x_T, C_SS - C_ST C_TT^-1 C_TS; x, M (3,)."""
    S, T = np.flatnonzero(M), np.flatnonzero(M == 0)
    slope = COVARIANCE[np.ix_(S, T)] @ np.linalg.inv(COVARIANCE[np.ix_(T, T)])
    rest = COVARIANCE[np.ix_(S, S)] - slope @ COVARIANCE[np.ix_(T, S)]
    return Conditional(slope @ x[T], rest)


def kl_gaussians(p: Conditional, q: Conditional) -> float:
    """KL(p || q) of two Gaussians, in nats."""
    inverse, gap = np.linalg.inv(q.covariance), p.mean - q.mean
    spread = np.trace(inverse @ p.covariance) + gap @ inverse @ gap - len(gap)
    logs = [np.linalg.slogdet(law.covariance)[1] for law in (p, q)]
    return float(spread - logs[0] + logs[1]) / 2


def scores(G, seed: int = 0) -> dict[str, list[float]]:
    """KL of the conditionals of G from the exact ones, by set S, and of a model that ignores x.

    Of G, the Gaussian with the moments of 3,000 draws is compared, at 12 random x_not-S each: lists
    ``kl`` and ``ignoring``, of 7 numbers in nats, in the order of `SETS`.
    """
    rng = generator(seed)
    found: dict[str, list[float]] = {"kl": [], "ignoring": []}
    for M in mask(SETS, N):
        S = np.flatnonzero(M)
        marginal = Conditional(np.zeros(len(S)), COVARIANCE[np.ix_(S, S)])
        pairs = []
        for x in Correlated().sample(GIVEN, rng):
            given, masks = (np.tile(row, (DRAWS, 1)) for row in (x, M))
            z = rng.standard_normal((DRAWS, N)).astype(np.float32)
            made = fill_in(G, given, masks, z)[0][:, S].astype(np.float64)
            learned = Conditional(made.mean(axis=0), np.cov(made.T).reshape(len(S), len(S)))
            exact = exact_conditional(x, M)
            pairs.append((kl_gaussians(learned, exact), kl_gaussians(marginal, exact)))
        for name, kl in zip(found, np.mean(pairs, axis=0), strict=True):
            found[name].append(float(kl))
    return found
