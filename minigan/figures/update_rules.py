"""Noise-contrastive estimation, maximum likelihood and the GAN, side by side on a Gaussian.

Figure 20 of the tutorial, played: one value function, one p_data, one starting point, three
update rules. Each is played twice, with exact expectations and by minibatch.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator, sequence
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, P_G, PURPLE, Axes, D, Picture, name_curves, new_picture
from minigan.theory import update_rules as theory
from minigan.theory.likelihood import kl
from minigan.theory.update_rules import Turn

DATA = Normal(1.0, 0.6)
START = theory.Model(-0.5, 0.0)  # of p_model; for NCE also the noise, for good
RATE = 0.3  # along the gradient of V, of every player
K = 5  # updates of D before each of G, in the GAN
STEPS, BATCH = 600, 256
NEAR = 0.01  # KL(p_data || p_model) in nats

EARLY = 12  # the turn that is drawn as a picture of the game
RULES = {
    "NCE": "NCE: the model is in D,\nG is noise and never moves",
    "MLE": "MLE: the model is in D,\nG is a copy of it: D = 1/2",
    "GAN": "GAN: the model is G,\nD is any function",
}
STYLES: dict[str, dict[str, Any]] = {
    "NCE": {"color": "#D55E00", "ls": "--"},
    "MLE": {"color": "#009E73", "ls": "-."},
    "GAN": {"color": "#0072B2", "ls": "-"},
}


@dataclass(eq=False)
class UpdateRules(Figure):
    """Three update rules of one game; the ``seed`` is that of the minibatches.

    After ``play``, ``exact`` and ``sampled`` have every turn of every game that was finished, by
    rule: with exact expectations, and by minibatch.
    """

    name = "update-rules"
    settings = ("steps",)
    asked: ClassVar = {f"sampled.{rule}.kl": 0.0 for rule in RULES}
    asked |= {f"sampled.{rule}.near": None for rule in RULES}

    def run(self, progress: Progress) -> None:
        """Play the three games, exactly and by minibatch."""
        self.steps = STEPS
        self.exact: dict[str, list[Turn]] = {}
        self.sampled: dict[str, list[Turn]] = {}
        rules: dict[str, Callable[[theory.Draw], Iterator[Turn]]] = {
            "NCE": lambda draw: theory.nce(START, START, draw, RATE),
            "MLE": lambda draw: theory.mle(START, draw, RATE),
            "GAN": lambda draw: theory.gan(START, theory.Logit(0, 0, 0), draw, RATE, RATE, K),
        }
        jobs = [(name, self.exact, theory.exactly(DATA)) for name in rules]
        jobs += [
            (name, self.sampled, theory.by_minibatch(DATA, BATCH, generator(seed)))
            for name, seed in zip(rules, sequence(self.seed).spawn(len(rules)), strict=True)
        ]
        with self.until_interrupted():
            for name, games, draw in progress(jobs, len(jobs)):
                games[name] = list(islice(rules[name](draw), STEPS + 1))

    def numbers(self) -> dict:
        """Under ``exact`` and ``sampled``, for each rule, where its game ended.

        The final ``mean, std, c`` of the model, ``value`` V(G, D), ``kl`` KL(p_data || p_model),
        and ``near``, the number of updates after which ``kl`` stays below `NEAR`, or None.
        """
        games = {"exact": self.exact, "sampled": self.sampled}
        return {how: {name: _summary(t) for name, t in of.items()} for how, of in games.items()}

    def text(self) -> str:
        """A line for each game: where its model ended, and after how many updates it was near."""
        report = self.report()
        rows = [
            ("", "mean", "std", "c", "V(G, D)", "KL, nats", "there at"),
            ("the theory asks", DATA.mean, DATA.std, 0, "", 0),
        ]
        for how, label in (("exact", "exact"), ("sampled", f"batch {BATCH}")):
            for name, one in report[how].items():
                rows.append((f"{name:6}{label}", *one.values()))
        return (
            f"Three update rules, seed {report['seed']}: {report['steps']} updates each, "
            f"in {report['seconds']:.1f} s\n\n"
            + table(rows, "20", ">9.4f", ">9.4f", ">z9.4f", ">10.4f", ">11.1e", ">10")
            + "\n\nV = -log 4 = -1.3863 where p_g = p_data. "
            "NCE's G never moves, so D keeps winning."
        )

    def _draw(self) -> Picture:
        """Six panels: each game early on; paths, divergences, values."""
        picture = new_picture(11.5)
        games, (paths, divergence, value) = picture.subplots(3, 2).T
        for ax, name in zip(games, RULES, strict=True):
            _draw_game(ax, name, self.exact.get(name, []))

        self._draw_lines(
            paths, lambda turns: np.transpose([(t.model.mu, t.model.std) for t in turns])
        )
        paths.plot(DATA.mean, DATA.std, "*", color="black", ms=13, label="$p_{data}$", zorder=5)
        title = "three ways from one start to $p_{data}$:\nthe GAN's winds"
        paths.set(title=title, xlabel="mean of the model", ylabel="std of the model")

        self._draw_lines(divergence, lambda turns: (range(len(turns)), [*map(distance, turns)]))
        title = "all three learn $p_{data}$; minibatches (thin)\nstop where their noise begins"
        divergence.set(xlabel="update of the model", yscale="log", ylim=(1e-12, 5))
        divergence.set(title=title, ylabel="KL($p_{data}$ || $p_{model}$), nats")

        self._draw_lines(value, lambda turns: (range(len(turns)), [t.value for t in turns]))
        value.axhline(-math.log(4), color="black", lw=1.6, ls=":", label="-log 4")
        title = "only NCE leaves D winning:\nits G is not $p_{data}$"
        value.set(title=title, xlabel="update of the model", ylabel="V(G, D), nats")
        for ax in picture.axes:
            name_curves(ax)
        return picture

    def _draw_lines(self, ax: Axes, points: Callable[[list[Turn]], Iterable]) -> None:
        """Games by minibatch with thin lines, and with exact expectations with thick ones."""
        for games, width in ((self.sampled, 0.8), (self.exact, 2.4)):
            for name, turns in games.items():
                label = name if games is self.exact else None
                ax.plot(*points(turns), lw=width, label=label, **STYLES[name])


def distance(turn: Turn) -> float:
    """KL(p_data || p_model) in nats after a turn, of the model's shape; c is left out."""
    return kl(DATA, Normal(turn.model.mu, turn.model.std))


