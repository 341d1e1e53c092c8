"""Batches that talk: how much of a sample comes from the other z of its minibatch.

Section 4.3 of the NIPS 2016 tutorial: under batch normalisation the minibatch may matter more than
the individual z, and a reference batch is the cure. A ring is learned with each normalisation in G.
The tutorial's Fig. 21 shows minibatches of one colour, a positive correlation; these have the
negative one of batch normalisation itself. Outliers with a threshold behind them give the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from minigan.base.randomness import Streams
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_G, PURPLE, Axes, Picture, name_all_curves, new_picture
from minigan.variants import batch_dependence as games

BATCHES, STEPS = (4, 8), 2500
MINIBATCHES, POINTS, REDRAWS = 4000, 200, 40  # for the correlation, and for the share
COLOURS, COLOUR_STEPS = {"in G": False, "in G and D": True}, 2000  # where batch norm stands; m = 16
DRAWS, SIZES = 40_000, (4, 16, 64)  # minibatches without a network, and their m


@dataclass(eq=False)
class Batches(Figure):
    """The ring with no, batch, reference and virtual batch normalisation in G; Fig. 21's sign.

    After ``play``, ``ring`` has numbers by m and normalisation, ``colours`` by where batch norm
    stands, ``draws`` by law, function and m; ``shown`` are samples at m = 4 by normalisation.
    """

    name = "batches"
    asked: ClassVar = {
        "m 4.batch.correlation": -1 / 3,
        "m 4.batch.share": None,
        "m 4.reference.share": 0.0,
        "m 4.virtual.share": 0.0,
        "m 8.batch.correlation": -1 / 7,
        "colours.in G.correlation": -1 / 15,
        "colours.in G and D.correlation": None,
        "colours.in G and D.share": None,
    }

    def run(self, progress: Progress) -> None:
        """Play a game for each normalisation and m, then those of two colours."""
        rng = Streams(self.seed)["draws"]
        self.ring: dict[int, dict] = {m: {} for m in BATCHES}
        self.shown: dict[str, np.ndarray] = {}
        self.colours: dict[str, dict] = {}
        self.draws: dict[str, dict] = {law: {} for law in games.LAWS}
        for law, draw in games.LAWS.items():
            of = {m: games.normalised_draws(partial(draw, rng), m, DRAWS) for m in SIZES}
            for name, function in games.FUNCTIONS.items():
                found = {str(m): games.correlation(function(xh)) for m, xh in of.items()}
                self.draws[law][name] = found
        jobs: list[tuple] = [(self._play_ring, m, norm) for m in BATCHES for norm in games.NORMS]
        jobs += [(self._play_colours, name) for name in COLOURS]
        with self.until_interrupted():
            for play, *given in progress(jobs, len(jobs)):
                play(*given)

    def _play_ring(self, m: int, norm: str) -> None:
        game = games.ring_game(norm, m, self.seed, STEPS)
        list(game.play(STEPS))
        self.ring[m][norm] = self._measure(game.G, m, MINIBATCHES, lambda y: y)
        if m == BATCHES[0]:  # the same z for all: one z_1, the others redrawn
            rng = Streams(self.seed)["shown"]
            z = games.NOISE.sample(1, rng)[0]
            self.shown[norm] = games.minibatches(game.G, m, REDRAWS, rng, z)

    def _play_colours(self, name: str) -> None:
        game = games.colour_game(COLOURS[name], self.seed, COLOUR_STEPS)
        list(game.play(COLOUR_STEPS))
        brightness: Callable = partial(np.mean, axis=2, keepdims=True)
        self.colours[name] = self._measure(game.G, 16, MINIBATCHES // 2, brightness)

    def _measure(self, G, m: int, count: int, of: Callable) -> dict:
        rng = Streams(self.seed)["measured"]
        correlation = games.correlation(of(games.minibatches(G, m, count, rng)))
        share = games.share_of_the_others(G, m, POINTS, REDRAWS, rng, of)
        return {"correlation": correlation, "share": share}

    def numbers(self) -> dict:
        """``steps``; a correlation and a share by ``m 4``, ``m 8`` and ``colours``; ``draws``."""
        ring = {f"m {m}": of for m, of in self.ring.items()}
        return {"steps": STEPS, **ring, "colours": self.colours, "draws": self.draws}

    def text(self) -> str:
        """Both numbers of every game beside what the theory asks, and the draws without one."""
        head = ("correlation", "theory", "share of the others", "theory")
        columns = ("6", "14", ">12.4f", ">9.4f", ">21.3f", ">9")
        rows: list[tuple] = [("m", "norm in G", *head)]
        for m, norms in self.ring.items():
            for norm, of in norms.items():
                theory = (-1 / (m - 1), "> 0") if norm == "batch" else (0.0, "0")
                rows.append((str(m), norm, of["correlation"], theory[0], of["share"], theory[1]))
        colours: list[tuple] = [("m", "batch norm", *head)]
        for name, of in self.colours.items():
            asked = None if COLOURS[name] else -1 / 15
            colours.append(("16", name, of["correlation"], asked, of["share"], "> 0"))
        laws: list[tuple] = [("h", "function", *(f"m = {m}" for m in SIZES))]
        for law, functions in self.draws.items():
            laws += [(law, name, *of.values()) for name, of in functions.items()]
        return "\n".join(
            [
                f"The ring, {STEPS} steps, seed {self.seed}: two samples of one minibatch\n",
                table(rows, *columns),
                "\nTwo colours (all pixels bright, or all dark): brightness\n",
                table(colours, *columns),
                "\nCorrelation without a network, xh = batch norm of independent h: outliers and",
                "a threshold make it positive, as in Fig. 21 of the tutorial\n",
                table(laws, "24", "14", *([">9.3f"] * len(SIZES))),
            ]
        )

    def _draw(self) -> Picture:
        """Two minibatches with one z_1, z_1 in many minibatches, and the correlation without G."""
        picture = new_picture(9.2)
        norms = list(games.NORMS)
        rows: Any = [[f"{norm} {row}" for norm in norms] for row in ("two", "many")]
        axes = picture.subplot_mosaic([*rows, ["draws"] * len(norms)])
        axes[f"{norms[0]} two"].set_ylabel("two minibatches,\none $z_1$ (star)")
        axes[f"{norms[0]} many"].set_ylabel(f"$z_1$ in {REDRAWS} mini-\nbatches, its variance")
        for norm in norms:
            name = "no normalisation" if norm == "none" else f"{norm} norm"
            two, many = axes[f"{norm} two"], axes[f"{norm} many"]
            two.set(title=name)
            for ax in (two, many):
                ax.plot(*games.RING.means.T, "o", mfc="none", mec="black", ms=11, mew=0.8)
                ax.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
                ax.set_aspect("equal")
            if norm in self.shown:
                _draw_shown(two, many, self.shown[norm])
                share = self.ring[BATCHES[0]][norm]["share"]
                many.set(title=f"of the others: {share:.0%}")
        self._draw_correlations(axes["draws"])
        name_all_curves(picture, 2)
        of = self.ring[BATCHES[0]].get("batch")
        if of:
            picture.suptitle(
                f"Batch norm: {of['share']:.0%} of a sample's variance comes from the other "
                f"{BATCHES[0] - 1} z\nof its minibatch. By a reference batch: none"
            )
        return picture

    def _draw_correlations(self, ax: Axes) -> None:
        """Correlation by m, of xh and behind a threshold."""
        for line, (law, of) in zip(("-", "--", "-.", ":"), self.draws.items(), strict=True):
            if law == "normal":
                ax.plot(SIZES, of["xh"].values(), color="black", lw=2.4, label="xh, of any h")
            values = of["1(|xh| < .3)"].values()
            ax.plot(SIZES, values, color=PURPLE, ls=line, lw=2.2, label=f"1(|xh| < .3), h {law}")
        ax.axhline(0, color="gray", lw=2, alpha=0.5)
        ax.set(xscale="log", xticks=SIZES, xticklabels=map(str, SIZES), xlabel="m")
        ax.minorticks_off()
        title = "no network: xh has $-1/(m-1)$; outliers and a threshold turn the sign"
        ax.set(title=title, ylabel="correlation of two samples")


def _draw_shown(two: Axes, many: Axes, y: np.ndarray) -> None:
    """Minibatches (n, m, 2): two of them, their first samples as stars; all first samples."""
    for minibatch, marker, fill in ((y[0], "o", P_G["color"]), (y[1], "s", "none")):
        two.plot(*minibatch[1:].T, marker, color=P_G["color"], ms=7, mfc=fill, mew=2)
        two.plot(*minibatch[0], "*", ms=18, mfc=fill, mec="black")
    many.plot(*y[:, 0].T, "*", color=P_G["color"], ms=9, mec="black", mew=0.4)
