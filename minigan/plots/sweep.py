"""Numbers of many games, a dot a seed: where they lie, how far apart, which seed stands out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

TICKS = 10  # seeds named below an axis, at most
COLOR = "#0072B2"


def draw(title: str, rows: list[dict], asked: dict[str, float | None]) -> Figure:
    """A panel for each number: its value for each seed, the middle half, and the theory.

    Parameters
    ----------
    title : str
    rows : list of dict
        With ``seed``, and the numbers by name or an ``error``, as `minigan.experiments.seeds`
        reports them; one at least.
    asked : dict of str to float or None
        Names of the numbers to draw, and what the theory asks of them, if anything.

    Returns
    -------
    matplotlib.figure.Figure
    """
    across = min(len(asked), 3)
    down = math.ceil(len(asked) / across)
    figure = Figure(figsize=(4.4 * across, 3.1 * down + 0.8), dpi=120, layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for ax, (name, theory) in zip(panels, asked.items(), strict=False):
        _draw_number(ax, name, rows, theory)
    for ax in panels[len(asked) :]:
        ax.set_axis_off()
    figure.suptitle(title, fontsize=12)
    _label_all(figure)
    return figure


def _draw_number(ax: Axes, name: str, rows: list[dict], theory: float | None) -> None:
    values = np.array([row.get(name) for row in rows], np.float64)  # None becomes NaN
    there, missing = np.flatnonzero(np.isfinite(values)), np.flatnonzero(np.isnan(values))
    said = []
    if there.size:
        low, median, high = np.quantile(values[there], [0.25, 0.5, 0.75])
        ax.axhspan(low, high, color=COLOR, alpha=0.15, lw=0, label="middle half of the seeds")
        ax.axhline(median, color=COLOR, lw=1, label="median")
        ax.plot(there, values[there], "o", color=COLOR, ms=4, label="a game")
        said.append(f"median {median:.4g}")
    if theory is not None:
        ax.axhline(theory, color="black", lw=1, ls="--", label="the theory asks")
        said.append(f"the theory asks {theory:.4g}")
    if missing.size:
        low_down, height = np.full(missing.size, 0.03), ax.get_xaxis_transform()
        ax.plot(missing, low_down, "x", color="#D55E00", transform=height, label="no number")
    named = range(0, len(rows), math.ceil(len(rows) / TICKS))
    ax.set_xticks(named, [str(rows[i]["seed"]) for i in named])
    ax.set(xlabel="seed", xlim=(-0.5, len(rows) - 0.5))
    ax.set_title("\n".join([name, ", ".join(said)]), fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)


def _label_all(figure: Figure) -> None:
    """One legend, with whatever stands in any panel."""
    found: dict[str, Artist] = {}
    for ax in figure.axes:
        artists, labels = ax.get_legend_handles_labels()
        found |= dict(zip(labels, artists, strict=True))
    figure.legend(found.values(), found.keys(), loc="outside lower center", ncols=5, frameon=False)
