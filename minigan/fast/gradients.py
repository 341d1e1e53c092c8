"""The gradients of Algorithm 1 by the fast passes: twin of `minigan.training.steps`."""

from collections.abc import Callable

import numpy as np

from minigan.costs import minimax_cost, non_saturating_cost
from minigan.fast.logistic import LogisticCost
from minigan.fast.plan import Plan
from minigan.networks.sequential import Sequential
from minigan.training.steps import simultaneous_gradients


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
        self._players, self._batch = (G, D), batch
        m = batch
        self._G = Plan(G, m)
        self._D_both = Plan(D, 2 * m)  # real examples, then generated ones
        self._D_fake = Plan(D, m)
        real, fake = -np.ones((1, m), D.dtype), np.ones((1, m), D.dtype)
        half = 0.5 / m
        self._least_da = np.finfo(D.dtype).tiny ** 0.7  # room for products with weights
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
        J_G, da = self._generator_cost(cost, a)
        dx = self._D_fake.backward(da, param_grads=False)
        self._G.backward(dx, input_grad=False)
        return J_G, a

    def simultaneous(self, x: np.ndarray, z: np.ndarray, cost: Callable, rng):
        """Both gradients at the same point. See `simultaneous_gradients`.

        D's logit is one number an example, so what goes back through D from an example is
        proportional to its da. One backward pass therefore serves both players: dJ_G/dx is
        dJ_D/dx times da_G / da_D, example by example. Where D is so sure that da_D is nearly
        too small for a number, the plain functions are used instead.

        Returns
        -------
        J_D, J_G : float
        a_real, a_fake : array
            m logits each; overwritten by the next call.
        """
        m, both = self._batch, self._D_both
        self._G.x[...] = z.T
        both.x[:, :m] = x.T
        both.x[:, m:] = self._G.forward(rng)
        a = both.forward(rng)
        a_real, a_fake = a[:, :m], a[:, m:]
        J_D, da = self._D_cost(a)
        if da[:, m:].min() < self._least_da:
            return simultaneous_gradients(*self._players, x, z, cost, rng)
        J_G, da_G = self._generator_cost(cost, a_fake)
        ratio = da_G / da[:, m:]
        dx = both.backward(da)
        self._G.backward(dx[:, m:] * ratio, input_grad=False)
        return J_D, J_G, a_real, a_fake

    def _generator_cost(self, cost: Callable, a: np.ndarray):
        """J_G, and its gradient in an array that backward may write to."""
        if cost in self._G_costs:
            return self._G_costs[cost](a)
        J_G, da = cost(a)
        return J_G, da.copy()  # it may be the cost's own, or a itself