def _summary(turns: list[Turn]) -> dict:
    last = turns[-1]
    far = [step for step, turn in enumerate(turns) if distance(turn) >= NEAR]
    near = far[-1] + 1 if far else 0
    return {
        "mean": float(last.model.mu),
        "std": last.model.std,
        "c": float(last.model.c),
        "value": last.value,
        "kl": max(distance(last), 0.0),  # rounding may leave -1e-16
        "near": near if near < len(turns) else None,
    }


def _draw_game(ax: Axes, name: str, turns: list[Turn]) -> None:
    x = np.linspace(-3.5, 3.5, 500)
    ax.plot(x, DATA.pdf(x), **P_DATA)
    ax.set(title=RULES[name], xlabel="x", ylim=(0, 1.25), yticks=[0, 0.5, 1])
    if not turns:
        return
    at = min(EARLY, len(turns) - 1)
    turn = turns[at]
    log_p_g, log_p_model = (theory.log_density(q, x) for q in (turn.generator, turn.model))
    p_g = np.exp(log_p_g)
    if turn.D is None:
        D_x = sigmoid(log_p_model - log_p_g)
        ax.plot(x, np.exp(log_p_model), color=PURPLE, label="$p_{model}$, in D")
        ax.plot(x, p_g, **P_G | {"ls": "--", "label": "$p_g$"})
    else:
        D_x = sigmoid(theory.logit(turn.D, x))
        ax.plot(x, p_g, **P_G | {"label": "$p_g = p_{model}$"})
    ax.plot(x, D_x, **D | {"label": f"D, after {at} updates"})
