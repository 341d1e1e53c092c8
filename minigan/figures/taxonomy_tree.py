"""The picture of the taxonomy: Figure 9 as a tree, samples at its leaves, three panels below.

Pixels of samples that are patterns are black, of samples that are none red.
"""

from textwrap import fill
from typing import Any

import numpy as np

from minigan.distributions.states import state_index
from minigan.figures.style import GREY, SIZE, Axes, Picture, name_curves, new_picture
from minigan.models.measured import CELLS, unpacked
from minigan.models.registry import BARS

ROOT = "maximum likelihood"
NO_PATTERN, EMPTY = np.array([0.8, 0.1, 0.1]), 0.93  # red; an empty pixel
WORDS = {"explicit": "explicit density", "implicit": "implicit density"}


Models = dict[str, list[dict[str, Any]]]
"""Results of `minigan.models.measured.measure` from each seed, by the model's title."""


def picture(data: str, models: Models, curves: dict[str, np.ndarray]) -> Picture:
    """The tree and its leaves; on bars and stripes, panels of all seeds and of chains' curves."""
    if not models:
        return new_picture(4)
    leaves, is_bars = _in_order(models), data == "bars"
    below = 4.2 * is_bars
    tall = (0.66 if is_bars else 1.2) * max(len(leaves), 3) + 1.4
    drawn = new_picture(tall + below)
    parts: Any = drawn.subfigures(2, 1, height_ratios=[tall, below]) if is_bars else [drawn]
    above, *panels = parts
    rows: Any = [["tree", f"shown {title}", f"said {title}"] for title in leaves]
    axes = above.subplot_mosaic(rows, width_ratios=[5, 2.4 if is_bars else 1.4, 2.8])
    _draw_tree(axes["tree"], [[*_path(models[title][0]), title] for title in leaves])
    for title in leaves:
        found = models[title][0]
        (_draw_sheet if is_bars else _draw_plane)(axes[f"shown {title}"], found)
        ax = axes[f"said {title}"]
        ax.text(0, 0.5, _caption(found, data), va="center", fontsize=SIZE - 2, in_layout=False)
        ax.axis("off")
    for part in panels:
        coverage, mixing, cost = part.subplots(1, 3)
        _draw_coverage(coverage, models)
        _draw_mixing(mixing, curves)
        _draw_cost(cost, models)
        handles, names = coverage.get_legend_handles_labels()
        part.legend(handles, names, loc="outside lower center", ncols=5)
    drawn.suptitle(_finding(models, data))
    return drawn


def _path(found: dict[str, Any]) -> list[str]:
    return [ROOT, *found["leaf"].split(", ")]


def _in_order(models: Models) -> list[str]:
    """Titles in the order of the tree: what has a node in common stands side by side."""
    paths = {title: _path(results[0]) for title, results in models.items()}
    order = ["explicit", "tractable", "variational", "variational and Markov chain", "Markov chain"]
    place = {name: i for i, name in enumerate(order)}
    return sorted(paths, key=lambda title: [place.get(node, 9) for node in paths[title]])


def _draw_tree(ax: Axes, paths: list[list[str]]) -> None:
    """Nodes beside the middle of their leaves, each joined to the one on its left."""
    deepest = max(map(len, paths), default=1)
    right: dict[tuple[str, ...], list[int]] = {}
    for i, path in enumerate(paths):
        for depth in range(1, len(path) + 1):
            right.setdefault(tuple(path[:depth]), []).append(i)
    box = {"fc": "white", "ec": "none", "pad": 2.0}
    at = {}
    for node, leaves in right.items():
        is_leaf = len(right) and node in map(tuple, paths)
        x, y = deepest if is_leaf else len(node), float(np.mean(leaves))
        at[node] = x, y
        if len(node) > 1:
            ax.plot(*zip(at[node[:-1]], (x, y), strict=True), color="black", lw=2, zorder=1)
        said = (
            WORDS.get(node[-1], node[-1]).replace(" ", "\n", 1)
            if not is_leaf
            else fill(node[-1], 16)
        )
        weight = "bold" if is_leaf else "normal"
        text: Any = {"ha": "left" if is_leaf else "center", "weight": weight, "bbox": box}
        text["in_layout"] = False
        ax.text(x, y, said, va="center", fontsize=SIZE - 2, **text)
    ax.set(xlim=(0.6, deepest + 1.3), ylim=(len(paths) - 0.5, -0.5))
    ax.axis("off")


