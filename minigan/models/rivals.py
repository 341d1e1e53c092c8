"""The rivals of the 2014 paper's Table 1 on grey images X in [0, 1], small, and how each samples.

On digits a VAE is beside them, which the table has not, for what the means of a decoder score.

The table's scores are of means of pixels given the last hidden state, not of binary samples. So
`Samples` has both; and a chain's score is of its start, its chains and its thinning too, which are
said. Everything is float32.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.numerics import sigmoid
from minigan.base.randomness import Streams
from minigan.distributions import Examples, Normal
from minigan.game import DiscriminatorTurn, Game, GeneratorTurn
from minigan.layers import GaussianNoise, ReLU, Sigmoid
from minigan.models.chain import drawn
from minigan.models.contractive import StackedCAE, stacked
from minigan.models.dbn import DBN, Hidden
from minigan.models.deep_gsn import DeepGSN, deep_network
from minigan.models.gsn import SaltAndPepper, salt_and_pepper
from minigan.models.model import falling_adam, mlp, train
from minigan.models.rbm import RBM, ascend
from minigan.models.vae import VAE
from minigan.networks import Sequential
from minigan.optimizers import Adam

DECODER = "VAE 64-128-8-128-64"


class Samples(NamedTuple):
    """m rows of means; of binary samples, where there are any; and how the chains were run."""

    means: np.ndarray
    binary: np.ndarray | None
    chains: str


class Rival(NamedTuple):
    """A model of Table 1: trained by (X, seed, steps), at most so many; how it samples."""

    title: str
    fit: Callable[[np.ndarray, int, int], Any]
    steps: int
    samples: Callable[[Any, np.ndarray, int, np.random.Generator], Iterator[Samples]]


class Binarised(Examples):
    """Rows with each pixel 1 with the probability that its grey says."""

    def sample(self, m, rng):
        """m binary rows."""
        return drawn(super().sample(m, rng), rng)


def dbn(X: np.ndarray, seed: int, steps: int, hidden: int, learning: str, rate: float) -> DBN:
    """pixels-hidden-hidden, one RBM after the other."""
    streams, mean = Streams(seed), X.mean(axis=0).clip(0.01, 0.99)
    lower = RBM(X.shape[1], hidden, learning=learning, seed=streams["lower"], dtype="float32")
    lower.b[...] = np.log(mean / (1 - mean))
    ascend(lower, Binarised(X), streams, rate, steps)
    upper = RBM(hidden, hidden, learning=learning, seed=streams["upper"], dtype="float32")
    ascend(upper, Hidden(lower, Binarised(X)), streams, rate, steps)
    return DBN(lower, upper)


def gsn(X, seed, steps: int, hidden: int, noise: float, walkback: int, rate: float, deep=False):
    """pixels-hidden-pixels behind salt and pepper; if deep, with h2 as wide, behind noise."""
    streams, n = Streams(seed), X.shape[1]
    if deep:
        F = deep_network(n, hidden, streams)
        model: Any = DeepGSN(F, salt_and_pepper, noise, walkback, before=2.0)
    else:
        F = mlp(streams, "F", n, hidden, n).copy(dtype="float32")
        model = SaltAndPepper(F, noise, walkback)
    optimizers = [falling_adam(F, rate, steps)]
    return train(model, optimizers, steps, seed=streams, batch=100, x=Examples(X))


def vae(X: np.ndarray, seed: int, steps: int, z: int, hidden: int, rate: float) -> VAE:
    """E pixels-hidden-2z and G z-hidden-pixels."""
    streams, n = Streams(seed), X.shape[1]
    E = mlp(streams, "E", n, hidden, 2 * z).copy(dtype="float32")
    G = mlp(streams, "G", z, hidden, n).copy(dtype="float32")
    optimizers = [falling_adam(net, rate, steps) for net in (E, G)]
    return train(VAE(E, G), optimizers, steps, seed=streams, batch=100, x=Binarised(X))


def gan(X: np.ndarray, seed: int, steps: int, z: int, hidden: int, noise: float) -> Sequential:
    """G z-hidden-hidden-pixels, averaged over updates, against a D behind noise."""
    streams, n = Streams(seed), X.shape[1]
    G = mlp(streams, "G", z, hidden, hidden, n, bend=ReLU, last=[Sigmoid()]).copy(dtype="float32")
    first = [GaussianNoise(noise)]
    D = mlp(streams, "D", n, hidden, hidden, 1, bend=ReLU, first=first).copy(dtype="float32")
    optimizers = [Adam(net, 5e-4, beta1=0.5) for net in (G, D)]
    turns = DiscriminatorTurn(G, D), GeneratorTurn(G, D)
    drawn_from: dict[str, Any] = {"x": Examples(X), "z": Normal(dim=z)}
    game = Game(*turns, optimizers=optimizers, batch=100, seed=streams, **drawn_from)
    average = ParameterAverage(G, 0.999)
    for _ in game.play(steps):
        average.update()
    return average.network


def walk(step: Callable, state: np.ndarray, burn: int, every: int, m: int) -> np.ndarray:
    """m states of the chains whose first states are given, every so many steps after some."""
    kept: list[np.ndarray] = []
    for i in range(burn + every * -(-m // len(state))):
        state = step(state)
        if i >= burn and (i - burn + 1) % every == 0:
            kept.append(state)
    return np.concatenate(kept)[:m]


def dbn_samples(model: DBN, X, m: int, rng, burn: int) -> Iterator[Samples]:
    """From training images, and from coins in the place of the hidden units."""
    chains = min(1000, len(X), m)
    seen = drawn(model.posterior(drawn(X[rng.permutation(len(X))[:chains]], rng)), rng)
    coins = model.start(chains, rng).astype(np.float32)
    for state, wait, said in ((seen, 0, "training images"), (coins, burn, "random units")):
        means = model.lower.down(walk(lambda h: model.move(h, rng), state, wait, 20, m))
        how = f"{said}; {chains} chains; {wait} sweeps, then every 20th"
        yield Samples(means, drawn(means, rng), how)


def gsn_samples(model: Any, X, m: int, rng, chains: int) -> Iterator[Samples]:
    """From independent pixels; a mean is what the last step drew from."""
    chains, d = min(chains, m), X.shape[1]

    def step(rows):  # means, then the state of the chain, which begins with x
        return np.hstack(model.walked(rows[:, d:], rng))

    x = drawn(np.tile(X.mean(axis=0), (chains, 1)), rng)
    kept = walk(step, np.hstack([x, model.begun(x)]), 100, 10, m)
    how = f"independent pixels; {chains} chains; 100 steps, then every 10th"
    yield Samples(kept[:, :d], kept[:, d : 2 * d], how)


def cae_samples(model: StackedCAE, X, m: int, rng) -> Iterator[Samples]:
    """From training images, each step after the twentieth."""
    chains = min(1000, len(X), m)
    state = X[rng.permutation(len(X))[:chains]]
    means = walk(lambda x: model.step(x, rng), state, 20, 1, m)
    how = f"training images; {chains} chains; 20 steps, then each"
    yield Samples(means, drawn(means, rng), how)


def vae_samples(model: VAE, X, m: int, rng) -> Iterator[Samples]:
    """Independent: z from the prior."""
    means = sigmoid(model.G(Normal(dim=model.latents).sample(m, rng)))
    yield Samples(means, drawn(means, rng), "independent")


def gan_samples(G: Sequential, X, m: int, rng) -> Iterator[Samples]:
    """Independent; G gives grey pixels, which are the samples."""
    yield Samples(G(Normal(dim=G.n_in or 1).sample(m, rng)), None, "independent")


def of_digits() -> Iterator[Rival]:
    """For 8 x 8 digits: seconds each."""
    fit: Callable = partial(dbn, hidden=100, learning="pcd", rate=0.05)
    yield Rival("DBN 64-100-100, PCD-1", fit, 6000, partial(dbn_samples, burn=500))
    fit = partial(stacked, widths=(100, 50), rate=3e-3)
    yield Rival("stacked CAE 64-100-50", fit, 3000, cae_samples)
    sampled = partial(gsn_samples, chains=100)
    for k, name in ((1, "GSN 64-200-64"), (3, "GSN 64-200-64"), (4, "deep GSN 64-200-200")):
        fit = partial(gsn, hidden=200, noise=0.3, walkback=k, rate=2e-3, deep=k == 4)
        yield Rival(f"{name}, walkback {k}", fit, 2400 if k == 4 else 3000, sampled)
    fit = partial(vae, z=8, hidden=128, rate=2e-3)
    yield Rival(DECODER, fit, 4000, vae_samples)
    yield Rival("GAN 20-128-128-64", partial(gan, z=20, hidden=128, noise=0.1), 8000, gan_samples)


def of_mnist() -> Iterator[Rival]:
    """For MNIST: minutes each."""
    fit: Callable = partial(dbn, hidden=500, learning="cd", rate=0.1)
    yield Rival("DBN 784-500-500, CD-1", fit, 5000, partial(dbn_samples, burn=200))
    fit = partial(stacked, widths=(400, 200), rate=1e-3)
    yield Rival("stacked CAE 784-400-200", fit, 2000, cae_samples)
    fit = partial(gsn, hidden=500, noise=0.4, walkback=3, rate=1e-3)
    yield Rival("GSN 784-500-784, walkback 3", fit, 1400, partial(gsn_samples, chains=1000))
    yield Rival("GAN 64-256-256-784", partial(gan, z=64, hidden=256, noise=0.3), 8000, gan_samples)


RIVALS = {"digits": tuple(of_digits()), "mnist": tuple(of_mnist())}
