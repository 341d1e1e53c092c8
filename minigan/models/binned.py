"""A fully visible belief net in the plane: p(x1) p(x2|x1), each constant within 48 bins.

The logits of x1 are parameters alone, since it sees nothing; those of x2 come from a net on the bin
of x1, smoothed so that neighbours look alike. The density is a probability over a bin's area.
"""

from typing import Any

import numpy as np

from minigan.base.numerics import log_sum_exp
from minigan.base.randomness import Streams
from minigan.layers import MaskedLinear
from minigan.models.model import OnePlayer, falling_adam, mlp, train
from minigan.networks import Sequential
from minigan.variants.infogan import cross_entropy

BINS, END, SMOOTH = 48, 3.2, 0.15
WIDTH = 2 * END / BINS
_CENTRES = (np.arange(BINS) + 0.5) * WIDTH - END
ONE_HOT = np.eye(BINS)
SEEN = np.exp(-(((_CENTRES[:, None] - _CENTRES) / SMOOTH) ** 2) / 2)  # of a bin of x1, by net F2


class BinnedFVBN(OnePlayer):
    """p(x) in the square [-3.2, 3.2]^2, by networks of logits: F1 of x1, F2 of x2 given x1."""

    moves, dim = ("F1", "F2"), 2

    def __init__(self, F1: Sequential, F2: Sequential):
        self.F1, self.F2 = F1, F2

    def gradients(self, rng, x):
        """Gradients of the mean of -log p(x). See `Turn.gradients`."""
        i, j = _bins(x)
        a1, cache1 = self.F1.forward(x[:, :1], rng=rng)
        a2, cache2 = self.F2.forward(SEEN[i], rng=rng)
        J1, da1 = cross_entropy(a1, ONE_HOT[i])
        J2, da2 = cross_entropy(a2, ONE_HOT[j])
        self.F1.backward(da1, cache1, input_grad=False)
        self.F2.backward(da2, cache2, input_grad=False)
        return {"J": J1 + J2 + 2 * np.log(WIDTH)}

    def _log_tables(self) -> list[np.ndarray]:
        """log p(bin of x1), (bins,), and log p(bin of x2 | bin of x1), (bins, bins)."""
        tables = self.F1(np.zeros((1, 1)))[0], self.F2(SEEN)
        return [a - log_sum_exp(a)[..., None] for a in tables]

    def log_likelihood(self, x):
        """log p(x) of rows (m, 2), a density; what lies outside counts with the nearest bin."""
        self.require_rows(x)
        log_p1, log_p2 = self._log_tables()
        i, j = _bins(x)
        return log_p1[i] + log_p2[i, j] - 2 * np.log(WIDTH)

    def sample(self, m, rng):
        """m independent rows: the bin of x1, that of x2 given it, and a place within both."""
        self.require_draws(m, rng)
        log_p1, log_p2 = self._log_tables()
        i = rng.choice(BINS, m, p=np.exp(log_p1))
        upto = np.exp(log_p2).cumsum(axis=1)
        j = np.minimum((upto[i] < rng.random((m, 1))).sum(axis=1), BINS - 1)
        return (np.stack([i, j], axis=1) + rng.random((m, 2))) * WIDTH - END

    def sequential_steps(self):
        """One for each coordinate."""
        return 2


def _bins(x: np.ndarray) -> np.ndarray:
    """Bins of x1 and of x2, (2, m)."""
    return np.clip(((x + END) / WIDTH).astype(int), 0, BINS - 1).T


def on_ring(data: Any, seed: int, steps: int = 2500) -> BinnedFVBN:
    """F2 is 48-48-48."""
    F1 = Sequential([MaskedLinear(np.zeros((1, BINS)))], dtype="float64", name="F1")
    model = BinnedFVBN(F1, mlp(Streams(seed), "F2", BINS, BINS, BINS))
    optimizers = [falling_adam(net, 4e-3, steps) for net in (model.F1, model.F2)]
    return train(model, optimizers, steps, seed=seed, batch=128, x=data)