def _draw_sheet(ax: Axes, found: dict[str, Any]) -> None:
    """Sixteen images, in two rows."""
    n, images = BARS.n, unpacked(found["shown"])
    sheet = np.ones((2 * (n + 1) + 1, 8 * (n + 1) + 1, 3))
    for i, x in enumerate(images):
        is_pattern = np.isin(x, (0, 1)).all() and BARS.pmf[state_index(x[None])[0]] > 0
        ink, paper = (0.0, EMPTY) if is_pattern else (NO_PATTERN, 1 - (1 - NO_PATTERN) / 6)
        row, column = (1 + (n + 1) * place for place in divmod(i, 8))
        on = (x.reshape(n, n, 1) > 0).astype(float)
        sheet[row : row + n, column : column + n] = on * ink + (1 - on) * paper
    ax.imshow(sheet, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def _draw_plane(ax: Axes, found: dict[str, Any]) -> None:
    """The exact density where there is one, samples where there is none."""
    end = CELLS[-1] + (CELLS[1] - CELLS[0]) / 2
    if found["density"]:
        density = unpacked(found["density"])
        ax.imshow(density, origin="lower", extent=(-end, end, -end, end), cmap="Greys", vmax=0.5)
    else:
        ax.plot(*unpacked(found["shown"]).T, ".", color="black", ms=2.5, alpha=0.6)
    ax.set(xlim=(-end, end), ylim=(-end, end), xticks=[], yticks=[], aspect="equal")


def _caption(found: dict[str, Any], data: str) -> str:
    """KL, patterns and cost, in two lines."""
    unknown = "KL infinite" if data == "bars" else "no density"
    kl = unknown if found["kl"] is None else f"KL {found['kl']:.3g}"
    steps = found["sequential_steps"]
    cost = "never mixes" if steps is None else f"{steps:.0f} step{'s' * (steps > 1)}"
    covered = f"{found['patterns']} {'of 14' if data == 'bars' else 'modes'}"
    return f"{kl}, {covered}\n{found['valid']:.2f} valid; {cost}"


def _dots(ax: Axes, models: Models, across: str, up: str) -> None:
    """A dot for each model and seed."""
    for marker, (title, results) in zip("osD^vP*X<>hpd8", models.items(), strict=False):
        dots = [(r[across], r[up]) for r in results if None not in (r[across], r[up])]
        if dots:
            ax.plot(*zip(*dots, strict=True), marker, ms=9, alpha=0.75, label=title)


def _draw_coverage(ax: Axes, models: Models) -> None:
    _dots(ax, models, "patterns", "valid")
    ax.set(title="Valid, or complete:\nthe corner is both", xlim=(-0.5, 14.5), ylim=(0, 1.05))
    ax.set(xlabel="patterns of 14 made", ylabel="mass on patterns")


def _draw_mixing(ax: Axes, curves: dict[str, np.ndarray]) -> None:
    """A curve for each kind of chain; one that never mixes stands at the right edge."""
    said = "The sampler's price:\nKL against mixing time"
    if not curves:
        ax.axis("off")
        ax.set_title("(the chains' curves are\ndrawn with all models)")
        return
    finite = [steps for points in curves.values() for steps in points[:, 0] if np.isfinite(steps)]
    never = 10 * max(finite, default=1)
    for (name, points), marker in zip(curves.items(), "osD^vP", strict=False):
        mixes = np.isfinite(points[:, 0])
        ax.plot(np.where(mixes, points[:, 0], never), points[:, 1], marker + "-", label=name)
        steps, kl = points[points[:, 1].argmin()]
        if name.startswith("RBM") and np.isinf(steps):
            said = f"As the RBM improves its sampler\ndies: at KL {kl:.1g} it never mixes"
    ax.axvline(never, color=GREY, ls=":")
    place: Any = {"transform": ax.get_xaxis_transform(), "rotation": 90, "ha": "right"}
    ax.text(never, 0.4, "never mixes", va="center", fontsize=SIZE - 2, **place)
    ax.set(title=said, xscale="log", xlabel="steps until TV < 0.05", ylabel="KL (nats)")
    name_curves(ax, fontsize=SIZE - 3)


def _draw_cost(ax: Axes, models: Models) -> None:
    _dots(ax, models, "sequential_steps", "kl")
    ax.set(title="Cost of a sample, and KL,\nwhere both are finite", xscale="log", yscale="log")
    ax.set(xlabel="steps of one sample", ylabel="KL (nats)")


def _finding(models: Models, data: str) -> str:
    """The finding in two lines, from the first seed's numbers."""
    first = {title: results[0] for title, results in models.items()}
    everything = {"bars": 14, "ring": 8}[data]
    narrow = [title for title, r in first.items() if r["patterns"] < everything]
    said = []
    if narrow:
        one = max(narrow, key=lambda title: first[title]["valid"])
        covered, valid = first[one]["patterns"], first[one]["valid"]
        said.append(f"{one}: {valid:.2f} of its mass is valid, {covered} of {everything} are made")
    else:
        said.append(f"Each model makes all {everything}")
    complete = {t: r for t, r in first.items() if t not in narrow and r["kl"] is not None}
    for choose, words in ((min, "least"), (max, "most")):
        if complete:
            one = choose(complete, key=lambda title: complete[title]["kl"])
            kl, valid = complete[one]["kl"], complete[one]["valid"]
            said.append(f"{one}, all {everything} with the {words} KL, {kl:.3g}: {valid:.2f} valid")
    return "\n".join(said)
