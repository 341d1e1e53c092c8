"""InfoGAN on the ring: the information of the code, between two bounds; and a G that ignores it."""

import math
from dataclasses import dataclass
from typing import ClassVar

from minigan.base.randomness import generator, sequence
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Picture, new_picture
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
        rows += [("p_data; log 8", most, most, 8, 0.9889, 0.0)]
        for name, weight in WEIGHTS.items():
            rows.append((f"lambda = {weight:g}", *self.scores[name].values()))
        return "both are lower bounds of I(c; x), which is at most log 8\n\n" + table(
            rows, "14", ">12.3f", ">12.3f", ">8d", ">10.3f", ">10.4f"
        )

    def _draw(self) -> Picture:
        """A panel for each game: its samples, coloured by their code."""
        picture = new_picture(5.4)
        axes = picture.subplots(1, 2, sharex=True, sharey=True)
        z = infogan.CodedNoise().sample(DOTS, generator(self.seed))
        for ax, (name, weight) in zip(axes, WEIGHTS.items(), strict=True):
            x = self.games[name].networks["G"](z)
            ax.scatter(*x.T, c=z[:, : infogan.CODES].argmax(axis=1), s=8, cmap="tab10")
            found, most = self.scores[name]["L_I"], math.log(infogan.CODES)
            title = f"$\\lambda$ = {weight:g}: $L_I$ = {found:.3f} of {most:.3f}"
            ax.set(title=title, xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
            ax.set_xlabel("samples of G, a colour for each of the 8 codes")
        read = (f"{self.scores[name]['L_I'] / most:.0%} ({name})" for name in WEIGHTS)
        picture.suptitle(f"how much of a code Q reads off x: {', '.join(read)}")
        return picture
