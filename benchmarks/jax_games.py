"""The games in JAX: one compiled step, and many steps in one compiled loop.

The networks start from minigan's weights. Maxout is a running maximum over the pieces,
pieces first: on a CPU the fastest of the forms that were tried. Old states are donated, so
that new ones take their memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import workloads
from jax.nn import relu, sigmoid, softplus
from measure import Contestant
from workloads import Trial

import minigan as mg

BETA2, EPS = 0.999, 1e-8  # Adam's, as minigan has them


def theta(network: mg.Sequential) -> list:
    """(W, b) of every layer that has them."""
    return [(jnp.array(layer.W), jnp.array(layer.b)) for layer in network.layers if layer.params]


def flat(weights) -> np.ndarray:
    """The weights as minigan's flat vector."""
    return np.concatenate([np.asarray(array).ravel() for pair in weights for array in pair])


def forward(layers, weights, h, key):
    """Output of minigan's layers with these weights."""
    weights = iter(weights)
    for i, layer in enumerate(layers):
        if isinstance(layer, mg.ReLU):
            h = relu(h)
        elif isinstance(layer, mg.Sigmoid):
            h = sigmoid(h)
        elif isinstance(layer, mg.Dropout):
            keeps = jax.random.bernoulli(jax.random.fold_in(key, i), layer.keep, h.shape)
            h = jnp.where(keeps, h / layer.keep, 0)
        else:
            W, b = next(weights)
            h = functools.reduce(jnp.maximum, jnp.split(h @ W + b, layer.pieces, axis=1))
    return h


def sampler(distribution, m: int) -> Callable:
    """m rows of one of minigan's distributions, by JAX's generator."""
    if isinstance(distribution, mg.Examples):
        X = jnp.asarray(distribution.X)
        return lambda key: X[jax.random.randint(key, (m,), 0, len(X))]
    if isinstance(distribution, mg.Mixture):
        means = jnp.array(distribution.means, jnp.float32)

        def draw(key):
            mode, bell = jax.random.split(key)
            rows = means[jax.random.randint(mode, (m,), 0, len(means))]
            return rows + distribution.std * jax.random.normal(bell, rows.shape)

        return draw
    shape = (m, distribution.dim)
    if isinstance(distribution, mg.Normal):
        return lambda key: distribution.mean + distribution.std * jax.random.normal(key, shape)
    return lambda key: jax.random.uniform(
        key, shape, minval=distribution.low, maxval=distribution.high
    )


class Game:
    """Algorithm 1 as a pure function of the state: weights and moments of both players."""

    def __init__(self, workload, networks):
        self.workload = workload
        self.G, self.D = (network.layers for network in networks)
        zeros = functools.partial(jax.tree.map, jnp.zeros_like)
        self.start = tuple((w, zeros(w), zeros(w)) for w in map(theta, networks))
        self.draw_data = sampler(workload.data(), workload.batch)
        self.draw_noise = sampler(workload.noise, workload.batch)

    def step(self, state):
        """One step on fresh minibatches; the state holds a key and a count as well."""
        players, key, t = state
        key, for_data, for_D, for_G, for_masks = jax.random.split(key, 5)
        x, z_D, z_G = self.draw_data(for_data), self.draw_noise(for_D), self.draw_noise(for_G)
        return self.update(players, x, z_D, z_G, for_masks, t + 1), key, t + 1

    def update(self, players, x, z_D, z_G, key, t):
        """One step of Algorithm 1 on given minibatches; t counts from 1."""
        G, D = players
        D = self.move(D, self.gradient_D(D[0], G[0], x, z_D, key), t)
        key = jax.random.fold_in(key, len(self.D))
        return self.move(G, self.gradient_G(D[0], G[0], z_G, key), t), D

    def gradient_D(self, of_D, of_G, x, z, key):
        """Gradient of J_D."""
        both = jnp.concatenate([x, forward(self.G, of_G, z, key)])

        def J_D(weights):
            a_real, a_fake = jnp.split(forward(self.D, weights, both, key), 2)
            return (softplus(-a_real).mean() + softplus(a_fake).mean()) / 2

        return jax.grad(J_D)(of_D)

    def gradient_G(self, of_D, of_G, z, key):
        """Gradient of the non-saturating J_G."""

        def J_G(weights):
            x_fake = forward(self.G, weights, z, key)
            return softplus(-forward(self.D, of_D, x_fake, key)).mean() / 2

        return jax.grad(J_G)(of_G)

    def move(self, player, gradient, t):
        """One update by momentum or Adam."""
        weights, m, v = player
        lr, beta1, tree = self.workload.lr, self.workload.momentum, jax.tree.map
        if self.workload.optimizer is mg.SGD:
            m = tree(lambda m, g: beta1 * m + g, m, gradient)
            return tree(lambda w, m: w - lr * m, weights, m), m, v
        m = tree(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradient)
        v = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, gradient)
        c, s = lr / (1 - beta1**t), 1 / (1 - BETA2**t)
        return tree(lambda w, m, v: w - c * m / (jnp.sqrt(s * v) + EPS), weights, m, v), m, v


def contestant(workload, steps: int) -> Contestant:
    """A game that is compiled and ready to be timed, so many steps a call."""
    game = Game(workload, workloads.players(workload))
    state = game.start, jax.random.key(0), jnp.zeros(())

    @functools.partial(jax.jit, donate_argnums=0)
    def play(state):
        if steps == 1:
            return game.step(state)
        return jax.lax.scan(lambda s, _: (game.step(s), None), state, length=steps)[0]

    def call():
        nonlocal state
        state = play(state)

    def wait():
        jax.block_until_ready(state)

    call()
    wait()
    return Contestant(call, steps, wait)


def trial(workload) -> Trial:
    """JAX's `Trial`, in float64 and without dropout."""
    with jax.enable_x64(True):
        networks = workloads.players(workload, dtype="float64", dropout=False)
        game = Game(workload, networks)
        x, z = (jnp.array(rows) for rows in workloads.minibatch(workload))
        key = jax.random.key(0)
        G, D = players = game.start
        gradients = [
            flat(jax.jit(game.gradient_D)(D[0], G[0], x, z, key)),
            flat(jax.jit(game.gradient_G)(D[0], G[0], z, key)),
        ]
        update = jax.jit(game.update)
        for t in (1.0, 2.0):
            players = update(players, x, z, z, key, t)
        moved = [flat(players[i][0]) - flat(game.start[i][0]) for i in (1, 0)]
    return Trial(np.concatenate(gradients), np.concatenate(moved))


def kinds(workload) -> dict[str, int]:
    """Name of a contestant -> steps a call."""
    return {"JAX jitted step": 1, "JAX scan over steps": workload.loop}
