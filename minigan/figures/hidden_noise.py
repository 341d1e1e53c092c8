"""Noise in the middle of G alone: how large it starts decides (tutorial, section 3.1)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, P_G, Picture, name_all_curves, new_picture
from minigan.theory.binned import bin_masses, js_masses
from minigan.variants import better_z, hidden_noise

STEPS, SEEDS, LOOK = 3000, 5, 50  # LOOK steps between the points of the curves of s
SETTINGS = {  # kind, s at the start, whether there is z
    **{f"additive, {start:g}": ("additive", start, False) for start in (0.5, 1.0, 2.0)},
    **{f"multiplicative, {start:g}": ("multiplicative", start, False) for start in (0.5, 2.0)},
    "concatenated": ("concatenated", 1.0, False),
    "additive, 0.5, with z": ("additive", 0.5, True),
}
SHOWN = ("additive, 0.5", "additive, 1", "additive, 2", "concatenated")
MASSES = bin_masses(better_z.DATA, better_z.EDGES)[1:-1]
NARROW = 0.13  # JSD above this has lost one of two modes, which costs .2158


class Played(NamedTuple):
    """The exact p_g of a game, its JSD, and the learned s on the way."""

    p_g: np.ndarray
    jsd: float
    path: list[float | None]


@dataclass(eq=False)
class HiddenNoise(Figure):
    """Games whose G has noise in its middle; the ``seed`` is the first game's.

    After ``play``, ``played`` has them by setting and then by seed.
    """

    name = "hidden-noise"

    def run(self, progress: Progress) -> None:
        """Play `SEEDS` games of each of `SETTINGS`."""
        self.played: dict[str, dict[int, Played]] = {}
        jobs = [(name, self.seed + i) for name in SETTINGS for i in range(SEEDS)]
        with self.until_interrupted():
            for name, seed in progress(jobs, len(jobs)):
                self.played.setdefault(name, {})[seed] = play(name, seed)

    def numbers(self) -> dict:
        """By setting: ``jsd`` by seed, their ``median``, and the ``stds`` at the end."""
        return {
            name: {
                "jsd": [one.jsd for one in by_seed.values()],
                "median": float(np.median([one.jsd for one in by_seed.values()])),
                "stds": [one.path[-1] for one in by_seed.values()],
            }
            for name, by_seed in self.played.items()
        }

    def text(self) -> str:
        """A line for each setting."""
        rows: list[tuple] = [("noise, s at the start", "median", "  by seed", "asked")]
        for name, one in self.numbers().items():
            by_seed = "  " + " ".join(f"{jsd:.3f}" for jsd in one["jsd"])
            rows.append((name, one["median"], by_seed, verdict(name, one["jsd"])))
        head = f"noise inside G, seeds {self.seed} and on; exact JSD, nats (one of two modes: "
        return f"{head}{better_z.floor(0.5):.4f})\n\n" + table(rows, "23", ">8.4f", "<34", "")

    def _draw(self) -> Picture:
        """p_g over the data for the first seed, and s by step."""
        picture = new_picture(5.6)
        axes = picture.subplots(2, 4)
        for (ax, below), name in zip(axes.T, SHOWN, strict=True):
            by_seed = self.played.get(name, {})
            ax.plot(better_z.CENTRES, MASSES / 0.02, **P_DATA)
            for one in [*by_seed.values()][:1]:
                ax.plot(better_z.CENTRES, one.p_g / 0.02, **P_G)
            paths = [one.path for one in by_seed.values() if name != "concatenated"]
            below.set_visible(bool(paths))
            for path in paths:
                steps = LOOK * np.arange(1, len(path) + 1)
                below.plot(steps, path, color=P_G["color"], lw=2, clip_on=False)
            jsd = [one.jsd for one in by_seed.values()]
            lost = f"a mode lost:\n{sum(each > NARROW for each in jsd)} of {len(jsd)} games"
            ax.set(title=f"{name}:\n{lost}", xlim=(-4, 4), ylim=(0, 0.9))
            below.set(xlabel="step", ylabel="learned s", ylim=(0, None))
        name_all_curves(picture, 2)
        picture.suptitle("noise in the middle of G: what it starts with decides (p_g: first seed)")
        return picture


def verdict(name: str, jsd: list[float]) -> str:
    """The bound of a setting, and MISSED if it was; empty where nothing is asked."""
    if name in ("additive, 2", "multiplicative, 2"):
        held = max(jsd) <= 0.05 and float(np.median(jsd)) <= 0.03
        asked = "<= .05, median <= .03"
    elif name in ("additive, 0.5", "multiplicative, 0.5"):
        lost = sum(each >= NARROW for each in jsd)
        asked, held = f"all but one >= {NARROW}", lost >= len(jsd) - 1
    else:
        return ""
    return asked + "; MISSED" * (not held)


def play(name: str, seed: int) -> Played:
    """Play one game of `SETTINGS`, and judge it exactly."""
    kind, start, z = SETTINGS[name]
    game, path = hidden_noise.hidden_noise_game(kind, start, STEPS, seed, z=z), []
    for record in game.play(STEPS):
        if record.step % LOOK == 0:
            path.append(hidden_noise.std_of(game.G))
    p_g = hidden_noise.hidden_law(game.G, z=z)
    return Played(p_g, js_masses(MASSES, p_g), path)
