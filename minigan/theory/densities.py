"""Densities on the line as the theory asks for them: p(x), log p(x), and where the bulk lies.

Any object with ``pdf(x)`` and ``interval()`` will do, such as `minigan.Normal`. ``interval()``
gives the ends of the support, which may be infinite. Three methods more are used if
they are there: ``logpdf(x)``, without which a tail ends where ``exp`` underflows;
``breakpoints()``, points at which the density jumps or near which its bulk lies; and
``cdf(x)``, for the masses of bins. Bring your own function as a `Density1D`, which
checks it. `Cauchy` and `StudentT` have tails so heavy that no interval holds them.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import real_number
from minigan.distributions import Mixture, Normal
from minigan.theory.quadrature import adaptive, gauss_legendre, panel_edges, total

_MASS_TOLERANCE = 1e-8  # how far from 1 the integral of a density may be, beside its own doubt


def require_density(where: str, p) -> None:
    """Raise an InputError unless p has ``pdf``, ``cdf`` and ``interval``."""
    for method in ("pdf", "cdf", "interval"):
        if not hasattr(p, method):
            raise InputError(f"{where}: expected a distribution with {method}(), got {p!r}")


def log_density(p, x: np.ndarray) -> np.ndarray:
    """log p(x), in nats, of the shape of x: from a formula where p has one, else from ``pdf``.

    -inf where p is 0; an InputError if p is negative, NaN or infinite at one of the points.
    """
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        if isinstance(p, Normal):
            log_p = _log_normal(x, p.mean, p.std)
        elif isinstance(p, Mixture):
            of_modes = np.log(p.weights) + _log_normal(x[..., None], p.means[:, 0], p.std)
            log_p = np.logaddexp.reduce(of_modes, axis=-1)
        elif hasattr(p, "logpdf"):
            log_p = np.asarray(p.logpdf(x), np.float64)
        else:
            log_p = np.log(np.asarray(p.pdf(x), np.float64))
    if log_p.shape != x.shape:
        raise InputError(
            f"{type(p).__name__}: expected a density of shape {x.shape}, got {log_p.shape}"
        )
    bad = np.isnan(log_p) | (log_p == math.inf)
    if bad.any():
        where = x[bad][0]
        raise InputError(
            f"{type(p).__name__}: expected pdf finite and >= 0, got {p.pdf(where)} at x = {where:g}"
        )
    return log_p


def support(p) -> tuple[float, float]:
    """Range to integrate p over: the whole line for Gaussians, which ``interval`` cuts at 9 std."""
    return (-math.inf, math.inf) if isinstance(p, Normal | Mixture) else p.interval()


def knots(p) -> np.ndarray:
    """Points on the line, not sorted, around which p has its bulk, and at which it jumps.

    The breakpoints, and 33 points across a finite interval. One breakpoint says where but not
    how wide: then, a net around it, or around the finite end, or 0.
    """
    if not (hasattr(p, "pdf") and hasattr(p, "interval")):
        raise InputError(f"density: expected pdf(x) and interval(), got {p!r}")
    low, high = p.interval()
    if not (low < high or (low == high and atoms(p))):
        raise InputError(
            f"{type(p).__name__}: expected an interval low < high, got {low!r}, {high!r}"
        )
    own = np.asarray(p.breakpoints(), np.float64) if hasattr(p, "breakpoints") else np.empty(0)
    if isinstance(p, Mixture):
        own = (p.means + p.std * np.array([-9, -6, -4, -2, 0, 2, 4, 6, 9])).ravel()
    if math.isfinite(low) and math.isfinite(high):
        return np.concatenate([own, np.linspace(low, high, 33)])
    if own.size > 1:
        return own
    ends = [*own, *(end for end in (low, high) if math.isfinite(end)), 0.0]
    octaves = 2.0 ** np.arange(-10, 11)
    return ends[0] + np.concatenate([-octaves, [0.0], octaves])


class Density1D:
    """Density on the line from a function of your own and the ends of its support.

    Parameters
    ----------
    pdf : callable
        Points (n,) -> p(x), shape (n,).
    low, high : float
        Ends of the support, -inf and inf allowed; beyond them p is 0.
    breakpoints : iterable of float
        Where p jumps, has a kink or is infinite, and around which its peaks lie if they
        are narrow.
    logpdf : callable, optional
        log p(x). Needed where a tail is smaller than the smallest float (1e-308) and
        the divergence still depends on it.

    Raises
    ------
    InputError
        If p is negative or not finite, does not integrate to 1 within 1e-8, or ``logpdf``
        is not its logarithm.

    Examples
    --------
    >>> import numpy as np
    >>> exponential = Density1D(lambda x: np.exp(-x), 0, np.inf)
    >>> bool(abs(exponential.cdf(1.0) - (1 - np.exp(-1))) < 1e-12)
    True
    """

    def __init__(
        self,
        pdf: Callable,
        low: float,
        high: float,
        breakpoints: Iterable[float] = (),
        logpdf: Callable | None = None,
    ):
        self._pdf, self._low, self._high = pdf, float(low), float(high)
        self._breakpoints = [real_number("Density1D: breakpoint", b) for b in breakpoints]
        edges = panel_edges(knots(self), self._low, self._high)
        self._panels = adaptive(lambda x: np.exp(log_density(self, x))[None, :], edges)
        mass = total(self._panels, edges, self._low, self._high)[0]
        check_mass(self, mass, self._panels.doubt[0])
        if logpdf is not None:
            self._check_log(logpdf)
            self.logpdf = lambda x: np.where(self._inside(x), logpdf(x), -math.inf)

    def __repr__(self) -> str:
        return f"Density1D({getattr(self._pdf, '__name__', self._pdf)}, {self._low}, {self._high})"

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """Density at the points x, in probability per unit of x; 0 outside the support."""
        x = np.asarray(x, np.float64)
        with np.errstate(all="ignore"):
            p = np.asarray(self._pdf(x), np.float64)
        if p.shape not in (x.shape, ()):
            raise InputError(f"Density1D: expected pdf of shape {x.shape}, got {p.shape}")
        return np.where(self._inside(x), p, 0.0)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Probability at or below x, by quadrature: to about 1e-13."""
        left, right, sums, _ = self._panels
        x = np.clip(np.asarray(x, np.float64), left[0], right[-1])
        panel = np.clip(np.searchsorted(left, x, side="right") - 1, 0, left.size - 1)
        nodes, weights = gauss_legendre(np.array([0.0, 1.0]), 24)
        width = x - left[panel]
        inside = self.pdf(left[panel][..., None] + width[..., None] * nodes) @ weights * width
        return np.clip(np.concatenate([[0.0], np.cumsum(sums[0])])[panel] + inside, 0.0, 1.0)

    def interval(self) -> tuple[float, float]:
        """Ends of the support."""
        return self._low, self._high

    def breakpoints(self) -> list[float]:
        """Points at which the quadrature has to cut."""
        return self._breakpoints

    def _inside(self, x):
        return (x >= self._low) & (x <= self._high)

    def _check_log(self, logpdf) -> None:
        x = (self._panels.left + self._panels.right) / 2
        with np.errstate(all="ignore"):
            wrong = ~np.isclose(np.exp(logpdf(x)), self.pdf(x), rtol=1e-6, atol=1e-300)
        if wrong.any():
            where = f"{x[np.argmax(wrong)]:g}"
            raise InputError(f"Density1D: expected logpdf = log pdf, it is not at x = {where}")


