"""Small games on any device, and what two of them have in common."""

import contextlib

import numpy as np
import strict_cupy
from devices import take

from minigan import (
    SGD,
    Algorithm1,
    Dropout,
    Game,
    GaussianNoise,
    LeakyReLU,
    Linear,
    Maxout,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
    Turn,
    Uniform,
)
from minigan.base.backend import Device
from minigan.base.randomness import Streams
from minigan.optimizers import Optimizer

STRICT = Device("cuda", strict_cupy)
CLOSE = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 2e-3, "atol": 2e-5}}


def device_of(module):
    return Device("cuda", module)


def mirrored(place, seed=0):
    return Streams(seed, place, mirrored=True)


def networks(G_layers, D_layers, device="cpu", dtype="float32", **options):
    G = Sequential(G_layers, seed=1, dtype=dtype, device=device, name="G", **options)
    D = Sequential(D_layers, seed=2, dtype=dtype, device=device, name="D", **options)
    return G, D


def game(G, D, optimizer=lambda net: SGD(net, 0.1, 0.5), **options):
    """A game of any two players; every option of Algorithm1 can be given."""
    chosen = {
        "data": Normal(2.0, 0.5, dim=D.n_in),
        "noise": Uniform(dim=G.n_in),
        "G_optimizer": optimizer(G),
        "D_optimizer": optimizer(D),
        "batch": 8,
    }
    return Algorithm1(G, D, **chosen | options)


def small(device="cpu", dtype="float32", dropout=False, **options):
    """G and D with every kind of layer that has a pass of its own on a GPU."""

    def drop(keep):
        return [Dropout(keep)] if dropout else []

    noise = [GaussianNoise(0.3)] if dropout else []

    G = [Linear(2, 6), ReLU(), Linear(6, 5), Sigmoid(), *drop(0.5), Linear(5, 4), Softplus()]
    G += [Linear(4, 3), Tanh()]
    D = [*drop(0.8), *noise, Maxout(3, 6, 4), *drop(0.5), LeakyReLU(0.2)]
    D += [Linear(6, 5, max_col_norm=0.9), *drop(0.5)]
    D += [Maxout(5, 4, 1, max_col_norm=0.5), Linear(4, 1)]
    return networks(G, D, device, dtype, **options)


def toy(device="cpu", dtype="float64", optimizer=lambda net: SGD(net, 0.1, 0.5), **options):
    """On the line, with one hidden layer each."""
    G = [Linear(1, 4), ReLU(), Linear(4, 1)]
    D = [Linear(1, 5), ReLU(), Linear(5, 1, max_col_norm=0.4)]
    return game(*networks(G, D, device, dtype), optimizer, **options)


class Sign(Optimizer):
    """An optimizer that minigan does not know, and that remembers something."""

    memory = ("seen",)

    def __init__(self, net, lr=0.01):
        super().__init__(net, lr)
        self.seen = net.xp.zeros_like(net.params)

    def _update(self, params, grads, lr):
        self.seen += self.network.xp.sign(grads)
        params -= lr * self.network.xp.sign(self.seen)


class Doubled(Linear):
    """A layer that minigan does not know."""

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return 2 * y, cache

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(2 * dy, cache, param_grads=param_grads)


class EncoderTurn(Turn):
    """E's turn in a game of three: E takes G(z) back to z, and all of them are moved by it."""

    moves, draws = ("E", "G"), ("z",)

    def __init__(self, E, G, weight=0.5):
        self.E, self.G, self.weight = E, G, weight

    def gradients(self, rng, z):
        x, G_cache = self.G.forward(z, rng=rng)
        z_back, E_cache = self.E.forward(x, rng=rng)
        error = z_back - z
        dx = self.E.backward(self.weight * error / len(z), E_cache)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_E": self.weight * (error * error).sum() / (2 * len(z)), "weight": self.weight}


def three(device="cpu", seed=0):
    """A game of three networks, of which one is moved by two turns, and a user's own turn."""
    G, D = small(device, "float64", True)
    E = Sequential([Linear(3, 5), Tanh(), Linear(5, 2)], seed=3, dtype="float64", device=device)
    first = game(G, D)
    turns = *first.turns, EncoderTurn(E, G)
    optimizers = [SGD(net, 0.05, 0.5) for net in (G, D, E)]
    return Game(*turns, optimizers=optimizers, batch=8, seed=seed, **first.samplers)


def assert_same_game(here, there, steps, dtype="float64"):
    """Records after every step, and parameters at the end, agree to rounding."""
    for one, other in zip(here.play(steps), list(there.play(steps)), strict=True):
        assert list(one) == list(other)
        np.testing.assert_allclose(list(one.values()), list(other.values()), **CLOSE[dtype])
    for name, network in here.networks.items():
        np.testing.assert_allclose(
            take(there.networks[name].params), network.params, **CLOSE[dtype]
        )
    for name, optimizer in here.optimizers.items():
        assert there.optimizers[name].t == optimizer.t
    assert there.steps_done == here.steps_done


def quietly(xp):
    """Context in which nothing may wait or cross over; on a real GPU nobody can tell."""
    return xp.forbid_sync() if xp is strict_cupy else contextlib.nullcontext()
