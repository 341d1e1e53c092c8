"""Chains on binary states, shared by models that sample by one: tables, and a long run."""

import numpy as np

from minigan.base.numerics import softplus
from minigan.distributions.states import all_states
from minigan.models.model import Model, NotThereError

MOST = 13  # binary units of which all states are tabled, at once


class Chain(Model):
    """Base of models that sample by a chain: m samples are where m chains have come.

    ``sweeps`` are their moves. They go from `start` by ``move``, and `visible` turns their last
    states into rows, where they are not rows themselves.
    """

    binary = True
    sweeps = 1000

    def start(self, m, rng):
        """First states of m chains: uniform."""
        return coins(m, self.dim, rng)

    def visible(self, states, rng):
        """Rows at the states of chains."""
        return states

    def sample(self, m, rng):
        """Rows of m chains after ``sweeps`` moves, (m, dim)."""
        self.require_draws(m, rng)
        return self.visible(self.run(self.start(m, rng), self.sweeps, rng), rng)

    def run(self, states, moves, rng):
        """States of chains so many moves later."""
        for _ in range(moves):
            states = self.move(states, rng)
        return states


class Persistent(Chain):
    """Base of models that learn from chains which are never started again."""

    chains: np.ndarray | None = None

    def further(self, first, moves, rng):
        """States of the chains, moved on; the first time they begin at those given."""
        self.chains = self.run(first if self.chains is None else self.chains, moves, rng)
        return self.chains

    def state(self):
        """Present states of the chains, for a checkpoint."""
        return {} if self.chains is None else {"chains": self.chains.copy()}

    def restore(self, state):
        """Go on from `state`."""
        self.chains = state.get("chains")


def drawn(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Binary units that are 1 with probabilities p, in the dtype of p."""
    return (rng.random(p.shape, dtype=p.dtype.type) < p).astype(p.dtype)


def coins(m: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """m rows of n binary units, uniform."""
    return rng.integers(0, 2, (m, n)).astype(np.float64)


def table(a: np.ndarray) -> np.ndarray:
    """Probabilities of all states of independent units with logits a (n, d), shape (n, 2^d)."""
    if a.shape[1] > MOST:
        raise NotThereError(f"transition: expected at most {MOST} binary units, got {a.shape[1]}")
    return np.exp(a @ all_states(a.shape[1]).T - softplus(a).sum(axis=1, keepdims=True))
