"""Proposition 1 and Theorem 1: the best discriminator, and what it makes of the game.

For fixed densities, the payoff of D at one point x is a log y + b log(1 - y) with y = D(x),
a = p_data(x), b = p_g(x). It is largest at y = a / (a + b): that is D*, point by point.
Put D* into V(G, D), and what is left for the generator to minimise is

    C(G) = max over D of V(G, D) = V(G, D*) = -log 4 + 2 JSD(p_data || p_g),

least, -log 4, for p_g = p_data and for nothing else.

With labels smoothed to 1 - alpha for data and to beta for samples (tutorial, section
4.2), a = (1 - alpha) p_data + beta p_g and b = alpha p_data + (1 - beta) p_g. Their sum is
p_data + p_g as before, and the optimum is the tutorial's Eq. 15.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import xlog1py, xlogy

from minigan.base.errors import InputError
from minigan.base.numerics import softplus
from minigan.base.validation import real_number
from minigan.theory.densities import log_density
from minigan.theory.divergences import integral
from minigan.theory.game_state import optimal_discriminator


def pointwise_payoff(y: np.ndarray, a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """a log y + b log(1 - y), D's payoff at a point for y = D(x); 2014 paper, proof of Prop. 1."""
    return xlogy(a, y) + xlog1py(b, -np.asarray(y))  # 0 log 0 is 0


def payoff_maximiser(a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """a / (a + b), where a log y + b log(1 - y) is largest; 1/2 for a = b = 0, where any y will."""
    return optimal_discriminator(np.asarray(a, np.float64), np.asarray(b, np.float64))


def smoothed_optimum(
    p_data: np.ndarray, p_g: np.ndarray, alpha: float = 0.0, beta: float = 0.0
) -> np.ndarray:
    """D* = ((1 - alpha) p_data + beta p_g) / (p_data + p_g); tutorial, Eq. 15.

    Parameters
    ----------
    p_data, p_g : array
        The two densities at the same points.
    alpha, beta : float
        What the labels of real and of generated examples are moved by, in [0, 1]. With
        beta = 0 (one-sided smoothing) D* is scaled by 1 - alpha and keeps its shape; with
        both 0 it is Proposition 1.

    Returns
    -------
    array
        In [0, 1].

    Raises
    ------
    InputError
        If alpha or beta is not in [0, 1].
    """
    alpha, beta = _check_smoothing(alpha, beta)
    D_star = optimal_discriminator(p_data, p_g)  # p_data / (p_data + p_g)
    return (1 - alpha) * D_star + beta * (1 - D_star)


def optimal_logit(p_data, p_g, alpha: float = 0.0, beta: float = 0.0) -> Callable:
    """Logit of D*: the discriminator of Eq. 15 as a function, without rounding to 0 or 1.

    D / (1 - D) = ((1 - alpha) p_data + beta p_g) / (alpha p_data + (1 - beta) p_g), which is
    p_data / p_g without smoothing; alpha and beta as in `smoothed_optimum`. The function maps
    points (n,) to logits (n,); -inf or inf where D* is 0 or 1, 0 where both densities are 0.
    """
    alpha, beta = _check_smoothing(alpha, beta)

    def logit(x):
        log_a = log_density(p_data, x), log_density(p_g, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            real = np.logaddexp(np.log1p(-alpha) + log_a[0], np.log(beta) + log_a[1])
            fake = np.logaddexp(np.log(alpha) + log_a[0], np.log1p(-beta) + log_a[1])
            return np.nan_to_num(real - fake, nan=0.0, posinf=np.inf, neginf=-np.inf)

    return logit


def value(p_data, p_g, D: Callable, alpha: float = 0.0, beta: float = 0.0) -> float:
    """V(G, D) = E_data[log D(x)] + E_g[log(1 - D(x))], in nats; 2014 paper, Eq. 1 and 3.

    By quadrature, for densities on the line and any D. With smoothed labels,
    E_data[(1 - alpha) log D + alpha log(1 - D)] + E_g[beta log D + (1 - beta) log(1 - D)].

    Parameters
    ----------
    p_data, p_g : density
        See `minigan.theory.densities`.
    D : callable
        Points (n,) -> logits (n,), as every discriminator here ends in a logit; of a network
        D in float64, ``lambda x: D(x[:, None])[:, 0]``. Infinite logits are D(x) = 0 and 1.
    alpha, beta : float
        As in `smoothed_optimum`.

    Returns
    -------
    float
        At most 0; -inf where D is sure and wrong, or where the integral diverges.

    Raises
    ------
    InputError
        If a density is none, D's logits are NaN or of another shape, or alpha or beta
        is not in [0, 1].

    Examples
    --------
    >>> import minigan as mg
    >>> round(value(mg.Normal(0), mg.Normal(1), lambda x: 0 * x), 12)  # D = 1/2: -log 4
    -1.38629436112
    """
    alpha, beta = _check_smoothing(alpha, beta)

    def payoff(at):
        logit = np.asarray(D(at.x), np.float64)
        if logit.shape != at.x.shape:
            raise InputError(f"value: expected logits {at.x.shape}, got {logit.shape}")
        a = (1 - alpha) * at.p + beta * at.q
        b = alpha * at.p + (1 - beta) * at.q
        of_a = np.where(a > 0, a * softplus(-logit), 0.0)  # log D = -softplus(-logit)
        return -of_a - np.where(b > 0, b * softplus(logit), 0.0)

    return integral(p_data, p_g, payoff)


def c_of_g(p_data, p_g) -> float:
    """C(G) = V(G, D*), in nats; 2014 paper, Eq. 4. By Theorem 1 it is -log 4 + 2 JSD.

    From -log 4, for densities p_g = p_data, to 0, for supports that do not meet; errors as in
    `value`.

    Examples
    --------
    >>> import minigan as mg
    >>> c_of_g(mg.Uniform(0, 1), mg.Uniform(2, 3)) == 0
    True
    """
    return value(p_data, p_g, optimal_logit(p_data, p_g))


def _check_smoothing(alpha: float, beta: float) -> tuple[float, float]:
    return real_number("alpha", alpha, 0, 1), real_number("beta", beta, 0, 1)
