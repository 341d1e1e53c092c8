"""Scores of made and of sampled 8 x 8 digits. Each is fooled by something: never one alone.

"Detail" is the variance of I - up(mean of 2 x 2 blocks). White noise has it too, and a blurred
image whose detail is multiplied up. The Frechet distance of the pixels, |mu - mu'|^2 +
tr(S + S' - 2 (S S')^1/2), and a fresh net that tells real from made are not taken in by these.
Samples of a class are held against held-out images of it, each with a ball to its third neighbour:
precision is the share of samples in some ball, which blur raises; coverage the share of balls with
a sample in them. Another classifier is no independent judge of what was pushed up a classifier's
gradient: so the three nearest held-out images vote beside it.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from minigan.networks import Sequential
from minigan.variants import ppgn

NEIGHBOURS = 3


def detail(X: np.ndarray) -> np.ndarray:
    """Images (m, 64) minus the means of their blocks of 2 x 2 pixels, (m, 64)."""
    blocks = X.reshape(-1, 4, 2, 4, 2)
    return (blocks - blocks.mean(axis=(2, 4), keepdims=True)).reshape(len(X), -1)


def spread(X: np.ndarray) -> float:
    """Variance of rows, summed over columns."""
    return float(X.var(axis=0).sum())


def frechet(A: np.ndarray, B: np.ndarray) -> float:
    """Frechet distance of the Gaussians with the means and covariances of rows A and B."""
    S, T = np.cov(A.T), np.cov(B.T)
    values, vectors = np.linalg.eigh(S)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ T @ root), 0)).sum()
    off = ((A.mean(axis=0) - B.mean(axis=0)) ** 2).sum()
    return float(off + np.trace(S) + np.trace(T) - 2 * cross)


def controls(X: np.ndarray, real: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Images with the detail that real ones have: their own multiplied up, or white noise more."""
    own, asked = detail(X), spread(detail(real))
    noise = rng.standard_normal(X.shape, dtype=X.dtype)
    more = math.sqrt(asked / spread(own)) - 1
    lacks = math.sqrt(max(asked - spread(own), 0.0) / spread(detail(noise)))
    found = {"sharpened": X + more * own, "white noise": X + lacks * noise}
    return {name: np.clip(made, 0, 1) for name, made in found.items()}


def reconstruction(X: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Scores of images made of the codes of real ones, row by row, each relative to the real ones.

    Of the best decoder in squared error, which is a conditional mean, ``var + mse`` is 1.
    """
    mse, var = ((X - real) ** 2).sum(axis=1).mean() / spread(real), spread(X) / spread(real)
    found = {"detail": spread(detail(X)) / spread(detail(real)), "mse": float(mse)}
    return found | {"fd": frechet(X, real) / spread(real), "var + mse": float(var + mse)}


def told_apart(
    pairs: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], steps: int, seed: Any
) -> float:
    """Share right of a fresh net, 64-128-128-2, that learns to tell real images from made ones."""
    labels = np.repeat([0, 1], [len(pairs[0]), len(pairs[1])])
    net = ppgn.classifier(np.concatenate(pairs), labels, (128, 128), steps, seed, noise=0.05)
    return float(np.mean([(net(X).argmax(axis=1) == i).mean() for i, X in enumerate(test)]))


class HeldOut(NamedTuple):
    """Held-out images X with their digits, another classifier, and a label for each digit."""

    X: np.ndarray
    digits: np.ndarray
    judge: Sequential
    labels: np.ndarray

    def score(self, x: np.ndarray, asked: np.ndarray) -> dict[str, float]:
        """Scores of samples x that were asked to have labels; the last four are means over labels.

        ``judge`` and ``3-NN`` are the shares that have the label by their digit, as the classifier
        or the neighbours see it; ``classes`` is exp of the entropy of the classifier's digits.
        """
        digits, distances = self.judge(x).argmax(axis=1), cdist(x, self.X)
        near = self.digits[np.argsort(distances, axis=1)[:, :NEIGHBOURS]]
        voted = np.where(near[:, 1] == near[:, 2], near[:, 1], near[:, 0])
        found: dict[str, list] = {"precision": [], "coverage": [], "variance": [], "classes": []}
        for label in np.unique(asked):
            real, made = self.labels[self.digits] == label, asked == label
            radii = np.sort(cdist(self.X[real], self.X[real]), axis=1)[:, NEIGHBOURS]
            inside = distances[made][:, real] < radii
            p = np.bincount(digits[made]) / made.sum()
            found["precision"].append(inside.any(axis=1).mean())
            found["coverage"].append(inside.any(axis=0).mean())
            found["variance"].append(spread(x[made]) / spread(self.X[real]))
            found["classes"].append(np.exp(-(p[p > 0] * np.log(p[p > 0])).sum()))
        shares = {"judge": self.labels[digits] == asked, "3-NN": self.labels[voted] == asked}
        return {name: float(np.mean(values)) for name, values in (shares | found).items()}