def atoms(p) -> dict[float, float]:
    """Points that carry probability by themselves, and how much, from pairs in p's ``atoms``."""
    masses: dict[float, float] = {}
    for x, mass in getattr(p, "atoms", ()):
        masses[x] = masses.get(x, 0.0) + mass
    return masses


def check_mass(p, mass: float, doubt: float) -> None:
    """Raise an InputError if ``mass``, the integral of p, is further from 1 than is in doubt."""
    if not abs(mass + sum(atoms(p).values()) - 1) <= _MASS_TOLERANCE + 10 * doubt:
        raise InputError(
            f"{type(p).__name__}: expected a density that integrates to 1, got {mass:.9g} "
            "(narrow peaks need breakpoints; a p_g whose G folds within a cell, more cells)"
        )


class _HeavyTailed:
    """Symmetry about a location, and the whole line: shared by `Cauchy` and `StudentT`."""

    location: float
    scale: float

    logpdf: Callable
    cdf: Callable

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"

    def pdf(self, x):
        """Density at the points x."""
        return np.exp(self.logpdf(x))

    def sf(self, x):
        """Probability above x; small ones keep their digits."""
        return self.cdf(2 * self.location - np.asarray(x, np.float64))

    def interval(self) -> tuple[float, float]:
        """The whole line."""
        return -math.inf, math.inf

    def breakpoints(self) -> list[float]:
        """Points around the peak, and out into the tails."""
        t = 4.0 ** np.arange(10)
        return [*(self.location - self.scale * t), self.location, *(self.location + self.scale * t)]

    def _standard(self, x):
        return (np.asarray(x, np.float64) - self.location) / self.scale


class Cauchy(_HeavyTailed):
    """Cauchy distribution: a bell whose tails fall as 1 / x^2, without mean or variance.

    The ``scale`` > 0 is its half width at half height, the ``location`` that of its top.
    """

    def __init__(self, location: float = 0.0, scale: float = 1.0):
        self.location = real_number("Cauchy: location", location)
        self.scale = real_number("Cauchy: scale", scale, 0, low_open=True)

    def logpdf(self, x):
        """-log(pi scale (1 + t^2)) with t = (x - location) / scale."""
        return -math.log(math.pi * self.scale) - 2 * np.log(np.hypot(1, self._standard(x)))

    def cdf(self, x):
        """1/2 + arctan(t) / pi with t as in `logpdf`, at the points x; small ones keep digits."""
        return np.arctan2(1, -self._standard(x)) / math.pi


class StudentT(_HeavyTailed):
    """Student's t, of ``freedom`` >= 1/2: tails that fall as 1 / |x|^(freedom + 1)."""

    def __init__(self, freedom: float, location: float = 0.0, scale: float = 1.0):
        self.freedom = real_number("StudentT: freedom", freedom, 0.5)  # less outruns the quadrature
        self.location = real_number("StudentT: location", location)
        self.scale = real_number("StudentT: scale", scale, 0, low_open=True)

    def logpdf(self, x):
        """log of a constant times (1 + t^2 / freedom)^(-(freedom + 1) / 2), at the points x."""
        from scipy.special import gammaln  # 0.4 s to import: only when asked for

        nu = self.freedom
        constant = gammaln((nu + 1) / 2) - gammaln(nu / 2) - math.log(nu * math.pi) / 2
        bell = -(nu + 1) * np.log(np.hypot(1, self._standard(x) / math.sqrt(nu)))
        return constant - math.log(self.scale) + bell

    def cdf(self, x):
        """Probability at or below x."""
        from scipy.special import stdtr  # as in logpdf

        return stdtr(self.freedom, self._standard(x))


def _log_normal(x, mean, std):
    """log of exp(-(x - mean)^2 / 2 std^2) / (std sqrt(2 pi))."""
    t = (x - mean) / std
    return -t * t / 2 - math.log(std * math.sqrt(2 * math.pi))
