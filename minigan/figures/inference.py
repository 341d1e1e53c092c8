"""E finds z while G makes x: linear ALI against the exact posterior, BiGAN with and without noise.

Reconstruction is no fit: without noise on the inputs of D, E and G may be each other's inverse and
both be wrong. The other scores see it.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minigan.base.randomness import generator, sequence
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Axes, Picture, name_curves, new_picture
from minigan.networks import Sequential
from minigan.variants import bigan_toys as toys
from minigan.variants import linear_ali as ali

ALI_STEPS, STARTS = 2000, (0.2, 0.8, 1.4)  # of w
DRAW = "plane_drawn"  # the game whose E and G draw their outputs
GAMES = {  # task, steps, standard deviation of the noise at the start
    "line": (toys.LINE, 4000, 1.0),
    "line_without": (toys.LINE, 4000, 0.0),
    "plane": (toys.PLANE, 2500, 1.0),
    "plane_without": (toys.PLANE, 2500, 0.0),
    DRAW: (toys.PLANE, 2500, 0.0),
}
HEADS = {
    "line": ("on the line", "x again", "z again", "error of G", "std E(x)", "of G(z)"),
    "plane": ("in the plane", "x again", "z again", "J_z", "J_x", "std E(x)", "to"),
}
ASKED = {"line": (0, 1, 1), "plane": (0, 0, 1, 1)}
DOTS = 2000  # examples whose E(x) is drawn


@dataclass(eq=False)
class Inference(Figure):
    """Linear ALI from three starts, and BiGAN on the line and in the plane, with and without noise.

    After ``play``, ``paths`` are E and G of linear ALI after each step, and ``games`` are by the
    names of `GAMES`.
    """

    name = "inference"
    asked: ClassVar = {"ali.gap_a": 0.0, "ali.gap_t": 0.0, "ali.gap_var_x": 0.0}
    asked |= {"line.reconstruction": 0.0, "line.G_error": 0.0, "line.std_E": 1.0}
    asked |= {"line_without.reconstruction": None, "line_without.G_error": None}
    asked |= {"plane.reconstruction": 0.0, "plane.J_z": 0.0, "plane.J_x": 0.0}
    asked |= {"plane_without.reconstruction": None, "plane_without.J_z": None}
    asked |= {"plane_drawn.reconstruction": None, "plane_drawn.J_z": 0.0, "plane_drawn.J_x": 0.0}

    def run(self, progress: Progress) -> None:
        """Play the games one after another; a game and its control from the same seed."""
        line, plane, *others = sequence(self.seed).spawn(2 + len(STARTS))
        seeds = {toys.LINE: line, toys.PLANE: plane}
        self.paths = [[ali.Solution(0.1, 1.0, w, 1.0)] for w in STARTS]
        self.games = {}
        plays = []
        for path, seed in zip(self.paths, others, strict=True):
            game = ali.linear_ali_game(ALI_STEPS, seed, path[0].w)
            plays.append((ali.followed(game, ALI_STEPS, path), ALI_STEPS))
        for name, (task, steps, noise) in GAMES.items():
            own = seeds[task], noise
            self.games[name] = toys.bigan_game(task, steps, *own, draws=name == DRAW)
            plays.append((self.games[name].play(steps), steps))
        self.play_each(plays, progress)
        judges = {toys.LINE: toys.scores_on_the_line, toys.PLANE: toys.scores_in_the_plane}
        self.scores = {
            name: judges[GAMES[name][0]](game.networks["E"], game.networks["G"])
            for name, game in self.games.items()
        }

    def numbers(self) -> dict:
        """``ali``, and scores of each game: see `scores_on_the_line` and `scores_in_the_plane`.

        ``ali`` has the ``runs``, and their largest ``gap_a`` and ``gap_t`` from G's posterior, and
        ``gap_var_x`` from 4, relative.
        """
        found = [ali.at_rest(path) for path in self.paths]
        rows = [s._asdict() | {"var_x": s.var_x, "posterior": list(s.posterior)} for s in found]
        gaps = {
            "gap_a": max(abs(s.a - s.posterior[0]) for s in found),
            "gap_t": max(abs(s.t - s.posterior[1]) for s in found),
            "gap_var_x": max(abs(s.var_x / ali.STD**2 - 1) for s in found),
        }
        return {"ali": {"runs": rows} | gaps, **self.scores}

    def text(self) -> str:
        """Linear ALI beside the exact posterior; then a line for each BiGAN."""
        report = self.report()
        rows: list[tuple] = [("linear ALI", "a", "of posterior", "t", "of posterior", "var x (4)")]
        for i, run in enumerate(report["ali"]["runs"]):
            (a, t), game = run["posterior"], f"  game {i}: G has w = {run['w']:.2f}"
            rows.append((game, run["a"], a, run["t"], t, run["var_x"]))
        text = [table(rows, "28", *[">14.3f"] * 5)]
        for task, head in HEADS.items():
            lines: list[tuple] = [head, ("  asked", 0, 0, *ASKED[task])]
            lines += [("  noise", *report[task].values())]
            lines += [("  no noise", *report[f"{task}_without"].values())]
            if task == "plane":
                lines += [("  E and G draw", *report[DRAW].values())]
            text.append(table(lines, "16", *[">12.3f"] * 6))
        return "\n\n".join(text)

    def _draw(self) -> Picture:
        """Paths of linear ALI to its line of solutions; G on the line; E(x) over the 48 cells."""
        picture = new_picture(8.6)
        axes = picture.subplots(2, 2).ravel()
        w = np.array([0, ali.STD])
        axes[0].plot(w, w / ali.STD**2, **style.P_DATA | {"label": "E is the posterior: a = w/4"})
        for path in self.paths:
            axes[0].plot([s.w for s in path], [s.a for s in path], lw=2)
            axes[0].plot(*(ali.at_rest(path)[i] for i in (2, 0)), "ko")
        gap = self.numbers()["ali"]["gap_a"]
        title = f"linear ALI, from three w:\na is the posterior's to {gap:.3f}"
        axes[0].set(title=title, xlabel="w", ylabel="a")
        self._draw_line(axes[1])
        for ax, name in zip(axes[2:], ("plane", "plane_without"), strict=True):
            J, said = self.scores[name]["J_z"], "no noise" if "_" in name else "noise that falls"
            _draw_cells(ax, self.games[name].networks["E"], self.seed)
            ax.set(title=f"plane, {said}:\nJSD of E(x) and N(0, I) {J:.3f}")
        name_curves(axes[0])
        name_curves(axes[1])
        return picture

    def _draw_line(self, ax: Axes) -> None:
        z = np.linspace(-2.5, 2.5, 201, dtype=np.float32)[:, None]
        for i, sign in enumerate((1, -1)):
            exact = toys.cubic(sign * z)
            ax.plot(z, exact, **style.P_DATA | {"label": None if i else "right: T(z) or T(-z)"})
        curves = {"line": ("noise", style.P_G), "line_without": ("no noise", style.D_STAR)}
        for name, (said, look) in curves.items():
            G = self.games[name].networks["G"]
            ax.plot(z, G(z), **look | {"label": f"G, {said}", "lw": 3})
        right, wrong = (self.scores[name]["G_error"] for name in curves)
        title = f"line: G is off by {right:.2f} with noise,\n{wrong:.2f} without"
        ax.set(title=title, xlabel="z", ylabel="G(z)", ylim=(-5, 5))


def _draw_cells(ax: Axes, E: Sequential, seed: int) -> None:
    """E(x) of 2,000 examples, over cells that hold one in 48 each if E is right."""
    u = E(toys.PLANE.sample(DOTS, generator(seed)))
    ax.plot(*u.T, ".", color=style.P_G["color"], ms=3)
    angle = np.linspace(0, 2 * np.pi, 200)
    for radius in toys.RADII:
        ax.plot(radius * np.cos(angle), radius * np.sin(angle), color="black", lw=0.8)
    for one in np.linspace(0, 2 * np.pi, toys.SECTORS, endpoint=False):
        ax.plot([0, 9 * np.cos(one)], [0, 9 * np.sin(one)], color="black", lw=0.8)
    ax.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
