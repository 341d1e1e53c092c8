"""A discriminator on its way to D*, and what keeps it from getting there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from minigan.base.numerics import sigmoid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minigan.base.types import Density
    from minigan.experiments.inner_loop import Trained
    from minigan.networks import Sequential
    from minigan.theory import GeneratorState

    Groups = dict[tuple[int, int], list[Trained]]

COLOURS = ("#56B4E9", "#E69F00", "#0072B2", "#009E73")
MARKERS = "os^v"
DRAWN = (("#56B4E9", ":"), ("#56B4E9", "--"), ("#00306B", "-"))  # D at three moments


def draw(
    kept: dict[int, Sequential], groups: dict[str, Groups], state: GeneratorState, data: Density
) -> Figure:
    """Four panels: D and D* over x, and |D - D*| with updates, examples and units.

    Parameters
    ----------
    kept : dict of int to Sequential
        Copies of one D, by number of updates.
    groups : dict
        For each sweep, discriminators by (setting, updates), one a seed.
    state : GeneratorState
        The fixed generator.
    data : Density
        p_data.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(16, 4), dpi=120, layout="constrained")
    on_line, updates, examples, width = figure.subplots(1, 4)
    _draw_discriminators(on_line, kept, state, data)
    _draw_updates(updates, groups["batch"])
    _draw_sweep(examples, groups["examples"], "examples of the data, and of G(z)")
    _draw_sweep(width, groups["width"], "maxout units")
    updates.set_title("with training: nearer,\nand nearer with larger minibatches", fontsize=11)
    examples.set_title(
        "with more examples: nearer\n(few of them are learned by heart)", fontsize=11
    )
    width.set_title("with more units: nearer\n(one unit cannot make two hills)", fontsize=11)
    return figure


def _draw_discriminators(ax: Axes, kept, state, data) -> None:
    x = np.linspace(-4.5, 4.5, 600)
    ax.plot(x, data.pdf(x), color="black", ls=":", lw=1.4, label="$p_{data}$")
    ax.plot(x, state.p_g.pdf(x), color="green", lw=1.4, label="$p_g$, fixed")
    ax.plot(x, state.D_star(x), color="darkorange", lw=3.5, alpha=0.7, label="$D^*$")
    for (updates, D), (colour, style) in zip(kept.items(), DRAWN, strict=False):
        D_x = sigmoid(D.copy(dtype="float64")(x[:, None])[:, 0])
        ax.plot(x, D_x, color=colour, ls=style, lw=1.4, label=f"D, {updates} updates")
    ax.set(ylim=(0, 1.35), yticks=[0, 0.5, 1], xlabel="x")
    ax.set_title("D comes to lie on D*", fontsize=11)
    ax.legend(frameon=False, fontsize=8, loc="upper center", ncols=2)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_updates(ax: Axes, groups: Groups) -> None:
    settings = sorted({setting for setting, _ in groups})
    for setting, colour, marker in zip(settings, COLOURS, MARKERS, strict=False):
        chosen = {updates: group for (one, updates), group in groups.items() if one == setting}
        _draw_line(ax, chosen, colour, marker, f"minibatches of {setting}")
    _finish(ax, "updates of D")


def _draw_sweep(ax: Axes, groups: Groups, label: str) -> None:
    _draw_line(
        ax,
        {setting: group for (setting, _), group in groups.items()},
        COLOURS[2],
        "^",
        "median and range of the starts",
    )
    _finish(ax, label)


def _draw_line(ax: Axes, groups: dict[int, list[Trained]], colour, marker, label) -> None:
    """Median over the seeds as a line, and the range as a band."""
    if not groups:
        return
    gaps = [[one.d_gap for one in group] for group in groups.values()]
    at = list(groups)
    ax.plot(at, [np.median(gap) for gap in gaps], color=colour, marker=marker, ms=4, label=label)
    low, high = [min(gap) for gap in gaps], [max(gap) for gap in gaps]
    ax.fill_between(at, low, high, color=colour, alpha=0.2, lw=0)


def _finish(ax: Axes, label: str) -> None:
    ax.set(xscale="log", yscale="log", xlabel=label, ylabel="mean |D - D*|", ylim=(4e-3, 0.4))
    if ax.lines:
        ax.legend(frameon=False, fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)
