"""Algorithm 1 in function space: p_g itself moves, and not the weights of a network.

Proposition 2 of the 2014 paper lets D reach its optimum before each step and moves p_g
downhill on

    C(G) = max over D of U(p_g, D),   U(p_g, D) = sum p_data log D + sum p_g log(1 - D).

Here both are masses on the cells of a grid. U is linear in p_g, C(G) is a maximum of such
functions and so convex, and dU/dp_g at D*, which is log(1 - D*), is a subgradient of it.

**The step.** A density has to stay one. The step is mirror descent in the geometry of KL
(exponentiated gradient, a natural gradient step of finite length): it multiplies,

    p_g <- p_g exp(-eta log(1 - D*)) / Z
         = argmin over p of  <log(1 - D*), p> + KL(p || p_g) / eta,

and comes with a proof. With m_p = (p + p_data) / 2,

    C(q) - C(p) - <log(1 - D*_p), q - p> = KL(q || p) - 2 KL(m_q || m_p),

which lies between 0 (KL is convex) and KL(q || p): seen in KL, the curvature of C is at
most 1. For every eta in (0, 1] it follows that

    C(p_n+1) <= C(p_n) - KL(p_n || p_n+1) / eta        it falls at every step,
    C(p_n) + log 4 <= KL(p_data || p_0) / (eta n)      to its minimum.

With eta = 1 the step is p_g <- (p_g + p_data) / 2, and JSD is at least halved each time.
(Mirror descent on a function smooth relative to the entropy: Bauschke, Bolte and Teboulle
2017; Lu, Freund and Nesterov 2018.)

**No Euclidean step.** d^2 C / dp_g^2 = p_data / (p_g (p_g + p_data)) in a cell has
no bound as p_g goes to 0, so that no step size is safe; steps leave the simplex, and
projecting back sets cells to exactly 0, where the slope is minus infinity.

**The start.** Any with p_g > 0 wherever p_data > 0, be it 1e-300. Multiplying does not fill
a cell with a mass of exactly 0, so that such a start is refused. Where p_data = 0, p_g may
be anything, and dies away as 2^(-eta) a step.
"""

import math
from typing import NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.base.validation import real_number, whole_number

LOG4 = math.log(4)


class Descent(NamedTuple):
    """Masses p_g (cells,) at the end of `descend`, and C(G) in nats before and after each step.

    A fall below 1e-16, as next to D* = 0 and 1 there may be, is lost in rounding.
    """

    p_g: np.ndarray
    c_of_g: np.ndarray  # (steps made + 1,)

    @property
    def jsd(self) -> np.ndarray:
        """JSD(p_data || p_g) = (C(G) + log 4) / 2 in nats, shape (steps made + 1,)."""
        return (self.c_of_g + LOG4) / 2


