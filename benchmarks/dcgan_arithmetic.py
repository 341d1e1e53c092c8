#!/usr/bin/env python
"""Arithmetic on the z of a run on digits: bold a - thin a + thin b, which ought to be a bold b.

    minigan train dcgan --out RUN && python benchmarks/dcgan_arithmetic.py RUN [--out PNG] [--json]

Figure 19 of the 2016 tutorial (Radford et al. 2015), with nothing chosen by eye. The classifier of
`judge` names the digits of 10,000 samples, of which those stay that it gives a probability above
0.9; the boldest and the thinnest third of each digit, by the sum of the pixels, are the exemplars.
Over all 90 pairs of digits: the share of sums with digit b, of those that are bold (above the
median of the samples of b), and of those that are both. Two controls: the mean of thin b's alone,
and the same sums of pictures, which have pixels that no picture has.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from judge import classifier

from minigan.base.randomness import generator
from minigan.data.datasets import load_splits
from minigan.figures.style import new_picture, write_picture
from minigan.images.sampling import generate, noise, trained_generator
from minigan.variants.arithmetic import combined, exemplars
from minigan.variants.semi_supervised import log_softmax_parts

SAMPLES, TRIALS, SURE = 10_000, 20, 0.9  # trials of each pair of digits
EXEMPLARS = (1, 3, 30)
PAIRS = [(a, b) for a in range(10) for b in range(10) if a != b]


def read(net, x) -> tuple[np.ndarray, ...]:
    """Digit, its probability and the sum of the pixels of each image."""
    p = log_softmax_parts(net(x.astype(np.float32)))[1]
    return p.argmax(axis=1), p.max(axis=1), x.sum(axis=1)


def measured(net, paint, z, rng) -> tuple[dict[str, list], list[list[np.ndarray]]]:
    """Shares of digit b, of bold, and of both, by way and exemplars; terms and results of a few."""
    x = paint(z)
    digit, sure, ink = read(net, x)
    own = [np.flatnonzero((digit == d) & (sure > SURE)) for d in range(10)]
    middle = np.array([np.median(ink[of]) for of in own])
    thin, bold = ([of[np.argsort(s * ink[of])[: len(of) // 3]] for of in own] for s in (1, -1))
    asked = np.repeat([b for _, b in PAIRS], TRIALS)
    rows: dict[str, list] = {}
    shown: list[list[np.ndarray]] = []
    for n in EXEMPLARS:
        chosen = [exemplars((bold[a], thin[a], thin[b]), n, TRIALS, rng) for a, b in PAIRS]
        results = {
            "G(sum of z)": paint(np.concatenate([combined(z, one) for one in chosen])),
            "G(mean of thin b)": paint(np.concatenate([z[one[2]].mean(axis=1) for one in chosen])),
            "sum of pictures": np.concatenate([combined(x, one) for one in chosen]),
        }
        for name, images in results.items():
            found, _, inks = read(net, images)
            right, is_bold = found == asked, inks > middle[asked]
            shares = (right.mean(), is_bold.mean(), (right & is_bold).mean())
            rows[f"{name}, {n}"] = [round(float(share), 4) for share in shares]
        if n == 3:
            for i in range(0, len(PAIRS), 11):
                terms = [x[which[0]].mean(axis=0) for which in chosen[i]]
                shown.append([*terms, *(images[i * TRIALS] for images in results.values())])
    return rows, shown


def draw(file: str, shown: list[list[np.ndarray]]) -> None:
    """Write a picture of sums: terms, G of the sum, the two controls."""
    picture = new_picture(6.4, 9)
    titles = (
        "bold a",
        "- thin a",
        "+ thin b",
        "G(sum of z)",
        "G(mean of thin b)",
        "sum of pictures",
    )
    axes = picture.subplots(len(titles), len(shown))
    for column, images in zip(axes.T, shown, strict=True):
        for ax, image in zip(column, images, strict=True):
            ax.imshow(image.reshape(28, 28), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
    for ax, title in zip(axes[:, 0], titles, strict=True):
        ax.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=10)
    write_picture(Path(file), picture, dpi=80)


def main(arguments: list[str] | None = None) -> int:
    """Add z's of a run, and print what comes out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--data-dir")
    parser.add_argument("--out", help="a picture of a few sums")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    made = trained_generator(options.run)
    train = load_splits("mnist", ("train",), options.data_dir)[0]
    net = classifier(train.X, train.labels, 10)
    z = noise(made.recipe, made.seed, SAMPLES)
    rows, shown = measured(
        net,
        lambda z: made.recipe.picture(generate(made.G, z, train.X.shape[1])),
        z,
        generator(made.seed),
    )
    if options.out:
        draw(options.out, shown)
    if options.json:
        print(json.dumps({"epoch": made.epoch, "shares": rows}))
        return 0
    print(f"{'':24}{'digit b':>9}{'bold':>9}{'bold b':>9}")
    for name, shares in rows.items():
        print(f"{name:24}" + "".join(f"{share:9.3f}" for share in shares))
    return 0


if __name__ == "__main__":
    sys.exit(main())
