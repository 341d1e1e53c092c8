"""A training run by epochs: costs, D's accuracy, and the validation log-likelihood.

Neither cost says how good the samples are: in a GAN each is measured against an opponent that
moves. The accuracy says who is ahead; the third panel is about the samples.
"""

from __future__ import annotations

import math
from typing import Any

from matplotlib.figure import Figure

REAL, FAKE, VALID = "#0072B2", "#D55E00", "#009E73"  # of Okabe and Ito


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
    epochs = [line["epoch"] for line in lines]

    def column(name: str) -> list[float]:
        return [math.nan if line[name] is None else line[name] for line in lines]

    costs.plot(epochs, column("J_D"), color=REAL, label="$J_D$")
    costs.plot(epochs, column("J_G"), color=FAKE, label="$J_G$")
    costs.axhline(math.log(2), color=REAL, linestyle=":", label="$J_D$ at D = 1/2: log 2")
    costs.set(title="costs, each against a moving opponent", xlabel="epoch", ylabel="nats")
    costs.legend()

    accuracy.plot(epochs, column("real_accuracy"), color=REAL, label="of data")
    accuracy.plot(epochs, column("fake_accuracy"), color=FAKE, label="of samples")
    accuracy.axhline(0.5, color="black", linestyle=":", label="guessing")
    accuracy.set(title="what D gets right", xlabel="epoch", ylabel="fraction", ylim=(0, 1))
    accuracy.legend()

    looks = [line for line in lines if line.get("valid_log_likelihood") is not None]
    at = [line["epoch"] for line in looks]
    values = [line["valid_log_likelihood"] for line in looks]
    likelihood.plot(at, values, color=VALID, marker="o", markersize=3)
    likelihood.set(title="Parzen window, validation data", xlabel="epoch", ylabel="nats")
    for ax in (costs, accuracy, likelihood):
        ax.spines[["top", "right"]].set_visible(False)
    return figure
