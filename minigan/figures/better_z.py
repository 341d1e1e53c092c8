"""Better distributions to sample z from (2014, section 7.5), against their exact floor."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import D_STAR, P_DATA, D, Picture, name_curves, new_picture
from minigan.theory.binned import bin_masses, js_masses
from minigan.variants import better_z as z_of

STOPS, SEEDS = (300, 1000), 5  # steps after which G stands still, and games of each
CAP = 0.95  # quantile of r at which M is put
WAYS = (
    *("p_g as it is", "floor(c)", "oracle, rejection", "oracle, capped", "D, rejection"),
    *("D, capped", "oracle, 1 proposal", "oracle, 5 proposals", "oracle, 20 proposals"),
    "learned z",
)


class Choice(NamedTuple):
    """JSD of one game by way, shares of z accepted, and the density of z over its slices."""

    jsd: dict[str, float]
    accepted: dict[str, float]
    z: dict[str, np.ndarray]


@dataclass(eq=False)
class BetterZ(Figure):
    """Games that are stopped, whose z are then chosen; the ``seed`` is the first game's.

    After ``play``, ``choices`` has them by (steps, seed).
    """

    name = "better-z"

    def run(self, progress: Progress) -> None:
        """Play `SEEDS` games to each of `STOPS`, and choose z for each G in all `WAYS`."""
        self.choices: dict[tuple[int, int], Choice] = {}
        jobs = [(steps, self.seed + i) for steps in STOPS for i in range(SEEDS)]
        with self.until_interrupted():
            for steps, seed in progress(jobs, len(jobs)):
                self.choices[steps, seed] = choose(steps, seed)

    def numbers(self) -> dict:
        """By steps and way: ``jsd`` by seed, their ``median``, and the share ``accepted``."""
        found: dict[str, dict] = {}
        for steps in sorted({stop for stop, _ in self.choices}):
            own = [choice for (stop, _), choice in self.choices.items() if stop == steps]
            for way in WAYS:
                jsd = [one.jsd[way] for one in own]
                accepted = [one.accepted[way] for one in own if way in one.accepted]
                middles = [float(np.median(n)) if n else None for n in (jsd, accepted)]
                row = {"jsd": jsd, "median": middles[0], "accepted": middles[1]}
                found.setdefault(str(steps), {})[way] = row
        return found

    def text(self) -> str:
        """A line for each way: median JSD, median share accepted, JSD by seed."""
        lines = [f"better z for a G that stands still, seeds {self.seed} and on; exact JSD, nats"]
        for steps, ways in self.numbers().items():
            rows: list[tuple] = [(f"after {steps} steps", "median", "accepted", "   by seed")]
            for way, one in ways.items():
                jsd = " ".join(f"{value:.4f}" for value in one["jsd"])
                rows.append((way, one["median"], one["accepted"], f"   {jsd}"))
            plain, floor, oracle, _, by_D = (np.array(ways[way]["jsd"]) for way in WAYS[:5])
            times, most = np.median(by_D) / np.median(plain), 0.6 if steps == "300" else 0.5
            missed = "; MISSED" if times > most else ""
            lines += ["", table(rows, "24", ">9.4f", ">10.4f", "")]
            lines += [f"oracle - floor: at most {abs(oracle - floor).max():.0e} (asked: 2e-4)"]
            lines += [f"median by D / as it is: {times:.2f} (asked: {most}{missed})"]
        return "\n".join(lines)

    def _draw(self) -> Picture:
        """JSD of all games by way; the density of z that each way gives in one of them."""
        picture = new_picture(8.0)
        left, right = picture.subplots(2, 1, height_ratios=[1.2, 1])
        looks = zip("os", (D["color"], D_STAR["color"]), strict=True)
        for (steps, ways), (mark, color) in zip(self.numbers().items(), looks, strict=False):
            dots = [(jsd, i) for i, one in enumerate(ways.values()) for jsd in one["jsd"]]
            xy = np.reshape(dots, (-1, 2)).T
            left.semilogx(*xy, mark, color=color, label=f"after {steps} steps", ms=7)
        left.set(yticks=range(len(WAYS)), yticklabels=[way.replace("p_g", "$p_g$") for way in WAYS])
        left.invert_yaxis()
        title = "the exact ratio reaches the floor, D's comes nearer;\nno z makes what G cannot"
        left.set(title=title, xlabel="exact JSD, nats; a dot is a game")
        at = np.linspace(0, 1, z_of.SLICES + 1)
        curves = {"oracle, rejection": D_STAR, "D, rejection": D, "learned z": P_DATA}
        last = max((steps for steps, seed in self.choices if seed == self.seed), default=0)
        for way, look in curves.items() if last else ():
            density = self.choices[last, self.seed].z[way] * z_of.SLICES
            right.stairs(density, at, **look | {"label": way})
        title = f"z is thinned out where $p_g$ is above $p_{{data}}$ (seed {self.seed})"
        right.set(title=title, xlabel="quantile of z", ylabel="density of the z that are taken")
        for ax in (left, right):
            name_curves(ax)
        return picture


def choose(steps: int, seed: int) -> Choice:
    """Play a game, then choose z for its G in all ways."""
    game = z_of.two_bells_game(steps, seed)
    for _ in game.play(steps):
        pass
    laws, p_data = z_of.slice_laws(game.G), bin_masses(z_of.DATA, z_of.EDGES)[1:-1]
    p_data, p_g = p_data / p_data.sum(), laws.mean(axis=0)
    a = game.D(z_of.CENTRES[:, None].astype(np.float32))[:, 0].astype(np.float64)
    ratios = {"oracle": z_of.ratio(p_data, p_g), "D": np.exp(a)}
    found, accepted, z = {"p_g as it is": p_g}, {}, {}
    for who, r in ratios.items():
        for way, share in ((f"{who}, rejection", 1.0), (f"{who}, capped", CAP)):
            found[way], accepted[way] = z_of.rejection(p_g, r, share)
        z[f"{who}, rejection"] = laws @ r / (laws @ r).sum()
    for K in (1, 5, 20):
        way = f"oracle, {K} proposal{'s' * (K > 1)}"
        found[way] = z_of.metropolis(p_g, ratios["oracle"], K)
    z["learned z"] = z_of.learned_z(p_data, laws)
    found["learned z"] = z["learned z"] @ laws
    jsd = {way: js_masses(p_data, law) for way, law in found.items()}
    return Choice(jsd | {"floor(c)": z_of.floor(z_of.covered(p_data, p_g))}, accepted, z)
