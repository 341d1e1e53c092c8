"""The three workloads that speed is measured on, and small games, on any device."""

import strict_cupy

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    Dropout,
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
    Uniform,
    ring,
)
from minigan.base.backend import Device

STRICT = Device("cuda", strict_cupy)


def device_of(module):
    return Device("cuda", module)


def networks(G_layers, D_layers, device="cpu", dtype="float32"):
    G = Sequential(G_layers, seed=1, dtype=dtype, device=device, name="G")
    D = Sequential(D_layers, seed=2, dtype=dtype, device=device, name="D")
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


def small(device="cpu", dtype="float32", dropout=False):
    """G and D with every kind of layer that has a pass of its own on a GPU."""

    def drop(keep):
        return [Dropout(keep)] if dropout else []

    noise = [GaussianNoise(0.3)] if dropout else []

    G = [Linear(2, 6), ReLU(), Linear(6, 5), Sigmoid(), *drop(0.5), Linear(5, 4), Softplus()]
    G += [Linear(4, 3), Tanh()]
    D = [*drop(0.8), *noise, Maxout(3, 6, 4), *drop(0.5), LeakyReLU(0.2)]
    D += [Linear(6, 5, max_col_norm=0.9), *drop(0.5)]
    D += [Maxout(5, 4, 1, max_col_norm=0.5), Linear(4, 1)]
    return networks(G, D, device, dtype)


def w1(device="cpu", **options):
    """The toy game in one dimension."""
    G = [Linear(1, 32), ReLU(), Linear(32, 32), ReLU(), Linear(32, 1)]
    D = [Maxout(1, 32, 5), Maxout(32, 32, 5), Linear(32, 1)]
    options = {"batch": 128, **options}
    return game(*networks(G, D, device), lambda net: SGD(net, 0.01, 0.5), **options)


def w2(device="cpu", **options):
    """A ring of Gaussians in the plane."""
    G = [Linear(16, 128), ReLU(), Linear(128, 128), ReLU(), Linear(128, 2)]
    D = [Linear(2, 128), ReLU(), Linear(128, 128), ReLU(), Linear(128, 1)]
    options = {"batch": 512, "data": ring(), "noise": Normal(dim=16), **options}
    return game(*networks(G, D, device), lambda net: Adam(net, 1e-3), **options)


def w3(device="cpu", **options):
    """The 2014 paper's networks for MNIST, a twelfth as wide, on noise of the same shape."""
    G = [Linear(100, 100), ReLU(), Linear(100, 100), ReLU(), Linear(100, 64), Sigmoid()]
    D = [Dropout(0.8), Maxout(64, 20, 5), Dropout(0.5), Maxout(20, 20, 5), Dropout(0.5)]
    D += [Linear(20, 1)]
    return game(*networks(G, D, device), **{"batch": 100, **options})
