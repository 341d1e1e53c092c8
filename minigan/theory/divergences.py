"""Kullback-Leibler, Jensen-Shannon and total variation: how different two densities are.

    KL(p || q)  = integral of p log(p / q)
    JSD(p || q) = KL(p || m) / 2 + KL(q || m) / 2,    m = (p + q) / 2
    TV(p, q)    = 1/2 integral of |p - q|

in nats, for densities on the line, by adaptive quadrature. With log densities in hand no
tail underflows: 0 log 0 is 0, and KL is inf where p > 0 and q = 0, or where the
integral diverges. Closed forms stand below, for the pairs that have one; `minigan.theory.binned`
is a third route.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from minigan.base.errors import InputError
from minigan.distributions import Mixture, Normal
from minigan.theory.densities import atoms, check_mass, knots, log_density, support
from minigan.theory.quadrature import adaptive, panel_edges, total


class Values(NamedTuple):
    """Densities p and q at the points x, and log_p and log_q; all of shape (n,)."""

    x: np.ndarray
    p: np.ndarray
    q: np.ndarray
    log_p: np.ndarray
    log_q: np.ndarray


def integral(
    p, q, integrand: Callable[[Values], np.ndarray], of_atom: Callable | None = None
) -> float:
    """Integral over the line of a function of two densities.

    Parameters
    ----------
    p, q : density
        See `minigan.theory.densities`.
    integrand : callable
        `Values` at n points -> array (n,); inf is allowed, NaN is not.
    of_atom : callable, optional
        The probabilities that p and q have at a point as such, an atom of a `PushForward`,
        -> what that point adds, a float. Without it a distribution with atoms is refused.

    Returns
    -------
    float
        inf or -inf where it diverges.

    Raises
    ------
    InputError
        If a density is negative, not finite or does not integrate to 1, beside its atoms; if the
        integrand is NaN; if the integral does not settle; if it is infinite only because
        a density without ``logpdf`` underflows to 0 in an infinite tail.
    """
    marks = np.concatenate([knots(p), knots(q)])
    low, high = min(support(p)[0], support(q)[0]), max(support(p)[1], support(q)[1])
    edges = panel_edges(marks, low, high)

    def rows(x):
        log_p, log_q = log_density(p, x), log_density(q, x)
        at = Values(x, np.exp(log_p), np.exp(log_q), log_p, log_q)
        with np.errstate(all="ignore"):
            y = np.asarray(integrand(at), np.float64)
        if np.isnan(y).any():
            raise InputError(f"integral: not a number at x = {x[np.argmax(np.isnan(y))]:g}")
        for density, value in ((p, at.p), (q, at.q)):
            _refuse_underflow(density, x[np.isinf(y) & (value == 0)], edges)
        return np.stack([at.p, at.q, y])

    panels = adaptive(rows, edges)
    mass_p, mass_q, result = total(panels, edges, low, high)
    check_mass(p, mass_p, panels.doubt[0])
    check_mass(q, mass_q, panels.doubt[1])
    result += _at_atoms(p, q, of_atom)
    if math.isnan(result):
        raise InputError("integral: infinite in both directions")
    return float(result)


def _at_atoms(p, q, of_atom: Callable | None) -> float:
    """Sum of ``of_atom`` over the atoms of p and q; InputError if there are any and it is None."""
    of_p, of_q = atoms(p), atoms(q)
    if not (of_p or of_q):
        return 0.0
    if of_atom is None:
        raise InputError(f"integral: expected densities, got atoms in {p if of_p else q!r}")
    return sum(of_atom(of_p.get(x, 0.0), of_q.get(x, 0.0)) for x in {**of_p, **of_q})


def _refuse_underflow(p, x: np.ndarray, edges: np.ndarray) -> None:
    """p is 0 at x, and that makes an integral infinite: say so if it may be underflow.

    A zero is taken for one where p has a formula for log p, or where p is larger again
    further out. In an infinite tail that is 0 all the way, there is no telling.
    """
    if x.size == 0 or isinstance(p, Normal | Mixture) or hasattr(p, "logpdf"):
        return
    low, high = p.interval()
    tails = edges[edges >= x.max()], edges[edges <= x.min()]
    if any(
        math.isinf(end) and not np.any(p.pdf(tail))
        for end, tail in zip((high, low), tails, strict=True)
    ):
        raise InputError(
            f"{type(p).__name__}: expected logpdf, or a finite end of the support: its pdf "
            f"underflows to 0 near x = {x[np.argmax(np.abs(x))]:g}, "
            "where the divergence depends on it"
        )


def kl_integrand(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """p log(p / q) from log p and log q, elementwise; 0 where p is 0."""
    p = np.exp(log_p)
    return np.where(p > 0, p * (log_p - log_q), 0.0)


def log_mean(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """log of (p + q) / 2 from log p and log q, elementwise, without underflow."""
    return np.logaddexp(log_p, log_q) - math.log(2)


def kl(p, q) -> float:
    """KL(p || q) = integral of p log(p / q), in nats; tutorial, Eq. 4 and section 3.2.5.

    Right to about 1e-15 nats or 1e-12 of the value, whichever is more, where p and q are smooth
    between their breakpoints.

    Parameters
    ----------
    p, q : density

    Returns
    -------
    float
        At least 0; inf where q is 0 and p is not, or where the integral diverges.

    Raises
    ------
    InputError
        If a density is negative, not finite, or does not integrate to 1; more in `integral`.

    Examples
    --------
    >>> import minigan as mg
    >>> round(kl(mg.Normal(0, 1), mg.Normal(1, 2)), 12)
    0.44314718056
    >>> kl(mg.Uniform(0, 2), mg.Uniform(0, 1))
    inf
    """
    value = integral(p, q, lambda at: kl_integrand(at.log_p, at.log_q), _kl_of_atom)
    return max(value, 0.0)  # rounding may leave -1e-17 for densities that are nearly equal


def _kl_of_atom(p: float, q: float) -> float:
    """p log(p / q) of two probabilities: inf where q is 0 and p is not."""
    return (p * math.log(p / q) if q > 0 else math.inf) if p > 0 else 0.0


class HalfAndHalf:
    """The density (p + q) / 2, from which a sample is real or generated with equal odds."""

    def __init__(self, p, q):
        self._p, self._q = p, q
        of_p, of_q = atoms(p), atoms(q)
        both = {**of_p, **of_q}
        self.atoms = [(x, (of_p.get(x, 0.0) + of_q.get(x, 0.0)) / 2) for x in both]

    def __repr__(self) -> str:
        return f"HalfAndHalf({self._p!r}, {self._q!r})"

    def pdf(self, x):
        """(p(x) + q(x)) / 2."""
        return (self._p.pdf(x) + self._q.pdf(x)) / 2

    def logpdf(self, x):
        """log of the density at x, without underflow where p and q have none."""
        return log_mean(log_density(self._p, x), log_density(self._q, x))

    def cdf(self, x):
        """Probability at or below x."""
        return (self._p.cdf(x) + self._q.cdf(x)) / 2

    def interval(self) -> tuple[float, float]:
        """From the lower of the lower ends to the higher of the higher."""
        lows, highs = zip(support(self._p), support(self._q), strict=True)
        return min(lows), max(highs)

    def breakpoints(self) -> np.ndarray:
        """Those of p and of q."""
        return np.concatenate([knots(self._p), knots(self._q)])


def jensen_shannon(p, q) -> float:
    """JSD(p || q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2, in nats.

    2014 paper, section 4.1, between Eq. 5 and Eq. 6. From 0, for densities p = q, to log 2, for
    supports that do not meet; the square root of it is a metric. Errors as in `kl`.

    Examples
    --------
    >>> import minigan as mg
    >>> bool(abs(jensen_shannon(mg.Uniform(0, 1), mg.Uniform(2, 3)) - np.log(2)) < 1e-15)
    True
    """
    value = integral(p, q, _jsd_integrand, _jsd_of_atom)
    return min(max(value, 0.0), math.log(2))  # rounding may step outside


def _jsd_integrand(at: Values) -> np.ndarray:
    """p log(p / m) / 2 + q log(q / m) / 2 with m = (p + q) / 2."""
    log_m = log_mean(at.log_p, at.log_q)
    return (kl_integrand(at.log_p, log_m) + kl_integrand(at.log_q, log_m)) / 2


def _jsd_of_atom(p: float, q: float) -> float:
    """p log(p / m) / 2 + q log(q / m) / 2 of two probabilities and m = (p + q) / 2."""
    return (_kl_of_atom(p, (p + q) / 2) + _kl_of_atom(q, (p + q) / 2)) / 2


def total_variation(p, q) -> float:
    """TV(p, q) = 1/2 integral of |p - q|, in [0, 1]: the most by which a probability can differ."""
    return integral(p, q, lambda at: np.abs(at.p - at.q) / 2, lambda p, q: abs(p - q) / 2)


# Closed forms, from the parameters. Nothing is checked: they are formulas to compare with.


def kl_normals(mean1: float, std1: float, mean2: float, std2: float) -> float:
    """KL(N(mean1, std1^2) || N(mean2, std2^2)), in nats."""
    return math.log(std2 / std1) + (std1**2 + (mean1 - mean2) ** 2) / (2 * std2**2) - 0.5


def kl_uniforms(low1: float, high1: float, low2: float, high2: float) -> float:
    """KL of uniform on [low1, high1] from [low2, high2], in nats: inf unless that covers it."""
    covers = low2 <= low1 and high1 <= high2
    return math.log((high2 - low2) / (high1 - low1)) if covers else math.inf


def kl_exponentials(rate1: float, rate2: float) -> float:
    """KL of rate1 exp(-rate1 x) from rate2 exp(-rate2 x) on x >= 0, in nats."""
    return math.log(rate1 / rate2) + rate2 / rate1 - 1


def kl_laplaces(mean1: float, scale1: float, mean2: float, scale2: float) -> float:
    """KL of exp(-|x - mean1| / scale1) / (2 scale1) from that of mean2, scale2, in nats."""
    d = abs(mean1 - mean2)
    return math.log(scale2 / scale1) + (scale1 * math.exp(-d / scale1) + d) / scale2 - 1


def kl_cauchys(location1: float, scale1: float, location2: float, scale2: float) -> float:
    """KL of two Cauchy densities, in nats, either way round; Chyzak and Nielsen, 2019."""
    squares = (scale1 + scale2) ** 2 + (location1 - location2) ** 2
    return math.log(squares / (4 * scale1 * scale2))


def jsd_cauchys(location1: float, scale1: float, location2: float, scale2: float) -> float:
    """JSD of two Cauchy densities, in nats; Nielsen and Okamura, 2021."""
    distance = math.hypot(scale1 + scale2, location1 - location2)
    return math.log(2 * distance / (distance + 2 * math.sqrt(scale1 * scale2)))


def jsd_uniforms(low1: float, high1: float, low2: float, high2: float) -> float:
    """JSD of uniform on [low1, high1] and on [low2, high2], in nats; log 2 where apart."""
    p, q = 1 / (high1 - low1), 1 / (high2 - low2)
    shared = max(min(high1, high2) - max(low1, low2), 0.0)
    alone = (1 - shared * p) + (1 - shared * q)
    m = (p + q) / 2
    return (alone * math.log(2) + shared * (p * math.log(p / m) + q * math.log(q / m))) / 2


def tv_normals(mean1: float, mean2: float, std: float) -> float:
    """TV of two Gaussians of one width: 2 Phi(|mean1 - mean2| / 2 std) - 1."""
    return float(2 * ndtr(abs(mean1 - mean2) / (2 * std)) - 1)


def tv_cauchys(location1: float, location2: float, scale: float) -> float:
    """TV of two Cauchy densities: (2 / pi) arctan(|location1 - location2| / 2 scale)."""
    return 2 / math.pi * math.atan(abs(location1 - location2) / (2 * scale))
