"""Costs of models with a likelihood, and of moment matching: values and gradients.

As in `minigan.costs`, means are over the m rows of a minibatch, the gradients include the 1/m, and
sums go over the coordinates of a row. The Bernoulli cost is a function of logits, so that no
epsilon is needed: -log p(x|a) = softplus(a) - x a for x = 0 and 1.
"""

import math

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError
from minigan.base.numerics import logistic, number


def bernoulli_cost(a, x):
    """J = mean over rows of sum_i softplus(a_i) - x_i a_i, minus log p(x), x_i ~ B(sigmoid(a_i)).

    Logits a and rows x, both (m, d), x in [0, 1]; da = (sigmoid(a) - x) / m.
    """
    _check("bernoulli_cost", a, x)
    minus_log_0, D = logistic(a)
    return number((minus_log_0 - x * a).sum() / len(a)), (D - x) / len(a)


def gaussian_cost(mean, log_std, x):
    """J = mean over rows of sum_i r_i^2 e^-2s / 2 + s + log(2 pi) / 2, r = mean - x, s = log std.

    mean and x (m, d), s (m, d) or of fewer axes. dmean = r e^-2s / m; ds = (1 - r^2 e^-2s) / m for
    each entry (m, d): where s is shared its gradient is the sum.
    """
    _check("gaussian_cost", mean, x)
    xp, m = array_module(mean), len(mean)
    s = log_std + xp.zeros_like(mean)
    r, precision = mean - x, xp.exp(-2 * s)
    squares = r * r * precision
    J = (squares / 2 + s + math.log(2 * math.pi) / 2).sum() / m
    return number(J), r * precision / m, (1 - squares) / m


def gaussian_kl(mu, logvar):
    """Mean over rows of KL(N(mu, e^v) || N(0, 1)) = sum_i (mu_i^2 + e^v_i - 1 - v_i) / 2.

    mu and v = logvar (m, d); dmu = mu / m, dv = (e^v - 1) / 2m.
    """
    _check("gaussian_kl", mu, logvar)
    m, variance = len(mu), array_module(mu).exp(logvar)
    J = (mu * mu + variance - 1 - logvar).sum() / (2 * m)
    return number(J), mu / m, (variance - 1) / (2 * m)


def mmd2(X, Y, variances):
    """MMD^2 = mean k(x, x') + mean k(y, y') - 2 mean k(x, y), and its gradient at Y (n, d).

    X is (m, d), and k(a, b) = sum over ``variances`` s of exp(-|a - b|^2 / 2s). All pairs count,
    those of a row with itself too (the V-statistic), so that the value is >= 0 and has a root.

        dY_j = sum_s 2/n^2 sum_i k_s(y_j, y_i) (y_i - y_j) / s
                   - 2/mn  sum_i k_s(y_j, x_i) (x_i - y_j) / s
    """
    if X.ndim != 2 or X.shape[1:] != Y.shape[1:]:
        raise InputError(f"mmd2: expected rows of one width, got {X.shape} and {Y.shape}")
    m, n = len(X), len(Y)
    k_YY, towards_Y = _kernel(Y, Y, variances)
    k_YX, towards_X = _kernel(Y, X, variances)
    value = _kernel(X, X, variances)[0].mean() + k_YY.mean() - 2 * k_YX.mean()
    return number(value), 2 * towards_Y / n**2 - 2 * towards_X / (m * n)


def _kernel(A, B, variances):
    """k(a_j, b_i), and sum over s and i of k_s(a_j, b_i) (b_i - a_j) / s."""
    xp = array_module(A)
    squares = (A * A).sum(axis=1)[:, None] + (B * B).sum(axis=1) - 2 * A @ B.T
    k = [xp.exp(squares / (-2 * s)) for s in variances]
    weights = sum(each / s for each, s in zip(k, variances, strict=True))
    return sum(k), weights @ B - weights.sum(axis=1, keepdims=True) * A


def _check(where, a, x):
    if getattr(a, "ndim", 0) != 2 or len(a) == 0 or a.shape != x.shape:
        got = f"{described(a)} and {described(x)}"
        raise InputError(f"{where}: expected two arrays of one shape (m, d), got {got}")
