"""Conditional games on the line: p(x|c) for every c, and two right answers to one question.

Three games: D sees c; D does not, as a control, and asks for the marginal of x only; and two
answers, between which squared error takes the middle (Figure 3 of the tutorial as a toy).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from minigan.base.randomness import generator, sequence
from minigan.distributions import Normal
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Axes, Picture, name_all_curves, new_picture
from minigan.networks import Sequential
from minigan.theory.divergences import jensen_shannon
from minigan.variants import conditional_toys as toys

STEPS = {"sees_c": 2000, "blind": 2000, "two_answers": 4000, "squared_error": 2000}
CONDITIONS = np.linspace(-0.95, 0.95, 20)  # at which the conditionals are judged
LINES, DOTS = 30, 500  # quantiles of z that are drawn, and pairs of the data


@dataclass(eq=False)
class Conditional(Figure):
    """A game with a condition, its control, and a game of two answers beside squared error.

    After ``play``, ``games`` are those of `STEPS` by name.
    """

    name = "conditional"
    asked: ClassVar = {"sees_c.jsd": 0.0, "sees_c.marginal": 0.0, "sees_c.mean_error": 0.0}
    asked |= {"blind.jsd": None, "blind.marginal": 0.0, "blind.mean_error": None}
    asked |= {"two_answers.jsd": 0.0, "two_answers.share_error": 0.0, "squared_error.jsd": None}

    def run(self, progress: Progress) -> None:
        """Play the games one after another."""
        of = dict(zip(STEPS, sequence(self.seed).spawn(len(STEPS)), strict=True))
        n, task = STEPS, toys.TWO_ANSWERS
        self.games: dict[str, Any] = {
            "sees_c": toys.conditional_game(toys.SINE, n["sees_c"], of["sees_c"]),
            "blind": toys.conditional_game(toys.SINE, n["blind"], of["blind"], D_sees_c=False),
            "two_answers": toys.conditional_game(task, n["two_answers"], of["two_answers"]),
            "squared_error": toys.regression(task, n["squared_error"], of["squared_error"]),
        }
        with self.until_interrupted():
            for _ in progress(self._steps(), sum(STEPS.values())):
                pass
        self.scores = self._score()

    def _steps(self) -> Iterator:
        for name, game in self.games.items():
            yield from game.play(STEPS[name])

    def numbers(self) -> dict:
        """Exact scores of each game over 20 conditions: see `toys.exact_scores`.

        ``squared_error.jsd`` is that of the best Gaussian around the net's answer, of the exact
        conditional variance: a lone point would have log 2.
        """
        return self.scores

    def _score(self) -> dict:
        G = {name: game.networks["G"] for name, game in self.games.items() if "G" in game.networks}
        scores = {
            name: toys.exact_scores(G[name], toys.SINE, CONDITIONS) for name in ("sees_c", "blind")
        }
        two = toys.exact_scores(G["two_answers"], toys.TWO_ANSWERS, CONDITIONS)
        answers = toys.answer_scores(G["two_answers"], CONDITIONS)
        scores["two_answers"] = two | answers
        scores["squared_error"] = _score_of_means(self.games["squared_error"].networks["F"])
        return scores

    def text(self) -> str:
        """A line for each game: JSD of the conditionals, of the marginals, errors of the means."""
        report = self.report()
        of = {name: report[name] for name in STEPS}
        rows: list[tuple] = [("the theory asks", "E_c JSD", "JSD of x alone", "error of E[x|c]")]
        rows += [("of a D that sees c", "0", "0", "0")]
        columns = "jsd", "marginal", "mean_error"
        names = {"sees_c": "D sees c", "blind": "D does not (control)"}
        names |= {"two_answers": "two answers: the game"}
        rows += [(said, *(of[name][one] for one in columns)) for name, said in names.items()]
        mean = of["squared_error"]
        rows.append(("  squared error, the best Gaussian", mean["jsd"], None, mean["mean_error"]))
        two = of["two_answers"]
        return "\n".join(
            [
                f"exact scores of p_g(x|c) over {len(CONDITIONS)} conditions, in nats\n",
                table(rows, "34", ">10.4f", ">16.4f", ">18.4f"),
                f"\ntwo answers: the share of one of them is off by {two['share_error']:.3f}; "
                f"{two['near']:.1%} of p_g is near an answer",
            ]
        )

    def _draw(self) -> Picture:
        """A panel for each task: data as dots over c, and G at even quantiles of z as lines."""
        picture = new_picture(4.8)
        axes = picture.subplots(1, 3, sharex=True)
        report = self.scores
        tasks = {"sees_c": toys.SINE, "blind": toys.SINE, "two_answers": toys.TWO_ANSWERS}
        says = {
            "sees_c": "D sees c:\nG learns p(x|c)",
            "blind": "D does not see c:\nonly the marginal fits",
            "two_answers": "two answers: G gives\none, the mean neither",
        }
        for ax, (name, task) in zip(axes, tasks.items(), strict=True):
            _draw_task(ax, self.games[name].networks["G"], task, self.seed)
            found = f"JSD {report[name]['jsd']:.3f}, of x alone {report[name]['marginal']:.4f}"
            ax.set(title=f"{says[name]}\n{found}", xlabel="c", ylabel="x")
        c = np.linspace(-1, 1, 200, dtype=np.float32)[:, None]
        F = self.games["squared_error"].networks["F"]
        axes[2].plot(c, F(c), color=style.D_STAR["color"], lw=4, label="squared error")
        name_all_curves(picture, 3)
        return picture


def _score_of_means(F: Sequential) -> dict[str, float]:
    """Of answers F(c): mean |F(c) - E[x|c]|, and JSD of the best Gaussian around them."""
    jsds, errors = [], []
    for c in CONDITIONS:
        law, w, f = toys.TWO_ANSWERS.law(c), toys.share(c), toys.answer(c)
        y = float(F(np.array([[c]], F.dtype))[0, 0])
        errors.append(abs(y - toys.mean_of(law)))
        std = np.sqrt(toys.WIDE**2 + 4 * w * (1 - w) * f**2)
        jsds.append(jensen_shannon(law, Normal(y, std)))
    return {"jsd": float(np.mean(jsds)), "mean_error": float(np.mean(errors))}


def _draw_task(ax: Axes, G: Sequential, task: toys.Task, seed: int) -> None:
    from scipy.special import ndtri

    x, c = task.pairs.sample(DOTS, generator(seed))
    ax.plot(c, x, ".", color=style.P_DATA["color"], ms=4, label="data (c, x)")
    grid = np.linspace(-1, 1, 100, dtype=np.float32)
    for i, z in enumerate(ndtri((np.arange(LINES) + 0.5) / LINES)):
        line = G(np.stack([grid, np.full_like(grid, z)], axis=1))
        label = "G(c, z), z at 30 even quantiles" if i == 0 else None
        ax.plot(grid, line, color=style.P_G["color"], lw=1, alpha=0.8, label=label)
    ax.set_xticks([-1, 0, 1])