def one_each(
    where: str, numbers: np.ndarray, cells: int | None = None, finite: bool = False
) -> np.ndarray:
    """The numbers as float64, one for each cell, none of them NaN; finite if so asked."""
    try:
        v = np.asarray(numbers, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{where}: expected an array of numbers") from None
    if v.ndim != 1 or v.size == 0 or (cells is not None and v.size != cells):
        raise InputError(f"{where}: expected shape ({cells or 'cells'},), got {v.shape}")
    if np.isnan(v).any():
        raise InputError(f"{where}: expected numbers, got NaN")
    if finite and np.isinf(v).any():
        raise InputError(f"{where}: expected finite numbers, got infinite ones")
    return v


def masses(where: str, p: np.ndarray, cells: int | None = None) -> np.ndarray:
    """The array as float64 masses (cells,): finite, >= 0, with a sum of 1 to within 1e-12."""
    p = one_each(where, p, cells)
    bad = p[~(np.isfinite(p) & (p >= 0))]
    if bad.size:
        raise InputError(f"{where}: expected finite masses >= 0, got {bad[0]}")
    if abs(p.sum() - 1) > 1e-12:
        raise InputError(f"{where}: expected masses with a sum of 1, got a sum of {p.sum():.15g}")
    return p


def value(p_data: np.ndarray, p_g: np.ndarray, logit: np.ndarray) -> float:
    """U(p_g, D) = V(G, D) in nats, for a D given by its logits (2014 paper, Eq. 1, section 4.2).

    p_data, p_g and logit have shape (cells,); logits -inf and inf are D = 0 and 1. -inf if D is 0
    on data or 1 on samples.
    """
    p_data, p_g = _pair(p_data, p_g)
    logit = one_each("logit", logit, p_data.size)
    return -_mean(p_data, softplus(-logit)) - _mean(p_g, softplus(logit))


def optimal_logit(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """Logit of D* = p_data / (p_data + p_g): log p_data - log p_g, (cells,); 2014 paper, Eq. 2.

    Exact also where D* rounds to 1, for p_g < 1e-16 p_data; 0 where both are 0, and D is free.
    """
    p_data, p_g = _pair(p_data, p_g)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((p_data == 0) & (p_g == 0), 0.0, np.log(p_data) - np.log(p_g))


def criterion(p_data: np.ndarray, p_g: np.ndarray) -> float:
    """C(G) = max over D of U(p_g, D) = U(p_g, D*), in [-log 4, 0] nats (2014 paper, Eq. 4)."""
    return value(p_data, p_g, optimal_logit(p_data, p_g))


def slope(logit: np.ndarray) -> np.ndarray:
    """dU/dp_g = log(1 - D) of D's logit, in nats, shape (cells,): while D stands still."""
    return -softplus(logit)


def mirror_step(p_g: np.ndarray, gradient: np.ndarray, eta: float) -> np.ndarray:
    """p_g exp(-eta gradient) / Z, shape (cells,): a gradient step that leaves p_g a density.

    The gradient (cells,) is finite; a constant added to it changes nothing. eta is > 0.
    """
    p_g, eta = masses("p_g", p_g), real_number("eta", eta, 0, low_open=True)
    gradient = one_each("gradient", gradient, p_g.size, finite=True)
    with np.errstate(divide="ignore"):  # in logarithms, nothing overflows
        log_p = np.log(p_g) - eta * gradient
    p = np.exp(log_p - log_p.max())
    return p / p.sum()


def descend(
    p_data: np.ndarray,
    p_g: np.ndarray,
    eta: float = 0.5,
    tolerance: float = 1e-10,
    steps: int = 10_000,
) -> Descent:
    """Proposition 2: D goes to its optimum, then p_g takes one step (2014 paper, section 4.2).

    From masses p_g > 0 wherever p_data > 0, with a step size eta in (0, 1], for which descent is
    proved, until JSD <= tolerance nats (below 1e-15 it is lost in rounding) or so many steps.

    Examples
    --------
    >>> import numpy as np
    >>> from minigan.theory.function_space import descend
    >>> run = descend(np.array([0.5, 0.5, 0.0]), np.array([1e-300, 0.5, 0.5]))
    >>> bool(run.jsd[-1] <= 1e-10 and (np.diff(run.c_of_g) < 0).all())
    True
    """
    p_data, p = _start(p_data, p_g)
    eta = real_number("eta", eta, 0, 1, low_open=True)
    tolerance, steps = real_number("tolerance", tolerance, 0), whole_number("steps", steps)
    c_of_g = [criterion(p_data, p)]
    while (c_of_g[-1] + LOG4) / 2 > tolerance and len(c_of_g) <= steps:
        p = mirror_step(p, slope(optimal_logit(p_data, p)), eta)
        c_of_g.append(criterion(p_data, p))
    return Descent(p, np.array(c_of_g))


def convexity_gap(p_data: np.ndarray, p: np.ndarray, q: np.ndarray, share: float) -> float:
    """Depth of C below its chord: share C(p) + (1 - share) C(q) - C(mixture) >= 0 nats.

    Masses p and q of two p_g, as p_data of shape (cells,); the share of p is in [0, 1].
    """
    p, q = _pair(p, q)
    share = real_number("share", share, 0, 1)
    chord = share * criterion(p_data, p) + (1 - share) * criterion(p_data, q)
    return chord - criterion(p_data, share * p + (1 - share) * q)


def subgradient_gap(p_data: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    """C(q) - C(p) - <dU/dp at D*_p, q - p> >= 0 nats: what Proposition 2's proof rests on.

    The masses p_data, p and q as in `convexity_gap`; p > 0 wherever p_data > 0.
    """
    p_data, p = _start(p_data, p)
    p, q = _pair(p, q)
    tangent = slope(optimal_logit(p_data, p)) @ (q - p)
    return criterion(p_data, q) - criterion(p_data, p) - float(tangent)


def _mean(p: np.ndarray, f: np.ndarray) -> float:
    """Expectation of f under the masses, where 0 times infinity is 0."""
    return float(np.multiply(p, f, out=np.zeros_like(p), where=p > 0).sum())


def _pair(p_data: np.ndarray, p_g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    p_data = masses("p_data", p_data)
    return p_data, masses("p_g", p_g, p_data.size)


def _start(p_data: np.ndarray, p_g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    p_data, p_g = _pair(p_data, p_g)
    empty = np.flatnonzero((p_data > 0) & (p_g == 0))
    if empty.size:
        raise InputError(
            f"p_g: expected masses > 0 wherever p_data > 0, got 0 in {empty.size} such cells"
            f" (the first is {empty[0]}): a step multiplies, and cannot fill an empty cell"
        )
    return p_data, p_g
