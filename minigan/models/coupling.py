"""Affine couplings: maps that half of the coordinates steer and the other half goes through.

x is split into A and B (Dinh et al. 2014, 2016). A coupling leaves A alone and maps B by A,

    y_A = x_A,    y_B = x_B exp(s(x_A)) + t(x_A),    log |det dy/dx| = sum of s,

so that it is inverted in one pass, x_B = (y_B - t) exp(-s). Here s = 2 tanh(o / 2), and (o, t) are
the outputs of a net; NICE is s = 0. With dy from above, and l = dJ / dlogdet of each row,

    ds = dy_B x_B exp(s) + l,   do = ds (1 - tanh^2(o/2)),   dt = dy_B,   dx_B = dy_B exp(s),
    dx_A = dy_A + net.backward([do, dt]).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from minigan.base.backend import array_module
from minigan.base.randomness import Streams
from minigan.layers import ReLU
from minigan.models.model import mlp
from minigan.networks import Sequential, join

S_MAX = 2.0


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
