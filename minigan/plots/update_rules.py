"""Three update rules of one game: who stands where, and how each comes to p_data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from minigan.base.numerics import sigmoid
from minigan.distributions import Normal
from minigan.theory.likelihood import kl
from minigan.theory.update_rules import Turn, log_density, logit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EARLY = 12  # the turn that is drawn as a picture of the game
STYLES: dict[str, dict[str, Any]] = {
    "NCE": {"color": "#D55E00", "ls": "--"},
    "MLE": {"color": "#009E73", "ls": "-."},
    "GAN": {"color": "#0072B2", "ls": "-"},
}
TITLES = {
    "NCE": "NCE: the model is in D,\nG is noise and never moves",
    "MLE": "MLE: the model is in D,\nG is a copy of it: D = 1/2",
    "GAN": "GAN: the model is G,\nD is any function",
}


def draw(exact: dict[str, list[Turn]], sampled: dict[str, list[Turn]], data: Normal) -> Figure:
    """Six panels: each game early on; paths, divergences, values.

    Parameters
    ----------
    exact, sampled : dict of str to list of Turn
        Games with exact expectations (thick lines) and by minibatch (thin), by rule.
    data : Normal
        p_data.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(14, 8), dpi=120, layout="constrained")
    pictures, (paths, divergence, value) = figure.subplots(2, 3)
    for ax, name in zip(pictures, STYLES, strict=True):
        _draw_game(ax, name, exact.get(name, []), data)
    _draw_lines(
        paths,
        exact,
        sampled,
        lambda turns: ([t.model.mu for t in turns], [t.model.std for t in turns]),
    )
    paths.plot(data.mean, data.std, "*", color="black", ms=13, label="$p_{data}$", zorder=5)
    paths.set(xlabel="mean of the model", ylabel="std of the model")
    paths.set_title("three ways from one start to $p_{data}$:\nthe GAN's winds", fontsize=11)
    _draw_lines(
        divergence,
        exact,
        sampled,
        lambda turns: (
            range(len(turns)),
            [kl(data, Normal(t.model.mu, t.model.std)) for t in turns],
        ),
    )
    divergence.set(xlabel="update of the model", ylabel="KL($p_{data}$ || $p_{model}$), nats")
    divergence.set(yscale="log", ylim=(1e-12, 5))
    divergence.set_title(
        "all three learn $p_{data}$; minibatches (thin)\nstop where their noise begins", fontsize=11
    )
    _draw_lines(value, exact, sampled, lambda turns: (range(len(turns)), [t.value for t in turns]))
    value.axhline(-math.log(4), color="black", lw=0.8, ls=":", label="-log 4")
    value.set(xlabel="update of the model", ylabel="V(G, D), nats")
    value.set_title("only NCE leaves D winning:\nits G is not $p_{data}$", fontsize=11)
    for ax in (*pictures, paths, divergence, value):
        ax.spines[["top", "right"]].set_visible(False)
        if ax.get_legend_handles_labels()[0]:  # none, if a run was interrupted at once
            ax.legend(frameon=False, fontsize=9)
    return figure


def _draw_game(ax: Axes, name: str, turns: list[Turn], data: Normal) -> None:
    x = np.linspace(-3.5, 3.5, 500)
    ax.plot(x, data.pdf(x), color="black", ls=":", lw=1.8, label="$p_{data}$")
    ax.set(xlabel="x", ylim=(0, 1.25), yticks=[0, 0.5, 1])
    ax.set_title(TITLES[name], fontsize=11)
    if not turns:
        return
    at = min(EARLY, len(turns) - 1)
    turn = turns[at]
    p_g, p_model = np.exp(log_density(turn.generator, x)), np.exp(log_density(turn.model, x))
    if turn.D is None:
        D = sigmoid(log_density(turn.model, x) - log_density(turn.generator, x))
        ax.plot(x, p_model, color="#CC79A7", lw=1.8, label="$p_{model}$, in D")
        ax.plot(x, p_g, color="green", lw=1.8, ls="--", label="$p_g$")
    else:
        D = sigmoid(logit(turn.D, x))
        ax.plot(x, p_g, color="green", lw=1.8, label="$p_g = p_{model}$")
    ax.plot(x, D, color="blue", ls="--", lw=1.2, label=f"D, after {at} updates")


def _draw_lines(ax: Axes, exact, sampled, points) -> None:
    for games, width in ((sampled, 0.6), (exact, 1.8)):
        for name, turns in games.items():
            label = name if games is exact else None
            ax.plot(*points(turns), lw=width, label=label, **STYLES[name])
