"""V(x, y) = x y: the smallest game on which gradient descent goes wrong, and its remedies.

One player chooses x and wants x y small, the other chooses y and wants it large. The only
equilibrium is (0, 0). Following both gradients means to follow the field

    F(x, y) = (-dV/dx, +dV/dy) = (-y, x),

which is at right angles to the way home: followed exactly it goes round in circles for
ever, and followed in steps it leaves the circle. With |w| for the distance from (0, 0),

    simultaneous   w + eta F(w)                         |w| grows by sqrt(1 + eta^2) a step
    alternating    x first, then y from the new x       x^2 + y^2 - eta x y stays as it is
    extragradient  w + eta F(w + eta F(w))              |w| shrinks by sqrt(1 - eta^2 + eta^4)
    optimistic     w + 2 eta F(w) - eta F(w before)     |w| shrinks, in the long run, by
                                                        sqrt((1 + sqrt(1 - 4 eta^2)) / 2)

Looking ahead helps, more steps do not. Each per step, with y going K steps of eta up first,

    k steps of y   x and y at once, y k times           |w|^2 grows by 1 + k eta^2
    stopped        x by dV/dx at the y to come           ... by 1 - eta^2 (K - 1)
    unrolled       x by d/dx V(x, y_K(x)), through them  ... by 1 - eta^2 (2 K - 1)

and the mean of the first n alternating iterates is of size 1 / (eta n), while the mean of
simultaneous ones grows as they do.
"""

from collections.abc import Callable

import numpy as np

from minigan.base.errors import InputError, NonFiniteError
from minigan.base.validation import real_number, whole_number


def value(w: np.ndarray) -> np.ndarray:
    """V(x, y) = x y (tutorial, Eq. 19) at points w of shape (..., 2)."""
    w = np.asarray(w, np.float64)
    return w[..., 0] * w[..., 1]


def field(w: np.ndarray) -> np.ndarray:
    """F(x, y) = (-y, x) at points w (..., 2): x goes down on V, y up (tutorial, Eq. 27 and 28)."""
    w = np.asarray(w, np.float64)
    return np.stack([-w[..., 1], w[..., 0]], axis=-1)


