"""Small games on any device, and what two of them have in common."""

import numpy as np
import strict_cupy
from devices import take

import minigan as mg
from minigan.base.backend import Device
from minigan.base.randomness import Streams
from minigan.data.epochs import Epochs
from minigan.optimizers import Optimizer
from minigan.variants.gradient_penalty import PenalisedDiscriminatorTurn
from minigan.variants.unrolled import UnrolledTurn

STRICT = Device("cuda", strict_cupy)
CLOSE = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 2e-3, "atol": 2e-5}}


def device_of(module):
    return Device("cuda", module)


def mirrored(place, seed=0):
    return Streams(seed, place, mirrored=True)


def networks(G_layers, D_layers, device="cpu", dtype="float32", **options):
    G = mg.Sequential(G_layers, seed=1, dtype=dtype, device=device, name="G", **options)
    D = mg.Sequential(D_layers, seed=2, dtype=dtype, device=device, name="D", **options)
    return G, D


def game(G, D, optimizer=lambda net: mg.SGD(net, 0.1, 0.5), **options):
    """A game of any two players; every option of Algorithm1 can be given."""
    chosen = {
        "data": mg.Normal(2.0, 0.5, dim=D.n_in),
        "noise": mg.Uniform(dim=G.n_in),
        "G_optimizer": optimizer(G),
        "D_optimizer": optimizer(D),
        "batch": 8,
    }
    return mg.Algorithm1(G, D, **chosen | options)


def small(device="cpu", dtype="float32", dropout=False, **options):
    """G and D with every kind of layer that has a pass of its own on a GPU."""
    G = [mg.Linear(2, 6), mg.ReLU(), mg.Linear(6, 5), mg.Sigmoid(), mg.Dropout(0.5)]
    G += [mg.Linear(5, 4), mg.Softplus(), mg.Linear(4, 3), mg.Tanh()]
    D = [mg.Dropout(0.8), mg.GaussianNoise(0.3), mg.Maxout(3, 6, 4), mg.Dropout(0.5)]
    D += [mg.LeakyReLU(0.2), mg.Linear(6, 5, max_col_norm=0.9), mg.Dropout(0.5)]
    D += [mg.Maxout(5, 4, 1, max_col_norm=0.5), mg.Linear(4, 1)]
    if not dropout:
        G, D = ([each for each in layers if not hasattr(each, "draw")] for layers in (G, D))
    return networks(G, D, device, dtype, **options)


def every_layer(device="cpu", dtype="float64", fast=True, **options):
    """The game of the two, with dropout."""
    return game(*small(device, dtype, True, fast=fast), **options)


def toy(device="cpu", dtype="float64", optimizer=lambda net: mg.SGD(net, 0.1, 0.5), **options):
    """On the line, with one hidden layer each."""
    G = [mg.Linear(1, 4), mg.ReLU(), mg.Linear(4, 1)]
    D = [mg.Linear(1, 5), mg.ReLU(), mg.Linear(5, 1, max_col_norm=0.4)]
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


class Doubled(mg.Linear):
    """A layer that minigan does not know."""

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return 2 * y, cache

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(2 * dy, cache, param_grads=param_grads)


class EncoderTurn(mg.Turn):
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


class FeatureTurn(mg.Turn):
    """G's turn by feature matching, through the layers of D in front of its last one."""

    moves, draws = ("G",), ("z", "x")

    def __init__(self, G, D):
        self.G, self.D = G, D

    def gradients(self, rng, z, x):
        features = self.D[:-1]
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (f_real, f_fake), cache = features.forward((x, x_fake), rng=rng)
        gap = f_fake.mean(axis=0) - f_real.mean(axis=0)
        df = f_fake * 0 + gap / len(z)
        _, dx = features.backward((None, df), cache, param_grads=False)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_G": (gap * gap).sum() / 2}


def matching(device="cpu", seed=0, fast=True):
    """A game in which G matches features."""
    first = every_layer(device, fast=fast)
    G, D = first.G, first.D
    turns = first.turns[0], FeatureTurn(G, D)
    optimizers = first.optimizers.values()
    return mg.Game(*turns, optimizers=optimizers, batch=8, seed=seed, **first.samplers)


def three(device="cpu", seed=0, fast=True):
    """A game of three networks, of which one is moved by two turns, and a user's own turn."""
    first = every_layer(device, fast=fast)
    G, D = first.G, first.D
    E, _ = networks([mg.Linear(3, 5), mg.Tanh(), mg.Linear(5, 2)], [mg.ReLU()], device, "float64")
    turns = *first.turns, EncoderTurn(E, G)
    optimizers = [mg.SGD(net, 0.05, 0.5) for net in (G, D, E)]
    return mg.Game(*turns, optimizers=optimizers, batch=8, seed=seed, **first.samplers)


ROWS = np.random.default_rng(0).standard_normal((20, 3))


def epoch_by_epoch(device="cpu", **options):
    """A game on 20 rows: most epochs end within a minibatch of 8."""
    return every_layer(device, data=Epochs(ROWS), **options)


def unrolled(device="cpu", seed=0, fast=True):
    """A game in which G looks two steps of D's Adam ahead."""
    G, D = [mg.Linear(2, 4), mg.Tanh(), mg.Linear(4, 3)], [mg.Maxout(3, 5, 2), mg.Tanh()]
    G, D = networks(G, [*D, mg.Dropout(0.5), mg.Linear(5, 1)], device, "float64", fast=fast)
    optimizers = [mg.SGD(G, 0.1), mg.Adam(D, 0.01)]
    turn = UnrolledTurn(G, D, optimizers[1], K=2)
    samplers = {"x": mg.Normal(2.0, 0.5, dim=3), "z": mg.Uniform(dim=2)}
    return mg.Game(turn, optimizers=optimizers, batch=8, seed=seed, **samplers)


def penalised(device="cpu", seed=0, fast=True):
    """A game in which D pays for a gradient of another length than 1."""
    first = game(*networks([mg.Linear(2, 3)], [mg.Linear(3, 4), mg.Softplus(), mg.Linear(4, 1)]))
    G, D = (network.copy("float64", device) for network in (first.G, first.D))
    G.fast = D.fast = fast
    turns = PenalisedDiscriminatorTurn(G, D, "one-centred"), mg.GeneratorTurn(G, D)
    optimizers = [mg.SGD(G, 0.1), mg.SGD(D, 0.1)]
    return mg.Game(*turns, optimizers=optimizers, batch=8, seed=seed, **first.samplers)


GAMES = {
    "toy": toy,
    "every layer": every_layer,
    "adam, k=3": lambda place: every_layer(place, optimizer=mg.Adam, k=3),
    "simultaneous": lambda place: every_layer(place, simultaneous=True),
    "three": three,
    "features": matching,
    "epochs": epoch_by_epoch,
}


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
