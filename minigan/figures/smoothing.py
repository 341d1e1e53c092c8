"""Label smoothing: the slope that two-sided smoothing takes from G, and how long G then needs.

p_g = N(mu, 1) on its way to p_data = N(0, 1), with three smoothings: the exact D* and the force on
samples at the start, then the way itself, against the exact D* and against a D that is trained.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, P_G, Axes, Picture, name_all_curves, new_picture
from minigan.game import Game
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn
from minigan.layers import Linear, Tanh
from minigan.layers.initialisers import normal, uniform
from minigan.networks import Sequential
from minigan.optimizers import SGD, Adam
from minigan.theory.optimum import optimal_logit
from minigan.variants.label_smoothing import (
    RATE,
    Shift,
    flow,
    mean_force,
    slope_of_log_D,
    smoothed_cost,
)

SIDES = {"none": (0.0, 0.0), "one-sided": (0.1, 0.0), "two-sided": (0.1, 0.1)}  # alpha, beta
STYLES: dict[str, dict[str, Any]] = {
    "none": {"color": "#0072B2", "ls": "-", "lw": 5.0, "alpha": 0.6},
    "one-sided": {"color": "#009E73", "ls": "--", "lw": 2.4},
    "two-sided": {"color": "#D55E00", "ls": "-", "lw": 2.4},
}
STARTS, NEAR = (4.0, 6.0, 7.0), 0.1  # of mu, against the exact D*
START, STOP, MOST = 6.0, 0.5, 3000  # of mu, against a trained D; steps
SEEDS, BATCH, K, WIDTH = 3, 128, 3, 32
LOOK = 100  # step at which D's logits on data are looked at
DATA, FAR = Normal(), Normal(START)  # p_data, and p_g at the start


class Run(NamedTuple):
    """mu after each step until it is below `STOP`, and D's largest logit on data at `LOOK`."""

    mu: np.ndarray
    largest_logit: float


