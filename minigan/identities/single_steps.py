"""Identities of one step of a game: costs and gradients on a minibatch, and what an update does.

On one side stand `minigan.costs`, the gradients that a `minigan.Algorithm1` took, and how far its
optimizers moved; on the other SciPy's formulas of the costs, and finite differences of them.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
from scipy.special import expit, log_expit

from minigan.base.randomness import generator
from minigan.base.types import Sampler, Schedule
from minigan.costs import GENERATOR_COSTS, discriminator_cost, value
from minigan.distributions import Normal
from minigan.game.algorithm1 import Algorithm1
from minigan.identities.identity import Identity, claims
from minigan.layers import Linear, Tanh
from minigan.networks.sequential import Sequential
from minigan.optimizers import SGD, Adam

_STEP = 1e-4  # of central differences
_BY_DIFFERENCES = 1e-6


def identities(seed: int = 0) -> Iterator[Identity]:
    """Identities of costs, gradients and updates, of random logits, networks and minibatches."""
    rng = generator(seed)
    return chain(_costs(rng), _gradients(rng), _updates(rng))


class Kept:
    """A sampler that keeps what it has drawn."""

    def __init__(self, law: Normal):
        self._law = law
        self.drawn: list[np.ndarray] = []

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """Rows of the law, float64."""
        self.drawn.append(self._law.sample(m, rng).astype(np.float64))
        return self.drawn[-1]


def random_network(rng: np.random.Generator) -> Sequential:
    """A network 1 -> 1 with six hidden units, float64."""
    return Sequential([Linear(1, 6), Tanh(), Linear(6, 1)], seed=rng, dtype="float64")


def game_of(
    G: Sequential,
    D: Sequential,
    data: Sampler,
    noise: Sampler,
    rng: np.random.Generator,
    *,
    G_lr: float = 0.0,
    D_lr: float | Schedule = 0.0,
    momentum: float = 0.0,
    **options: Any,
) -> Algorithm1:
    """Algorithm 1 by SGD, at rest unless rates are given, of a seed that is drawn."""
    players: dict[str, Any] = {
        "G_optimizer": SGD(G, G_lr, momentum), "D_optimizer": SGD(D, D_lr, momentum),
        "data": data, "noise": noise, "seed": int(rng.integers(2**31)),
    }  # fmt: skip
    return Algorithm1(G, D, **players, **options)


def slope(vector: np.ndarray, along: np.ndarray, f: Callable[[], float]) -> float:
    """Derivative of f() as a vector moves along a direction, by central differences."""
    start, ends = vector.copy(), []
    for sign in (1, -1):
        vector[...] = start + sign * _STEP * along
        ends.append(f())
    vector[...] = start
    return (ends[0] - ends[1]) / (2 * _STEP)


def _costs(rng: np.random.Generator) -> Iterator[Identity]:
    """Every cost of a minibatch of logits, by its formula in D, and its gradient."""
    real, fake = rng.normal(0, 1.5, (64, 1)), rng.normal(0, 1.5, (48, 1))

    def V() -> float:
        return log_expit(real).mean() + log_expit(-fake).mean()

    def ratio() -> float:
        return np.mean(expit(fake) / expit(-fake))

    for name, source, statement, cost, formula in (
        ("value", "2014 paper, Eq. 1", "V = mean log D + mean log(1 - D)",
         lambda: value(real, fake), V),
        ("discriminator_cost", "tutorial, Eq. 8", "J_D = -1/2 mean log D - 1/2 mean log(1 - D)",
         lambda: discriminator_cost(real, fake), lambda: -V() / 2),
        ("minimax", "tutorial, Eq. 10", "J_G = 1/2 mean log(1 - D)",
         lambda: GENERATOR_COSTS["minimax"](fake), lambda: log_expit(-fake).mean() / 2),
        ("non-saturating", "tutorial, Eq. 13", "J_G = -1/2 mean log D",
         lambda: GENERATOR_COSTS["non-saturating"](fake), lambda: -log_expit(fake).mean() / 2),
        ("max-likelihood", "tutorial, Eq. 14", "J_G = -1/2 mean D / (1 - D)",
         lambda: GENERATOR_COSTS["max-likelihood"](fake), lambda: -ratio() / 2),
    ):  # fmt: skip
        found, *gradients = cost()
        yield claims(source, 1e-11)(f"costs, {name}: {statement}", found, "=", formula())
        along = [rng.normal(size=gradient.shape) for gradient in gradients]
        logits = (real, fake)[-len(gradients) :]
        by_hand = sum(float(np.sum(g * a)) for g, a in zip(gradients, along, strict=True))
        numeric = sum(slope(a, b, formula) for a, b in zip(logits, along, strict=True))
        statement = f"gradient of {name} along a direction = differences of its formula"
        yield claims(source, _BY_DIFFERENCES)(statement, by_hand, "=", numeric)


def _gradients(rng: np.random.Generator) -> Iterator[Identity]:
    """The gradients of both players on the minibatches that they saw."""
    G, D = random_network(rng), random_network(rng)
    for simultaneous, which in ((False, "in turn"), (True, "at once")):
        x, z = Kept(Normal(0.5, 0.8)), Kept(Normal())
        game_of(G, D, x, z, rng, simultaneous=simultaneous, cost="minimax", batch=50).step()
        of_D, of_G = z.drawn[0], z.drawn[-1]

        def J_G(z=of_G):
            return log_expit(-D(G(z))).mean() / 2

        def J_D(x=x.drawn[0], z=of_D):
            return -log_expit(D(x)).mean() / 2 - J_G(z)

        for name, net, J in (("J_D", D, J_D), ("J_G", G, J_G)):
            along = rng.normal(size=net.params.size)
            statement = f"gradient of {name}, moving {which}: backward = differences"
            claim = claims("Algorithm 1", _BY_DIFFERENCES)
            yield claim(statement, net.grads @ along, "=", slope(net.params, along, J))


def _updates(rng: np.random.Generator) -> Iterator[Identity]:
    G, D, lr, mu = random_network(rng), random_network(rng), 0.3, 0.5
    game = game_of(G, D, Normal(), Normal(), rng, D_lr=lr, momentum=mu, batch=50)
    along, moved = rng.normal(size=D.params.size), []
    for _ in range(2):
        before = D.params.copy()
        game.take("D")
        moved.append(float((D.params - before) @ along))
        if len(moved) == 1:
            down = -lr * float(D.grads @ along)
            yield claims("Algorithm 1", 1e-12)(
                "first update by SGD = -lr dJ_D", moved[0], "=", down
            )
    down = mu * moved[0] - lr * float(D.grads @ along)
    claim = claims("Polyak 1964", 1e-12)
    yield claim("second update = mu times the first - lr dJ_D", moved[1], "=", down)
    before, g = D.params.copy(), D.grads.copy()
    Adam(D, lr).step()
    down = -lr * float(g / (np.abs(g) + 1e-8) @ along)
    claim = claims("Kingma & Ba 2015", 1e-12)
    statement = "first update by Adam = -lr g / (|g| + eps)"
    yield claim(statement, float((D.params - before) @ along), "=", down)
