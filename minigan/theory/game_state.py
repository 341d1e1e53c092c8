"""The distance of a game from what the theory asks, in nats.

Given p_data and a generator on the line, the exact p_g gives the optimal
discriminator, the Jensen-Shannon divergence and C(G); and given a D as well,
V(G, D) and how far D is from optimal. Every number is an expectation under
p_data or p_g, taken by quadrature, not by sampling.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import sigmoid, softplus
from minigan.base.types import Density
from minigan.networks.logits import require_logit
from minigan.networks.sequential import Sequential
from minigan.theory.densities import require_density
from minigan.theory.pushforward import PushForward
from minigan.theory.quadrature import density_panels, gauss_legendre


def optimal_discriminator(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """D*(x) = p_data(x) / (p_data(x) + p_g(x)), in [0, 1]; 2014 paper, Eq. 2 (Proposition 1).

    p_data and p_g are arrays of the two densities at the same points, >= 0; p_g may be inf, where
    D* is 0. It is 1/2 where both densities are 0, where D may be anything.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where((p_data == 0) & (p_g == 0), 0.5, 1 / (1 + p_g / p_data))


class DiscriminatorState(NamedTuple):
    """V(G, D) of a discriminator against a fixed generator, and its distance from D*.

    ``value`` is V(G, D) and ``inner_gap`` is C(G) - V(G, D) >= 0, in nats. ``d_gap``
    and ``d_minus_half`` are the means of |D - D*| and |D - 1/2| under
    (p_data + p_g) / 2, ``mean_on_data`` and ``mean_on_fake`` those of D under p_data and
    under p_g, ``accuracy`` the share of right guesses by D > 1/2, all in [0, 1].
    """

    value: float
    inner_gap: float
    d_gap: float
    d_minus_half: float
    mean_on_data: float
    mean_on_fake: float
    accuracy: float


class GeneratorState:
    """p_data against the exact p_g of a generator on the line.

    Parameters
    ----------
    G : Sequential or callable
        As in `PushForward`.
    noise : Density
        The prior p_z.
    data : Density
        p_data, with ``pdf`` and ``interval``.

    Attributes
    ----------
    p_g : PushForward
        The generator's distribution.
    jsd : float
        JSD(p_data || p_g) in nats, between 0 and log 2.
    c_of_g : float
        C(G) = V(G, D*) = -log 4 + 2 JSD, in nats (2014 paper, Eq. 4 to 6).

    Raises
    ------
    InputError
        If G is not a map from one variable to one, or p_data has no density.
    """

    def __init__(self, G: Sequential | Callable, noise: Density, data: Density):
        require_density("data", data)
        self.p_g = PushForward(G, noise)
        self._data = data
        x_data, w_data = self._data_quadrature()
        x_fake, w_fake, density_fake = self.p_g.quadrature(cuts=data.interval())
        self._x = np.concatenate([x_data, x_fake])
        self._w_data = np.concatenate([w_data, np.zeros_like(w_fake)])
        self._w_fake = np.concatenate([np.zeros_like(w_data), w_fake])
        p_data = data.pdf(self._x)
        p_g = np.concatenate([self.p_g.pdf(x_data), density_fake])
        self._D_star = optimal_discriminator(p_data, p_g)
        n = w_data.size
        self.c_of_g = -_mean(w_data, _log1p_ratio(p_g[:n], p_data[:n]))
        self.c_of_g -= _mean(w_fake, _log1p_ratio(p_data[n:], p_g[n:]))
        jsd = (self.c_of_g + math.log(4)) / 2
        if not -1e-6 <= jsd <= math.log(2) + 1e-6:
            raise InputError(f"expected 0 <= JSD <= log 2, got {jsd:.4g}: does G jump?")
        self.jsd = min(max(jsd, 0.0), math.log(2))  # rounding may step outside

    def __repr__(self) -> str:
        return f"GeneratorState({self.p_g!r}, data={self._data!r}, jsd={self.jsd:.6g})"

    def D_star(self, x: np.ndarray) -> np.ndarray:
        """Optimal discriminator against this generator at the points x, in [0, 1]."""
        return optimal_discriminator(self._data.pdf(x), self.p_g.pdf(x))

    def judge(self, D: Sequential) -> DiscriminatorState:
        """V(G, D) of a discriminator against this generator, and its distance from D*.

        D is a network 1 -> 1 that ends in a logit, else an InputError; dropout is off.
        """
        if (D.n_in, D.n_out) != (1, 1):
            raise InputError(f"expected a discriminator 1 -> 1, got {D.n_in} -> {D.n_out}")
        require_logit("judge", D)
        D64 = D.copy(dtype="float64", device="cpu")
        # a few points at a time: twice as fast as all of them at once
        chunks = np.array_split(self._x[:, None], 1 + self._x.size // 256)
        a = np.concatenate([D64(chunk)[:, 0] for chunk in chunks])
        D_x, mixture = sigmoid(a), (self._w_data + self._w_fake) / 2
        value = -_mean(self._w_data, softplus(-a)) - _mean(self._w_fake, softplus(a))
        return DiscriminatorState(
            value=value,
            inner_gap=self.c_of_g - value,
            d_gap=_mean(mixture, np.abs(D_x - self._D_star)),
            d_minus_half=_mean(mixture, np.abs(D_x - 0.5)),
            mean_on_data=_mean(self._w_data, D_x),
            mean_on_fake=_mean(self._w_fake, D_x),
            accuracy=(_mean(self._w_data, a > 0) + _mean(self._w_fake, a < 0)) / 2,
        )

    def _data_quadrature(self) -> tuple[np.ndarray, np.ndarray]:
        """Points and weights for expectations under p_data."""
        edges = density_panels(self._data, 1024)
        # G at its nodes is among the panels' ends: closest where p_g is largest, and where it jumps
        inside = np.clip(self.p_g.values, edges[0], edges[-1])
        x, dx = gauss_legendre(np.unique(np.concatenate([edges, inside])), order=3)
        w = dx * self._data.pdf(x)
        seen = w > 0  # far tails underflow to 0 and would only make 0 * inf
        return x[seen], w[seen]


def _log1p_ratio(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """log(1 + p / q), cut off where p / q is too large for a number, and q carries no weight.

    That is in its far tail, or, for an infinite p_g, on a set without length.
    """
    with np.errstate(over="ignore"):
        return np.log1p(np.minimum(p / q, np.finfo(np.float64).max))


def _mean(weights: np.ndarray, f: np.ndarray) -> float:
    """Expectation of f under the weights."""
    return float(weights @ f)