@dataclass(eq=False)
class Smoothing(Figure):
    """Three smoothings of D's labels; the ``seed`` is that of the first trained game of each.

    After ``play``, ``flows`` has the exact paths of mu by (smoothing, start), and ``runs`` the
    trained games by (smoothing, seed).
    """

    name = "smoothing"
    asked: ClassVar = {"trained.one-sided.ratio": 1.0, "trained.two-sided.ratio": None}

    def run(self, progress: Progress) -> None:
        """Follow the exact flows, then play `SEEDS` games with each smoothing."""
        self.flows: dict[tuple[str, float], np.ndarray] = {}
        self.runs: dict[tuple[str, int], Run] = {}
        jobs = [(name, self.seed + i) for i in range(SEEDS) for name in SIDES]
        with self.until_interrupted():
            for name, seed in progress(jobs, len(jobs)):
                self.runs[name, seed] = train(*SIDES[name], seed)
            for name, sides in SIDES.items():
                self.flows |= {(name, mu): flow(mu, *sides, stop=NEAR) for mu in STARTS}

    def numbers(self) -> dict:
        """By smoothing: ``force`` and ``exact`` steps from each of `STARTS`, and ``trained``.

        ``force`` is E[d(-log D*)/dx] on samples; ``trained`` has the steps by seed, their median,
        its ``ratio`` to that without smoothing, and the largest logit on data.
        """
        trained: dict[str, dict] = {}
        for name in SIDES:
            runs = [run for (side, _), run in self.runs.items() if side == name]
            steps = [len(run.mu) - 1 for run in runs]
            median = float(np.median(steps)) if steps else None
            trained[name] = {
                "steps": steps,
                "median": median,
                "ratio": median and median / trained.get("none", {"median": median})["median"],
                "largest_logit": max((run.largest_logit for run in runs), default=None),
            }
        exact = {
            name: [len(self.flows[name, mu]) - 1 for mu in STARTS if (name, mu) in self.flows]
            for name in SIDES
        }
        force = {name: [mean_force(mu, *sides) for mu in STARTS] for name, sides in SIDES.items()}
        return {"force": force, "exact": exact, "trained": trained}

    def text(self) -> str:
        """The force on samples, steps against the exact D*, and steps against a trained D."""
        report = self.report()
        at = [("", *(f"mu = {mu:g}" for mu in STARTS))]
        force = at + [(name, *forces) for name, forces in report["force"].items()]
        exact = at + [(name, *steps) for name, steps in report["exact"].items()]
        seeds = f"seeds {self.seed}..{self.seed + SEEDS - 1}"
        trained: list[tuple] = [("", seeds, "times", "max a")]
        for name, one in report["trained"].items():
            steps = " ".join(map(str, one["steps"]))
            trained.append((name, steps, one["ratio"], one["largest_logit"]))
        return "\n".join(
            [
                "Label smoothing: targets .9 on data, and .1 on samples if two-sided, "
                f"in {report['seconds']:.0f} s\n",
                "force towards data on samples of N(mu, 1), at D*: one-sided as without, exactly",
                table(force, "12", *[">10.4f"] * len(STARTS)),
                f"\nG's steps to mu < {NEAR:g} against the exact D*",
                table(exact, "12", *[">10"] * len(STARTS)),
                f"\nG's steps from mu = {START:g} to {STOP:g} against a trained D, G by SGD",
                table(trained, "12", ">22", ">8.2f", ">8.1f"),
                f"\nmax a: D's largest logit on data at step {LOOK}; smoothed, the optimal one is "
                f"at most {math.log(9):.2f}",
                "where p_g = p_data, D* = (1 - alpha + beta)/2: .5, .45 and .5",
            ]
        )

    def _draw(self) -> Picture:
        """log D* and the force on samples of three smoothings; the way of mu."""
        picture = new_picture(4.4)
        curves, force, way = picture.subplots(1, 3)
        x = np.linspace(-3, 9, 600)
        log_u = START**2 / 2 - START * x  # log p_data / p_g
        for name, sides in SIDES.items():
            log_D = -np.logaddexp(0, -optimal_logit(DATA, FAR, *sides)(x))
            curves.plot(x, log_D, label=name, **STYLES[name])
            slope = slope_of_log_D(log_u, -START, *sides)
            force.semilogy(x, -slope, label=name, **STYLES[name])
        for p, style in ((DATA, P_DATA), (FAR, P_G)):
            look = {"color": style["color"], "alpha": 0.3, "label": style["label"].split(" (")[0]}
            curves.fill_between(x, 25 * p.pdf(x) - 38, -38, **look)
        title = "on both sides: log $D^*$\nis flat at the samples"
        curves.set(title=title, xlabel="x", ylabel="log $D^*$", ylim=(-38, 2))
        title = "force on the samples:\nwith both sides, gone"
        force.set(title=title, xlabel="x", ylabel="$-d$ log $D^*/dx$", ylim=(1e-9, 100))
        self._draw_way(way)
        name_all_curves(picture, 5)
        return picture

    def _draw_way(self, ax: Axes) -> None:
        for (name, _), run in self.runs.items():
            look = STYLES[name] | {"lw": 2.0, "alpha": 0.4, "ls": "-"}
            ax.plot(run.mu, label=f"_{name}", **look)
        for name in SIDES:
            if (name, START) in self.flows:
                ax.plot(self.flows[name, START], label=name, **STYLES[name])
        two, plain = (self.flows.get((name, START), ()) for name in ("two-sided", "none"))
        times = f"{len(two) / len(plain):.1f} times as long" if len(plain) else "longer"
        title = f"two-sided: {times}\n(pale: against a trained D)"
        ax.set(title=title, xlabel="step of G", ylabel=r"$\mu$ of $p_g$")


def train(alpha: float, beta: float, seed: int) -> Run:
    """Play G = mu + z, by SGD, against a D with smoothed labels, until mu is below `STOP`.

    By SGD, since Adam divides the force by its own size, and hides that it vanishes.
    """
    G = Sequential([Shift(START)], name="G")
    D = discriminator(seed)
    D_turn, G_turn = DiscriminatorTurn(G, D, smoothed_cost(alpha, beta)), GeneratorTurn(G, D)
    D_turn.k = K
    rates = [Adam(D, 5e-3, beta1=0.5), SGD(G, RATE)]
    game = Game(*(D_turn, G_turn), optimizers=rates, x=Normal(), z=Normal(), batch=BATCH, seed=seed)
    data = Normal().sample(1000, Streams(seed)["looked_at"])
    mu, largest = [START], -math.inf
    for record in game.play(MOST):
        mu.append(float(G.params[0]))
        if record.step <= LOOK:
            largest = float(D(data).max()) if record.step == LOOK else largest
        if mu[-1] < STOP:
            break
    return Run(np.array(mu), largest)


def discriminator(seed: int) -> Sequential:
    """D: 1 -> 32 tanh -> 32 tanh -> 1, whose first units bend all over (-6, 6)."""
    layers: list = [Linear(1, WIDTH, weights=normal(1.3), bias=uniform(6.0)), Tanh()]
    for n_out in (WIDTH, 1):
        layers += [Linear(WIDTH, n_out, weights=normal(1.3 / math.sqrt(WIDTH))), Tanh()]
    return Sequential(layers[:-1], seed=Streams(seed)["init_D"], name="D")
