"""Algorithm 1's inner loop carried to its end: how near a network D comes to D*.

Proposition 1 of the 2014 paper finds the best of all functions D for a fixed G:
D* = p_data / (p_data + p_g). A network comes near it, and falls short of it for three
reasons, which are looked at one at a time: it was not trained long enough, it saw too
few examples, it is too small. G stands still: p_g = N(0, 1.5^2), and p_data is a mixture
of two Gaussians, so that D* has two hills.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator, sequence
from minigan.base.types import Sampler
from minigan.distributions import Examples, Mixture, Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import (
    BLUE,
    D_STAR,
    GREEN,
    ORANGE,
    P_DATA,
    P_G,
    SKY,
    Axes,
    Picture,
    name_curves,
    new_picture,
)
from minigan.game import DiscriminatorTurn, Game
from minigan.layers import Linear, Maxout
from minigan.layers.initialisers import constant, normal
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import cosine
from minigan.theory import GeneratorState

DATA, NOISE = Mixture([-1.5, 1.5], 0.5), Normal()
SPREAD = 1.5  # of p_g: G(z) = SPREAD z
RATE = 0.03  # Adam's, falling to 0 along half a cosine
LOOKS = (1, 3, 10, 30, 100, 300, 1000, 3000)
BATCHES, BATCH = (16, 64, 256), 256
SIZES, UPDATES = (16, 64, 256, 1024, 4096, 16384), 2000
WIDTHS, WIDTH = (1, 2, 4, 8, 16, 32), 32
SEEDS = 5
KEPT = (10, 100, 3000)  # updates after which D is drawn

SWEEPS, GAPS = ("batch", "examples", "width"), ("d_gap", "inner_gap")
COLOURS, MARKERS = (SKY, ORANGE, BLUE, GREEN), "os^v"
DRAWN = ((SKY, ":"), (SKY, "--"), ("#00306B", "-"))  # D at three moments


class Trained(NamedTuple):
    """The distance of one discriminator from D*, after so many updates."""

    sweep: str  # of what was varied: "batch", "examples" or "width"
    setting: int  # its value
    seed: int
    updates: int
    d_gap: float  # mean of |D - D*| under (p_data + p_g) / 2
    inner_gap: float  # C(G) - V(G, D) in nats


@dataclass(eq=False)
class InnerLoop(Figure):
    """Discriminators trained against one fixed generator, from ``starts`` starts a setting.

    After ``play``, ``trained`` is all that was finished, and ``kept`` are copies of one D on its
    way, by number of updates.
    """

    name = "inner-loop"
    settings = ("starts",)

    def run(self, progress: Progress) -> None:
        """Train one discriminator after the other."""
        self.starts = SEEDS
        self.trained: list[Trained] = []
        self.kept: dict[int, Sequential] = {}
        settings = zip(SWEEPS, (BATCHES, SIZES, WIDTHS), strict=True)
        of_sweeps = [(sweep, setting) for sweep, some in settings for setting in some]
        jobs = [(*one, start) for one in of_sweeps for start in range(SEEDS)]
        seeds = sequence(self.seed).spawn(len(jobs))
        state = GeneratorState(fixed_generator(), NOISE, DATA)
        with self.until_interrupted():
            for job, seed in progress(list(zip(jobs, seeds, strict=True)), len(jobs)):
                keep = self.kept if job == ("batch", BATCHES[-1], 0) else {}
                self.trained += _train(state, job, seed, keep)

    def by_setting(self, sweep: str) -> dict[tuple[int, int], list[Trained]]:
        """Those trained in a sweep, by setting and number of updates, one a start."""
        groups: dict[tuple[int, int], list[Trained]] = {}
        for one in self.trained:
            if one.sweep == sweep:
                groups.setdefault((one.setting, one.updates), []).append(one)
        return groups

    def numbers(self) -> dict:
        """Medians of each sweep, a list of dicts ``setting, updates, d_gap, inner_gap``."""
        report: dict[str, list] = {sweep: [] for sweep in SWEEPS}
        for sweep, rows in report.items():
            for (setting, updates), group in self.by_setting(sweep).items():
                gaps = {n: float(np.median([getattr(one, n) for one in group])) for n in GAPS}
                rows.append({"setting": setting, "updates": updates, **gaps})
        return report

    def text(self) -> str:
        """Distances from D* with more updates, more examples, more units, beside those asked."""
        report = self.report()
        widest = report["batch"][-1]["setting"] if report["batch"] else 0
        longest = [one for one in report["batch"] if one["setting"] == widest]
        rows = [("the theory asks: D = D*", "mean |D - D*|", "C(G) - V(G, D)")]
        for title, unit, chosen in (
            (f"with more updates (batch {widest})", "updates", longest),
            ("with more examples", "setting", report["examples"]),
            ("with more units", "setting", report["width"]),
        ):
            rows.append((title, "", ""))
            rows += [
                (f"{one[unit]:>9}", one["d_gap"], f"{one['inner_gap']:.4f} nats") for one in chosen
            ]
        return (
            f"D against a fixed G, seed {report['seed']}: medians over {report['starts']} "
            f"starts, in {report['seconds']:.1f} s\n\n{table(rows, '38', '<16.4f', '')}"
        )

    def _draw(self) -> Picture:
        """Four panels: D and D* over x, and |D - D*| with updates, examples and units."""
        picture = new_picture(8.6)
        on_line, updates, examples, width = picture.subplots(2, 2).ravel()
        state = GeneratorState(fixed_generator(), NOISE, DATA)
        x = np.linspace(-4.5, 4.5, 600)
        on_line.plot(x, DATA.pdf(x), **P_DATA)
        on_line.plot(x, state.p_g.pdf(x), **P_G | {"label": "$p_g$, fixed"})
        on_line.plot(x, state.D_star(x), **D_STAR)
        for (at, D), (colour, style) in zip(self.kept.items(), DRAWN, strict=False):
            D_x = sigmoid(D.copy(dtype="float64")(x[:, None])[:, 0])
            on_line.plot(x, D_x, color=colour, ls=style, label=f"D, {at} updates")
        on_line.set(title="D comes to lie on D*", ylim=(0, 1.6), yticks=[0, 0.5, 1], xlabel="x")
        on_line.legend(loc="upper center", ncols=2)
        groups = self.by_setting("batch")
        settings = sorted({setting for setting, _ in groups})
        for setting, colour, marker in zip(settings, COLOURS, MARKERS, strict=False):
            chosen = {at: group for (one, at), group in groups.items() if one == setting}
            _draw_line(updates, chosen, colour, marker, f"minibatches of {setting}")
        for ax, sweep in ((examples, "examples"), (width, "width")):
            found = {setting: group for (setting, _), group in self.by_setting(sweep).items()}
            _draw_line(ax, found, COLOURS[2], "^", "median and range of the starts")
        title = "with training: nearer,\nand nearer with larger minibatches"
        updates.set(title=title, xlabel="updates of D")
        title = "with more examples: nearer\n(few of them are learned by heart)"
        examples.set(title=title, xlabel="examples of the data, and of G(z)")
        title = "with more units: nearer\n(one unit cannot make two hills)"
        width.set(title=title, xlabel="maxout units")
        for ax in (updates, examples, width):
            ax.set(xscale="log", yscale="log", ylim=(4e-3, 0.4), ylabel="mean |D - D*|")
            name_curves(ax)
        return picture


def fixed_generator() -> Sequential:
    """G(z) = SPREAD z, as a network."""
    return Sequential([Linear(1, 1, weights=constant(SPREAD), bias=0.0)], name="G")


def _train(
    state: GeneratorState,
    job: tuple[str, int, int],
    seed: np.random.SeedSequence,
    kept: dict[int, Sequential],
) -> list[Trained]:
    """One discriminator, and how far it was from D* at every look."""
    sweep, setting, start = job
    init, main, examples = seed.spawn(3)
    looks = LOOKS if sweep == "batch" else (UPDATES,)
    batch = setting if sweep == "batch" else BATCH
    width = setting if sweep == "width" else WIDTH
    data: Sampler = DATA
    noise: Sampler = NOISE
    if sweep == "examples":  # as many of p_data and as many of p_g, again and again
        rng = generator(examples)
        data, noise = (Examples(source.sample(setting, rng)) for source in (DATA, NOISE))
    # Units that bend at different places of the line, and a logit that starts near 0.
    hidden = Maxout(1, width, 2, weights=normal(1.0), bias=normal(2.0))
    to_logit = Linear(width, 1, weights=normal(0.01))
    D = Sequential([hidden, to_logit], seed=generator(init), name="D")
    G = fixed_generator()
    optimizers = [Adam(D, cosine(RATE, looks[-1]))]
    turn = DiscriminatorTurn(G, D)
    game = Game(turn, optimizers=optimizers, x=data, z=noise, batch=batch, seed=main)
    seen = []
    for updates in range(1, looks[-1] + 1):
        game.step()
        if updates in looks:
            where = state.judge(D)
            seen.append(Trained(sweep, setting, start, updates, where.d_gap, where.inner_gap))
        if sweep == "batch" and updates in KEPT:
            kept[updates] = D.copy()
    return seen


def _draw_line(ax: Axes, groups: dict[int, list[Trained]], colour, marker, label) -> None:
    """Draw the median over the starts as a line, and the range as a band."""
    if not groups:
        return
    gaps = [[one.d_gap for one in group] for group in groups.values()]
    at = list(groups)
    ax.plot(at, [np.median(gap) for gap in gaps], color=colour, marker=marker, ms=6, label=label)
    low, high = [min(gap) for gap in gaps], [max(gap) for gap in gaps]
    ax.fill_between(at, low, high, color=colour, alpha=0.2, lw=0)
