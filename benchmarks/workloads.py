"""The three games that are timed, described once, and played by minigan.

W1 is the toy game on the line, where the step's overhead is most of the step. W2 is the
ring of eight Gaussians, a game of middle size. W3 is the nets of the 2014 paper's MNIST
experiment, where matrix products are nearly everything. The other frameworks build the
same games from these descriptions, with minigan's starting weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import minigan as mg
from minigan.base.backend import device as find_device
from minigan.base.backend import to_host


class Workload(NamedTuple):
    """One game; a step of it is one step of Algorithm 1, k = 1, the non-saturating cost.

    ``momentum`` is SGD's, or Adam's beta1. ``block`` is how many steps are timed at once,
    ``loop`` how many JAX compiles into one call.
    """

    title: str
    G: Callable[[], list[mg.Layer]]
    D: Callable[[], list[mg.Layer]]
    data: Callable[[], object]
    noise: object
    batch: int
    optimizer: type[mg.SGD] | type[mg.Adam]
    lr: float
    momentum: float
    block: int
    loop: int


def toy() -> Workload:
    return Workload(
        title="toy on the line: G 1-32-32-1, D maxout 32x5 twice, batch 128, momentum",
        G=lambda: [mg.Linear(1, 32), mg.ReLU(), mg.Linear(32, 32), mg.ReLU(), mg.Linear(32, 1)],
        D=lambda: [mg.Maxout(1, 32, 5), mg.Maxout(32, 32, 5), mg.Linear(32, 1)],
        data=lambda: mg.Normal(2.0, 0.5),
        noise=mg.Uniform(),
        batch=128,
        optimizer=mg.SGD,
        lr=0.01,
        momentum=0.5,
        block=20,
        loop=100,
    )


def ring() -> Workload:
    def layers(n_in: int, n_out: int) -> list[mg.Layer]:
        hidden = [mg.Linear(n_in, 128), mg.ReLU(), mg.Linear(128, 128), mg.ReLU()]
        return [*hidden, mg.Linear(128, n_out)]

    return Workload(
        title="ring of 8 Gaussians: z 16, G and D 2 x 128 ReLU, batch 512, Adam",
        G=lambda: layers(16, 2),
        D=lambda: layers(2, 1),
        data=mg.ring,
        noise=mg.Normal(dim=16),
        batch=512,
        optimizer=mg.Adam,
        lr=2e-4,
        momentum=0.5,
        block=5,
        loop=20,
    )


def paper() -> Workload:
    return Workload(
        title="the paper's MNIST nets: G 100-1200-1200-784, D maxout 240x5 twice, dropout",
        G=lambda: [
            mg.Linear(100, 1200),
            mg.ReLU(),
            mg.Linear(1200, 1200),
            mg.ReLU(),
            mg.Linear(1200, 784),
            mg.Sigmoid(),
        ],
        D=lambda: [
            mg.Dropout(0.8),
            mg.Maxout(784, 240, 5),
            mg.Dropout(0.5),
            mg.Maxout(240, 240, 5),
            mg.Dropout(0.5),
            mg.Linear(240, 1),
        ],
        data=lambda: mg.Examples(pixels()),
        noise=mg.Uniform(-1, 1, dim=100),
        batch=100,
        optimizer=mg.SGD,
        lr=0.01,
        momentum=0.5,
        block=2,
        loop=5,
    )


def pixels() -> np.ndarray:
    """What stands in for MNIST: random numbers in its range and dtype, a sixth as many."""
    return np.random.default_rng(0).random((10_000, 784), dtype=np.float32)


WORKLOADS = {"W1": toy(), "W2": ring(), "W3": paper()}


def players(
    workload: Workload,
    *,
    dtype: str = "float32",
    device: str = "cpu",
    dropout: bool = True,
    fast: bool = True,
) -> tuple[mg.Sequential, mg.Sequential]:
    """G and D, always with the same weights; without dropout, gradients can be compared."""

    def network(layers: list[mg.Layer], seed: int) -> mg.Sequential:
        layers = [layer for layer in layers if dropout or not isinstance(layer, mg.Dropout)]
        return mg.Sequential(layers, seed=seed, dtype=dtype, device=device, fast=fast)

    return network(workload.G(), 1), network(workload.D(), 2)


def optimizer(workload: Workload, network: mg.Sequential):
    if workload.optimizer is mg.Adam:
        return mg.Adam(network, workload.lr, beta1=workload.momentum)
    return mg.SGD(network, workload.lr, workload.momentum)


def game(
    workload: Workload, G: mg.Sequential, D: mg.Sequential, *, data=None, noise=None, seed=0, k=1
) -> mg.Algorithm1:
    """The game as minigan plays it, from given samplers or from the workload's own."""
    return mg.Algorithm1(
        G,
        D,
        data=data or workload.data(),
        noise=noise or workload.noise,
        batch=workload.batch,
        k=k,
        seed=seed,
        G_optimizer=optimizer(workload, G),
        D_optimizer=optimizer(workload, D),
    )


class Trial(NamedTuple):
    """What a contestant does with one minibatch, by which it is compared with the others.

    ``gradients`` are the first gradients of J_D and of J_G, both at the starting
    parameters; ``moved`` is how far two steps, both with this minibatch, have moved the
    parameters. D's numbers come first, in the order of minigan's flat vectors.
    """

    gradients: np.ndarray
    moved: np.ndarray


class Fixed:
    """A sampler that always returns the same rows."""

    def __init__(self, rows: np.ndarray):
        self.rows = rows

    def sample(self, m: int, rng) -> np.ndarray:
        """The rows, whatever m is."""
        return self.rows


def minibatch(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """One minibatch of data and one of noise, float64."""
    rng = np.random.default_rng(0)
    x = workload.data().sample(workload.batch, rng)
    z = workload.noise.sample(workload.batch, rng)
    return x.astype(np.float64), z.astype(np.float64)


def trial(workload: Workload, device: str, *, fast: bool) -> Trial:
    """minigan's `Trial`, in float64 and without dropout."""
    place = find_device(device)
    x, z = (Fixed(place.to_device(rows)) for rows in minibatch(workload))

    def fresh() -> mg.Algorithm1:
        G, D = players(workload, dtype="float64", device=device, dropout=False, fast=fast)
        return game(workload, G, D, data=x, noise=z)

    def both(of_D, of_G) -> np.ndarray:
        return np.concatenate([to_host(of_D), to_host(of_G)])

    for_D, for_G, for_both = fresh(), fresh(), fresh()
    for_D.take("D")
    for_G.take("G")
    start = both(for_both.D.params, for_both.G.params)
    for _ in range(2):
        for_both.step()
    end = both(for_both.D.params, for_both.G.params)
    return Trial(both(for_D.D.grads, for_G.G.grads), end - start)
