"""Figure 1 of the 2014 paper: four moments of a game on the line, and a film of it.

Every panel shows p_data (black, dotted), the exact p_g (green, solid), D (blue,
dashed) and D* (orange, thin). Below them lie two lines: the domain of z, from which
noise is drawn, and above it the domain of x; arrows lead from z to G(z).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from matplotlib.figure import Figure

from minigan.base.numerics import sigmoid
from minigan.theory import GeneratorState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minigan.base.types import Density
    from minigan.experiments.figure1 import Moment

ARROWS = 21
Z_LINE, X_LINE = -0.62, -0.24  # heights of the two lines, below the curves


def draw_panels(panels: dict[str, Moment], noise: Density, data: Density) -> Figure:
    """The panels side by side, as in the paper.

    Parameters
    ----------
    panels : dict of str to Moment
        By letter; one to four.
    noise, data : Density
        p_z and p_data.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(3.6 * len(panels), 4.2), dpi=120, layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (letter, moment) in zip(axes, panels.items(), strict=True):
        jsd = draw_moment(ax, moment, noise, data)
        title = f"({letter})  step {moment.step}, JSD {jsd:.3f}\n{moment.caption}"
        ax.set_title(title, fontsize=10)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def draw_moment(ax: Axes, moment: Moment, noise: Density, data: Density) -> float:
    """The curves and the arrows of one moment.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    moment : Moment
        Two networks, 1 -> 1 each.
    noise, data : Density
        p_z and p_data.

    Returns
    -------
    float
        JSD(p_data || p_g) at that moment, in nats.
    """
    state = GeneratorState(moment.G, noise, data)
    low, high = _shown(data)
    jumps = state.p_g.critical  # drawn from both sides, so that edges are upright
    x = np.sort(np.concatenate([np.linspace(low, high, 800), jumps - 1e-9, jumps + 1e-9]))
    D = sigmoid(moment.D.copy(dtype="float64")(x[:, None])[:, 0])
    p_data, p_g = data.pdf(x), state.p_g.pdf(x)
    D_star = np.where(p_data + p_g > 0, state.D_star(x), np.nan)  # elsewhere D may be anything
    ax.plot(x, p_data, color="black", ls=":", lw=1.8, label="$p_{data}$")
    ax.plot(x, p_g, color="green", lw=1.8, label="$p_g$ (exact)")
    ax.plot(x, D, color="blue", ls="--", lw=1.4, label="$D$")
    ax.plot(x, D_star, color="darkorange", lw=0.8, label="$D^*$")
    ax.axhline(0, color="black", lw=0.5)
    ax.axhline(0.5, color="gray", lw=0.4)
    _draw_arrows(ax, moment, noise, low, high)
    ax.set(xlim=(low, high), ylim=(Z_LINE - 0.08, 1.05), xticks=[], yticks=[0, 0.5, 1])
    ax.spines[:].set_visible(False)
    return state.jsd


def _draw_arrows(ax: Axes, moment: Moment, noise: Density, low: float, high: float) -> None:
    z = np.linspace(*noise.interval(), ARROWS)
    x = moment.G.copy(dtype="float64")(z[:, None])[:, 0]
    ax.plot(z[[0, -1]], [Z_LINE, Z_LINE], color="black", lw=1)
    ax.plot([low, high], [X_LINE, X_LINE], color="black", lw=1)
    ax.text(low, Z_LINE, "z", va="center", fontsize=11)
    ax.text(low, X_LINE + 0.04, "x", fontsize=11)
    arrow = {"arrowstyle": "-|>", "lw": 0.6, "color": "dimgray", "mutation_scale": 7}
    for start, end in zip(z, x, strict=True):
        if low <= end <= high:
            ax.annotate("", (end, X_LINE), (start, Z_LINE), arrowprops=arrow)


def write_film(
    file: BinaryIO, frames: list[Moment], noise: Density, data: Density, seconds: float = 8.0
) -> None:
    """An animated GIF of the training, one moment a picture.

    Parameters
    ----------
    file : binary file
        Where the GIF goes.
    frames : list of Moment
        At least one.
    noise, data : Density
        p_z and p_data.
    seconds : float
        Length of the film, > 0; the last picture stays longer.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image  # comes with matplotlib

    pictures = []
    for moment in frames:
        figure = Figure(figsize=(5.2, 4.6), dpi=80, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        ax = figure.subplots()
        jsd = draw_moment(ax, moment, noise, data)
        ax.set_title(f"step {moment.step}, JSD {jsd:.3f}")
        handles = ax.get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower center", ncols=4, fontsize=8)
        canvas.draw()
        pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    durations = [1000 * seconds / len(pictures)] * (len(pictures) - 1) + [2000]
    pictures[0].save(
        file, format="GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0
    )


def _shown(data: Density) -> tuple[float, float]:
    """Part of the line that is drawn: where p_data lives, and a fifth more."""
    low, high = data.interval()
    return low - (high - low) / 10, high + (high - low) / 10
