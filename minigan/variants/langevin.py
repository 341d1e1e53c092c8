"""Langevin sampling with the score of a denoiser: the rule of PPGN (tutorial, section 6).

    h <- h + e1 (R(h) - h) + e2 grad log p(y|h) + N(0, e3^2)        (Nguyen et al. 2016)

R is a denoiser: it is shown h~ = h + N(0, s0^2) and asked for h. The best in squared error obeys

    (R(h) - h) / s0^2 = grad log p_s0(h),        p_s0: the data, blurred by N(0, s0^2)

(Alain & Bengio 2014). So with e1 = e3^2 / (2 s0^2) and e2 = e3^2 / 2 the rule is Langevin's, and
samples p_s0(h) p(y|h) up to an error of its step, which Metropolis' test would take away (MALA).
With less noise than that it climbs to modes instead: near one Gaussian mode of std S the chain is
linear, and with noise f e3 in place of e3 its law has the std f S / sqrt(1 - e3^2 / 4 S^2).
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import real_number
from minigan.game import Game
from minigan.layers import Tanh
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import linear_ramp
from minigan.variants.conditional import SquaredErrorTurn
from minigan.variants.conditional_toys import network


class Rates(NamedTuple):
    """The multipliers e1, e2 and e3 of the rule."""

    prior: float
    condition: float
    noise: float


def langevin_rates(e3: float, s0: float, w: float = 1.0) -> Rates:
    """e1 and e2 that go with the noise e3, for p_s0(h) p(y|h)^w."""
    s0 = real_number("langevin_rates: s0", s0, 0, low_open=True)
    return Rates(e3**2 / (2 * s0**2), w * e3**2 / 2, e3)


def walk(
    h: np.ndarray,
    steps: int,
    rates: Rates,
    rng: np.random.Generator,
    pull: Callable,
    slope: Callable = np.zeros_like,
) -> np.ndarray:
    """States of chains that start at h, (m, dim), after so many steps of the rule.

    ``pull(h)`` is R(h) - h, and ``slope(h)`` grad log p(y|h). A term whose rate is 0 is left out.
    """
    require_rng("walk", rng)
    for _ in range(steps):
        move = rates.noise * rng.standard_normal(h.shape)
        if rates.prior:
            move += rates.prior * pull(h)
        if rates.condition:
            move += rates.condition * slope(h)
        h = h + move
    return h


def mala(
    x: np.ndarray, steps: int, e3: float, rng: np.random.Generator, law: Callable
) -> tuple[np.ndarray, float]:
    """States of chains whose moves are accepted or refused, so that the step has no error.

    ``law(x)`` is log p(x) and its gradient. Also returned is the share of moves accepted. A move
    from x to y is accepted with probability min(1, p(y) q(x|y) / p(x) q(y|x)).
    """
    require_rng("mala", rng)
    (at, slope), accepted = law(x), 0.0
    for _ in range(steps):
        noise = e3 * rng.standard_normal(x.shape)
        y = x + e3**2 / 2 * slope + noise
        at_y, slope_y = law(y)
        back = ((x - y - e3**2 / 2 * slope_y) ** 2).sum(axis=1)
        log_ratio = at_y - at + ((noise**2).sum(axis=1) - back) / (2 * e3**2)
        taken = np.log1p(-rng.random(len(x))) < log_ratio
        x, slope = np.where(taken[:, None], [y, slope_y], [x, slope])
        at, accepted = np.where(taken, at_y, at), accepted + taken.mean() / steps
    return x, accepted


def linear_std(S: float, e3: float, factor: float = 1.0) -> float:
    """Exact std of the chain near one mode of std S, noise ``factor`` e3; InputError from 2S."""
    S = real_number("linear_std: S", S, 0, low_open=True)
    e3 = real_number("linear_std: e3", e3, 0, low_open=True)
    if e3 >= 2 * S:
        raise InputError(f"linear_std: chain diverges: expected e3 < 2S = {2 * S:g}, got {e3:g}")
    return factor * S / math.sqrt(1 - e3**2 / (4 * S**2))


class Corrupted:
    """Sampler of pairs, x - x~ and x~ = x + N(0, s0^2), of the rows x of a sampler.

    The F(x~) that learns x - x~ by squared error is R(x~) - x~.
    """

    def __init__(self, data: Any, s0: float):
        self.data = data
        self.s0 = real_number(f"{type(self).__name__}: s0", s0, 0, low_open=True)

    def sample(self, m, rng):
        """m pairs, shapes (m, dim)."""
        x = self.data.sample(m, rng)
        noise = self.s0 * rng.standard_normal(x.shape, dtype=x.dtype)
        return -noise, x + noise


class Blurred(Corrupted):
    """Sampler of x~ alone: of p_s0."""

    def sample(self, m, rng):
        """m rows, shape (m, dim)."""
        return super().sample(m, rng)[1]


def denoiser(
    data: Any, s0: float, widths: tuple[int, ...], rate: float, batch: int, steps: int, seed: Any
) -> Sequential:
    """F = R(x) - x with tanh between layers of these widths, trained on `Corrupted` data.

    By Adam, its rate falling to 0.
    """
    streams = Streams(seed)
    F = network(widths, Tanh, 1.0, seed=streams["init_F"], name="F")
    optimizers = [Adam(F, linear_ramp(rate, 0.0, steps))]
    options: dict[str, Any] = {"pairs": Corrupted(data, s0), "batch": batch, "seed": streams}
    for _ in Game(SquaredErrorTurn(F), optimizers=optimizers, **options).play(steps):
        pass
    return F
