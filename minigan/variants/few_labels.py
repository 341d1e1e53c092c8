"""Few labels: the games of `semi_supervised` on the 8 x 8 digits that come with minigan.

1,200 images to learn from, 1, 2 or 5 of each class with a label, and 597 to test. Two settings: a
small D (64-128-64-10) with noise on its input and its features, and a wide one (64-256-128-128-10)
with normalised weights, noise in front of every layer and batch norm in G, as that of Salimans et
al. (2016). Tests are made with a running average of D's parameters.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams, generator
from minigan.data.datasets import load_splits
from minigan.distributions import Examples, Uniform
from minigan.game import DiscriminatorTurn, Game, GeneratorTurn
from minigan.layers import BatchNorm, GaussianNoise, Layer, Linear, ReLU, Sigmoid
from minigan.layers.initialisers import he
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.variants.semi_supervised import (
    FeatureMatchingTurn,
    Labelled,
    LogSumExp,
    SemiSupervisedTurn,
    SupervisedTurn,
    class_cost,
)
from minigan.variants.weight_norm import WeightNormLinear

TEST, CLASSES, RATE, DECAY = 597, 10, 1e-3, 0.999
NOISE, PENALTY = Uniform(0, 1, dim=20), 5.0
METHODS = ("supervised", "feature matching", "non-saturating")


class Setting(NamedTuple):
    """Widths of D; standard deviations of noise before each of its layers; m; rate at the end.

    ``norm`` is batch norm in G and weight normalisation in D.
    """

    widths: tuple[int, ...]
    noise: tuple[float, ...]
    norm: bool
    batch: int
    steps: int
    supervised_steps: int
    final: float  # rate at the end, as a share of that at the start


SMALL = Setting((64, 128, 64), (0.15, 0.0, 0.3), False, 50, 1500, 1000, 1.0)
WIDE = Setting((64, 256, 128, 128), (0.3, 0.5, 0.5, 0.5), True, 100, 6000, 1500, 0.05)


class Split(NamedTuple):
    """A random split: a few labelled examples of each class, all to learn from, those to test."""

    labelled: Labelled
    few: tuple[np.ndarray, np.ndarray]
    x: Examples
    test: tuple[np.ndarray, np.ndarray]


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """All images (1797, 64) and labels: to train, to validate and to test."""
    parts = load_splits("digits", ("train", "valid", "test"))
    return tuple(np.concatenate([getattr(part, n) for part in parts]) for n in ("X", "labels"))  # type: ignore


def split(seed: int, per_class: int) -> Split:
    """Split number ``seed``, with so many labels of each class."""
    X, y = digits()
    rng = generator(seed)
    order = rng.permutation(len(X))
    test, train = order[:TEST], order[TEST:]
    few = np.concatenate(
        [rng.choice(train[y[train] == c], per_class, replace=False) for c in range(CLASSES)]
    )
    labelled = Labelled(X[few], y[few], CLASSES)
    return Split(labelled, (X[few], y[few]), Examples(X[train]), (X[test], y[test]))


def _generator(setting: Setting, rng: Any) -> Sequential:
    """20 uniform numbers - 128 - 128 - 64 pixels."""
    layers: list[Layer] = []
    for a, b in pairwise((20, 128, 128)):
        layers += [Linear(a, b, weights=he()), *([BatchNorm(b)] if setting.norm else []), ReLU()]
    return Sequential([*layers, Linear(128, 64, weights=he()), Sigmoid()], seed=rng, name="G")


def _discriminator(setting: Setting, n_out: int, rng: Any) -> Sequential:
    """D of n_out logits; of several, its last layer is `LogSumExp`."""
    linear: Any = WeightNormLinear if setting.norm else partial(Linear, weights=he())
    layers: list[Layer] = []
    for (a, b), std in zip(pairwise(setting.widths), setting.noise, strict=False):
        layers += [*([GaussianNoise(std)] if std else []), linear(a, b), ReLU()]
    last = WeightNormLinear if setting.norm else Linear
    layers += [GaussianNoise(setting.noise[-1]), last(setting.widths[-1], n_out)]
    return Sequential([*layers, *([LogSumExp(n_out)] if n_out > 1 else [])], seed=rng, name="D")


def few_labels_game(setting: Setting, data: Split, method: str, seed: int, steps: int) -> Game:
    """The game of one of `METHODS`, or "no labels": Algorithm 1, whose D has one logit."""
    if method not in (*METHODS, "no labels"):
        known = ", ".join((*METHODS, "no labels"))
        raise InputError(f"method: expected one of {known}, got {method!r}")
    streams, rate = Streams(seed), late_decay(RATE, steps, RATE * setting.final)
    options: dict[str, Any] = {"batch": setting.batch, "seed": streams}
    D = _discriminator(setting, 1 if method == "no labels" else CLASSES, streams["init_D"])
    optimizers = [Adam(D, rate, beta1=0.5)]
    if method != "no labels":
        options["labelled"] = data.labelled
    if method == "supervised":
        return Game(SupervisedTurn(D), optimizers=optimizers, **options)
    G = _generator(setting, streams["init_G"])
    optimizers.append(Adam(G, rate, beta1=0.5))
    of_D = DiscriminatorTurn(G, D) if method == "no labels" else SemiSupervisedTurn(G, D)
    matched = FeatureMatchingTurn(G, D, layers=-3) if method == "feature matching" else None
    of_G = matched or GeneratorTurn(G, D)
    return Game(of_D, of_G, x=data.x, z=NOISE, optimizers=optimizers, **options)


def error(D: Sequential, data: Split) -> float:
    """Share of the test images that D, without its last layer, puts into another class."""
    X, y = data.test
    return float((D[:-1](X).argmax(axis=1) != y).mean())


def features_error(of: Any, data: Split) -> float:
    """Test error of logistic regression on standardised features ``of(x)``, with the few labels."""
    F = of(data.x.X)
    mean, std = F.mean(axis=0), F.std(axis=0) + 1e-6
    few, test = ((of(X) - mean) / std for X in (data.few[0], data.test[0]))
    W, b = logistic_regression(few, np.eye(CLASSES)[data.few[1]])
    return float(((test @ W + b).argmax(axis=1) != data.test[1]).mean())


def logistic_regression(F: np.ndarray, t: np.ndarray):
    """W, b of least sum -log p(t|F) + PENALTY |W|^2, by gradient descent with momentum.

    ``F`` (n, features), one-hot ``t`` (n, classes). The rate is 1 / L, L a bound of the curvature.
    """
    F = np.column_stack([F, np.ones(len(F))]).astype(float)  # the last row of W is b
    W = before = np.zeros((F.shape[1], t.shape[1]))
    decays = np.array([2 * PENALTY] * (F.shape[1] - 1) + [0.0])[:, None]
    rate = 1 / (np.linalg.norm(F, 2) ** 2 / 2 + 2 * PENALTY)
    for _ in range(800):
        ahead = W + 0.9 * (W - before)
        slope = len(F) * F.T @ class_cost(F @ ahead, t)[1]
        before, W = W, ahead - rate * (slope + decays * ahead)
    return W[:-1], W[-1]
