"""The picture of the taxonomy: Figure 9 as a tree, samples at its leaves, three panels below.

Pixels of samples that are patterns are black, of samples that are none red.
"""

from typing import Any

import numpy as np

from minigan.distributions.states import state_index
from minigan.figures.base import Axes, Picture, describe, new_picture, tidy
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
        return new_picture(6, 4, dpi=100)
    leaves = _in_order(models)
    ratios, height = ([3.0, 3.0, 4.4], 11.0) if data == "bars" else ([3.0, 4.2], 7.4)
    drawn = new_picture(max(13.0, 1.55 * len(leaves)), height, dpi=100)
    parts: Any = drawn.subfigures(len(ratios), 1, height_ratios=ratios)
    _draw_tree(parts[0].subplots(), [_path(models[title][0]) for title in leaves])
    axes = parts[1].subplots(1, len(leaves), squeeze=False)[0]
    for ax, title in zip(axes, leaves, strict=True):
        found = models[title][0]
        (_draw_sheet if data == "bars" else _draw_plane)(ax, found)
        ax.set_title(title, fontsize=10, fontweight="bold")
        ax.set_xlabel(_caption(found, data), fontsize=9)
    if data == "bars":
        panels = parts[2].subplots(1, 3)
        _draw_coverage(panels[0], models)
        _draw_mixing(panels[1], curves)
        _draw_cost(panels[2], models)
    drawn.suptitle(_finding(models, data), fontsize=14)
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
    """Nodes over the middle of their leaves, each joined to the one above."""
    deepest = max(map(len, paths), default=1)
    above: dict[tuple[str, ...], list[int]] = {}
    for i, path in enumerate(paths):
        for depth in range(1, len(path) + 1):
            above.setdefault(tuple(path[:depth]), []).append(i)
    at = {node: (float(np.mean(leaves)), -len(node)) for node, leaves in above.items()}
    for node, (x, y) in at.items():
        if len(node) > 1:
            ax.plot([at[node[:-1]][0], x], [y + 1, y], color="black", lw=2, zorder=1)
        box = {"fc": "white", "ec": "none", "pad": 2.5}
        said = WORDS.get(node[-1], node[-1]).replace(" and ", "\nand ")
        ax.text(x, y, said, ha="center", va="center", fontsize=11, bbox=box, zorder=2)
    for i, path in enumerate(paths):
        x, y = at[tuple(path)]
        ax.plot([x, i], [y - 0.25, -deepest - 1], color="black", lw=2, zorder=0)
    ax.set(xlim=(-0.5, len(paths) - 0.5), ylim=(-deepest - 1, -0.6))
    ax.axis("off")


def _draw_sheet(ax: Axes, found: dict[str, Any]) -> None:
    """Sixteen images, four by four."""
    n, images = BARS.n, unpacked(found["shown"])
    sheet = np.ones((4 * (n + 1) + 1, 4 * (n + 1) + 1, 3))
    for i, x in enumerate(images):
        is_pattern = np.isin(x, (0, 1)).all() and BARS.pmf[state_index(x[None])[0]] > 0
        ink, paper = (0.0, EMPTY) if is_pattern else (NO_PATTERN, 1 - (1 - NO_PATTERN) / 6)
        row, column = (1 + (n + 1) * place for place in divmod(i, 4))
        on = (x.reshape(n, n, 1) > 0).astype(float)
        sheet[row : row + n, column : column + n] = on * ink + (1 - on) * paper
    ax.imshow(sheet, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def _draw_plane(ax: Axes, found: dict[str, Any]) -> None:
    """The exact density where there is one, samples where there is none."""
    end = CELLS[-1]
    if found["density"]:
        density = unpacked(found["density"])
        ax.imshow(density, origin="lower", extent=(-end, end, -end, end), cmap="Greys", vmax=0.5)
    else:
        ax.plot(*unpacked(found["shown"]).T, ".", color="black", ms=2.5, alpha=0.6)
    ax.set(xlim=(-end, end), ylim=(-end, end), xticks=[], yticks=[], aspect="equal")


def _caption(found: dict[str, Any], data: str) -> str:
    """KL, patterns and cost, in three lines."""
    unknown = "KL infinite" if data == "bars" else "no density"
    kl = unknown if found["kl"] is None else f"KL {found['kl']:.3g}"
    steps = found["sequential_steps"]
    cost = "never mixes" if steps is None else f"{steps:.0f} step{'s' * (steps > 1)}"
    covered = f"{found['patterns']} {'of 14' if data == 'bars' else 'modes'}"
    return f"{kl}\n{covered}, valid {found['valid']:.2f}\n{cost} a sample"


def _dots(ax: Axes, models: Models, across: str, up: str) -> None:
    """A dot for each model and seed."""
    for marker, (title, results) in zip("osD^vP*X<>hpd8", models.items(), strict=False):
        dots = [(r[across], r[up]) for r in results if None not in (r[across], r[up])]
        if dots:
            ax.plot(*zip(*dots, strict=True), marker, ms=9, alpha=0.75, label=title)


def _draw_coverage(ax: Axes, models: Models) -> None:
    _dots(ax, models, "patterns", "valid")
    describe(ax, "Valid, or complete: the corner is both", xlim=(-0.5, 14.5), ylim=(0, 1.05))
    ax.set(xlabel="patterns of 14 that are made", ylabel="mass on patterns")
    tidy(ax)


def _draw_mixing(ax: Axes, curves: dict[str, np.ndarray]) -> None:
    """A curve for each kind of chain; one that never mixes stands at the right edge."""
    said = "KL against mixing time"
    finite = [steps for points in curves.values() for steps in points[:, 0] if np.isfinite(steps)]
    never = 10 * max(finite, default=1)
    for (name, points), marker in zip(curves.items(), "osD^vP", strict=False):
        mixes = np.isfinite(points[:, 0])
        ax.plot(np.where(mixes, points[:, 0], never), points[:, 1], marker + "-", lw=2, label=name)
        steps, kl = points[points[:, 1].argmin()]
        if name.startswith("RBM") and np.isinf(steps):
            said = f"As the RBM gets better its only sampler dies:\nat KL {kl:.1g} it never mixes"
    ax.axvline(never, color="grey", lw=2, ls=":")
    ax.text(never, 2, "never mixes", rotation=90, ha="right", va="center", fontsize=9)
    describe(ax, said, xscale="log")
    ax.set(xlabel="steps until TV < 0.05 from every start", ylabel="KL (nats)")
    tidy(ax)


def _draw_cost(ax: Axes, models: Models) -> None:
    _dots(ax, models, "sequential_steps", "kl")
    describe(ax, "Cost of a sample against KL (where finite)", xscale="log", yscale="log")
    ax.set(xlabel="sequential steps of one independent sample", ylabel="KL (nats)")
    ax.spines[["top", "right"]].set_visible(False)


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
