"""Layers that choose among their inputs: where these tie, the rule is checked instead.

The gradient of a maximum exists only where one input is the largest. Images are full of
ties (a black background, zeros behind a ReLU), so it must be known who wins them: the
first of the inputs that compete, in y and in dx, and no other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np

from minigan.base.errors import InputError
from minigan.checks.report import Report
from minigan.checks.tally import Tally, run_trials
from minigan.checks.ties import require_first_wins
from minigan.layers.channel_maxout import ChannelMaxout
from minigan.layers.max_pool2d import MaxPool2D
from minigan.networks.sequential import Sequential


def check_choice_ties(
    layer: ChannelMaxout | MaxPool2D, *, seeds: Iterable[int] = range(20)
) -> Report:
    """Check that of tied inputs the first wins, in y and dx.

    Parameters
    ----------
    layer : ChannelMaxout or MaxPool2D
        A copy is checked.
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
        If another input, or more than one, passes or receives a gradient.
    InputError
        If the layer is of another kind.

    Notes
    -----
    x holds whole numbers from -5 to -1, so most maxima are tied, and zeros beyond an edge
    would win. Which inputs compete for an output is worked out here pixel by pixel, without
    the layer's help.
    """
    if not isinstance(layer, ChannelMaxout | MaxPool2D):
        raise InputError(f"check_choice_ties: expected ChannelMaxout or MaxPool2D, got {layer!r}")
    network = Sequential([copy.deepcopy(layer)], dtype="float64")
    rivals = _pieces(layer) if isinstance(layer, ChannelMaxout) else _windows(layer)

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        x = rng.integers(-5, 0, (5, layer.n_in)).astype(float)
        dy = rng.standard_normal((5, layer.n_out))
        y, cache = network.forward(x)
        dx = network.backward(dy, cache)
        expected_y, expected_dx = np.empty_like(dy), np.zeros_like(x)
        for output, inputs in enumerate(rivals):
            first = inputs[x[:, inputs].argmax(axis=1)]  # argmax takes the first of equals
            examples = np.arange(len(x))
            expected_y[:, output] = x[examples, first]
            expected_dx[examples, first] += dy[:, output]
        require_first_wins(tally, "y", y, expected_y)
        require_first_wins(tally, "dx", dx, expected_dx)

    return run_trials(str(network.layers[0]), trial, seeds, tolerance=1e-6)


def _pieces(layer: ChannelMaxout) -> list[np.ndarray]:
    """For each output the inputs that compete for it, in their order."""
    return [np.arange(output, layer.n_in, layer.n_out) for output in range(layer.n_out)]


def _windows(layer: MaxPool2D) -> list[np.ndarray]:
    """For each output the inputs that compete for it, in their order."""
    _, rows, columns = layer.shape_in
    number = np.arange(layer.n_in).reshape(layer.shape_in)
    windows = []
    for channel, r, c in np.ndindex(layer.shape_out):
        top, left = r * layer.stride, c * layer.stride
        bottom, right = min(top + layer.pool, rows), min(left + layer.pool, columns)
        windows.append(number[channel, top:bottom, left:right].ravel())
    return windows
