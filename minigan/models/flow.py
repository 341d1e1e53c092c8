"""Nonlinear ICA by affine couplings: explicit, tractable (tutorial, Eq. 6; Dinh et al. 2014, 2016).

x is split into A and B. A coupling leaves A alone and maps B by what it has seen in A,

    y_A = x_A,    y_B = x_B exp(s(x_A)) + t(x_A),    log |det dy/dx| = sum of s,

so that it is inverted in one pass, x_B = (y_B - t) exp(-s). Couplings with changing splits make
f: x -> z, and log p(x) = log N(f(x); 0, I) + the sum of their log determinants. s = 2 tanh(o / 2)
with (o, t) = net(x_A); NICE is s = 0. With dy from above and l = dJ/dlogdet of each row,

    ds = dy_B x_B exp(s) + l,   do = ds (1 - tanh^2(o/2)),   dt = dy_B,   dx_B = dy_B exp(s),
    dx_A = dy_A + net.backward([do, dt]).

f is continuous and has an inverse: it cannot cut one Gaussian into islands, and leaves filaments.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from minigan.base.backend import array_module
from minigan.base.randomness import Streams
from minigan.distributions.states import state_index
from minigan.layers import ReLU
from minigan.models.model import OnePlayer, falling_adam, mlp, train
from minigan.networks import Sequential, join

S_MAX = 2.0
SAMPLES = 200_000  # for the mass of each cube


class Coupling(NamedTuple):
    """A split, ``A`` a mask (d,), and the network of B's scale and shift; NICE has no scale."""

    A: np.ndarray
    net: Sequential
    scaled: bool = True

    def parts(self, outputs):
        """tanh(o / 2), and t; o = 0 for NICE."""
        xp = array_module(outputs)
        if not self.scaled:
            return xp.zeros_like(outputs), outputs
        o, t = xp.split(outputs, 2, axis=1)
        return xp.tanh(o / S_MAX), t

    def forward(self, x, rng=None):
        """y, the log determinant of each row, and what backward needs."""
        outputs, cache = self.net.forward(x[:, self.A], rng=rng)
        tanh, t = self.parts(outputs)
        y, scale = x.copy(), array_module(x).exp(S_MAX * tanh)
        y[:, ~self.A] = x[:, ~self.A] * scale + t
        return y, S_MAX * tanh.sum(axis=1), (x[:, ~self.A], tanh, scale, cache)

    def backward(self, dy, l, memory):  # noqa: E741 (the formula's name)
        """dx, from dy and l (m,), the gradient at the log determinants."""
        x_B, tanh, scale, cache = memory
        dt = dy[:, ~self.A]
        do = (dt * x_B * scale + l[:, None]) * (1 - tanh**2)
        dx = dy.copy()
        dx[:, ~self.A] = dt * scale
        dx[:, self.A] += self.net.backward(join(do, dt)[0] if self.scaled else dt, cache)
        return dx

    def inverse(self, y):
        """x, from y."""
        tanh, t = self.parts(self.net(y[:, self.A]))
        x = y.copy()
        x[:, ~self.A] = (y[:, ~self.A] - t) * np.exp(-S_MAX * tanh)
        return x


class Flow(OnePlayer):
    """Couplings from x to z ~ N(0, I), in their order."""

    def __init__(self, couplings: list[Coupling]):
        self.couplings, self.dim = couplings, len(couplings[0].A)

    @property
    def moves(self):
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
        return self.inverse(rng.standard_normal((m, self.dim)))


class Dequantised(Flow):
    """A flow of pixels 0 and 1: uniform noise in [0, 1) is added to each, and [-2, 2] is used.

    `log_likelihood` is the density of such real rows. The probability of a pattern is the mass of
    its cube, of which the mean of log p over the noise is a lower bound; `pmf` counts samples.
    What lies outside of all cubes is no image.
    """

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


def couplings(
    splits: Iterable[np.ndarray], width: int, streams: Streams, scaled: bool = True
) -> list[Coupling]:
    """One for each split, a mask of A; nets of two hidden layers of ReLU, near the identity."""
    found = []
    for i, A in enumerate(splits):
        of_A, of_B = int(A.sum()), int((~A).sum())
        n_out = of_B * (2 if scaled else 1)
        net = mlp(streams, f"net{i + 1}", of_A, width, width, n_out, bend=ReLU)
        net[-1:].params *= 0.1
        found.append(Coupling(A, net, scaled))
    return found


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
