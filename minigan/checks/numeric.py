r"""Derivatives by finite differences, and whether they can be trusted.

A function f of one number t is evaluated at 0, +-h and +-h/2. With

    c(h) = (f(h) - f(-h)) / 2h                   the derivative, up to h^2 f'''/6
    A(h) = (f(h) - 2 f(0) + f(-h)) / h           h f'', up to h^3 f''''/12

a smooth f has c(h) = c(h/2) and A(h) = 2 A(h/2), up to h^2 f'''/8 and h^3 f''''/16:
far below 1e-10 for f of order 1 at h = 3e-6. A kink at t = s h, 0 <= s <= 1, where
the slope changes by k, makes c(h) wrong by k/2 (1 - s), and

    c(h) - c(h/2)   = k/2 ((1 - s) -   (1 - 2s)+)       0 at s = 0 only
    A(h) - 2 A(h/2) = k   ((1 - s) - 2 (1 - 2s)+)       0 at s = 1/3 only

(both vanish at s = 1, where c(h) is right again; s < 0 is the mirror image). The larger
of the two is never less than 2/5 of the error, with equality at s = 2/7. So a bend of at
most tolerance/5 bounds the error by tolerance/2. No analytic gradient enters: a bug
cannot pass for a kink.

Some derivatives are exactly 0: that of a bias in front of batch normalisation, which takes it
away again. At h, 0 cannot be told from a number that is lost in rounding, r = 4 eps |f| / h.
But an f that does not depend on t stays where it is, to 256 eps |f|, as far away as +-H/2 and
+-H with H = 0.01; then its slope is below 6e-12 |f|, f is called flat, and the slope counts as
0. A gradient agrees with that below r, 3e-10 |f|: a step of h could not have seen it, and it is far
less than any that would move f. So 0.3 is wrong there, as it is anywhere. A derivative that is
small but not 0 is not flat over H, and the point is drawn anew.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEP, STRETCH = 3e-6, 1e-2
EPS = float(np.finfo(np.float64).eps)


class Slope(NamedTuple):
    """Central difference c(h) of a function, numbers or arrays, and how far it can be trusted.

    ``bend`` is the larger of abs(c(h) - c(h/2)) and abs(A(h) - 2 A(h/2)), ``rounding`` what
    rounding of the function's values may add to ``value``, and ``flat`` whether the derivative
    is known to be 0.
    """

    value: np.ndarray
    bend: np.ndarray
    rounding: np.ndarray
    flat: bool = False

    def doubt(self, tolerance: float) -> str | None:
        """Reason not to trust the number to within a relative tolerance, or None."""
        allowed = tolerance / 5 * abs(self.value)
        if not np.isfinite(self.bend):
            return "value not finite"
        if self.flat:
            return None
        if self.bend > allowed + 16 * self.rounding:  # a bend adds up sixteen roundings
            return "kink"
        if self.bend > allowed or self.rounding > allowed:
            return "derivative lost in rounding"
        return None

    def error(self, analytic: float) -> float:
        """Relative error of a derivative; 0 where f is flat and it is below ``rounding``."""
        if self.flat and abs(analytic) <= self.rounding:
            return 0.0
        return relative_error(analytic, float(self.value))


def slope(f: Callable[[float], Any], h: float = STEP) -> Slope:
    """Derivative of ``f`` at 0 by central differences.

    Parameters
    ----------
    f : callable
        Of one number; returns a float, or an array that is treated entry by entry.
    h : float
        Step, > 0.

    Returns
    -------
    Slope
        ``value``, with entries of the shape of f's values; ``doubt(1e-6)`` says why it cannot
        be trusted to a relative error of 1e-6, or None.

    Examples
    --------
    >>> round(float(slope(np.sin).value), 9)
    1.0
    >>> slope(np.cos).doubt(1e-6), slope(lambda t: t + abs(t - 1e-6)).doubt(1e-6)
    ('derivative lost in rounding', 'kink')
    """
    middle, right, left = f(0.0), f(h), f(-h)
    near_right, near_left = f(h / 2), f(-h / 2)
    with np.errstate(invalid="ignore"):  # inf - inf: doubt() says so
        c, c_half = (right - left) / (2 * h), (near_right - near_left) / h
        A, A_half = (right - 2 * middle + left) / h, 2 * (near_right - 2 * middle + near_left) / h
        bend = np.maximum(abs(c - c_half), abs(A - 2 * A_half))
    rounding = 4 * EPS * np.maximum(abs(right), abs(left)) / h
    return Slope(np.asarray(c), np.asarray(bend), np.asarray(rounding))


def derivative(f: Callable[[float], float], stretch: float = STRETCH) -> Slope:
    """Slope of a function whose values are single numbers: 0, and flat, if constant to +-stretch.

    >>> derivative(lambda t: 3.0).flat, derivative(np.cos).flat
    (True, False)
    """
    near = slope(f)
    if abs(near.value) > 64 * near.rounding or not np.isfinite(near.bend):
        return near
    middle, *others = (f(part * stretch) for part in (0.0, -1.0, -0.5, 0.5, 1.0))
    if max(abs(other - middle) for other in others) <= 256 * EPS * abs(middle):
        return near._replace(value=np.zeros(()), flat=True)
    return near


def along(f: Callable[[], Any], block: np.ndarray, direction: np.ndarray):
    """The function of one number t that is ``f()`` with ``block`` moved by t * direction.

    The block is moved in place for each evaluation, and put back to the bit.
    """
    start = block.copy()

    def moved(t: float):
        block[...] = start + t * direction
        try:
            return f()
        finally:
            block[...] = start

    return moved


def relative_error(analytic: float, numeric: float) -> float:
    """abs(a - n) / max(abs(a), abs(n)); 0 where both are 0."""
    largest = max(abs(analytic), abs(numeric))
    return abs(analytic - numeric) / largest if largest != 0 else 0.0
