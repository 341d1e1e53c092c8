r"""f-GAN: the game for any f-divergence, as costs at D's output v (Nowozin et al., 2016).

    D_f(P || Q) >= F = E_P[T(x)] - E_Q[f*(T(x))],    T = g_f(v), v = D(x) any real number

(tutorial, section 3.2.5). D raises F, G lowers its second term. At the output v this takes T and
C(v) = f*(g_f(v)), each with its slope: dF/dv is T'(v)/m on data, -C'(v)/m on samples. Written as
one function of v, C neither overflows nor cancels where f*(T) would: with softplus s(v),

    Kullback-Leibler    T = v            C = exp(v - 1)       reverse   T = -exp(-v)   C = v - 1
    squared Hellinger   T = 1 - exp(-v)  C = exp(v) - 1       GAN       T = -s(-v)     C = s(v)
    Neyman              T = 1 - exp(-v)  C = 2 - 2 exp(-v/2)  JS        GAN's, and +-log 2

So GAN and JS are one game up to constants. At the optimum T = f'(p / q).

Costs have the tutorial's 1/2: J_D = -F/2 and J_G = -C/2, so that the row "GAN" is
`minigan.discriminator_cost` and `minigan.minimax_cost`. A bounded T (total variation) saturates:
there a ``penalty`` on v^2 keeps D from the plateau at which neither player has a gradient.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.numerics import logistic
from minigan.base.validation import known_name
from minigan.game.turn import Turn
from minigan.game.turns import GeneratorTurn, check_players
from minigan.networks import Sequential
from minigan.theory.f_divergences import TABLE, FDivergence

Curve = Callable[[Any], tuple[Any, Any]]
"""Outputs v -> values and slopes, elementwise."""


@dataclass(frozen=True)
class Row:
    """The game for one f-divergence: T and C as curves over v, and a penalty on v^2."""

    divergence: FDivergence
    T: Curve
    C: Curve
    penalty: float = 0.0

    def value(self, v_real, v_fake):
        """F = mean T(v) on data - mean C(v) on samples, and its gradient at both outputs."""
        with np.errstate(all="ignore"):  # inf, as rounding demands
            (T, dT), (C, dC) = self.T(v_real), self.C(v_fake)
        return T.mean() - C.mean(), dT / v_real.size, -dC / v_fake.size

    def discriminator_cost(self, v_real, v_fake):
        """J_D = -F/2 + penalty/4 (mean v^2 on data + mean v^2 on samples), and its gradients."""
        F, dF_real, dF_fake = self.value(v_real, v_fake)
        J = -F / 2 + self.penalty / 4 * ((v_real * v_real).mean() + (v_fake * v_fake).mean())
        pull_real, pull_fake = (self.penalty / v.size * v for v in (v_real, v_fake))
        return J, (pull_real - dF_real) / 2, (pull_fake - dF_fake) / 2

    def generator_cost(self, v_fake):
        """J_G = -1/2 mean C(v): the part of F/2 that G moves, and its gradient."""
        with np.errstate(all="ignore"):
            C, dC = self.C(v_fake)
        return -C.mean() / 2, -dC / (2 * v_fake.size)

    def __reduce_ex__(self, protocol):
        """A row of the table is pickled by its name, since its curves may be of no module."""
        for name, known in ROWS.items():
            if (known.T, known.C) == (self.T, self.C):
                return _named, (name, self.penalty)
        return super().__reduce_ex__(protocol)


class FDiscriminatorTurn(Turn):
    """D's turn: raise F on data x and samples G(z), by a row of `ROWS` or its name."""

    moves, draws = ("D",), ("z", "x")

    def __init__(self, G: Sequential, D: Sequential, divergence: "str | Row"):
        check_players(G, D)
        self.G, self.D, self.row = G, D, row(divergence)

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``; figures J_D and F, which estimates D_f from below."""
        x_fake, _ = self.G.forward(z, rng=rng)
        (v_real, v_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, dv_real, dv_fake = self.row.discriminator_cost(v_real, v_fake)
        self.D.backward((dv_real, dv_fake), D_cache, input_grad=False)
        return {"J_D": J_D, "F": self.row.value(v_real, v_fake)[0]}


def turns(G: Sequential, D: Sequential, divergence: "str | Row") -> list[Turn]:
    """The game's two turns; G's is that of Algorithm 1 with the row's cost."""
    which = row(divergence)
    return [FDiscriminatorTurn(G, D, which), GeneratorTurn(G, D, which.generator_cost)]


