"""Label smoothing: D's targets are 1 - alpha on data and beta on samples (tutorial, section 4.2).

    J_D = 1/2 mean[(1 - alpha) s(-a) + alpha s(a)] on data, s the softplus of the logit a
        + 1/2 mean[beta s(-a) + (1 - beta) s(a)] on samples,

which is the usual cost plus alpha/2 mean a on data, less beta/2 mean a on samples. With
r = p_data / (p_data + p_g), Eq. 15 is D* = beta + (1 - alpha - beta) r, an increasing straight
line of the unsmoothed D*: it has no peak that r has not. What two-sided smoothing takes away is
the slope that G feels,

    d log D* / dx = (1 - alpha - beta) r' / (beta + (1 - alpha - beta) r).

For beta = 0 it is d log r / dx, whatever alpha; for beta > 0 it dies with r where r << beta:
"erroneous samples have no incentive to move" (Salimans et al., 2016, section 3.4).
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import logistic, sigmoid, softplus
from minigan.base.validation import real_number
from minigan.layers import Layer
from minigan.theory.quadrature import gauss_legendre

RATE = 0.05  # of G's gradient descent on J_G = -1/2 E log D
_T, _W = gauss_legendre(np.linspace(-9, 9, 61), 5)  # around the mean of p_g


def smoothed_cost(alpha: float = 0.0, beta: float = 0.0) -> Callable:
    """D's cost with targets 1 - alpha and beta: ``(a_real, a_fake) -> (J_D, da_real, da_fake)``.

    InputError unless both are >= 0 and alpha + beta < 1: beyond, D learns to tell the opposite.
    """
    return partial(_cost, *targets(alpha, beta))


def _cost(alpha, beta, a_real, a_fake):
    minus_log_D, da_real = logistic(-a_real)
    minus_log_1_D, da_fake = logistic(a_fake)
    real, fake = minus_log_D + alpha * a_real, minus_log_1_D - beta * a_fake
    J = real.mean() / 2 + fake.mean() / 2
    return J, (alpha - da_real) / (2 * a_real.size), (da_fake - beta) / (2 * a_fake.size)


def targets(alpha: float, beta: float) -> tuple[float, float]:
    """Both numbers as floats; InputError unless alpha >= 0, beta >= 0, alpha + beta < 1."""
    alpha, beta = (
        real_number(name, value, 0, 1, high_open=True)
        for name, value in (("alpha", alpha), ("beta", beta))
    )
    if alpha + beta >= 1:
        raise InputError(f"smoothing: expected alpha + beta < 1, got {alpha:g} + {beta:g}")
    return alpha, beta


def slope_of_log_D(log_u, slope, alpha: float = 0.0, beta: float = 0.0):
    """d log D*/dx from log u = log p_data / p_g and its slope, elementwise and without overflow.

    With r = sigmoid(log u) it is slope (1 - r) times the part c r / (beta + c r) of D* that is not
    beta, c = 1 - alpha - beta.
    """
    alpha, beta = targets(alpha, beta)
    force = slope * sigmoid(-log_u)
    if beta == 0:
        return force
    return force * sigmoid(np.log((1 - alpha - beta) / beta) - softplus(-log_u))


def mean_force(mu: float, alpha: float = 0.0, beta: float = 0.0) -> float:
    """E[d(-log D*)/dx] over p_g = N(mu, 1), for p_data = N(0, 1), by quadrature."""
    p_g = np.exp(-_T * _T / 2) / np.sqrt(2 * np.pi)
    log_u = mu * mu / 2 - mu * (mu + _T)
    return float(-(_W * p_g) @ slope_of_log_D(log_u, -mu, alpha, beta))


def flow(mu: float, alpha: float, beta: float, *, stop: float, most: int = 20_000) -> np.ndarray:
    """Path of mu, step by step, under G's descent against the exact D*, renewed each step.

    Until mu < ``stop``, or for ``most`` steps; shape (steps + 1,).
    """
    path = [mu]
    while path[-1] > stop and len(path) <= most:
        path.append(path[-1] - RATE / 2 * mean_force(path[-1], alpha, beta))
    return np.array(path)


class Shift(Layer):
    """y = x + b for rows of one number: a G that moves p_g as a whole, with b = mu."""

    mixes = False
    n_in = n_out = 1
    b: np.ndarray
    db: np.ndarray

    def __init__(self, b: float = 0.0, *, name: str | None = None):
        super().__init__(name=name)
        self._start = real_number(f"{self}: b", b)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """b (1,)."""
        return {"b": (1,)}

    def initialise(self, rng: np.random.Generator) -> None:
        """Set b to the number given."""
        self.b[...] = self._start

    def forward(self, x, *, train=True, rng=None):
        """y = x + b; the cache is the shape. See `Layer.forward`."""
        self.check_input(x)
        return x + self.b, x.shape

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy, db += sum of dy over the batch. See `Layer.backward`."""
        self.check_gradient(dy, cache)
        if param_grads:
            self.db += dy.sum(axis=0)
        return dy.copy()