def continuous(start: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Circle of infinitesimal steps from start (2,) at times (n,), (n, 2); tutorial, Eq. 30, 31."""
    x, y = _point(start)
    t = np.asarray(times, np.float64)
    return np.stack([x * np.cos(t) - y * np.sin(t), x * np.sin(t) + y * np.cos(t)], axis=-1)


def simultaneous(start: np.ndarray, eta: float, steps: int) -> np.ndarray:
    """Path (steps + 1, 2) from a start (2,), both players stepping at once, by a size eta > 0.

    NonFiniteError, here and below, if the path leaves the range of floating point.
    """
    return _iterate(start, eta, steps, lambda w, eta: w + eta * field(w))


def alternating(start: np.ndarray, eta: float, steps: int) -> np.ndarray:
    """Path of x stepping first, then y from the new x, as Algorithm 1 does with k = 1.

    Bounded for eta < 2, where `alternating_invariant` is the equation of an ellipse.
    """

    def step(w: np.ndarray, eta: float) -> np.ndarray:
        x = w[0] + eta * field(w)[0]
        return np.array([x, w[1] + eta * field(np.array([x, w[1]]))[1]])

    return _iterate(start, eta, steps, step)


def alternating_invariant(w: np.ndarray, eta: float) -> np.ndarray:
    """x^2 + y^2 - eta x y at points w (..., 2), which alternating steps leave as it is."""
    w = np.asarray(w, np.float64)
    return (w**2).sum(axis=-1) - eta * value(w)


def extragradient(start: np.ndarray, eta: float, steps: int) -> np.ndarray:
    """Path by the gradient found one step ahead (Korpelevich 1976); converges for eta < 1."""
    return _iterate(start, eta, steps, lambda w, eta: w + eta * field(w + eta * field(w)))


def optimistic(start: np.ndarray, eta: float, steps: int) -> np.ndarray:
    """Path by the next gradient as foreseen from the last two (Popov 1980; Daskalakis et al. 2018).

    It converges for eta < 1 / sqrt(3).
    """
    before = field(_point(start))

    def step(w: np.ndarray, eta: float) -> np.ndarray:
        nonlocal before
        now = field(w)
        ahead, before = 2 * now - before, now
        return w + eta * ahead

    return _iterate(start, eta, steps, step)


def more_steps(start: np.ndarray, eta: float, steps: int, k: int) -> np.ndarray:
    """Path of k steps of y, >= 1, a step of x, all from where they stood."""
    k = whole_number("k", k)

    def step(w: np.ndarray, eta: float) -> np.ndarray:
        y = w[1]
        for _ in range(k):
            y = y + eta * field(np.array([w[0], y]))[1]
        return np.array([w[0] + eta * field(w)[0], y])

    return _iterate(start, eta, steps, step)


def looking_ahead(
    start: np.ndarray, eta: float, steps: int, K: int, *, stopped: bool = False
) -> np.ndarray:
    """Path of x looking K >= 0 steps of y ahead, and y stepping as ever: the unrolled GAN's.

    ``stopped`` leaves out of x's gradient what comes through y's steps. See
    `minigan.variants.unrolled`, whose lines these are, with H = 0.
    """
    K = whole_number("K", K, low=0)

    def step(w: np.ndarray, eta: float) -> np.ndarray:
        x, y = w
        for _ in range(K):
            y = y + eta * field(np.array([x, y]))[1]
        dx, lam = y, x  # of V(x, y_K)
        for _ in range(0 if stopped else K):
            dx = dx + eta * lam  # d/dx (lam . dV/dy), and H = 0
        return np.array([x - eta * dx, w[1] + eta * field(w)[1]])

    return _iterate(start, eta, steps, step)


def averages(path: np.ndarray) -> np.ndarray:
    """Mean of the first 1, 2, 3, ... points of a path (n, 2), shape (n, 2)."""
    path = np.asarray(path, np.float64)
    if path.ndim != 2 or path.shape[1] != 2:
        raise InputError(f"path: expected shape (n, 2), got {path.shape}")
    return path.cumsum(axis=0) / np.arange(1, len(path) + 1)[:, None]


def growth(method: str, eta: float) -> float:
    """Factor by which the distance from the equilibrium changes in one step of size eta.

    Of each step by method "simultaneous" or "extragradient", and in the long run of "alternating"
    or "optimistic"; below 1 it converges. With w as the complex number x + i y the field is i w,
    and a step is multiplication by 1 + i eta or, for extragradient, 1 - eta^2 + i eta. Optimistic
    steps have the two factors ((1 + 2 i eta) +- sqrt(1 - 4 eta^2)) / 2, and alternating ones the
    eigenvalues of ((1, -eta), (eta, 1 - eta^2)), which have product 1.
    """
    eta = real_number("eta", eta, 0, low_open=True)
    root = np.emath.sqrt(1 - 4 * eta**2)
    pair = np.emath.sqrt(eta**2 - 4) * eta / 2
    factors = {
        "simultaneous": [1 + 1j * eta],
        "alternating": [1 - eta**2 / 2 + pair, 1 - eta**2 / 2 - pair],
        "extragradient": [1 - eta**2 + 1j * eta],
        "optimistic": [(1 + 2j * eta + root) / 2, (1 + 2j * eta - root) / 2],
    }
    if method not in factors:
        raise InputError(f"method: expected one of {', '.join(factors)}, got {method!r}")
    return float(np.abs(factors[method]).max())


def squared_radius(method: str, eta: float, K: int) -> float:
    """Factor of |w|^2 a step, in the long run, in steps of size eta.

    Of "more-steps" (K of y), "stopped" or "unrolled" (K steps ahead, and not so many that nothing
    goes round any more: K eta < 2, or half of it unrolled). The step is then a matrix with two
    conjugate eigenvalues, whose product is its determinant. Steps of sizes al of x and be of y
    have al be in place of eta^2.
    """
    eta, K = real_number("eta", eta, 0, low_open=True), whole_number("K", K, low=0)
    ahead = {"more-steps": 0, "stopped": 1, "unrolled": 2}
    if method not in ahead:
        raise InputError(f"method: expected one of {', '.join(ahead)}, got {method!r}")
    if ahead[method] * K * eta >= 2:
        raise InputError(f"K: expected less than {2 / ahead[method] / eta:g} steps ahead, got {K}")
    if method == "more-steps":
        return 1 + K * eta**2
    return 1 - eta**2 * (ahead[method] * K - 1)


def _iterate(
    start: np.ndarray, eta: float, steps: int, step: Callable[[np.ndarray, float], np.ndarray]
) -> np.ndarray:
    """The start, and the point after each step."""
    path = [_point(start)]
    eta, steps = real_number("eta", eta, 0, low_open=True), whole_number("steps", steps)
    for n in range(1, steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            path.append(step(path[-1], eta))
        if not np.isfinite(path[-1]).all():
            raise NonFiniteError(f"step {n}: the path left the range of floating point", n)
    return np.array(path)


def _point(start: np.ndarray) -> np.ndarray:
    try:
        point = np.asarray(start, np.float64)
    except (TypeError, ValueError):
        raise InputError("start: expected two numbers (x, y)") from None
    if point.shape != (2,):
        raise InputError(f"start: expected two numbers (x, y), got shape {point.shape}")
    if not np.isfinite(point).all():
        raise InputError(f"start: expected finite numbers, got {point[0]}, {point[1]}")
    return point
