"""V(x, y) = x y, played by every method that a reader may ask about.

One starting point, one step size; each method's path is kept, and the factor by which the
distance from the equilibrium (0, 0) changes in a step is held against the known one.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import BLUE, GREEN, ORANGE, PURPLE, SKY, Axes, Picture, new_picture
from minigan.theory import bilinear_game as games

METHODS = {
    "simultaneous": games.simultaneous,
    "alternating": games.alternating,
    "extragradient": games.extragradient,
    "optimistic": games.optimistic,
}
NO_METHODS = {"continuous": 1.0, "averaged": None}  # and the factors that the theory asks of them

FRAME = 1.6  # half the width of a path's panel
SHOWN = 80  # steps drawn in a path's panel; the distances show all of them
STYLES = {
    "continuous": ("black", "-"),
    "simultaneous": (ORANGE, "-"),
    "alternating": (BLUE, "-"),
    "averaged": (SKY, "--"),
    "extragradient": (GREEN, "-"),
    "optimistic": (PURPLE, "--"),
}


@dataclass(eq=False)
class Circling(Figure):
    """V = x y, played by every method from one point at distance 1 from the equilibrium.

    The ``seed`` decides in which direction the start lies; ``eta`` > 0 is the step size, and
    ``steps`` are >= 2. After ``play``, ``paths``, arrays (steps + 1, 2) by name, are those of the
    four `METHODS`, "continuous" at times eta n, and "averaged", the means of the alternating one.
    """

    name = "circling"
    settings = ("eta", "steps")

    eta: float = 0.2
    steps: int = 200

    def __post_init__(self) -> None:
        super().__post_init__()
        self.eta = real_number("eta", self.eta, 0, low_open=True)
        self.steps = whole_number("steps", self.steps, 2)

    def run(self, progress: Progress) -> None:
        """Follow every path; it takes a few milliseconds, and is not interrupted."""
        angle = generator(self.seed).uniform(0, 2 * math.pi)
        start = np.array([math.cos(angle), math.sin(angle)])
        times = self.eta * np.arange(self.steps + 1)
        self.paths = {"continuous": games.continuous(start, times)}
        for name, method in progress(METHODS.items(), len(METHODS)):
            self.paths[name] = method(start, self.eta, self.steps)
        self.paths["averaged"] = games.averages(self.paths["alternating"])

    def numbers(self) -> dict:
        """``invariant_drift``, and of each method ``distance, growth, asked``.

        ``invariant_drift`` is the largest change of x^2 + y^2 - eta x y; ``distance`` that from
        (0, 0) at the end (1 at the start), ``growth`` the mean factor a step over the second
        half of the run, and ``asked`` the one that the theory asks: None for "averaged",
        which has none, but goes down as 1 / (eta n).
        """
        invariant = games.alternating_invariant(self.paths["alternating"], self.eta)
        methods = {}
        for name, path in self.paths.items():
            distance = np.hypot(*path[self.steps // 2 :].T)
            growth = float((distance[-1] / distance[0]) ** (1 / (len(distance) - 1)))
            asked = NO_METHODS[name] if name in NO_METHODS else games.growth(name, self.eta)
            methods[name] = {"distance": float(distance[-1]), "growth": growth, "asked": asked}
        drift = float(np.abs(invariant - invariant[0]).max())
        return {"invariant_drift": drift, "methods": methods}

    def text(self) -> str:
        """A line for each method: how far it came, and its factor a step beside the theory's."""
        report = self.report()
        rows: list[tuple] = [("method", "distance at the end", "factor a step", "theory asks")]
        for name, row in report["methods"].items():
            factors = (row["growth"], row["asked"]) if row["asked"] else ()
            rows.append((name, row["distance"], *factors))
        return "\n".join(
            [
                f"V = x y from distance 1, eta = {report['eta']:g}, {report['steps']} steps\n",
                table(rows, "16", ">20.3g", ">16.6f", ">14.6f"),
                f"\nalternating: x^2 + y^2 - eta x y stays, to {report['invariant_drift']:.0e}",
                "averaged (the mean of the alternating points so far): goes down as 1 / (eta n)",
            ]
        )

    def _draw(self) -> Picture:
        """A panel for each path, and one with the distance from (0, 0) of all of them."""
        picture = new_picture(9.6)
        above = "continuous", "simultaneous", "alternating"
        below = "averaged", "extragradient", "optimistic"
        rows: list[Any] = [[*above], [*below], ["distance"] * 3]
        axes = picture.subplot_mosaic(rows, height_ratios=[1.2, 1.2, 1])
        distances = axes["distance"]
        for name, (color, line) in STYLES.items():
            path, distance = self.paths[name], np.hypot(*self.paths[name].T)
            _draw_path(axes[name], name, path[: SHOWN + 1], color)
            change = distance[-1] / distance[0]
            way = "goes in" if change < 0.5 else "goes round and round"
            of = " (mean of alternating)" if name == "averaged" else ""
            title = f"{name}{of}\n{'goes out' if change > 2 else way}"
            axes[name].set_title(title)
            distances.semilogy(distance, color=color, ls=line, label=name)
        distances.set_title("distance from the equilibrium")
        distances.set_xlabel("step")
        distances.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        picture.suptitle(
            f"V(x, y) = x y:  x goes down, y goes up, in steps of eta = {self.eta:g};"
            "  the equilibrium is the cross"
        )
        return picture


def _draw_path(ax: Axes, name: str, path: np.ndarray, color: str) -> None:
    ax.plot(*path.T, color=color, lw=1.6, marker="" if name == "continuous" else ".", ms=4)
    ax.plot(*path[0], "o", color=color, ms=7, mfc="white", label="start")
    ax.plot(0, 0, "+", color="black", ms=10)
    ax.set(xlim=(-FRAME, FRAME), ylim=(-FRAME, FRAME), aspect="equal", xticks=[], yticks=[])
    ax.set_xlabel("x", labelpad=1)
    ax.set_ylabel("y", labelpad=1)
