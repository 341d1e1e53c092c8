"""Nonlinear ICA by a flow: explicit, tractable (tutorial, Eq. 6; Dinh et al. 2014, 2016).

Couplings with changing splits (`minigan.models.coupling`) make f: x -> z, one to one, and

    log p(x) = log N(f(x); 0, I) + sum of the log determinants of the couplings.

f is continuous and has an inverse: it cannot cut one Gaussian into islands, and leaves filaments.
"""

from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.randomness import Streams
from minigan.distributions.states import state_index
from minigan.models.coupling import Coupling, couplings
from minigan.models.model import OnePlayer, falling_adam, train

SAMPLES = 200_000  # for the mass of each cube


class Flow(OnePlayer):
    """Couplings from x to z ~ N(0, I), in their order."""

    def __init__(self, couplings: list[Coupling]):
        self.couplings, self.dim = couplings, len(couplings[0].A)

    @property
    def moves(self):  # type: ignore[override]
        """Names of all networks."""
        return tuple(self.networks())

    def networks(self):
        """Those of the couplings, by their names."""
        return {coupling.net.name: coupling.net for coupling in self.couplings}

    def forward(self, x, rng=None):
        """z, log |det dz/dx| of each row, and the memories of the couplings."""
        log_det, memories = 0, []
        for coupling in self.couplings:
            x, own, memory = coupling.forward(x, rng)
            log_det = log_det + own
            memories.append(memory)
        return x, log_det, memories

    def gradients(self, rng, x):
        """Gradients of the mean of -log p(x). See `Turn.gradients`."""
        z, log_det, memories = self.forward(x, rng)
        m = len(x)
        dz, l = z / m, array_module(x).full(m, -1 / m, x.dtype)  # noqa: E741
        for coupling, memory in zip(self.couplings[::-1], memories[::-1], strict=True):
            dz = coupling.backward(dz, l, memory)
        return {"J": -self._log_p(z, log_det).mean()}

    def _log_p(self, z, log_det):
        return log_det - (z * z).sum(axis=1) / 2 - self.dim * np.log(2 * np.pi) / 2

    def log_likelihood(self, x):
        """log p(x) of rows, a density, (m,)."""
        self.require_rows(x, binary=False)
        z, log_det, _ = self.forward(x)
        return self._log_p(z, log_det)

    def inverse(self, z):
        """x, from z."""
        for coupling in self.couplings[::-1]:
            z = coupling.inverse(z)
        return z

    def posterior(self, x):
        """z of each row: the only one."""
        return self.forward(x)[0]

    def sample(self, m, rng):
        """m independent rows: one pass back from z ~ N(0, I)."""
        self.require_draws(m, rng)
        return self.inverse(rng.standard_normal((m, self.dim)))


class Dequantised(Flow):
    """A flow of pixels 0 and 1: uniform noise in [0, 1) is added to each, and [-2, 2] is used.

    `log_likelihood` is the density of such real rows. The probability of a pattern is the mass of
    its cube, of which the mean of log p over the noise is a lower bound; `pmf` counts samples.
    What lies outside of all cubes is no image.
    """

    binary = True

    def gradients(self, rng, x):
        """Gradients of the mean of -log p(x + u), of pixels x. See `Turn.gradients`."""
        return super().gradients(rng, 2 * (x + rng.random(x.shape, dtype=x.dtype)) - 2)

    def log_likelihood(self, x):
        """log p(x) of rows in [0, 2)^dim, a density, (m,)."""
        return super().log_likelihood(2 * x - 2) + self.dim * np.log(2)

    def posterior(self, x):
        """z of each row: the only one."""
        return super().posterior(2 * x - 2)

    def sample(self, m, rng):
        """m independent rows, rounded down: those of an image are 0 and 1, others may be any."""
        return np.floor(super().sample(m, rng) / 2 + 1)

    def pmf(self, states):
        """Shares of the images among 200,000 samples of a fixed seed; their sum is below 1."""
        x = self.sample(SAMPLES, np.random.default_rng(0))
        is_image = ((x == 0) | (x == 1)).all(axis=1)
        return np.bincount(state_index(x[is_image]), minlength=len(states)) / len(x)


def on_bars(data: Any, seed: int, steps: int = 2500) -> Dequantised:
    """Six couplings, each with a random half of the pixels."""
    streams, d = Streams(seed), data.dim
    splits = [
        np.isin(np.arange(d), streams["splits"].permutation(d)[: (d + i % 2) // 2])
        for i in range(6)
    ]
    return _trained(Dequantised(couplings(splits, 32, streams)), data, streams, steps, 100, 2e-3)


def on_ring(data: Any, seed: int, steps: int = 3000) -> Flow:
    """Eight couplings, of one coordinate after the other."""
    streams = Streams(seed)
    splits = [np.array([i % 2 == 0, i % 2 == 1]) for i in range(8)]
    return _trained(Flow(couplings(splits, 32, streams)), data, streams, steps, 128, 3e-3)


def _trained(model: Any, data: Any, streams: Streams, steps: int, batch: int, rate: float) -> Any:
    optimizers = [falling_adam(net, rate, steps) for net in model.networks().values()]
    return train(model, optimizers, steps, seed=streams, batch=batch, x=data)
