"""The gradients of Algorithm 1, written as the paper writes them.

This is the version to read. Every function runs the networks forward, takes
the cost's gradient at the logits, and runs backward; ``grads`` of the player
whose turn it is then hold the gradient of its cost, and no parameter has
moved. `minigan.fast` computes the same numbers in less time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minigan.costs import discriminator_cost
from minigan.networks.sequential import Sequential


def discriminator_gradients(
    G: Sequential, D: Sequential, x: np.ndarray, z: np.ndarray, rng: np.random.Generator
):
    """Gradient of J_D = -V/2 with respect to theta_D, into ``D.grads``.

    Parameters
    ----------
    G, D : Sequential
        The players.
    x : array, shape (m, D.n_in)
        Minibatch of data.
    z : array, shape (m, G.n_in)
        Minibatch of noise.
    rng : numpy.random.Generator
        For dropout and noise.

    Returns
    -------
    J_D : float
    a_real, a_fake : array, shape (m, 1)
        Logits of D on x and on G(z).
    """
    x_fake, _ = G.forward(z, rng=rng)  # no backward through G: its turn comes later
    a_real, real_cache = D.forward(x, rng=rng)
    a_fake, fake_cache = D.forward(x_fake, rng=rng)
    J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
    D.grads[...] = 0
    D.backward(da_real, real_cache)
    D.backward(da_fake, fake_cache)  # adds to what the real examples left
    return J_D, a_real, a_fake


def generator_gradients(
    G: Sequential, D: Sequential, z: np.ndarray, cost: Callable, rng: np.random.Generator
):
    """Gradient of J_G with respect to theta_G, through D, into ``G.grads``.

    Parameters
    ----------
    G, D : Sequential
        The players.
    z : array, shape (m, G.n_in)
        Minibatch of noise.
    cost : callable
        One of the generator's costs in `minigan.costs`.
    rng : numpy.random.Generator
        For dropout and noise.

    Returns
    -------
    J_G : float
    a_fake : array, shape (m, 1)
        Logits of D on G(z).
    """
    x_fake, G_cache = G.forward(z, rng=rng)
    a_fake, D_cache = D.forward(x_fake, rng=rng)
    J_G, da_fake = cost(a_fake)
    dx_fake = D.backward(da_fake, D_cache, param_grads=False)  # D only passes the message on
    G.grads[...] = 0
    G.backward(dx_fake, G_cache)
    return J_G, a_fake


def simultaneous_gradients(
    G: Sequential,
    D: Sequential,
    x: np.ndarray,
    z: np.ndarray,
    cost: Callable,
    rng: np.random.Generator,
):
    """Both gradients at the same point, from the same samples and random numbers of layers.

    What the 2014 paper's code does on each minibatch, and what section 3.1 of the
    tutorial describes. One forward pass through D on G(z) is differentiated twice:
    once for J_D into ``D.grads``, once for J_G into ``G.grads``.

    Parameters
    ----------
    G, D, x, z, cost, rng
        As in `discriminator_gradients` and `generator_gradients`.

    Returns
    -------
    J_D, J_G : float
    a_real, a_fake : array, shape (m, 1)
        Logits of D on x and on G(z).
    """
    x_fake, G_cache = G.forward(z, rng=rng)
    a_real, real_cache = D.forward(x, rng=rng)
    a_fake, fake_cache = D.forward(x_fake, rng=rng)
    J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
    D.grads[...] = 0
    D.backward(da_real, real_cache)
    D.backward(da_fake, fake_cache)
    J_G, da_fake = cost(a_fake)
    G.grads[...] = 0
    G.backward(D.backward(da_fake, fake_cache, param_grads=False), G_cache)
    return J_D, J_G, a_real, a_fake
