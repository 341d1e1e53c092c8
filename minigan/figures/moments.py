"""A moment of a game on the line, drawn as a panel of Figure 1; and many of them, as a film.

Above are p_data, p_g, D and D*, and shaded what D has still to learn. Below are arrows from z to
G(z), and between, at samples, D's pull on them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.types import Density
from minigan.figures import style
from minigan.figures.style import Axes, applied, name_all_curves, new_picture
from minigan.figures.toy import DATA, NOISE
from minigan.networks import Sequential
from minigan.theory import GeneratorState

ARROWS, PULLS, NEIGHBOURS = 21, 16, 64
Z_LINE, X_LINE, PULL_LINE = -0.66, -0.26, -0.11  # heights of what lies below the curves


class Moment(NamedTuple):
    """Copies of G and D at one moment of the run, with the step, its record, and a caption."""

    step: int
    caption: str
    G: Sequential
    D: Sequential
    record: Mapping[str, float] = MappingProxyType({})


def draw_moment(
    ax: Axes, moment: Moment, noise: Density, data: Density, before: Moment | None = None
) -> GeneratorState:
    """Draw the curves and arrows of a moment of networks 1 -> 1; the state of G that they show.

    ``noise`` and ``data`` are p_z and p_data, ``ax`` is Matplotlib's; p_g and D of the moment
    ``before`` are drawn pale. Between D and D* the picture is shaded; and short arrows at samples
    show which way, and how steeply, log D rises there: D's pull on them.
    """
    state = GeneratorState(moment.G, noise, data)
    low, high = data.interval()
    low, high = low - (high - low) / 10, high + (high - low) / 10  # where p_data lives, and more
    if before is not None:
        then = GeneratorState(before.G, noise, data)
        x = _points(then, low, high)
        ax.plot(x, then.p_g.pdf(x), **style.P_G | style.BEFORE)
        ax.plot(x, _probability(before.D, x), **style.D | style.BEFORE)
    x = _points(state, low, high)
    D, p_data, p_g = _probability(moment.D, x), data.pdf(x), state.p_g.pdf(x)
    D_star = np.where(p_data + p_g > 0, state.D_star(x), np.nan)  # elsewhere D may be anything
    ax.fill_between(x, D_star, D, color=style.D_STAR["color"], alpha=0.15, lw=0)
    ax.plot(x, D_star, **style.D_STAR)
    ax.plot(x, p_data, **style.P_DATA)
    ax.plot(x, p_g, **style.P_G)
    ax.plot(x, D, **style.D)
    ax.axhline(0, color="black", lw=0.8)
    ax.axhline(0.5, color="gray", lw=0.8)
    _draw_mapping(ax, moment, noise, low, high)
    _draw_pull(ax, moment, noise, low, high)
    ax.set(xlim=(low, high), ylim=(Z_LINE - 0.08, 1.05), xticks=[], yticks=[0, 0.5, 1])
    ax.spines[:].set_visible(False)
    return state


def _points(state: GeneratorState, low: float, high: float) -> np.ndarray:
    """Points across the picture, and both sides of every jump of p_g, so that edges are upright."""
    jumps = state.p_g.critical
    return np.sort(np.concatenate([np.linspace(low, high, 800), jumps - 1e-9, jumps + 1e-9]))


def _probability(D: Sequential, x: np.ndarray) -> np.ndarray:
    """D(x) in [0, 1] at points x (n,), in float64."""
    return sigmoid(D.copy(dtype="float64")(x[:, None])[:, 0])


def _draw_mapping(ax: Axes, moment: Moment, noise: Density, low: float, high: float) -> None:
    """The domain of z, above it that of x, and arrows from z to G(z)."""
    z = np.linspace(*noise.interval(), ARROWS)
    ax.plot(z[[0, -1]], [Z_LINE, Z_LINE], color="black", lw=1.2)
    ax.plot([low, high], [X_LINE, X_LINE], color="black", lw=1.2)
    ax.text(low, Z_LINE, "z", va="center")
    ax.text(low, X_LINE + 0.02, "x")
    arrow = {"arrowstyle": "-|>", "lw": 0.8, "color": "dimgray", "mutation_scale": 8}
    for start, end in zip(z, moment.G.copy(dtype="float64")(z[:, None])[:, 0], strict=True):
        if low <= end <= high:
            ax.annotate("", (end, X_LINE), (start, Z_LINE), arrowprops=arrow)


def _draw_pull(ax: Axes, moment: Moment, noise: Density, low: float, high: float) -> None:
    """Arrows as long as the mean slope of log D at neighbours, up to an eighth of the picture.

    Means, for where p_g ends D may jump: few samples are there, and each is pulled hard.
    """
    z = np.linspace(*noise.interval(), 2 * PULLS * NEIGHBOURS + 1)[1::2, None]
    D = moment.D.copy(dtype="float64")
    x = moment.G.copy(dtype="float64")(z)
    a, cache = D.forward(x, train=False)
    slope = D.backward(sigmoid(-a), cache, param_grads=False)  # d log D / da = 1 - D
    x, slope = (each.reshape(PULLS, NEIGHBOURS).mean(axis=1) for each in (x, slope))
    seen = (x >= low) & (x <= high)
    x, slope = x[seen], slope[seen]
    longest = (high - low) / 8
    length = np.clip(slope * longest, -1, 1) * longest
    ax.quiver(
        x, np.full_like(x, PULL_LINE), length, np.zeros_like(x),
        angles="xy", scale_units="xy", scale=1, width=0.006, color="black", zorder=3,
    )  # fmt: skip


def write_film(file: BinaryIO, frames: list[Moment], seconds: float = 8.0) -> None:
    """An animated GIF of the training, one moment a picture; the last one stays longer."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image  # comes with matplotlib

    pictures = []
    for moment in frames:
        with applied():
            picture = new_picture(4.6, 5.2)
            picture.set_dpi(80)
            canvas, ax = FigureCanvasAgg(picture), picture.subplots()
            state = draw_moment(ax, moment, NOISE, DATA)
            ax.set_title(f"step {moment.step}, JSD {state.jsd:.3f}")
            name_all_curves(picture, 4)
            canvas.draw()
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        few = drawn.quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        pictures.append(few)  # in few colours the file is a third smaller
    durations = [1000 * seconds / len(pictures)] * (len(pictures) - 1) + [2000]
    pictures[0].save(
        file, format="GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0
    )
