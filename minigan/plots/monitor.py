"""What a monitor saw, over the steps of a game."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from minigan.theory.monitor import Observation

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"


def draw(observations: list[Observation], values: np.ndarray | None = None) -> Figure:
    """Three panels: the two distances in nats, the value function, and D's distances.

    Parameters
    ----------
    observations : list of Observation
        Of one game, in order; at least one.
    values : array, shape (steps,), optional
        Minibatch estimates of V(G, D), one a step.

    Returns
    -------
    matplotlib.figure.Figure
    """
    seen = {
        name: np.array([getattr(one, name) for one in observations])
        for name in observations[0]._fields
    }
    figure = Figure(figsize=(14, 4), dpi=120, layout="constrained")
    distances, value, of_D = figure.subplots(1, 3)
    _draw_distances(distances, seen)
    _draw_value(value, seen, values)
    _draw_discriminator(of_D, seen)
    for ax in (distances, value, of_D):
        ax.set_xlabel("step of Algorithm 1")
        ax.margins(x=0.01)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize=9)
    return figure


def _draw_distances(ax, seen) -> None:
    ax.semilogy(
        seen["step"],
        seen["jsd"],
        color=GREEN,
        marker="o",
        ms=3,
        label=r"JSD($p_{data}$ || $p_g$): how far G is from the data",
    )
    ax.semilogy(
        seen["step"],
        seen["inner_gap"],
        color=BLUE,
        marker="s",
        ms=3,
        ls="--",
        label="C(G) - V(G, D): how far D is from D*",
    )
    ax.set_ylabel("nats")
    ax.set_title("Both fall: G comes near the data, D near D*", fontsize=11)


def _draw_value(ax, seen, values) -> None:
    floor = -math.log(4)
    high = max(seen["c_of_g"][1:].max(initial=floor), floor) + 0.1  # the start is off the scale
    if values is not None:
        steps = np.arange(1, len(values) + 1)
        ax.plot(steps, values, color=GREY, lw=0.2, alpha=0.6)
        ax.plot([], [], color=GREY, lw=1, label="-2 J(D) of the minibatch: all that training sees")
    ax.plot(seen["step"], seen["c_of_g"], color=GREEN, marker="o", ms=3, label="C(G) = V(G, D*)")
    ax.plot(seen["step"], seen["value"], color=BLUE, marker="s", ms=3, ls="--", label="V(G, D)")
    ax.axhline(floor, color="black", lw=0.8, ls=":", label="-log 4")
    ax.set(ylim=(floor - 0.15, high), ylabel="nats")
    ax.set_title("V(G, D) and C(G) come to -log 4", fontsize=11)


def _draw_discriminator(ax, seen) -> None:
    ax.semilogy(
        seen["step"], seen["d_gap"], color=BLUE, marker="s", ms=3, ls="--", label="mean |D - D*|"
    )
    ax.semilogy(
        seen["step"], seen["d_minus_half"], color=ORANGE, marker="^", ms=3, label="mean |D - 1/2|"
    )
    ax.set_ylabel("probability")
    ax.set_title("D comes near D*, and both near 1/2", fontsize=11)
