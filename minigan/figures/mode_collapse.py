"""One game, four orders of play: min max, both at once (D faster, G faster), and max min.

Eight modes of equal mass, p_g free to be any density on them, D free at every mode: no
networks, no noise, nothing but the order in which the players answer. With D inside, p_g
covers all the modes; with G inside, it sits on one mode at a time and jumps to the next
when D has learned to reject it.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minigan.base.randomness import generator
from minigan.base.validation import whole_number
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Picture, new_picture
from minigan.theory import mode_collapse as theory
from minigan.theory.function_space import LOG4, criterion

MODES = 8
ETA = 0.5  # step size of the player who stands outside
FAST, SLOW = 1.0, 0.1  # step sizes when both move at once

TITLES = {
    "min max": "min over G of max over D (Eq. 16): D answers fully, G takes steps",
    "D faster": "both at once, D faster",
    "G faster": "both at once, G faster",
    "max min": "max over D of min over G (Eq. 17): G answers fully, D takes steps",
}


@dataclass(eq=False)
class ModeCollapse(Figure):
    """Mode collapse by the order of play alone: one game on eight modes, in four orders.

    The ``seed`` is that of the start, and ``steps`` are >= 1. After ``play``, ``paths`` are by
    "min max", "D faster", "G faster" and "max min".
    """

    name = "mode-collapse"
    settings = ("steps",)
    asked: ClassVar = {
        "orders.min max.c_of_g": -math.log(4),
        "orders.min max.modes_at_once": None,
        "orders.D faster.modes_at_once": None,
        "orders.G faster.modes_at_once": None,
        "orders.max min.modes_at_once": 1.0,
    }

    steps: int = 150

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps = whole_number("steps", self.steps)

    def run(self, progress: Progress) -> None:
        """Play each order from one start; it takes a fraction of a second."""
        rng, steps = generator(self.seed), self.steps
        self.p_data = p_data = np.full(MODES, 1 / MODES)
        p_g, logit = rng.dirichlet(np.ones(MODES)), rng.standard_normal(MODES)
        orders = {
            "min max": lambda: theory.minimax_path(p_data, p_g, ETA, steps),
            "D faster": lambda: theory.simultaneous_path(p_data, p_g, logit, SLOW, FAST, steps),
            "G faster": lambda: theory.simultaneous_path(p_data, p_g, logit, FAST, SLOW, steps),
            "max min": lambda: theory.maximin_path(p_data, logit, ETA, steps),
        }
        self.paths = {name: order() for name, order in progress(orders.items(), len(orders))}

    def numbers(self) -> dict:
        """``one_point_minimax``, and of each of the ``orders`` its modes and its C(G).

        ``one_point_minimax`` is min max if G may hold only one point. Over the second half
        of the run, ``modes_at_once`` is the mean number of modes that p_g covers (exp of its
        entropy), ``modes_over_time`` those that its mean over time covers, and ``c_of_g`` the
        mean of C(G).
        """
        late = {name: path.p_g[self.steps // 2 :] for name, path in self.paths.items()}
        return {
            "one_point_minimax": theory.one_point_minimax(self.p_data),
            "orders": {
                name: {
                    "modes_at_once": float(theory.effective_modes(p_g).mean()),
                    "modes_over_time": float(theory.effective_modes(p_g.mean(axis=0))),
                    "c_of_g": float(np.mean([criterion(self.p_data, p) for p in p_g])),
                }
                for name, p_g in late.items()
            },
        }

    def text(self) -> str:
        """A line for each order of play: how many modes p_g covers, and C(G)."""
        report = self.report()
        rows = [("order of play", "modes at once", "modes over time", "C(G), nats")]
        rows += [(name, *numbers.values()) for name, numbers in report["orders"].items()]
        return "\n".join(
            [
                f"{MODES} modes, second half of {report['steps']} steps, seed {report['seed']}\n",
                table(rows, "16", ">16.2f", ">18.2f", ">14.4f"),
                f"\nthe theory asks of min max: {MODES} modes at once, "
                f"C(G) = -log 4 = {-LOG4:.4f};",
                f"of max min, where G holds one point: 1 at once, {MODES} over time, "
                f"C(G) = {report['one_point_minimax']:.4f}",
            ]
        )

    def _draw(self) -> Picture:
        """A strip for each order of play: steps to the right, modes upward, mass as darkness."""
        from matplotlib.colors import PowerNorm

        picture = new_picture(1.8 * len(self.paths) + 0.7)
        axes = picture.subplots(len(self.paths), 1, sharex=True)
        for ax, (name, path) in zip(axes, self.paths.items(), strict=True):
            p_g = path.p_g
            image = ax.imshow(
                p_g.T,
                cmap="Blues",
                norm=PowerNorm(0.5, vmin=0, vmax=1),  # so that a mass of 1/8 can be seen
                aspect="auto",
                interpolation="nearest",
                origin="lower",
                extent=(-0.5, len(p_g) - 0.5, 0.5, MODES + 0.5),
            )
            covered = theory.effective_modes(p_g)[len(p_g) // 2 :].mean()
            what = f"{covered:.1f} of {MODES} modes at once"
            ax.set_title(f"{TITLES[name]}: {what}")
            ax.set_ylabel("mode")
            ax.set_yticks(range(1, MODES + 1))
        axes[-1].set_xlabel("step")
        picture.colorbar(image, ax=list(axes), label="mass of $p_g$", shrink=0.6)
        return picture
