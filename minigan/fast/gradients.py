"""The gradients of Algorithm 1 by the fast passes: twin of `minigan.training.steps`."""

from collections.abc import Callable

import numpy as np

from minigan.costs import minimax_cost, non_saturating_cost
from minigan.fast.logistic import LogisticCost
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
        self._batch = m = batch
        self._G = Plan(G, m)
        self._D_both = Plan(D, 2 * m)  # real examples, then generated ones
        self._D_fake = Plan(D, m)
        real, fake = -np.ones((1, m), D.dtype), np.ones((1, m), D.dtype)
        half = 0.5 / m
        self._D_cost = LogisticCost(np.concatenate([real, fake], axis=1), half)
        self._G_costs = {
            non_saturating_cost: LogisticCost(real, half),  # G wants D to say real
            minimax_cost: LogisticCost(fake, -half),
        }

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
        J_D, da = self._D_cost(a)
        both.backward(da, input_grad=False)
        return J_D, a[:, :m], a[:, m:]

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
        if cost in self._G_costs:
            J_G, da = self._G_costs[cost](a)
        else:
            J_G, da = cost(a)
            da = da.copy()  # backward writes to it, and it may be the cost's own, or a itself
        dx = self._D_fake.backward(da, param_grads=False)
        self._G.backward(dx, input_grad=False)
        return J_G, a
