"""A G of one z in the plane, whose last layer adds Gaussian noise of a learned size.

Data are (1.5 t, sin 2t) + 0.2 eps, t ~ N(0, 1). Without the noise p_g sits on a curve, and
JSD(p_data, p_g) = log 2 whatever G is. With it p_g has a density, a sum over z.
"""

import math
from dataclasses import dataclass

import numpy as np

from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_G, Picture, name_curves, new_picture
from minigan.networks import Sequential
from minigan.theory.binned import js_masses
from minigan.variants.noisy_curve import STD, X, Y, Z, curve, law, masses, noise_game, on_cells

STEPS, LOOK, SEEDS = 5000, 250, 3
CELLS = (0.4, 0.1, 0.025, 0.006)  # sides, for a G without noise
P_DATA = masses(curve(Z), (STD, STD))


@dataclass(eq=False)
class Noise(Figure):
    """G with a Gaussian last layer, by its exact p_g; the ``seed`` is the first game's.

    After ``play``, ``paths`` has steps and JSD by seed, and ``Gs`` the generators.
    """

    name = "noise"

    def run(self, progress: Progress) -> None:
        """Play `SEEDS` games, and look at the exact p_g at times."""
        self.paths: dict[int, list[tuple[int, float]]] = {}
        self.Gs: dict[int, Sequential] = {}
        self.without: list[float] = []
        with self.until_interrupted():
            for seed in progress(range(self.seed, self.seed + SEEDS), SEEDS):
                game, path = noise_game(STEPS, seed), []
                for record in game.play(STEPS):
                    if record.step == 1 or record.step % LOOK == 0:
                        path.append((record.step, js_masses(P_DATA, masses(*law(game.G)))))
                self.paths[seed], self.Gs[seed] = path, game.G
                middle = law(game.G)[0]
                self.without = self.without or [on_cells(middle, side) for side in CELLS]

    def numbers(self) -> dict:
        """``jsd`` by seed, their ``median``, ``stds``, their mean ``std``, and ``without`` noise.

        ``without`` is JSD over the ever smaller `CELLS` for the first G, its noise left out.
        """
        jsd = [path[-1][1] for path in self.paths.values()]
        stds = [float(law(G)[1].mean()) for G in self.Gs.values()]
        middle, std = (float(np.median(jsd)), float(np.mean(stds))) if jsd else (None, None)
        return {"jsd": jsd, "median": middle, "stds": stds, "std": std, "without": self.without}

    def text(self) -> str:
        """JSD and standard deviation by seed; JSD without noise, on cells."""
        report = self.report()
        rows: list[tuple] = [("seed", "JSD (asked: <= .04)", "std (asked: .16 to .22)")]
        rows += zip(map(str, self.paths), report["jsd"], report["stds"], strict=True)
        head = "Gaussian last layer, one z, x in the plane: exact JSD(p_data, p_g), in nats\n"
        cells = [(f"{side:g}", jsd) for side, jsd in zip(CELLS, report["without"], strict=False)]
        tail = f"\nwithout the noise, on cells of that side (theory: to log 2 = {math.log(2):.4f})"
        stds = table(rows, "6", ">21.4f", ">26.3f")
        return "\n".join([head, stds, tail, table(cells, "6", ">21.4f")])

    def _draw(self) -> Picture:
        """Both densities, and JSD by step."""
        picture = new_picture(4.0)
        axes = picture.subplots(1, 3)
        shown = {"the data: a ridge of width 0.20": P_DATA}
        for G in [*self.Gs.values()][:1]:
            shown[f"$p_g$, exact: a ridge of width {law(G)[1].mean():.2f}"] = masses(*law(G))
        for ax, (title, density) in zip(axes, shown.items(), strict=False):
            density = np.sqrt(density.reshape(len(X), -1).T)
            ax.pcolormesh(X, Y, density, cmap="Greens", shading="nearest")
            ax.set(title=title)
        for path in self.paths.values():
            axes[2].semilogy(*np.transpose(path), **P_G | {"label": None, "lw": 1.6})
        axes[2].axhline(math.log(2), color="black", ls=":", lw=2.4)
        left = axes[2].get_yaxis_transform()  # x in widths of the panel
        axes[2].text(0.1, 0.6, "log 2: without the noise", va="top", transform=left)
        jsd = self.numbers()["median"]
        title = f"median JSD, exact: {jsd:.3f}" if jsd else ""
        axes[2].set(title=title, xlabel="step", ylabel="nats", ylim=(0.003, 1))
        name_curves(axes[2])
        return picture
