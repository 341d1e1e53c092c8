"""The gain of unrolling: V(x, y) = x y in closed form, and its part of G's message on the ring.

On V = x y more steps of D circle outwards the faster, a look ahead without its second-order part
hardly helps, and with it the game is damped twice as much. On the ring that part is small, which is
why unrolling's control, with the gradient stopped at phi_K, does as well there: ``minigan ring``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, ClassVar, NamedTuple

import numpy as np

from minigan.base.randomness import Streams
from minigan.figures import style
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import Axes, Picture, new_picture
from minigan.theory import bilinear_game as games
from minigan.variants import ring_game
from minigan.variants.ring_remedies import REMEDIES, sampled
from minigan.variants.unrolled import UnrolledGeneratorTurn

ETA, STEPS, START = 0.1, 1000, (1.0, 1.0)
SHOWN, FRAME = 150, 2.2  # steps drawn, and half the width of their panels
LOOKS, BETWEEN, SAMPLES = 20, 20, 256  # on the ring: looks at the message, steps between them
DRAWN = 120  # samples with their arrows


class Method(NamedTuple):
    """A way to play V = x y: its name, its path from a start, and what the theory asks of it."""

    label: str
    path: Callable[..., np.ndarray]
    asked: float  # the factor of |w|^2 a step


def methods() -> dict[str, Method]:
    """No unrolling, 6 steps of D, and K = 1 and 5 steps ahead, stopped and unrolled."""
    asked = partial(games.squared_radius, eta=ETA)
    found = {
        "no-unrolling": Method("no unrolling", games.simultaneous, asked("unrolled", K=0)),
        "more-D-steps-6": Method(
            "6 steps of D", partial(games.more_steps, k=6), asked("more-steps", K=6)
        ),
    }
    for K in (1, 5):
        for kind in ("stopped", "unrolled"):
            path = partial(games.looking_ahead, K=K, stopped=kind == "stopped")
            found[f"{kind}-{K}"] = Method(f"{kind}, K = {K}", path, asked(kind, K=K))
    return found


@dataclass(eq=False)
class Unrolled(Figure):
    """V = x y from (1, 1) by six methods, and G's message in the first steps of an unrolled ring.

    The ``seed`` is that of the ring. After ``play``: ``paths``, arrays (1001, 2) by method;
    ``shares`` of the second-order part in G's message; and of the last look ``at``, samples
    (256, 2), with the arrows ``stopped`` and ``full``.
    """

    name = "unrolled"
    settings = ("eta", "steps")
    asked: ClassVar[dict[str, float | None]] = {"share": None, "difference": 0.0}
    eta, steps = ETA, STEPS

    def run(self, progress: Progress) -> None:
        """Follow the paths, then play the ring and look at the message now and then."""
        self.paths, self.simulated = {}, {}
        for name, method in methods().items():
            self.paths[name] = method.path(START, ETA, STEPS)
            ends = [method.path(e, ETA, STEPS)[-1] for e in np.eye(2)]
            self.simulated[name] = abs(float(np.linalg.det(ends))) ** (1 / STEPS)
        self.shares: list[float] = []
        self.at = self.stopped = self.full = np.zeros((0, 2))
        game, rng = REMEDIES["unrolled-5"](self.seed), Streams(self.seed)["looks"]
        with self.until_interrupted():
            for _ in progress(range(LOOKS), LOOKS):
                for _ in game.play(BETWEEN):
                    pass
                self.at, self.stopped, self.full = messages(game, rng)
                second = np.linalg.norm(self.full - self.stopped, axis=1)
                self.shares.append(float(second.sum() / np.linalg.norm(self.full, axis=1).sum()))

    def numbers(self) -> dict:
        """``radii``, by method: ``asked`` and ``simulated`` squared radius, and ``distance``.

        That of the simulation is the factor a step by which the area between two paths changes;
        the distance from (0, 0) is that after 1,000 steps. ``difference`` is the largest of asked
        and simulated; ``share``, on the ring, the median of the second-order part's.
        """
        radii = {}
        for name, method in methods().items():
            distance, simulated = float(np.hypot(*self.paths[name][-1])), self.simulated[name]
            radii[name] = {"asked": method.asked, "simulated": simulated, "distance": distance}
        difference = max(abs(row["asked"] - row["simulated"]) for row in radii.values())
        share = median(self.shares) if self.shares else None
        return {"radii": radii, "difference": difference, "share": share, "shares": self.shares}

    def text(self) -> str:
        """A line for each method, and the share of the second-order part on the ring."""
        report = self.report()
        rows: list[tuple] = [("method", "theory: |w|^2 a step", "simulated", "|w| at the end")]
        for name, method in methods().items():
            rows.append((method.label, *report["radii"][name].values()))
        lines = [
            f"V = x y from (1, 1), {STEPS} steps of {ETA:g}\n",
            table(rows, "16", ">22.12f", ">18.12f", ">18.3g"),
            f"\ntheory and simulation differ by {report['difference']:.0e} at most",
        ]
        if self.shares:
            lines += [
                f"\nthe ring, K = 5 steps of Adam ahead, steps 1 to {len(self.shares) * BETWEEN}:",
                f"the part through phi_K is {report['share']:.0%} of G's message (median; "
                f"{min(self.shares):.0%} to {max(self.shares):.0%})",
            ]
        return "\n".join(lines)

    def _draw(self) -> Picture:
        """The six paths with their factors, and the message on the ring with and without."""
        picture = new_picture(10.5)
        order: list[Any] = [
            ["no-unrolling", "stopped-1", "unrolled-1"],
            ["more-D-steps-6", "stopped-5", "unrolled-5"],
            ["ring"] * 3,
        ]
        axes = picture.subplot_mosaic(order, height_ratios=[1, 1, 1.7])
        for name, method in methods().items():
            ax, path = axes[name], self.paths[name][: SHOWN + 1]
            color = style.D_STAR["color"] if method.asked > 1 else style.P_G["color"]
            ax.plot(*path.T, color=color, lw=2)
            ax.plot(*path[0], "o", color="black", ms=6)
            ax.plot(0, 0, "+", color="black", ms=10)
            ax.set(title=f"{method.label}\n$|w|^2$ times {method.asked:.2f} a step")
            ax.set(xlim=(-FRAME, FRAME), ylim=(-FRAME, FRAME), aspect="equal", xticks=[], yticks=[])
        _draw_messages(axes["ring"], self)
        picture.suptitle(
            "V = x y: more steps of D drive it out, a look ahead alone damps less than the "
            "gradient through it",
        )
        return picture


def messages(game: Any, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Samples (256, 2) of G, and minus the gradient that each of them is sent, stopped and full."""
    x, x_fake = ring_game.DATA.sample(SAMPLES, rng), sampled(game, SAMPLES, rng)
    arrows = []
    for stopped in (True, False):
        players = game.G, game.D, game.optimizers["D"]
        turn = UnrolledGeneratorTurn(*players, K=game.turns[0].K, stopped=stopped)
        arrows.append(-SAMPLES * turn.look_ahead(None, x, x_fake)[1])
    return x_fake, *arrows


def _draw_messages(ax: Axes, run: Unrolled) -> None:
    ax.plot(*ring_game.DATA.means.T, "o", color="black", ms=15, mfc="none", mew=1)
    for arrows, width, color, label in (
        (run.stopped, 0.008, style.D_STAR["color"], "gradient stopped at $\\phi_K$"),
        (run.full, 0.004, style.D["color"], "with the part through $\\phi_K$"),
    ):
        if len(arrows):
            options = {"color": color, "width": width, "label": label}
            at, arrows = run.at[:DRAWN], arrows[:DRAWN]
            ax.quiver(*at.T, *arrows.T, angles="xy", scale=1.2, **options)
    ax.set(xlim=(-2.8, 2.8), ylim=(-2.8, 3.4), aspect="equal", xticks=[], yticks=[])
    if run.shares:
        share, steps = median(run.shares), len(run.shares) * BETWEEN
        ax.set(
            title=f"the ring after {steps} steps: what G's samples are told\n"
            f"the part through $\\phi_K$, 5 steps of Adam, is {share:.0%} of it (median)",
        )
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
