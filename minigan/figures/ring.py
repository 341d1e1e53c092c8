"""One table for mode collapse: every remedy plays the ring of eight modes from the same seeds.

The controls stand beside the claims: the plain game of either cost, unrolling whose gradient is
stopped, and as many steps of D as unrolling computes. See `minigan.variants.ring_remedies`.
"""

import base64
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from minigan.base.validation import whole_number
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import SIZE, Axes, Picture, new_picture
from minigan.figures.sweep import grid, sweep
from minigan.variants import ring_game
from minigan.variants.ring_remedies import REMEDIES, outcome

STEPS = ring_game.STEPS
SHOWN = 400  # samples of a game in the picture
ROWS = 4  # seeds in the picture
MOST = 2.7  # half the width of a panel
SCORES = ring_game.Score._fields


@dataclass(eq=False)
class Ring(Figure):
    """The ring with each remedy, from each of the ``seeds``; from ``seed`` alone without them.

    ``jobs`` are games at once, by default one for each core; ``directory`` is where the table of
    games is kept, so that the same call goes on where it was stopped. After ``play``, ``games``.
    """

    name = "ring"
    settings = ("seeds", "steps")

    seeds: Sequence[int] | None = None
    jobs: int | None = None
    directory: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [self.seed] if self.seeds is None else self.seeds
        self.seeds = [whole_number("seeds", seed, low=0) for seed in given]
        self.steps = STEPS

    def run(self, progress: Progress) -> None:
        """Play what is not in the table yet, on all cores."""
        with ExitStack() as stack:
            place = self.directory or stack.enter_context(tempfile.TemporaryDirectory())
            settings = grid(remedy=REMEDIES, seed=self.seeds or [], steps=[self.steps])
            options: dict[str, Any] = {"directory": place, "jobs": self.jobs, "progress": progress}
            done = sweep(results, settings, name=self.name, **options)
        self.games, self.interrupted = done.games, done.interrupted

    def numbers(self) -> dict:
        """``remedies``, scores by seed; ``medians`` and ``means`` of their JSD; ``asked``.

        The lists are in the order of the ``seeds``. Of a game whose cost was no number, or that
        has not been played, the scores are None.
        """
        remedies = {
            remedy: {score: self._column(remedy, score) for score in SCORES} for remedy in REMEDIES
        }
        jsd = {remedy: self._jsd(remedy) for remedy in REMEDIES if self._jsd(remedy)}
        return {
            "remedies": remedies,
            "medians": {remedy: median(values) for remedy, values in jsd.items()},
            "means": {remedy: mean(values) for remedy, values in jsd.items()},
            "asked": {
                what: {"bound": bound, "measured": measured, "holds": holds}
                for what, bound, measured, holds in self._asked(jsd)
            },
        }

    def _asked(self, jsd: dict[str, list[float]]) -> list[tuple[str, str, float, bool]]:
        """Rows (name, bound, measured, holds) of what is asked, once the table is full."""
        if len(jsd) < len(REMEDIES):
            return []
        found = [modes == ring_game.MODES for modes in self._column("unrolled-5", "modes")]
        features = median(jsd["minibatch-features"])
        over_unrolled = mean(jsd["none"]) / mean(jsd["unrolled-5"])
        over_control = features / median(jsd["none-non-saturating"])
        numbers = {
            "unrolled-5: share of seeds with 8 modes": (mean(found), ">=", 7 / 8),
            "unrolled-5: median JSD": (median(jsd["unrolled-5"]), "<=", 0.06),
            "none: mean JSD over that of unrolled-5": (over_unrolled, ">=", 2.5),
            "minibatch-features: median JSD": (features, "<=", 0.06),
            "minibatch-features: median over none-non-saturating's": (over_control, "<=", 2 / 3),
            "labels: median JSD": (median(jsd["labels"]), "<=", 0.02),
        }
        return [
            (what, f"{way} {bound:.3g}", n, n >= bound if way == ">=" else n <= bound)
            for what, (n, way, bound) in numbers.items()
        ]

    def text(self) -> str:
        """A line for each remedy, and what is asked beside what was measured."""
        report, wide = self.report(), max(15, len(self.seeds or []) + 2)
        rows: list[tuple] = [
            ("remedy", "modes by seed", "all 8", "quality", "JSD median", "mean", "worst")
        ]
        for remedy, middle in report["medians"].items():
            modes, jsd = self._column(remedy, "modes"), self._jsd(remedy)
            quality = median(q for q in self._column(remedy, "quality") if q is not None)
            digits = "".join("-" if m is None else str(m) for m in modes)
            full = modes.count(ring_game.MODES)
            rows.append((remedy, digits, full, quality, middle, mean(jsd), max(jsd)))
        asked: list[tuple] = [("asked", "", "measured", "")]
        for what, row in report["asked"].items():
            said = "  ok" if row["holds"] else "  MISSED"
            asked.append((what, row["bound"], row["measured"], said))
        return "\n".join(
            [
                f"eight Gaussians on a ring, {self.steps} steps, {len(self.seeds or [])} seeds;"
                f" p_data itself: quality {1 - ring_game.OUTSIDE:.3f}, JSD 0\n",
                table(rows, "21", f"{wide}", ">5", ">10.2f", ">12.3f", ">8.3f", ">8.3f"),
                *(
                    f"{g.setting['remedy']}, {g.setting['seed']}: {g.error}"
                    for g in self.games
                    if g.error
                ),
                "",
                table(asked, "56", ">9", ">10.3f", "<"),
                "\nThe controls of unrolled-5 are unrolled-5-stopped and more-D-steps, that of all",
                "is none-alternating. Where the second order decides: minigan unrolled.",
            ]
        )

    def _draw(self) -> Picture:
        """Samples by remedy and seed, and the JSD of every game below."""
        seeds = list(self.seeds or [])[:ROWS]
        picture = new_picture(1.35 * len(seeds) + 3.6)
        rows: list[Any] = [[f"{remedy} {seed}" for remedy in REMEDIES] for seed in seeds]
        below: list[Any] = ["jsd"] * len(REMEDIES)
        axes = picture.subplot_mosaic([*rows, below], height_ratios=[1.0] * len(seeds) + [1.3])
        for place in (place for row in rows for place in row):
            ring = {"color": "black", "ms": 7, "mfc": "none", "mew": 0.8}
            axes[place].plot(*ring_game.DATA.means.T, "o", **ring)
            axes[place].set(xlim=(-MOST, MOST), ylim=(-MOST, MOST), aspect="equal")
            axes[place].set(xticks=[], yticks=[])
        for game in self.games:
            place = f"{game.setting['remedy']} {game.setting['seed']}"
            if place in axes and game.error is None:
                _draw_samples(axes[place], game.results)
        for remedy in REMEDIES:
            axes[f"{remedy} {seeds[0]}"].set_title(remedy.replace("-", "\n"))
        for seed in seeds:
            axes[f"none {seed}"].set_ylabel(f"seed {seed}")
        _draw_divergences(axes["jsd"], [self._jsd(remedy) for remedy in REMEDIES])
        picture.suptitle(self._finding())
        return picture

    def _finding(self) -> str:
        """The finding in a sentence, from the numbers."""
        jsd = {r: f"{median(self._jsd(r)):.3f}" if self._jsd(r) else "-" for r in REMEDIES}
        return (
            f"Median JSD {jsd['none']} without a remedy, {jsd['none-alternating']} taking turns;\n"
            f"unrolled {jsd['unrolled-5']}, its controls {jsd['unrolled-5-stopped']} and "
            f"{jsd['more-D-steps']}; with labels {jsd['labels']}"
        )

    def _column(self, remedy: str, score: str) -> list:
        """A score of a remedy by seed, None where there is none."""
        found = {
            game.setting["seed"]: game.results.get(score)
            for game in self.games
            if game.setting["remedy"] == remedy
        }
        return [found.get(seed) for seed in self.seeds or []]

    def _jsd(self, remedy: str) -> list[float]:
        return [value for value in self._column(remedy, "jsd") if value is not None]


