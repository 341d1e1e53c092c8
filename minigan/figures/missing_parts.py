"""All conditionals of three Gaussians with one set of parameters (2014, section 7.3)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minigan.base.randomness import generator
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Picture, name_all_curves, new_picture
from minigan.variants import gaussian_parts as parts
from minigan.variants.missing_parts import fill_in, mask

STEPS = 3000
DOTS = 600
GIVEN = 1.5  # value of what is given in the picture
PANELS = {  # sets S, as numbers
    7: "all made:\n$x_2$ and $x_3$ are free",
    6: f"from $x_1 = {GIVEN}$:\n$x_2$ and $x_3$ follow it",
    4: f"from $x_1 = x_2 = {GIVEN}$:\n$x_3$ alone is left",
}


@dataclass(eq=False)
class MissingParts(Figure):
    """One G that fills in any part of x from the rest, held against the exact conditionals.

    After ``play``, ``G`` is the generator.
    """

    name = "missing-parts"
    asked: ClassVar = {"mean_kl": 0.0}

    def run(self, progress: Progress) -> None:
        """Play the game."""
        game = parts.gaussian_parts_game(STEPS, self.seed)
        self.G = game.networks["G"]
        with self.until_interrupted():
            for _ in progress(game.play(STEPS), STEPS):
                pass

    def numbers(self) -> dict:
        """``mean_kl`` over the seven sets S, and ``sets``: of each its ``kl``, and ``ignoring``.

        KL(p_g(x_S | rest) || p(x_S | rest)) of Gaussians, in nats; ``ignoring`` is that of a model
        that ignores the rest.
        """
        found = parts.scores(self.G, self.seed)
        rows = zip(parts.SETS, found["kl"], found["ignoring"], strict=True)
        named = {_name(S): {"kl": kl, "ignoring": other} for S, kl, other in rows}
        return {"mean_kl": float(np.mean(found["kl"])), "sets": named}

    def text(self) -> str:
        """A line for each set: KL of G's conditional from the exact one."""
        report = self.report()
        rows: list[tuple] = [("S, made by G", "KL from exact", "of a model that ignores the rest")]
        rows += [(name, row["kl"], row["ignoring"]) for name, row in report["sets"].items()]
        head = f"x ~ N(0, C) in three dimensions; {STEPS} steps, seed {report['seed']}\n"
        missed = " MISSED" * (report["mean_kl"] > 0.15)
        mean = f"\nmean over the sets: {report['mean_kl']:.3f} nats (asked: <= 0.15){missed}"
        return "\n".join([head, table(rows, "14", ">16.3f", ">36.3f"), mean])

    def _draw(self) -> Picture:
        """Three panels of (x2, x3): x made whole, from x1, and from x1 and x2."""
        picture = new_picture(4.4)
        axes, sets = picture.subplots(1, 3, sharex=True, sharey=True), self.numbers()["sets"]
        for ax, (S, title) in zip(axes, PANELS.items(), strict=True):
            x, M = np.full(parts.N, GIVEN, np.float32), mask(np.array([S]), parts.N)[0]
            given, masks = (np.tile(row, (DOTS, 1)) for row in (x, M))
            z = generator(self.seed).standard_normal((DOTS, parts.N)).astype(np.float32)
            made = fill_in(self.G, given, masks, z)[0]
            ax.plot(made[:, 1], made[:, 2], ".", color=style.P_G["color"], label="made by G")
            ax.plot(*_outline(x, M), **style.P_DATA | {"label": "exact, 2 standard deviations"})
            kl = sets[_name(S)]["kl"]
            ax.set(
                title=f"{title}, KL {kl:.2f}",
                xlabel="$x_2$",
                ylabel="$x_3$",
                xlim=(-4, 4),
                ylim=(-4, 4),
            )
        name_all_curves(picture, 2)
        return picture


def _name(S: int) -> str:
    """A set as text: "x1, x3"."""
    return ", ".join(f"x{i + 1}" for i in range(parts.N) if S >> i & 1)


def _outline(x: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Points (x2, x3) two standard deviations from the mean of the exact conditional: (2, n)."""
    law = parts.exact_conditional(x, M)
    angle = np.linspace(0, 2 * np.pi, 200)
    if len(law.mean) == 1:  # x3 alone
        return np.array(
            [x[1] + 0 * angle, law.mean[0] + 2 * law.covariance[0, 0] ** 0.5 * np.cos(angle)]
        )
    circle = np.stack([np.cos(angle), np.sin(angle)])
    return law.mean[-2:, None] + 2 * np.linalg.cholesky(law.covariance[-2:, -2:]) @ circle
