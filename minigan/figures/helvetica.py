"""The Helvetica scenario (2014, section 6): G trained too long without a step of D collapses.

For a D that stands still V is linear in p_g, so the best G puts all z on the x that D likes best.
Two bells on the line; the same number of updates of either player in all games, n of D and then
n of G at a time.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_G, Picture, new_picture
from minigan.game import DiscriminatorTurn, Game, GeneratorTurn
from minigan.layers import Tanh
from minigan.optimizers import Adam
from minigan.theory.binned import bin_masses, js_masses
from minigan.theory.mode_collapse import effective_modes
from minigan.variants.better_z import DATA
from minigan.variants.conditional_toys import network

UPDATES, BLOCKS, SEEDS = 4000, (1, 100, 1000), 5
EDGES = np.linspace(-8, 8, 161)
P_DATA = bin_masses(DATA, EDGES[1:-1])
Z = ndtri((np.arange(4000) + 0.5) / 4000)[:, None].astype(np.float32)  # the quantiles of z
LINES = 160  # every so many of them is a line of the picture


class Played(NamedTuple):
    """JSD in its mean and perplexity of p_g at its least, over the second half; G(z) there."""

    jsd: float
    perplexity: float
    x: np.ndarray


@dataclass(eq=False)
class Helvetica(Figure):
    """Games with long and short blocks of turns; the ``seed`` is the first game's.

    After ``play``, ``played`` has them by (block, seed).
    """

    name = "helvetica"

    def run(self, progress: Progress) -> None:
        """Play `SEEDS` games with each length of block."""
        self.played: dict[tuple[int, int], Played] = {}
        jobs = [(n, self.seed + i) for n in BLOCKS for i in range(SEEDS)]
        with self.until_interrupted():
            for n, seed in progress(jobs, len(jobs)):
                self.played[n, seed] = play(n, seed)

    def numbers(self) -> dict:
        """``p_data``, its perplexity; of each of the ``blocks`` means over seeds, and JSD by seed.

        ``ratio`` is the mean JSD over that of blocks of 1.
        """
        blocks: dict[str, dict] = {}
        for n in BLOCKS:
            own = [one for (block, _), one in self.played.items() if block == n]
            means = np.mean([one[:2] for one in own], axis=0).tolist() if own else [None, None]
            ratio = means[0] and means[0] / blocks.get("1", {"jsd": means[0]})["jsd"]
            row = {"jsd": means[0], "ratio": ratio, "perplexity": means[1]}
            blocks[str(n)] = row | {"by_seed": [one.jsd for one in own]}
        return {"p_data": float(effective_modes(P_DATA)), "blocks": blocks}

    def text(self) -> str:
        """A line for each length of block: JSD, its ratio, perplexity, JSD by seed."""
        report = self.report()
        rows: list[tuple] = [("turns at a time", "JSD", "ratio", "perplexity", "   JSD by seed")]
        for n, one in report["blocks"].items():
            jsd = " ".join(f"{value:.3f}" for value in one["by_seed"])
            rows.append((n, one["jsd"], one["ratio"], one["perplexity"], f"   {jsd}"))
        head = f"{UPDATES} updates of D and of G, in blocks, seeds {self.seed} and on; p_g at ends"
        tail = f"asked of 100: ratio >= 2; p_data: JSD 0, perplexity {report['p_data']:.1f} cells"
        return "\n".join([head, "", table(rows, "16", ">8.3f", ">8.2f", ">12.1f", ""), "", tail])

    def _draw(self) -> Picture:
        """For each length of block the lines from z to G(z) where p_g was narrowest."""
        picture = new_picture(4.4)
        axes = picture.subplots(1, len(BLOCKS), sharey=True)
        for ax, (n, one) in zip(axes, self.numbers()["blocks"].items(), strict=True):
            if (int(n), self.seed) in self.played:
                x = self.played[int(n), self.seed].x
                ends = np.stack([Z[::LINES, 0], x[::LINES]])
                ax.plot(ends, [0, 1], lw=2, alpha=0.7, color=P_G["color"])
                counts, _ = np.histogram(x, EDGES)
                ax.stairs(1 + counts / len(x), EDGES, baseline=1, fill=True, color=P_G["color"])
                least = f"$p_g$ in {one['perplexity']:.0f} cells at least"
                ax.set(title=f"{n} at a time: JSD {one['jsd']:.2f},\n{least}", xlim=(-5, 5))
        axes[0].set(yticks=[0, 1], yticklabels=["z", "x = G(z)"])
        more = "many updates of G without D: more z go to the same x"
        picture.suptitle(f"{more} (means of {SEEDS} games)")
        return picture


def play(n: int, seed: int) -> Played:
    """Play n turns of D, then n of G, and so on, and look at p_g at ends of G's blocks."""
    streams = Streams(seed)
    G = network((1, 32, 1), Tanh, 1.0, seed=streams["init_G"], name="G")
    D = network((1, 32, 32, 1), Tanh, 1.3, seed=streams["init_D"], name="D")
    G.layers[-1].W *= 3
    turns = DiscriminatorTurn(G, D), GeneratorTurn(G, D)
    turns[0].k = turns[1].k = n
    optimizers = [Adam(net, 2e-3, beta1=0.5) for net in (G, D)]
    game = Game(*turns, optimizers=optimizers, x=DATA, z=Normal(), batch=128, seed=streams)
    jsd, perplexity, xs = [], [], []
    for record in game.play(UPDATES // n):
        if record.step * n > UPDATES // 2 and record.step * n % max(n, 100) == 0:
            xs.append(np.clip(G(Z)[:, 0], EDGES[0], EDGES[-1]))
            p_g = np.histogram(xs[-1], EDGES)[0] / len(Z)
            jsd.append(js_masses(P_DATA, p_g))
            perplexity.append(float(effective_modes(p_g)))
    return Played(float(np.mean(jsd)), min(perplexity), xs[int(np.argmin(perplexity))])
