"""Layers that choose the largest of some numbers: where these tie, the rule is checked instead.

The gradient of a maximum exists only where one number is the largest. Ties are not rare: the
black background of an image, zeros behind a ReLU, equal columns of a weight. Of equals the
first wins, in y and in the gradient: it alone receives dy.
"""

import copy
from collections.abc import Iterable

import numpy as np

from minigan.base.errors import InputError
from minigan.checks.trials import Report, Tally, run_trials
from minigan.layers.channel_maxout import ChannelMaxout
from minigan.layers.max_pool2d import MaxPool2D
from minigan.layers.maxout import Maxout
from minigan.networks.sequential import Sequential


def check_ties(
    layer: Maxout | ChannelMaxout | MaxPool2D, *, seeds: Iterable[int] = range(20)
) -> Report:
    """Check that of tied numbers the first wins, in y and in every gradient.

    Parameters
    ----------
    layer : Maxout, ChannelMaxout or MaxPool2D
        A copy is checked, with parameters that tie; a Maxout has two pieces or more.
    seeds : iterable of int
        One point for each.

    Returns
    -------
    Report
        ``worst`` is 0 and ``directions`` is 0: what is compared is exact, up to the order
        of a sum.

    Raises
    ------
    GradientError
        If another number, or more than one, passes or receives a gradient.
    InputError
        If the layer is of another kind, or of one piece.

    Notes
    -----
    x holds whole numbers from -5 to -1, so most maxima are tied, and zeros beyond an edge
    would win; so do W and b, from -1 to 1. NumPy's sums of these are exact. Which numbers
    compete for an output is worked out here one by one, without the layer's help.
    """
    linear = isinstance(layer, Maxout)
    if not isinstance(layer, Maxout | ChannelMaxout | MaxPool2D) or (linear and layer.pieces < 2):
        raise InputError(
            f"check_ties: expected Maxout of 2 pieces or more, ChannelMaxout or MaxPool2D, "
            f"got {layer!r}"
        )
    network = Sequential([copy.deepcopy(layer)], dtype="float64")
    twin, rivals = network.layers[0], _rivals(layer)

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        network.params[...] = rng.integers(-1, 2, network.params.shape)
        x = rng.integers(-5, 0, (5, layer.n_in)).astype(float)
        z = x @ twin.W + twin.b if linear else x
        dy = rng.standard_normal((5, layer.n_out))
        expected_y, dz = np.empty_like(dy), np.zeros_like(z)
        for output, competing in enumerate(rivals):
            first = competing[z[:, competing].argmax(axis=1)]  # argmax takes the first of equals
            expected_y[:, output] = z[np.arange(5), first]
            dz[np.arange(5), first] += dy[:, output]
        y, cache = twin.forward(x)
        network.zero_grads()
        dx = twin.backward(dy, cache)
        _require(tally, "y", y, expected_y)
        _require(tally, "dx", dx, dz @ twin.W.T if linear else dz)
        if linear:
            _require(tally, "dW", twin.dW, x.T @ dz)
            _require(tally, "db", twin.db, dz.sum(axis=0))

    return run_trials(str(twin), trial, seeds, tolerance=1e-6)


def _rivals(layer) -> list[np.ndarray]:
    """For each output the numbers that compete for it, in their order."""
    if not isinstance(layer, MaxPool2D):
        pieces = layer.n_out * np.arange(layer.pieces)
        return [output + pieces for output in range(layer.n_out)]
    _, rows, columns = layer.shape_in
    number = np.arange(layer.n_in).reshape(layer.shape_in)
    windows = []
    for channel, r, c in np.ndindex(layer.shape_out):
        top, left = r * layer.stride, c * layer.stride
        bottom, right = min(top + layer.pool, rows), min(left + layer.pool, columns)
        windows.append(number[channel, top:bottom, left:right].ravel())
    return windows


def _require(tally: Tally, label: str, got: np.ndarray, expected: np.ndarray) -> None:
    gap = np.abs(got - expected)
    worst = np.unravel_index(gap.argmax(), gap.shape)
    tally.require(
        bool(gap[worst] <= 1e-12 * max(1.0, np.abs(expected).max())),
        "of what ties the first wins, and it alone receives dy: expected "
        f"{label}[{', '.join(str(int(i)) for i in worst)}] = {expected[worst]:.6g}, "
        f"got {got[worst]:.6g}",
    )
