"""The z of each minibatch, chosen while G learns (2014, section 7.5), by exact JSD on the way."""

from dataclasses import dataclass

import numpy as np

from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    Picture,
    name_curves,
    new_picture,
)
from minigan.theory.binned import bin_masses, js_masses
from minigan.variants import better_z, chosen_z

STEPS, LOOKS, SEEDS = 1500, 4, 10  # LOOKS at equal distances; the last is at the end
BAD = 0.05  # a JSD that a seed ought not to end above
P_DATA = bin_masses(better_z.DATA, better_z.EDGES)[1:-1]


@dataclass(eq=False)
class ZInTraining(Figure):
    """Games whose z are chosen in all `chosen_z.WAYS`; the ``seed`` is the first game's.

    After ``play``, ``paths`` has JSD at the looks, by way and then by seed.
    """

    name = "z-in-training"

    def run(self, progress: Progress) -> None:
        """Play `SEEDS` games in each way."""
        self.paths: dict[str, dict[int, list[float]]] = {}
        jobs = [(way, self.seed + i) for way in chosen_z.WAYS for i in range(SEEDS)]
        with self.until_interrupted():
            for way, seed in progress(jobs, len(jobs)):
                game, path = chosen_z.chosen_game(way, STEPS, seed), []
                for record in game.play(STEPS):
                    if record.step * LOOKS % STEPS < LOOKS:
                        path.append(js_masses(P_DATA, better_z.slice_laws(game.G).mean(axis=0)))
                self.paths.setdefault(way, {})[seed] = path

    def numbers(self) -> dict:
        """By way: ``medians`` at the looks, ``jsd`` at the end by seed, how many are ``bad``."""
        found = {}
        for way, by_seed in self.paths.items():
            ends = [path[-1] for path in by_seed.values()]
            medians = np.median([*by_seed.values()], axis=0).tolist()
            bad = sum(jsd > BAD for jsd in ends)
            found[way] = {"medians": medians, "jsd": ends, "worst": max(ends), "bad": bad}
        return found

    def text(self) -> str:
        """A line for each way."""
        after = [f"{STEPS * (i + 1) // LOOKS}" for i in range(LOOKS)]
        rows: list[tuple] = [("median after steps", *after, "worst", f"above {BAD}")]
        found = self.numbers()
        for way, one in found.items():
            rows.append((way, *one["medians"], one["worst"], f"{one['bad']} of {len(one['jsd'])}"))
        head = f"z chosen during training, seeds {self.seed} and on; exact JSD, nats\n"
        lines = [head, table(rows, "24", *[">9.4f"] * (LOOKS + 1), ">12")]
        if {"stratified", "independent"} <= found.keys():
            even, plain = found["stratified"], found["independent"]
            more = even["medians"][-1] - plain["medians"][-1]
            missed = "; MISSED" if even["bad"] or more > 0.003 else ""
            ends = f"{even['bad']} games above {BAD} (asked: 0), its median is {more:+.4f}"
            said = "from that of\nindependent z (asked: at most +.003)"
            lines.append(f"\nstratified: {ends} {said}{missed}")
        return "\n".join(lines)

    def _draw(self) -> Picture:
        """Medians on the way; JSD of each game at the end."""
        picture = new_picture(8.6)
        left, right = picture.subplots(2, 1)
        looks = np.arange(1, LOOKS + 1) * STEPS // LOOKS
        colors = ("#000000", GREEN, SKY, GREY, ORANGE, BLUE, PURPLE)
        found = self.numbers()
        for i, (color, (way, one)) in enumerate(zip(colors, found.items(), strict=False)):
            style = "-" if way in chosen_z.SPREAD else "--"
            left.semilogy(looks, one["medians"], style, color=color, lw=2.4, label=way)
            right.semilogx(one["jsd"], [i] * len(one["jsd"]), "o", color=color, ms=7)
        title = "medians: z spread over their law (lines), z that D has judged (dashes)"
        left.set(title=title, xlabel="step", ylabel="exact JSD, nats")
        right.axvline(BAD, color="black", ls=":", lw=2)
        right.set(yticks=range(len(found)), yticklabels=found)
        right.invert_yaxis()
        bad = ", ".join(f"{way} {found[way]['bad']}" for way in chosen_z.SPREAD if way in found)
        right.set(title=f"games above {BAD} at the end: {bad}", xlabel="exact JSD; a dot is a game")
        for ax in (left, right):
            name_curves(ax)
        return picture
