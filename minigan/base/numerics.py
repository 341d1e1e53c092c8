"""The logistic sigmoid, the softplus and log-sum-exp, safe at any logit.

Both overflow when written as the textbook writes them. With e = exp(-|a|),
which is never larger than 1, nothing can overflow:

    softplus(a) = log(1 + exp(a))     = max(a, 0) + log(1 + e)
    sigmoid(a)  = 1 / (1 + exp(-a))   = (1 if a >= 0 else e) / (1 + e)

They are all that a GAN's costs need: log D = -softplus(-a) and
log(1 - D) = -softplus(a) when D = sigmoid(a).
"""

import numpy as np

from minigan.base.backend import array_module


def sigmoid(a):
    """Logistic sigmoid 1 / (1 + exp(-a)), elementwise, in the dtype of ``a``."""
    xp = array_module(a)
    e = xp.exp(-xp.abs(a))
    return xp.where(a >= 0, xp.ones_like(e), e) / (1 + e)


def softplus(a):
    """Softplus log(1 + exp(a)), elementwise, in the dtype of ``a``."""
    xp = array_module(a)
    return xp.maximum(a, 0) + xp.log1p(xp.exp(-xp.abs(a)))


def logistic(t):
    """softplus(t) and its derivative sigmoid(t), elementwise: all that the costs of a game need.

    With p = max(t, 0) and n = min(t, 0), so that n - p = -|t|, and l = log(1 + exp(n - p)),

        softplus(t) = p + l,    sigmoid(t) = exp(n - l).
    """
    xp = array_module(t)
    n, p = xp.minimum(t, 0), xp.maximum(t, 0)
    l = xp.log1p(xp.exp(n - p))  # noqa: E741 (the formula's name)
    return p + l, xp.exp(n - l)


def log_sum_exp(a, axis=-1):
    """log of the sum of exp(a) along an axis, shifted by the maximum so that nothing overflows."""
    xp = array_module(a)
    top = a.max(axis=axis, keepdims=True)
    return xp.log(xp.exp(a - top).sum(axis=axis)) + top.squeeze(axis)


def number(J):
    """Python's float of a number of NumPy's; one on a GPU stays there, and is not waited for."""
    return float(J) if isinstance(J, np.floating) else J
