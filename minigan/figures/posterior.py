"""A net that finds z from x, three ways, over the exact posterior with its two peaks."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minigan.base.randomness import sequence
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Picture, name_all_curves, new_picture
from minigan.variants import posterior

STEPS = 4000
GIVEN = (0.0, 0.5, 1.0, 1.5, 2.0)  # x at which the posterior is judged
FAR = GIVEN[2:]  # where the peaks are apart
LOOKS = {"squared error": style.D_STAR, "likelihood": style.D, "game": style.P_G}


@dataclass(eq=False)
class Posterior(Figure):
    """Squared error, Gaussian likelihood and a game learn z given x of a G that stands still.

    After ``play``, ``games`` are those of `posterior.KINDS` by name.
    """

    name = "posterior"
    asked: ClassVar = {f"{kind}.far_apart": None for kind in posterior.KINDS} | {
        "game.far_apart": 0.0
    }

    def run(self, progress: Progress) -> None:
        """Play the games one after another."""
        seeds = sequence(self.seed).spawn(len(posterior.KINDS))
        self.games = {
            kind: posterior.posterior_game(kind, STEPS, seed)
            for kind, seed in zip(posterior.KINDS, seeds, strict=True)
        }
        self.play_each(((game.play(STEPS), STEPS) for game in self.games.values()), progress)
        self.masses = {
            kind: [posterior.learned(game, x) for x in GIVEN] for kind, game in self.games.items()
        }

    def numbers(self) -> dict:
        """Of each net, JSD of its q(z|x) from the exact posterior in nats, by x.

        ``mean`` is over the five x, ``far_apart`` over x >= 1, where its two peaks are.
        """
        report = {}
        for kind, masses in self.masses.items():
            by_x = {x: posterior.jsd(x, q) for x, q in zip(GIVEN, masses, strict=True)}
            report[kind] = {f"x={x:g}": jsd for x, jsd in by_x.items()} | {
                "mean": float(np.mean([*by_x.values()])),
                "far_apart": float(np.mean([by_x[x] for x in FAR])),
            }
        return report

    def text(self) -> str:
        """A line for each net: its JSD at each x."""
        report = self.numbers()
        head = ("JSD from p(z|x), nats", *(f"x = {x:g}" for x in GIVEN), "mean", "x >= 1")
        rows: list[tuple] = [head]
        for kind, found in report.items():
            asked = [posterior.jsd(x, posterior.best(kind, x)) for x in GIVEN]
            ends = float(np.mean(asked)), float(np.mean(asked[-len(FAR) :]))
            rows += [(f"  {kind}", *found.values()), ("    the best there is", *asked, *ends)]
        return table(rows, "24", *[">10.3f"] * 6, ">12.3f")

    def _draw(self) -> Picture:
        """A panel for each x: the exact p(z|x) and the three q."""
        picture = new_picture(6.6)
        axes = picture.subplots(2, 3, sharex=True, sharey=True).ravel()
        edges = posterior.EDGES
        for i, (ax, x) in enumerate(zip(axes, GIVEN, strict=False)):
            jsds = {kind: posterior.jsd(x, masses[i]) for kind, masses in self.masses.items()}
            for kind, look in LOOKS.items():
                q = self.masses[kind][i] / np.diff(edges)
                ax.stairs(q, edges, color=look["color"], lw=2.4, label=kind)
            exact = posterior.exact(x) / np.diff(edges)
            ax.stairs(exact, edges, color="black", lw=2.4, label="exact p(z|x)")
            best = min(jsds, key=lambda kind: jsds[kind])
            ax.set(title=f"x = {x:g}: nearest is {best}\n{jsds[best]:.3f} nats", xlabel="z")
        axes[0].set(xlim=(-3.8, 3.8), ylim=(0, 1.6))  # the end cells hold all beyond them too
        for ax in axes[len(GIVEN) :]:
            ax.remove()
        name_all_curves(picture, 4)
        return picture