def row(name: "str | Row") -> Row:
    """A row of `ROWS` by name; a `Row` is passed through."""
    if isinstance(name, Row):
        return name
    return ROWS[known_name("divergence", name, ROWS)]


def _named(name: str, penalty: float) -> Row:
    return replace(ROWS[name], penalty=penalty)


def _exp(v):
    return array_module(v).exp(v)


def _linear(v):
    return v, array_module(v).ones_like(v)


def _tanh(v):
    t = array_module(v).tanh(v)
    return t / 2, (1 - t * t) / 2


def _reverse(v):
    e = _exp(-v)
    return -e, e


def _one_minus(v):
    """1 - exp(-v), without cancellation; and exp(-v)."""
    return -array_module(v).expm1(-v), _exp(-v)


def _logistic_T(top: float) -> Curve:
    def T(v):
        s, slope = logistic(-v)
        return top - s, slope

    return T


def _logistic_C(bottom: float) -> Curve:
    def C(v):
        s, slope = logistic(v)
        return s - bottom, slope

    return C


def _kl_C(v):
    e = _exp(v - 1)
    return e, e


def _pearson_C(v):
    s = array_module(v).maximum(v / 2 + 1, 0)  # f* = -1 below t = -2
    return s * s - 1, s


def _neyman_C(v):
    T, e = _one_minus(v / 2)
    return 2 * T, e


def _hellinger_C(v):
    return array_module(v).expm1(v), _exp(v)


def _jeffrey_C(v):
    """1/w - log w - 1 and 1/w, w = W(exp(1 - v)): Newton for l = log w in exp(l) + l = 1 - v."""
    xp, x = array_module(v), 1 - v
    l = xp.where(x < 1, x, xp.log(xp.maximum(x, 1)))  # noqa: E741 (above the root: l only falls)
    for _ in range(6):
        w = xp.exp(l)
        l = l - (w + l - x) / (1 + w)  # noqa: E741
    return xp.exp(-l) - l - 1, xp.exp(-l)


STEEPEST = 100.0  # slope of Jeffrey's curves over v = log u, from which on they are straight lines


def _bounded_exp(v):
    """exp(v) up to the slope 99, then its tangent; and the slope."""
    end = math.log(STEEPEST - 1)
    e = _exp(array_module(v).minimum(v, end))
    return e * (1 + array_module(v).maximum(v - end, 0)), e


def _jeffrey_log_T(v):
    e, slope = _bounded_exp(-v)
    return v + 1 - e, 1 + slope


def _jeffrey_log_C(v):
    e, slope = _bounded_exp(v)
    return v + e - 1, 1 + slope


def _alpha_C(a: float) -> Curve:
    """(s^(a / (a - 1)) - 1) / a of s = 1 + (a - 1) T = (1 - a) softplus(-v), for 0 < a < 1."""

    def C(v):
        t, dT = logistic(-v)
        s = (1 - a) * t
        power = s ** (a / (a - 1))
        return (power - 1) / a, power * (dT / s)

    return C


def _alpha_2_C(v):
    s = array_module(v).maximum(v + 1, 0)
    return (s * s - 1) / 2, s


_FORMULAS: dict[str, tuple[Curve, Curve]] = {
    "total variation": (_tanh, _tanh),
    "Kullback-Leibler": (_linear, _kl_C),
    "reverse Kullback-Leibler": (_reverse, lambda v: (v - 1, array_module(v).ones_like(v))),
    "Pearson chi-square": (_linear, _pearson_C),
    "Neyman chi-square": (_one_minus, _neyman_C),
    "squared Hellinger": (_one_minus, _hellinger_C),
    "Jeffrey": (_linear, _jeffrey_C),
    "Jensen-Shannon": (_logistic_T(math.log(2)), _logistic_C(math.log(2))),
    "GAN": (_logistic_T(0.0), _logistic_C(0.0)),
    "alpha = 0.5": (_logistic_T(2.0), _alpha_C(0.5)),
    "alpha = 2": (_linear, _alpha_2_C),
}
_BY_NAME = {each.name: each for each in TABLE}
ROWS: dict[str, Row] = {name: Row(_BY_NAME[name], *curves) for name, curves in _FORMULAS.items()}
# With v = log u, T = f'(e^v) is the row's own: Jeffrey's D learns a parabola, not exp(x^2).
ROWS["Jeffrey over log u"] = Row(_BY_NAME["Jeffrey"], _jeffrey_log_T, _jeffrey_log_C)
