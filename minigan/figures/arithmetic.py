"""Arithmetic on z, on pictures whose attributes a template can tell (tutorial, Fig. 19)."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Picture, new_picture
from minigan.variants import arithmetic as sums

STEPS, SAMPLES, TRIALS = 3000, 4000, 100  # of the game; to draw exemplars from; of each target
EXEMPLARS = {1: 0.40, 3: 0.55, 30: 0.80}  # of each term, and the share asked to be right
SHOWN = 8  # sums of the picture, of 3 exemplars


class Sums(NamedTuple):
    """Pictures G(sum of z), the sum of the pictures instead, and whether they are as asked."""

    made: np.ndarray
    pixels: np.ndarray
    right: np.ndarray
    pixels_right: np.ndarray


@dataclass(eq=False)
class Arithmetic(Figure):
    """One game, then sums of z for all four targets, beside the same sums of pictures.

    After ``play``, ``sums`` has them by number of exemplars, ``shares`` of the samples by target,
    and ``shown`` pictures of the terms of a few sums.
    """

    name = "arithmetic"
    asked: ClassVar = {f"exemplars.{n}.right": None for n in EXEMPLARS}

    def run(self, progress: Progress) -> None:
        """Play the game, judge samples, and add z's."""
        self.sums: dict[int, Sums] = {}
        streams, game = Streams(self.seed), sums.arithmetic_game(self.seed)
        self.play_each([(game.play(STEPS), STEPS)], progress)
        z = sums.NOISE.sample(SAMPLES, streams["exemplars"])
        x = game.G(z)
        found = sums.judge(x)
        self.shares = (np.bincount(found, minlength=4) / SAMPLES).tolist()
        self.off = float(sums.distance(x).mean())
        if self.interrupted:
            return
        for n in EXEMPLARS:
            parts = []
            for target in range(4):
                groups = sums.groups_for(target, found)
                chosen = sums.exemplars(groups, n, TRIALS, streams["chosen"])
                pair = game.G(sums.combined(z, chosen)), sums.combined(x, chosen)
                parts.append(Sums(*pair, *(sums.judge(one) == target for one in pair)))
                if n == 3 and target == 3:
                    self.shown = [x[which[:SHOWN]].mean(axis=1) for which in chosen]
            self.sums[n] = Sums(*map(np.concatenate, zip(*parts, strict=True)))

    def numbers(self) -> dict:
        """``shares`` of samples by target; by number of ``exemplars`` what is ``right``, and how.

        ``off`` is the mean distance from the nearest picture without noise; ``beyond`` the share
        of sums of pictures with pixels that are out of [-1, 1].
        """
        found = {}
        for n, one in self.sums.items():
            found[str(n)] = {
                "right": float(one.right.mean()),
                "off": float(sums.distance(one.made).mean()),
                "pixels_right": float(one.pixels_right.mean()),
                "pixels_off": float(sums.distance(one.pixels).mean()),
                "beyond": float((abs(one.pixels).max(axis=1) > 1).mean()),
            }
        return {"shares": self.shares, "off": self.off, "exemplars": found}

    def text(self) -> str:
        """A line for each number of exemplars."""
        report = self.report()
        rows: list[tuple] = [("", "G(sum of z)", "", "", "sum of pictures", "", "")]
        rows += [("exemplars", "right", "asked", "off", "right", "off", "beyond")]
        for n, one in report["exemplars"].items():
            asked = f">= {EXEMPLARS[int(n)]:.2f}" + " MISSED" * (one["right"] < EXEMPLARS[int(n)])
            shown = (one[name] for name in ("off", "pixels_right", "pixels_off", "beyond"))
            rows.append((n, one["right"], asked, *shown))
        by = ", ".join(f"{share:.2f}" for share in report["shares"])
        lines = [
            f"z(hat, not side) - z(not hat, not side) + z(not hat, side), seed {self.seed}",
            f"samples by (hat, side), 00 01 10 11: {by}; by chance 0.25 of the sums are right",
            f"off: distance from the nearest picture of the data; of samples {report['off']:.3f}",
            "beyond: share with pixels that no picture can have\n",
            table(rows, "12", ">12.3f", ">14", ">8.3f", ">18.3f", ">8.3f", ">9.3f"),
        ]
        return "\n".join(lines)

    def _draw(self) -> Picture:
        """Terms, results and controls of a few sums of three exemplars."""
        picture = new_picture(7)
        if 3 not in self.sums:
            return picture
        own = self.sums[3]
        last = slice(3 * TRIALS, 3 * TRIALS + SHOWN)  # of the target (hat, right)
        rows = dict(zip(("hat, left", "- none, left", "+ none, right"), self.shown, strict=True))
        rows |= {"G(sum of z)": own.made[last], "sum of pixels": own.pixels[last]}
        axes = picture.subplots(len(rows), SHOWN)
        for line, (name, images) in zip(axes, rows.items(), strict=True):
            for ax, image in zip(line, images, strict=False):
                ax.imshow(image.reshape(8, 8), cmap="gray", vmin=-1, vmax=1)
                ax.set(xticks=[], yticks=[])
            line[0].set_ylabel(name, rotation=0, ha="right", va="center")
        for ax, right in zip(axes[3], own.right[last], strict=False):
            ax.set(title="right" if right else "wrong")
        of = self.numbers()["exemplars"]
        shares = ", ".join(f"{100 * of[n]['right']:.0f} % ({n})" for n in of)
        made, pixels = of["3"]["off"], of["3"]["pixels_off"]
        picture.suptitle(
            f"sums of z that come out right, by exemplars of each term: {shares}\n"
            f"distance from the nearest picture: G(sum of z) {made:.2f}, sum of pixels {pixels:.2f}"
        )
        return picture
