"""The gradients of Algorithm 1 by the fast passes: twin of `minigan.training.steps`."""

from collections.abc import Callable

import numpy as np

from minigan.costs import minimax_cost, non_saturating_cost
from minigan.fast.plan import Plan
from minigan.layers.sequential import Sequential


class FastGradients:
    """Gradients of J_D and J_G for two networks and one batch size.

    Parameters
    ----------
    G, D : Sequential
        The players.
    batch : int
        m, examples a minibatch.
    """

    def __init__(self, G: Sequential, D: Sequential, batch: int):
        self._batch = batch
        self._G = Plan(G, batch)
        self._D_both = Plan(D, 2 * batch)  # real examples, then generated ones
        self._D_fake = Plan(D, batch)
        self._signs = np.ones((1, 2 * batch), D.dtype)
        self._signs[:, :batch] = -1

    def discriminator(self, x: np.ndarray, z: np.ndarray, rng):
        """Gradient of J_D into ``D.grads``. See `discriminator_gradients`.

        Returns
        -------
        J_D : float
        a_real, a_fake : array, shape (1, m)
            Overwritten by the next call.
        """
        m, both = self._batch, self._D_both
        self._G.x[...] = z.T
        both.x[:, :m] = x.T
        both.x[:, m:] = self._G.forward(rng)
        a = both.forward(rng)
        total, da = softplus_and_slope(a, self._signs)
        da *= 0.5 / m
        both.backward(da, input_grad=False)
        return 0.5 / m * total, a[:, :m], a[:, m:]

    def generator(self, z: np.ndarray, cost: Callable, rng):
        """Gradient of J_G into ``G.grads``, through D. See `generator_gradients`.

        Returns
        -------
        J_G : float
        a_fake : array, shape (1, m)
            Overwritten by the next call.
        """
        self._G.x[...] = z.T
        self._D_fake.x[...] = self._G.forward(rng)
        a = self._D_fake.forward(rng)
        J_G, da = self._cost(cost, a)
        dx = self._D_fake.backward(da, param_grads=False)
        self._G.backward(dx, input_grad=False)
        return J_G, a

    def _cost(self, cost: Callable, a: np.ndarray):
        """A generator's cost; the two logistic ones from a single exponential."""
        if cost not in (minimax_cost, non_saturating_cost):
            return cost(a)
        sign = -1.0 if cost is non_saturating_cost else 1.0
        scale = -sign * 0.5 / self._batch
        total, da = softplus_and_slope(a, sign)
        da *= scale
        return scale * total, da


def softplus_and_slope(a: np.ndarray, sign):
    """Sum of softplus(s a), and its gradient s sigmoid(s a), for signs s = +-1.

    Parameters
    ----------
    a : array
        Logits.
    sign : array or float
        +1 or -1, one for each logit or one for all.

    Returns
    -------
    total : float
    slope : array
        A new array, of the shape of ``a``.

    Notes
    -----
    With t = s a and e = exp(-|t|): softplus(t) = max(t, 0) + log(1 + e), and
    sigmoid(t) = exp(t - softplus(t)), since log sigmoid(t) = t - softplus(t).
    """
    t = a * sign
    softplus = np.abs(t)
    np.negative(softplus, out=softplus)
    np.exp(softplus, out=softplus)
    np.log1p(softplus, out=softplus)
    softplus += np.maximum(t, 0)
    slope = np.subtract(t, softplus, out=t)
    np.exp(slope, out=slope)
    slope *= sign
    return float(np.add.reduce(softplus, axis=None)), slope
