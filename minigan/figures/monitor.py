"""The toy game, watched: what the theory speaks of, at every 250th step of Algorithm 1.

The proof of the 2014 paper assumes a D that is optimal at every step, and concludes that
JSD(p_data || p_g) goes to 0. The monitor computes both on a real game: how far D is
from D*, in nats and in probability, and where the divergence is, and it shows how
little the costs of the players tell about either.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigan.base.randomness import sequence
from minigan.figures.base import Figure, Progress, table, tiny
from minigan.figures.style import BLUE, GREEN, GREY, ORANGE, Picture, name_curves, new_picture
from minigan.figures.toy import players, toy_game
from minigan.theory.monitor import Monitor

STEPS = 6000

OF_G: dict[str, Any] = {"color": GREEN, "marker": "o", "ms": 4}
OF_D: dict[str, Any] = {"color": BLUE, "marker": "s", "ms": 4, "ls": "--"}


@dataclass(eq=False)
class Monitored(Figure):
    """The toy game under a monitor.

    After ``play``, ``observations`` are the monitor's, one ``every`` so many of the ``steps``;
    ``values`` the estimates -2 J_D of V(G, D) from the minibatch of each step; ``observing``
    the part of ``seconds`` that the observations took.
    """

    name = "monitor"
    settings = ("steps", "every")

    def run(self, progress: Progress) -> None:
        """Play and observe; an interrupted game is observed once more, where it stopped."""
        init, main = sequence(self.seed).spawn(2)
        game = toy_game(*players(init), steps=STEPS, seed=main)
        monitor, J_D = Monitor(game), []
        with self.until_interrupted():
            for record in monitor.watch(progress(game.play(STEPS), STEPS)):
                J_D.append(record.J_D)
        if self.interrupted:
            monitor.observe()
        self.steps, self.every = game.steps_done, monitor.every
        self.observations, self.observing = monitor.observations, monitor.seconds
        self.values = -2 * np.array(J_D)

    def numbers(self) -> dict:
        """``observing`` in seconds, its ``share`` of all seconds, and the ``observations``."""
        return {
            "observing": self.observing,
            "share": self.observing / self.seconds,
            "observations": [observation._asdict() for observation in self.observations],
        }

    def text(self) -> str:
        """A line for each quantity: asked by the theory, at the start, and at the end."""
        report = self.report()
        seen = report["observations"]
        rows: list[tuple] = [("the theory asks", "at step 0", f"at step {seen[-1]['step']}")]
        for asked, found in (
            ("p_g = p_data: JSD = 0", "{jsd:8.4f} nats"),
            ("C(G) = -log 4 = -1.3863", "{c_of_g:8.4f} nats"),
            ("D = D*: C(G) - V(G, D) = 0", "{inner_gap:8.4f} nats"),
            ("        mean |D - D*| = 0", "{d_gap:8.4f}"),
            ("D = 1/2: mean |D - 1/2| = 0", "{d_minus_half:8.4f}"),
        ):
            rows.append((asked, *(found.format(**one) for one in (seen[0], seen[-1]))))
        residuals = (tiny(one["residual"]) for one in (seen[0], seen[-1]))
        rows.append(("C(G) + log 4 - 2 JSD = 0", *residuals))
        return (
            f"The toy game under a monitor, seed {report['seed']}: {report['steps']} steps in "
            f"{report['seconds']:.1f} s;\nlooking every {report['every']} steps took "
            f"{report['share']:.0%} of the time, playing the rest\n\n{table(rows, '32', '18', '')}"
        )

    def _draw(self) -> Picture:
        """Three panels: the two distances in nats, the value function, and D's distances."""
        seen = {
            name: np.array([getattr(one, name) for one in self.observations])
            for name in self.observations[0]._fields
        }
        picture = new_picture(8.0)
        panels: list[Any] = [["value", "value"], ["distances", "of_D"]]
        value, distances, of_D = picture.subplot_mosaic(panels).values()
        steps = seen["step"]

        far = r"JSD($p_{data}$ || $p_g$): how far G is from the data"
        distances.semilogy(steps, seen["jsd"], label=far, **OF_G)
        far = "C(G) - V(G, D): how far D is from D*"
        distances.semilogy(steps, seen["inner_gap"], label=far, **OF_D)
        distances.set(title="Both fall: G comes near the data, D near D*", ylabel="nats")

        floor = -math.log(4)
        high = max(seen["c_of_g"][1:].max(initial=floor), floor) + 0.1  # the start is off the scale
        value.plot(range(1, len(self.values) + 1), self.values, color=GREY, lw=0.2, alpha=0.6)
        said = "-2 J(D) of the minibatch: all that training sees"
        value.plot([], [], color=GREY, lw=1, label=said)
        value.plot(steps, seen["c_of_g"], label="C(G) = V(G, D*)", **OF_G)
        value.plot(steps, seen["value"], label="V(G, D)", **OF_D)
        value.axhline(floor, color="black", lw=0.8, ls=":", label="-log 4")
        title = "V(G, D) and C(G) come to -log 4"
        value.set(title=title, ylim=(floor - 0.15, high), ylabel="nats")

        of_D.semilogy(steps, seen["d_gap"], label="mean |D - D*|", **OF_D)
        half: dict[str, Any] = {"color": ORANGE, "marker": "^", "ms": 4, "label": "mean |D - 1/2|"}
        of_D.semilogy(steps, seen["d_minus_half"], **half)
        of_D.set(title="D comes near D*, and both near 1/2", ylabel="probability")
        for ax in (distances, value, of_D):
            ax.set_xlabel("step of Algorithm 1")
            ax.margins(x=0.01)
            name_curves(ax)
        return picture
