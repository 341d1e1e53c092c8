"""The picture of the taxonomy: Figure 9 as a tree, samples at its leaves, three panels below.

Pixels of samples that are patterns are black, of samples that are none red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.distributions.states import state_index
from minigan.figures.base import Axes, Picture, describe, new_picture, tidy
from minigan.models.measured import CELLS, unpacked
from minigan.models.registry import BARS

if TYPE_CHECKING:
    from minigan.figures.taxonomy import Taxonomy

ROOT = "maximum likelihood"
NO_PATTERN, EMPTY = np.array([0.84, 0.37, 0.0]), 0.93  # red (vermillion); an empty pixel
WORDS = {"explicit": "explicit density", "implicit": "implicit density"}
HEIGHT = {"bars": 11.0, "ring": 6.6}


def picture(figure: Taxonomy) -> Picture:
    """All of it, from a figure that was played."""
    leaves = _leaves(figure)
    width = max(10.0, 1.55 * len(leaves))
    drawn = new_picture(width, HEIGHT[figure.data], dpi=100)
    ratios = RATIOS[figure.data]
    parts: Any = drawn.subfigures(len(ratios), 1, height_ratios=ratios)
    _draw_tree(parts[0].subplots(), [path for _, path, _ in leaves])
    for ax, (title, _, found) in zip(
        parts[1].subplots(1, len(leaves), squeeze=False)[0], leaves, strict=True
    ):
        (_draw_sheet if figure.data == "bars" else _draw_plane)(ax, found)
        ax.set_title(title, fontsize=10, fontweight="bold")
        ax.set_xlabel(_caption(found, figure.data), fontsize=9)
    if figure.data == "bars":
        panels = parts[2].subplots(1, 3)
        _draw_coverage(panels[0], figure)
        _draw_mixing(panels[1], figure)
        _draw_cost(panels[2], figure)
    drawn.suptitle(_finding(leaves, figure.data), fontsize=14)
    return drawn


RATIOS = {"bars": [3.0, 3.0, 4.4], "ring": [3.0, 3.3]}


def _leaves(figure: Taxonomy) -> list[tuple[str, list[str], dict[str, Any]]]:
    """Title, way from the root, and results of the first seed, in the order of the tree."""
    found = [
        (entry.title, [ROOT, *results[0]["leaf"].split(", ")], results[0])
        for name, entry in figure.entries.items()
        if (results := figure.of_model(name))
    ]
    first = {path[1] + path[2]: i for i, (_, path, _) in enumerate(found[::-1])}
    return sorted(found, key=lambda leaf: (leaf[1][1], -first[leaf[1][1] + leaf[1][2]], leaf[1]))


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
    unknown = "infinite" if data == "bars" else "no density"
    kl = unknown if found["kl"] is None else f"{found['kl']:.3g}"
    steps = found["sequential_steps"]
    cost = "never mixes" if steps is None else f"{steps:.0f} step{'s' * (steps > 1)}"
    covered = f"{found['patterns']} {'of 14' if data == 'bars' else 'modes'}"
    return f"KL {kl}\n{covered}, valid {found['valid']:.2f}\n{cost} a sample"


def _dots(ax: Axes, figure: Taxonomy, across: str, up: str) -> None:
    """A dot for each model and seed, the model's name beside the last."""
    for number, (name, entry) in enumerate(figure.entries.items()):
        dots = [(r[across], r[up]) for r in figure.of_model(name) if None not in (r[across], r[up])]
        if not dots:
            continue
        marker = "osD^vP*X<>hp"[number % 12]
        ax.plot(*zip(*dots, strict=True), marker, ms=9, alpha=0.75, label=entry.title)


def _draw_coverage(ax: Axes, figure: Taxonomy) -> None:
    _dots(ax, figure, "patterns", "valid")
    describe(ax, "Valid, or complete: the corner is both", xlim=(-0.5, 14.5), ylim=(0, 1.05))
    ax.set(xlabel="patterns of 14 that are made", ylabel="mass on patterns")
    tidy(ax)


def _draw_mixing(ax: Axes, figure: Taxonomy) -> None:
    for name, points in figure.curves.items():
        ax.plot(points[:, 0], points[:, 1], "o-", lw=2, ms=6, label=name)
    describe(ax, "The sampler's price: KL against mixing time", xscale="log")
    ax.set(xlabel="steps until TV < 0.05 from every start", ylabel="KL (nats)")
    tidy(ax)


def _draw_cost(ax: Axes, figure: Taxonomy) -> None:
    _dots(ax, figure, "sequential_steps", "kl")
    describe(ax, "Cost of a sample against KL (where finite)", xscale="log", yscale="log")
    ax.set(xlabel="sequential steps of one independent sample", ylabel="KL (nats)")
    ax.spines[["top", "right"]].set_visible(False)


def _finding(leaves: list, data: str) -> str:
    """The finding in a sentence, from the numbers."""
    if not leaves:
        return "nothing was trained"
    surest = max(leaves, key=lambda leaf: leaf[2]["valid"])
    with_kl = [leaf for leaf in leaves if leaf[2]["kl"] is not None]
    said = f"{surest[0]} makes the most that is valid ({surest[2]['valid']:.2f})"
    if data == "bars":
        said += f", {surest[2]['patterns']} of 14 patterns"
    if with_kl:
        best = min(with_kl, key=lambda leaf: leaf[2]["kl"])
        said += f"; {best[0]} has the least KL ({best[2]['kl']:.3g} nats)"
    return said