def results(remedy: str, seed: int, steps: int) -> dict[str, Any]:
    """Scores of a game, and as text the first samples (400, 2), for the picture."""
    score, x = outcome(remedy, seed, steps)
    samples = base64.b64encode(x[:SHOWN].astype("<f2").tobytes()).decode()
    return {**score._asdict(), "samples": samples}


def _draw_samples(ax: Axes, found: dict[str, Any]) -> None:
    x = np.frombuffer(base64.b64decode(found["samples"]), "<f2").reshape(-1, 2)
    ax.plot(*x.T, ".", color=style.P_G["color"], ms=2.5, alpha=0.6)
    ax.set_xlabel(f"{found['modes']} of 8: {found['jsd']:.3f}", fontsize=SIZE - 2)


def _draw_divergences(ax: Axes, columns: list[list[float]]) -> None:
    for i, values in enumerate(columns):
        across = i + np.linspace(-0.35, 0.1, len(values))
        ax.plot(across, values, "o", color=style.P_G["color"], ms=6, alpha=0.8)
        if values:
            ax.hlines(median(values), i - 0.42, i + 0.17, color="black", lw=2.4)
            ax.text(i + 0.19, median(values), f"{median(values):.3f}", va="bottom", ha="center")
    ax.set(yscale="log", xlim=(-0.5, len(columns) - 0.5), xticks=range(len(columns)))
    ax.set_xticklabels(remedy.replace("-", "\n") for remedy in REMEDIES)
    ax.set_ylabel("JSD (nats), each seed\nand the median")
