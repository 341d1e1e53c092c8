"""Maxout where pieces tie: no derivative exists there, so the rule is checked instead.

The first of the tied pieces wins, in y and in the gradient: it alone receives dy.
Ties are not rare: equal columns, or inputs that are all zero, make them at once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np

from minigan.base.errors import InputError
from minigan.checks.report import Report
from minigan.checks.tally import Tally, run_trials
from minigan.layers.maxout import Maxout
from minigan.networks.sequential import Sequential


def check_maxout_ties(layer: Maxout, *, seeds: Iterable[int] = range(20)) -> Report:
    """Check that of tied pieces the first wins, in y, dx, dW and db.

    Parameters
    ----------
    layer : Maxout
        With at least two pieces; a copy is checked, with parameters that tie.
    seeds : iterable of int
        One point for each.

    Returns
    -------
    Report
        ``worst`` is 0 and ``directions`` is 0: what is compared is exact.

    Raises
    ------
    GradientError
        If another piece, or more than one, receives a gradient.
    InputError
        If the layer has no pieces that could tie.

    Notes
    -----
    x, W and b are small whole numbers, with which NumPy's sums are exact, and the bias
    is chosen so that a random set of each unit's pieces, two or more, ties for the
    largest z. All rows of x are equal, or they could not all tie; the rows of dy differ.
    """
    if not isinstance(layer, Maxout) or layer.pieces < 2:
        raise InputError(f"check_maxout_ties: expected Maxout of 2 pieces or more, got {layer!r}")
    twin = copy.deepcopy(layer)
    network = Sequential([twin], dtype="float64")

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        x, level, first = _tie(twin, rng)
        dy = rng.standard_normal(level.shape)
        y, cache = network.forward(x)
        network.grads[...] = 0
        dx = network.backward(dy, cache)
        dz = _only(first, dy, twin.pieces)
        require_first_wins(tally, "y", y, level)
        require_first_wins(tally, "dW", twin.dW, x.T @ dz)
        require_first_wins(tally, "db", twin.db, dz.sum(axis=0))
        require_first_wins(tally, "dx", dx, dz @ twin.W.T)

    return run_trials(str(twin), trial, seeds, tolerance=1e-6)


def _tie(layer: Maxout, rng: np.random.Generator):
    """Set parameters that tie at x; returns x, the tied value of y, the winning pieces."""
    pieces, units = layer.pieces, layer.n_out
    x = np.tile(rng.integers(1, 4, layer.n_in).astype(float), (5, 1))
    layer.W[...] = rng.integers(-3, 4, layer.W.shape)
    level = rng.integers(-3, 4, units).astype(float)
    below = rng.integers(1, 4, (pieces, units))
    for unit in range(units):
        tied = rng.permutation(pieces)[: rng.integers(2, pieces + 1)]
        below[tied, unit] = 0
    layer.b[...] = (level - below).ravel() - x[0] @ layer.W
    return x, np.tile(level, (5, 1)), (below == 0).argmax(axis=0)


def _only(first: np.ndarray, dy: np.ndarray, pieces: int) -> np.ndarray:
    """dz with dy at the winning piece of each unit, 0 elsewhere; (batch, pieces * units)."""
    wins = np.arange(pieces)[:, None] == first  # (pieces, units)
    return (dy[:, None, :] * wins).reshape(len(dy), -1)


def require_first_wins(tally: Tally, label: str, got: np.ndarray, expected: np.ndarray) -> None:
    """Hold an array against what it is if the first of what ties wins."""
    tally.require(
        got.shape == expected.shape, f"{label} has shape {got.shape}, not {expected.shape}"
    )
    gap = np.abs(got - expected)
    worst = np.unravel_index(gap.argmax(), gap.shape)
    tally.require(
        bool(gap[worst] <= 1e-12 * max(1.0, np.abs(expected).max())),
        "of what ties the first wins, and it alone receives dy: expected "
        f"{label}[{', '.join(str(int(i)) for i in worst)}] = {expected[worst]:.6g}, "
        f"got {got[worst]:.6g}",
    )
