#!/usr/bin/env python
"""Samples of a run on images with labels, judged by a small classifier as well as by Parzen.

    minigan train dcgan --out RUN && python benchmarks/judge.py RUN [--data-dir DIR] [--json]

The classifier (pixels - 256 - classes, ReLU) is trained here, in four epochs. ``sure`` is the share
of samples that it gives a probability above 0.9, ``entropy`` that of the classes which it
sees in them, in nats, and ``frechet`` the distance of two Gaussians,

    |m_1 - m_2|^2 + trace(C_1 + C_2 - 2 (C_1 C_2)^(1/2)),

with the means and covariances of its 256 features of samples and of test images. Beside them stand
those of 10,000 training images: what perfect samples have. The score of Parzen windows is that of
the 2014 paper. Thin, sharp strokes that are a pixel off are far away in squared distance: what
looks right may score low.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from minigan.base.randomness import Streams
from minigan.data.datasets import load_splits
from minigan.evaluation import parzen
from minigan.game import Game
from minigan.images.sampling import trained_generator
from minigan.layers import Linear, ReLU
from minigan.layers.initialisers import he
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.variants.semi_supervised import Labelled, LogSumExp, SupervisedTurn, log_softmax_parts

EPOCHS, BATCH, SAMPLES = 4, 128, 10_000


def classifier(X, y, classes: int, epochs: int = EPOCHS, seed: int = 0) -> Sequential:
    """Network of class logits, trained on images X (n, pixels) with labels y."""
    streams = Streams(seed)
    layers = [Linear(X.shape[1], 256, weights=he()), ReLU(), Linear(256, classes)]
    D = Sequential([*layers, LogSumExp(classes)], seed=streams["init_D"], name="D")
    options = {"batch": min(BATCH, len(X)), "seed": streams}
    game = Game(
        SupervisedTurn(D), optimizers=[Adam(D, 1e-3)], labelled=Labelled(X, y, classes), **options
    )
    for _ in game.play(-(-epochs * len(X) // options["batch"])):
        pass
    return D[:-1]


def judged(net: Sequential, X, test) -> dict:
    """``sure``, ``classes``, ``entropy`` and ``frechet`` of images X, beside those to test."""
    p = log_softmax_parts(net(X))[1]
    share = np.bincount(p.argmax(axis=1), minlength=p.shape[1]) / len(X)
    seen = share[share > 0]
    return {
        "sure": float((p.max(axis=1) > 0.9).mean()),
        "classes": share.round(4).tolist(),
        "entropy": float(-(seen * np.log(seen)).sum()),
        "frechet": frechet(net[:-1](X), net[:-1](test)),
    }


def frechet(a, b) -> float:
    """Squared Frechet distance of Gaussians with the moments of rows a and b."""
    gap = a.mean(axis=0) - b.mean(axis=0)
    A, B = (np.cov(rows.T.astype(float)) for rows in (a, b))
    values, vectors = np.linalg.eigh(A)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    both = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ B @ root), 0)).sum()
    return float(gap @ gap + np.trace(A) + np.trace(B) - 2 * both)


def main(arguments: list[str] | None = None) -> int:
    """Judge a run, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--data-dir")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    made = trained_generator(options.run)
    parts = ("train", "valid", "test")
    train, valid, test = load_splits(made.recipe.data, parts, options.data_dir)
    net = classifier(train.X, train.labels, int(train.labels.max()) + 1)
    wrong = float((net(test.X).argmax(axis=1) != test.labels).mean())
    samples = made.recipe.picture(made.sample(SAMPLES))
    score = parzen(samples, valid.X[:1000], test.X)
    found = {
        "epoch": made.epoch,
        "classifier_test_error": wrong,
        "samples": judged(net, samples, test.X),
        "training images": judged(net, train.X[:SAMPLES], test.X),
        "parzen": [score.test_log_likelihood, score.standard_error, score.sigma],
    }
    if options.json:
        print(json.dumps(found))
        return 0
    print(f"epoch {made.epoch}; the classifier is wrong on {100 * wrong:.2f} % of the test images")
    for name in ("samples", "training images"):
        of = found[name]
        line = f"sure {of['sure']:.3f}, entropy {of['entropy']:.3f}, Frechet {of['frechet']:.1f}"
        print(f"{name}: {line}; least class {min(of['classes']):.3f}")
    print("Parzen: {:.1f} +- {:.1f} nats (sigma {:.3f})".format(*found["parzen"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
