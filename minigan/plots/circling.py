"""The game V = x y: where each method goes, and how far from the equilibrium it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRAME = 2.2  # half the width of a path's panel
SHOWN = 80  # steps drawn in a path's panel; the distances show all of them

STYLES = {  # colours of Okabe and Ito, which the colour-blind can tell apart
    "continuous": ("black", "-"),
    "simultaneous": ("#D55E00", "-"),
    "alternating": ("#0072B2", "-"),
    "averaged": ("#56B4E9", "--"),
    "extragradient": ("#009E73", "-"),
    "optimistic": ("#CC79A7", "--"),
}


def draw_paths(paths: dict[str, np.ndarray], eta: float) -> Figure:
    """A panel for each path, and one with the distance from (0, 0) of all of them.

    Parameters
    ----------
    paths : dict of str to array, shape (steps + 1, 2)
        By the names in ``STYLES``.
    eta : float
        Step size.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(13.5, 6.2), dpi=110, layout="constrained")
    axes = figure.subplot_mosaic(
        [
            ["continuous", "simultaneous", "alternating", "distance", "distance"],
            ["averaged", "extragradient", "optimistic", "distance", "distance"],
        ]
    )
    for name in STYLES:
        _draw_path(axes[name], name, paths[name])
    _draw_distances(axes["distance"], paths)
    figure.suptitle(
        f"V(x, y) = x y:  x goes down, y goes up, in steps of eta = {eta:g};"
        "  the equilibrium is the cross"
    )
    return figure


def _draw_path(ax: Axes, name: str, path: np.ndarray) -> None:
    color, _ = STYLES[name]
    x, y = path[: SHOWN + 1].T
    marker = "" if name == "continuous" else "."
    ax.plot(x, y, color=color, lw=1, marker=marker, ms=3)
    ax.plot(*path[0], "o", color=color, ms=7, mfc="white", label="start")
    ax.plot(0, 0, "+", color="black", ms=10)
    of = " (mean of alternating)" if name == "averaged" else ""
    ax.set_title(f"{name}{of}\n{_where_it_goes(path)}", fontsize=10)
    ax.set(xlim=(-FRAME, FRAME), ylim=(-FRAME, FRAME), aspect="equal", xticks=[], yticks=[])
    ax.set_xlabel("x", labelpad=1)
    ax.set_ylabel("y", labelpad=1)


def _draw_distances(ax: Axes, paths: dict[str, np.ndarray]) -> None:
    for name, (color, line) in STYLES.items():
        distance = np.hypot(*paths[name].T)
        ax.semilogy(distance, color=color, ls=line, lw=1.8, label=name)
    ax.set_title("distance from the equilibrium", fontsize=10)
    ax.set_xlabel("step")
    ax.legend(fontsize=9)
    ax.grid(alpha=0.3)


def _where_it_goes(path: np.ndarray) -> str:
    """What a path did, judged by how far from (0, 0) it began and ended."""
    change = np.hypot(*path[-1]) / np.hypot(*path[0])
    if change > 2:
        return "goes out"
    return "goes in" if change < 0.5 else "goes round and round"
