"""A training run by epochs: costs, D's accuracy, and the validation log-likelihood.

Neither cost says how good the samples are: in a GAN each is measured against an opponent that
moves. The accuracy says who is ahead; the third panel is about the samples.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

REAL, FAKE, VALID = "#0072B2", "#D55E00", "#009E73"  # of Okabe and Ito
FEW = 50  # points, of which each can be seen


def draw_curves(lines: list[dict[str, Any]]) -> Figure:
    """Three panels over epochs.

    Parameters
    ----------
    lines : list of dict
        A run's table, at least one line: see `minigan.runs.ImageRun.play`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(13.5, 4.0), dpi=100, layout="constrained")
    costs, accuracy, likelihood = figure.subplots(1, 3)

    _draw(costs, lines, "J_D", REAL, "$J_D$")
    _draw(costs, lines, "J_G", FAKE, "$J_G$")
    costs.axhline(math.log(2), color=REAL, linestyle=":", label="$J_D$ at D = 1/2: log 2")
    costs.set(title="costs, each against a moving opponent", ylabel="nats")
    costs.legend()

    _draw(accuracy, lines, "real_accuracy", REAL, "of data")
    _draw(accuracy, lines, "fake_accuracy", FAKE, "of samples")
    accuracy.axhline(0.5, color="black", linestyle=":", label="guessing")
    accuracy.set(title="what D gets right", ylabel="fraction", ylim=(-0.02, 1.02))
    accuracy.legend()

    _draw(likelihood, lines, "valid_log_likelihood", VALID)
    likelihood.set(title="Parzen window, validation data", ylabel="nats")
    for ax in (costs, accuracy, likelihood):
        ax.set(xlabel="epoch", xlim=(0, lines[-1]["epoch"] + 1))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.ticklabel_format(axis="y", useOffset=False)
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _draw(
    ax: Axes, lines: list[dict[str, Any]], name: str, color: str, label: str | None = None
) -> None:
    """A column of the table over epochs; of a few numbers, each is marked."""
    points = [(line["epoch"], line[name]) for line in lines if line.get(name) is not None]
    marker = "o" if len(points) <= FEW else None
    epochs, values = np.reshape(points, (-1, 2)).T
    ax.plot(epochs, values, color=color, label=label, marker=marker, markersize=3)
