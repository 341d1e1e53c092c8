"""Figure 1 of the 2014 paper, as one run of Algorithm 1.

A generator of one variable, fed with uniform noise, learns a bell. The four
panels are four moments of that run:

(a) near convergence: p_g is similar to p_data, D is a partially accurate classifier;
(b) the inner loop, carried to its end: G stands still and D is trained until it is
    close to D* = p_data / (p_data + p_g);
(c) after an update of G: D's gradient has led G(z) to where D sees data;
(d) at the end of the run: p_g = p_data, nearly, and D(x) = 1/2.

Panels (b) and (c) go on from copies of the pair in (a), so that the run itself is
Algorithm 1 from its first step to its last. Every panel shows p_data (black, dotted), the
exact p_g (green, solid), D (blue, dashed) and D* (orange, thick), and what D has still to
learn, shaded; pale, p_g and D before what the panel shows. Below lie D's pull on samples, as
arrows, and two lines: the domain of z, from which noise is drawn, and above it the domain of x;
arrows lead from z to G(z).
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from minigan.base.backend import Device
from minigan.base.files import write_whole
from minigan.base.randomness import sequence
from minigan.base.validation import whole_number
from minigan.figures.base import Figure, Progress, table, tiny
from minigan.figures.moments import Moment, draw_moment, write_film
from minigan.figures.style import PNG, Picture, PictureFiles, name_all_curves, new_picture
from minigan.figures.toy import DATA, NOISE, players, toy_game
from minigan.game import Algorithm1
from minigan.optimizers import Adam
from minigan.schedules import cosine
from minigan.theory import GeneratorState

NEAR, LOOK_EVERY = 0.035, 20  # JSD in nats for panel (a), and steps between two looks at it
RATE_G = 2e-3  # Adam's; half the steps bring p_g as near as the toy game's own rate
# Panel (b): updates of D alone by the size of their minibatches, and Adam's rate, falling to 0. The
# gap closes slowly where D* = 1 and D's logit must rise without end: sooner with a short memory of
# the gradient's size (beta2). Larger minibatches at the end still the noise. See RESULTS.md.
INNER, INNER_RATE, INNER_BETA2 = {128: 1500, 1024: 900}, 0.08, 0.9

SAYS = {
    "a": "D is right in part",
    "b": "G rests, D meets $D^*$",
    "c": "G follows D's slope",
    "d": "D is nearly 1/2 at samples",
}


@dataclass(eq=False)
class Figure1(Figure):
    """Four moments of a game on the line, and a film of it.

    ``cost`` is that of G, ``frames`` the moments to keep for a film, which `save` draws if ``gif``
    says so, and ``device`` where the game is played; the theory is computed on the CPU. After
    ``play``, ``steps`` are those done, fewer than asked for if the run was interrupted, ``panels``
    are moments by letter, the last one as "d" in any case, and ``film`` holds the frames.
    """

    name = "figure1"
    settings = ("steps", "k", "cost")
    asked: ClassVar = {"jsd": 0.0, "c_of_g": -math.log(4), "value": -math.log(4)}
    asked |= {"d_minus_half": 0.0, "d_gap": 0.0, "inner_gap": 0.0}

    steps: int = 6000
    k: int = 1
    cost: str = "non-saturating"
    frames: int = 0
    gif: bool = True
    device: str | Device = "cpu"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps, self.k = whole_number("steps", self.steps), whole_number("k", self.k)
        self.frames = whole_number("frames", self.frames, low=0)

    def run(self, progress: Progress) -> None:
        """Play Algorithm 1; panel (a) comes when p_g is near p_data, or at half time."""
        init, main, branch = sequence(self.seed).spawn(3)
        steps, (G, D) = self.steps, players(init, self.device)
        game = toy_game(G, D, steps=steps, k=self.k, cost=self.cost, rate_G=RATE_G, seed=main)
        kept = _film_steps(steps, self.frames)
        self.panels: dict[str, Moment] = {}
        self.film: list[Moment] = []
        with self.until_interrupted():
            for record in progress(game.play(steps), steps):
                if record.step in kept:
                    moment = _moment(f"step {record.step}", game)
                    self.film.append(moment._replace(record=record))
                if not self.panels and (2 * record.step >= steps or _is_near(game)):
                    self.panels["a"] = _moment(f"step {game.steps_done}", game)
                    self.panels |= _branch_off(game, self.cost, branch)
        how = "interrupted at step" if self.interrupted else "step"
        self.panels["d"] = _moment(f"{how} {game.steps_done}", game)
        self.steps = game.steps_done

    def numbers(self) -> dict:
        """``jsd, c_of_g, residual, value, d_minus_half`` of the final pair, and the ``panels``.

        ``d_gap`` and ``inner_gap`` are those of panel (b), None if it was not reached.
        """
        panels = {}
        for letter, moment in self.panels.items():
            state = GeneratorState(moment.G, NOISE, DATA)
            panels[letter] = {
                "step": moment.step,
                "caption": moment.caption,
                "jsd": state.jsd,
                "c_of_g": state.c_of_g,
                "residual": state.residual,
                **state.judge(moment.D)._asdict(),
            }
        b, d = panels.get("b"), panels["d"]
        return {
            **{name: d[name] for name in ("jsd", "c_of_g", "residual", "value", "d_minus_half")},
            **{name: b and b[name] for name in ("d_gap", "inner_gap")},
            "panels": panels,
        }

    def text(self) -> str:
        """A line or more for each panel: what the theory asks, and what was measured."""
        report = self.report()
        a, b, c, d = (report["panels"].get(letter) for letter in "abcd")
        rows = [("panel", "the theory asks", "measured")]
        for panel, found, asked, measured in (
            ("(a)", a, "D is accurate in part: right guesses, 1/2 to 1", "{accuracy:.3f}"),
            ("(b)", b, "D = D*: mean |D - D*| = 0", "{d_gap:.4f}"),
            ("", b, "V(G, D) = C(G): the gap is 0", "{inner_gap:.4f} nats"),
            ("(c)", c, "G(z) goes where D sees data: mean D(G(z)) rises", "{rise}"),
            ("(d)", d, "p_g = p_data: JSD = 0", "{jsd:.4f} nats"),
            ("", d, "C(G) = -log 4 = -1.3863", "{c_of_g:.4f} nats"),
            ("", d, "Theorem 1: C(G) + log 4 - 2 JSD = 0", "{theorem}"),
            ("", d, "D = 1/2: mean |D - 1/2| = 0", "{d_minus_half:.4f}"),
        ):
            if found:
                rise = c and f"{b['mean_on_fake']:.3f} -> {c['mean_on_fake']:.3f}"
                theorem = tiny(found["residual"])
                rows.append((panel, asked, measured.format(rise=rise, theorem=theorem, **found)))
        return (
            f"Figure 1, seed {report['seed']}: {report['steps']} steps of Algorithm 1 "
            f"(k = {report['k']}, {report['cost']}) in {report['seconds']:.1f} s\n\n"
            + table(rows, "7", "50", "")
        )

    def _draw(self) -> Picture:
        """The panels side by side, as in the paper."""
        picture = new_picture(9.6)
        axes = picture.subplots(2, 2).ravel()
        before = {"b": self.panels.get("a"), "c": self.panels.get("b")}
        for ax, (letter, moment) in zip(axes, self.panels.items(), strict=False):
            state = draw_moment(ax, moment, NOISE, DATA, before.get(letter))
            gap = state.judge(moment.D).inner_gap
            what = f"({letter})  {SAYS[letter]}\n{moment.caption}"
            ax.set_title(f"{what}\nJSD {state.jsd:.3f}, gap {gap:.3f} nats")
        for ax in axes[len(self.panels) :]:  # of a run that was interrupted
            ax.remove()
        name_all_curves(picture, 4)
        return picture

    def save(self, directory: Path, files: PictureFiles = PNG) -> list[Path]:
        """Draw the panels, and the film, if it is wanted, into ``training.gif``."""
        saved = super().save(directory, files)
        if self.film and self.gif:
            saved.append(directory / "training.gif")
            write_whole(saved[-1], lambda file: write_film(file, self.film))
        return saved


def _moment(caption: str, game: Algorithm1) -> Moment:
    G, D = game.G.copy(device="cpu"), game.D.copy(device="cpu")
    return Moment(game.steps_done, caption, G, D)


def _is_near(game: Algorithm1) -> bool:
    """True if p_g has come near p_data, looked at every so many steps."""
    return game.steps_done % LOOK_EVERY == 0 and GeneratorState(game.G, NOISE, DATA).jsd <= NEAR


def _branch_off(game: Algorithm1, cost: str, seed: np.random.SeedSequence) -> dict[str, Moment]:
    """Panels (b) and (c), played on copies of the game's present pair."""
    G, D, updates, steps = game.G.copy(), game.D.copy(), sum(INNER.values()), game.steps_done
    branch = Algorithm1(
        G,
        D,
        data=DATA,
        noise=NOISE,
        G_optimizer=Adam(G, RATE_G),
        D_optimizer=Adam(D, cosine(INNER_RATE, updates), beta1=0, beta2=INNER_BETA2),
        cost=cost,
        seed=seed,
    )
    for branch.batch, times in INNER.items():
        for _ in range(times):
            branch.take("D")
    b = _moment(f"{updates} updates of D alone", branch)._replace(step=steps)
    branch.take("G")
    return {"b": b, "c": _moment("then one update of G", branch)._replace(step=steps)}


def _film_steps(steps: int, frames: int) -> set[int]:
    """Steps to keep, closer together at the start, where more happens."""
    return {1 + round((steps - 1) * (i / max(frames - 1, 1)) ** 2) for i in range(frames)}
