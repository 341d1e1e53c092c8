"""InfoGAN on the ring: the information of the code, between two bounds; and a G that ignores it."""

import math
from dataclasses import dataclass
from typing import ClassVar

from minigan.base.randomness import generator, sequence
from minigan.figures.base import Figure, Picture, Progress, describe, new_picture, table
from minigan.variants import infogan

STEPS, DOTS = 2500, 1500
WEIGHTS = {"listens": 1.0, "ignores": 0.0}  # lambda


@dataclass(eq=False)
class InfoGan(Figure):
    """The game with lambda = 1, and with 0 as a control, from one seed; ``games`` by name."""

    name = "infogan"
    asked: ClassVar = {"listens.L_I": math.log(infogan.CODES), "listens.jsd": 0.0}
    asked |= {"listens.of_modes": math.log(infogan.CODES), "ignores.L_I": None}

    def run(self, progress: Progress) -> None:
        """Play both games."""
        (seed,) = sequence(self.seed).spawn(1)
        self.games = {
            name: infogan.infogan_game(STEPS, seed, weight) for name, weight in WEIGHTS.items()
        }
        self.play_each(((game.play(STEPS), STEPS) for game in self.games.values()), progress)
        self.scores = {
            name: infogan.scores(game.networks["G"], game.networks["Q"])
            for name, game in self.games.items()
        }

    def numbers(self) -> dict:
        """Of each game, ``L_I`` and ``of_modes`` in nats, and the scores of the ring."""
        return self.scores

    def text(self) -> str:
        """A line for each game."""
        rows: list[tuple] = [("nats", "L_I, by Q", "I(c; mode)", "modes", "quality", "JSD")]
        most = math.log(infogan.CODES)
        rows += [("most: log 8", most, most, 8, 0.9889, 0.0)]
        for name, weight in WEIGHTS.items():
            rows.append((f"lambda = {weight:g}", *self.scores[name].values()))
        return "both are lower bounds of I(c; x), which is at most log 8\n\n" + table(
            rows, "14", ">12.3f", ">12.3f", ">8d", ">10.3f", ">10.4f"
        )

    def draw(self) -> Picture:
        """A panel for each game: its samples, coloured by their code."""
        picture = new_picture(10, 5.6, dpi=110)
        axes = picture.subplots(1, 2, sharex=True, sharey=True)
        z = infogan.CodedNoise().sample(DOTS, generator(self.seed))
        for ax, (name, weight) in zip(axes, WEIGHTS.items(), strict=True):
            x, found = self.games[name].networks["G"](z), self.scores[name]
            ax.scatter(*x.T, c=z[:, : infogan.CODES].argmax(axis=1), s=8, cmap="tab10")
            title = (
                f"lambda = {weight:g}: L_I = {found['L_I']:.3f} of {math.log(infogan.CODES):.3f}"
            )
            describe(ax, title, xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
            ax.set_xlabel("samples of G, a colour for each of the 8 codes", fontsize=11)
        return picture
