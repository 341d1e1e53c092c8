"""The distance of a game from what the theory asks, in nats.

Given p_data and a generator on the line, the exact p_g gives the optimal
discriminator, the Jensen-Shannon divergence and C(G); and given a D as well,
V(G, D) and how far D is from optimal. Every number is an expectation under
p_data or p_g, taken by quadrature, not by sampling.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import sigmoid, softplus
from minigan.base.types import Density
from minigan.networks.logits import require_logit
from minigan.networks.sequential import Sequential
from minigan.theory.densities import require_density
from minigan.theory.divergences import jensen_shannon
from minigan.theory.pushforward import PushForward
from minigan.theory.quadrature import NotSettledError, Points, close_in, density_panels, points_on

_WORST = 1e-4  # nats
_SATURATED = 1e-4  # a fold has some 1e-6


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

    Two routes lead to the divergence: C(G) by the expectations of Eq. 4, under p_data in x and
    under p_g in z; and JSD as an integral over x. Theorem 1 says how they agree.

    Parameters
    ----------
    G : Sequential or callable
        As in `PushForward`.
    noise : Density
        The prior p_z, within a finite ``interval``.
    data : Density
        p_data, with ``pdf``, ``cdf`` and ``interval``.
    cells : int
        As in `PushForward`: how finely folds and jumps of G are looked for.

    Attributes
    ----------
    p_g : PushForward
        The generator's distribution.
    jsd : float
        JSD(p_data || p_g) in nats, between 0 and log 2.
    c_of_g : float
        C(G) = V(G, D*), in nats (2014 paper, Eq. 4).
    residual : float or None
        C(G) - (-log 4 + 2 JSD), in nats: 0, by Theorem 1 (Eq. 5 and 6). None if G saturates, so
        that floats hardly tell apart the values of 1e-4 of its samples or more, or the integral
        over x does not settle: JSD is then taken from C(G).
    accuracy : float
        By how many nats C(G) or 2 JSD may be off: the residual, or what the quadrature left in
        doubt if that is more. Neither sees a fold or a jump inside one cell of z that leaves no
        trace at the cell's ends and in its middle: with more ``cells``, fewer are missed.

    Raises
    ------
    InputError
        If G is not a map from one variable to one, p_data has no density, or the accuracy is
        worse than 1e-4 nats.
    """

    def __init__(self, G: Sequential | Callable, noise: Density, data: Density, cells: int = 2048):
        require_density("data", data)
        self.p_g, self._data = PushForward(G, noise, cells), data
        panels = density_panels(data, 1024)
        # each of the two is integrated on panels that know where the other changes fast
        values = self.p_g.values[:: 1 + self.p_g.values.size // 8192]
        x = np.union1d(panels, np.clip(values, panels[0], panels[-1]))
        width = np.diff(panels)
        steep = width < 0.9 * width.max()
        z = self.p_g.panels(cuts=panels[np.append(steep, True) | np.append(True, steep)])
        of_data = points_on(self._at_data, x[:-1], x[1:])
        of_fake = points_on(self._at_fake, z[:-1], z[1:])
        self._of_data, log_D, doubt = close_in(self._at_data, _log_D_star, of_data)
        self._of_fake, log_not_D, doubt_fake = close_in(
            self._at_fake, _log_not_D_star, self._with_atoms(of_fake)
        )
        self.c_of_g = _mean(self._of_data, log_D[0]) + _mean(self._of_fake, log_not_D[0])
        self.jsd = min(max((self.c_of_g + math.log(4)) / 2, 0.0), math.log(2))
        self.residual = None
        if self.p_g.saturated() < _SATURATED:
            with suppress(NotSettledError):
                self.jsd = jensen_shannon(data, self.p_g)
                self.residual = self.c_of_g + math.log(4) - 2 * self.jsd
        lost = abs(_mean(self._of_data) - 1) + abs(_mean(self._of_fake) - 1)
        self.accuracy = max(abs(self.residual or 0.0), doubt + doubt_fake + lost)
        if not self.accuracy <= _WORST:
            raise InputError(
                f"GeneratorState: expected C(G) to {_WORST:g} nats, got it to {self.accuracy:.2g} "
                f"(p_data holds {_mean(self._of_data):.6g}, p_g {_mean(self._of_fake):.6g}, "
                f"C(G) + log 4 - 2 JSD is {self.residual})"
            )

    def __repr__(self) -> str:
        return f"GeneratorState({self.p_g!r}, data={self._data!r}, jsd={self.jsd:.6g})"

    def D_star(self, x: np.ndarray) -> np.ndarray:
        """Optimal discriminator against this generator at the points x, in [0, 1]."""
        return optimal_discriminator(self._data.pdf(x), self.p_g.pdf(x))

    def judge(self, D: Sequential) -> DiscriminatorState:
        """V(G, D) of a discriminator against this generator, and its distance from D*.

        D is a network 1 -> 1 that ends in a logit, else an InputError; dropout is off.
        """
        logit = _logit(D)

        def seen(sign, rows):  # -log D(x) or -log(1 - D(x)), and what D is to be compared by
            a = logit(rows[0])
            D_x, D_star = sigmoid(a), optimal_discriminator(*rows[2:])
            far = np.abs(D_x - D_star), np.abs(D_x - 0.5)
            return np.stack([softplus(-sign * a), *far, D_x])

        data, of_data, _ = close_in(self._at_data, partial(seen, 1), self._of_data)
        fake, of_fake, _ = close_in(self._at_fake, partial(seen, -1), self._of_fake)
        cost, far, half, on_data = (_mean(data, f) for f in of_data)
        cost_fake, far_fake, half_fake, on_fake = (_mean(fake, f) for f in of_fake)
        x, D_x = np.hstack([[data.rows[0], of_data[3]], [fake.rows[0], of_fake[3]]])
        value = -cost - cost_fake
        return DiscriminatorState(
            value=value,
            inner_gap=self.c_of_g - value,
            d_gap=(far + far_fake) / 2,
            d_minus_half=(half + half_fake) / 2,
            mean_on_data=on_data,
            mean_on_fake=on_fake,
            accuracy=self._accuracy(logit, x, D_x - 0.5),
        )

    def spread(self, D: Sequential, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """JSD, and the gap C(G) - V(G, D), in nats, by intervals of x: where they come from.

        The intervals lie between the edges (n + 1,), ascending; what lies beyond is counted to the
        outermost. Both results have shape (n,), and sum to the whole within ``accuracy``.
        """
        logit, shares = _logit(D), np.zeros((2, edges.size - 1))
        for points, log_best, sign in (
            (self._of_data, _log_D_star, 1),
            (self._of_fake, _log_not_D_star, -1),
        ):
            x, w = points.rows[:2]
            best = log_best(points.rows)[0]
            costs = softplus(-sign * logit(x))  # -log D(x), or -log(1 - D(x))
            place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, edges.size - 2)
            for share, f in zip(shares, ((best + math.log(2)) / 2, best + costs), strict=True):
                share += np.bincount(place, w * f, edges.size - 1)
        return shares[0], shares[1]

    def _accuracy(self, logit: Callable, x: np.ndarray, a: np.ndarray) -> float:
        """Share of right guesses: logits a > 0 for data, a < 0 for G(z), with equal odds.

        Between two points x at which a, both (n,), is of different sign, the point where the logit
        turns is bisected; the probabilities between turns are those of the cdfs.
        """
        order = np.argsort(x, kind="stable")
        x, sign = x[order], np.sign(a[order])
        last = np.flatnonzero(np.diff(sign))
        low, high = x[last], x[last + 1]
        for _ in range(40 if last.size else 0):
            middle = low + (high - low) / 2
            same = np.sign(logit(middle)) == sign[last]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        sign = sign[np.append(last, -1)]
        of_data = np.diff(self._data.cdf(low), prepend=0, append=1)
        of_fake = np.diff(self.p_g.cdf(low), prepend=0, append=1)
        return float(of_data[sign > 0].sum() + of_fake[sign < 0].sum()) / 2

    def _at_data(self, x: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Points x with their weights for expectations under p_data, p_data and p_g: (4, n)."""
        p_data = self._data.pdf(x)
        return np.stack([x, dx * p_data, p_data, self.p_g.pdf(x)])

    def _at_fake(self, z: np.ndarray, dz: np.ndarray) -> np.ndarray:
        """Points G(z) with their weights for expectations under p_g, p_data and p_g: (4, n)."""
        x, w, p_g = self.p_g.points(z, dz)
        return np.stack([x, w, self._data.pdf(x), p_g])

    def _with_atoms(self, points: Points) -> Points:
        """Points of G(z), and the atoms of p_g, each as a panel without length."""
        value, mass = np.array(self.p_g.atoms).reshape(-1, 2).T
        x, w = np.repeat(value, 3), np.outer(mass, [5 / 18, 8 / 18, 5 / 18]).ravel()
        rows = np.stack([x, w, self._data.pdf(x), np.full_like(x, np.inf)])
        return Points(
            np.append(points.left, value),
            np.append(points.right, value),
            np.hstack([points.rows, rows]),
        )


def _logit(D: Sequential) -> Callable:
    """D as a function of points (n,), in float64; InputError unless it is 1 -> 1, to a logit."""
    if (D.n_in, D.n_out) != (1, 1):
        raise InputError(f"expected a discriminator 1 -> 1, got {D.n_in} -> {D.n_out}")
    require_logit("judge", D)
    D64 = D.copy(dtype="float64", device="cpu")

    def logit(x):  # a few points at a time: twice as fast as all of them at once
        chunks = np.array_split(x[:, None], 1 + x.size // 256)
        return np.concatenate([D64(chunk)[:, 0] for chunk in chunks])

    return logit


def _log_D_star(rows: np.ndarray) -> np.ndarray:
    """log D* = -log(1 + p_g / p_data) at the points of rows (4, n); shape (1, n)."""
    return -_log1p_ratio(rows[3], rows[2])[None]


def _log_not_D_star(rows: np.ndarray) -> np.ndarray:
    """log(1 - D*) = -log(1 + p_data / p_g) at the points of rows (4, n); shape (1, n)."""
    return -_log1p_ratio(rows[2], rows[3])[None]


def _log1p_ratio(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """log(1 + p / q), cut off where p / q is too large for a number, and q carries no weight.

    That is in its far tail, or, for an infinite p_g, on a set without length.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        ratio = np.where(q > 0, p / q, 0.0)
    return np.log1p(np.minimum(ratio, np.finfo(np.float64).max))


def _mean(points: Points, f: np.ndarray | float = 1.0) -> float:
    """Expectation of f, which has a value at each of the points."""
    return float(np.sum(points.rows[1] * f))
