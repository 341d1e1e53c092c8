"""Proposition 2 beside practice: p_g and C(G), in function space and in parameter space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from minigan.theory.function_space import LOG4

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minigan.experiments.function_space import Game

FALL, RISE = "#0072B2", "#D55E00"  # blue and vermillion, which the colour-blind can tell apart


def draw_games(functions: Game, parameters: Game, edges: np.ndarray, p_data: np.ndarray) -> Figure:
    """Two rows, one for each game: p_g at several steps, and C(G) over all of them.

    Parameters
    ----------
    functions, parameters : Game
        The games in function space and in parameter space.
    edges : array, shape (cells + 1,)
        Of the grid.
    p_data : array, shape (cells,)
        Masses.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(11, 7), dpi=110, layout="constrained")
    rows = figure.subplots(2, 2)
    for row, game, name in zip(
        rows,
        (functions, parameters),
        ("Function space, D = D* at every step", "Parameter space, Algorithm 1"),
        strict=True,
    ):
        _draw_densities(row[0], game, edges, p_data)
        row[0].set_title(f"{name}: $p_g$ on its way", fontsize=11)
        _draw_criterion(row[1], game)
        row[1].set_title(_what_happened(game), fontsize=11)
    return figure


def _draw_densities(ax: Axes, game: Game, edges: np.ndarray, p_data: np.ndarray) -> None:
    x, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    colors = colormaps["viridis_r"](np.linspace(0.1, 1, len(game.frames)))
    for (step, p_g), color in zip(game.frames.items(), colors, strict=True):
        ax.plot(x, p_g / width, color=color, lw=1.5, label=f"$p_g$, step {step}")
    ax.plot(x, p_data / width, color="black", ls=":", lw=2, label="$p_{data}$")
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, 2.2 * (p_data / width).max()), xlabel="x")
    ax.legend(fontsize=8, loc="upper right")


def _draw_criterion(ax: Axes, game: Game) -> None:
    """C(G) above its minimum, with every stretch on which it rises in the other colour."""
    height = game.c_of_g + LOG4
    rising = np.flatnonzero(np.diff(height) > 0)
    ax.semilogy(game.steps, height, color=FALL, lw=1.5, label="falls" if rising.size else None)
    ax.set_ylim(10 ** np.floor(np.log10(height.min())), 1.5)
    for i in rising:
        label = "rises" if i == rising[0] else None
        ax.semilogy(game.steps[i : i + 2], height[i : i + 2], color=RISE, lw=2.2, label=label)
    ax.set(xlabel="step", ylabel="C(G) + log 4, nats")
    ax.grid(alpha=0.3)
    if rising.size:
        ax.legend(fontsize=9, loc="upper right")


def _what_happened(game: Game) -> str:
    looks = len(game.c_of_g) - 1
    rises = int((np.diff(game.c_of_g) > 0).sum())
    if rises:
        return f"C(G) was higher than before at {rises} of {looks} looks"
    return f"C(G) falls at every one of {looks} steps" if looks else "C(G) at the start"
