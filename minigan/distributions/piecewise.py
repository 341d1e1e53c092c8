"""Densities by points: straight lines between heights, as one draws them.

Between two points the density p_i + s_i t is linear in t = x - x_i, so that the cdf is quadratic
there, F_i + p_i t + s_i t^2 / 2, and its inverse is a square root: nothing is approximated.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from minigan.base.backend import CPU, Device, array_module
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import shown


class PiecewiseLinear:
    """Density on the line that is linear between points, and 0 outside of them.

    Parameters
    ----------
    x : array, shape (n,)
        Places of the points, ascending, n >= 2.
    heights : array, shape (n,)
        Heights of the density there, >= 0 and not all 0, in any unit: they are scaled so that
        the density integrates to 1.

    Raises
    ------
    InputError
        If lengths, order or signs do not fit, or a number is not finite.

    Examples
    --------
    >>> import minigan as mg
    >>> triangle = mg.PiecewiseLinear([-1, 0, 1], [0, 5, 0])
    >>> triangle.pdf([0.0, 0.5]).tolist(), float(triangle.cdf(0.0))
    ([1.0, 0.5], 0.5)
    """

    dim = 1

    def __init__(self, x: Any, heights: Any):
        self.x, self.heights = _numbers("x", x), _numbers("heights", heights)
        if len(self.x) != len(self.heights) or len(self.x) < 2:
            given = f"{len(self.x)} and {len(self.heights)}"
            raise InputError(f"PiecewiseLinear: expected 2 or more x and as many heights: {given}")
        width = np.diff(self.x)
        if not (width > 0).all():
            raise InputError(f"PiecewiseLinear: expected x ascending, got {shown(x)}")
        if not (self.heights >= 0).all():
            lowest = self.heights.min()
            raise InputError(f"PiecewiseLinear: expected heights >= 0, got {lowest:g}")
        with np.errstate(all="ignore"):
            middle = (self.heights[:-1] + self.heights[1:]) / 2
            self._p = self.heights / np.sum(middle * width)
            slope = np.diff(self._p) / width
        if not (self._p.any() and np.isfinite(self._p).all() and np.isfinite(slope).all()):
            what = "a height > 0, and x and heights of a size that floats can hold"
            raise InputError(f"PiecewiseLinear: expected {what}, got {shown(heights)}")
        upto = np.concatenate([[0.0], np.cumsum((self._p[:-1] + self._p[1:]) / 2 * width)])
        self._pieces = np.stack([self.x[:-1], self._p[:-1], slope, upto[:-1] / upto[-1]])
        self._place(CPU)

    def __repr__(self) -> str:
        return f"PiecewiseLinear({self.x.tolist()}, {self.heights.tolist()})"

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows by the inverse of the cdf, float32, shape (m, 1)."""
        require_rng("PiecewiseLinear", rng)
        u = rng.random(m)
        xp = array_module(u)
        pieces = self._placed
        x, p, slope, upto = pieces[:, xp.searchsorted(pieces[3, 1:], u, side="right")]
        above = u - upto  # = p t + slope t^2 / 2, solved for t in the form that loses no digits
        root = xp.sqrt(xp.maximum(p * p + 2 * slope * above, 0.0))
        t = 2 * above / xp.maximum(p + root, 1e-300)
        return (x + t).astype(np.float32)[:, None]

    def to(self, device: Device) -> PiecewiseLinear:
        """The same density, drawn from on a device."""
        if device.xp is array_module(self._placed):
            return self
        twin = copy.copy(self)
        twin._place(device)
        return twin

    def _place(self, device: Device) -> None:
        """Put what a sample is made of on the device."""
        self._placed = device.to_device(self._pieces)

    def pdf(self, x):
        """Density at the points x."""
        return np.interp(np.asarray(x, np.float64), self.x, self._p, left=0.0, right=0.0)

    def cdf(self, x):
        """Probability at or below x."""
        x = np.clip(np.asarray(x, np.float64), self.x[0], self.x[-1])
        start, p, slope, upto = self._pieces[:, np.searchsorted(self.x[1:-1], x, side="right")]
        t = x - start
        return np.clip(upto + t * (p + slope * t / 2), 0.0, 1.0)

    def interval(self) -> tuple[float, float]:
        """The first and the last x."""
        return float(self.x[0]), float(self.x[-1])

    def breakpoints(self) -> list[float]:
        """The points, where the density bends."""
        return self.x.tolist()


def _numbers(name: str, values: Any) -> np.ndarray:
    """A copy of a list of finite numbers as float64 (n,); InputError if it is none."""
    try:
        found = np.array(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.full(1, np.nan)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise InputError(f"PiecewiseLinear: expected finite numbers as {name}, got {shown(values)}")
    return found
