"""Imitation of an expert on a grid: cloning beside the GAN of occupancies, all computed."""

from dataclasses import dataclass

import numpy as np

from minigan.base.randomness import generator
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import ORANGE, Picture, new_picture
from minigan.variants import imitation as grid
from minigan.variants import one_state

TRAJECTORIES, SEEDS = (1, 3, 10, 30), 8
ASKED = {1: "by 1.0", 3: "by 0.7", 30: "both within .15 of the expert"}
WAYS = ("cloning", "GAIL", "AIRL")


@dataclass(eq=False)
class Imitation(Figure):
    """Actors that have seen few trajectories of an expert; the ``seed`` is the first set's.

    After ``play``, ``actors`` has them by (trajectories, seed), and then by way.
    """

    name = "imitation"

    def run(self, progress: Progress) -> None:
        """Show each actor `SEEDS` sets of each number of trajectories."""
        self.expert, self.gaps = grid.expert(), one_state.gaps(self.seed)
        self.actors: dict[tuple[int, int], dict[str, np.ndarray]] = {}
        jobs = [(n, self.seed + i) for n in TRAJECTORIES for i in range(SEEDS)]
        with self.until_interrupted():
            for n, seed in progress(jobs, len(jobs)):
                counts = grid.visits(self.expert, n, generator(seed))
                made = {kind: grid.imitate(counts / counts.sum(), kind) for kind in WAYS[1:]}
                self.actors[n, seed] = {"cloning": grid.clone(counts)} | made

    def numbers(self) -> dict:
        """Returns of the ``expert`` and of a ``uniform`` actor, and ``trajectories``, by number.

        Of each way: mean ``gain``, its standard deviation ``spread``, ``jsd`` from the expert.
        ``one_state`` has the differences of `one_state.gaps`.
        """
        rho, found = grid.occupancy(self.expert), {}
        for n in sorted({n for n, _ in self.actors}):
            found[str(n)] = {
                way: self._scores([one[way] for (m, _), one in self.actors.items() if m == n], rho)
                for way in WAYS
            }
        uniform = grid.gain(np.full_like(rho, 1 / len(grid.MOVES)))
        ends = {"expert": grid.gain(self.expert), "uniform": uniform}
        return ends | {"trajectories": found, "one_state": self.gaps}

    def _scores(self, actors: list[np.ndarray], rho: np.ndarray) -> dict[str, float]:
        gains, jsd = [grid.gain(pi) for pi in actors], [grid.away(pi, rho) for pi in actors]
        return {
            "gain": float(np.mean(gains)),
            "spread": float(np.std(gains)),
            "jsd": float(np.mean(jsd)),
        }

    def text(self) -> str:
        """A line for each number of trajectories: return and JSD by way."""
        report = self.report()
        rows: list[tuple] = [("return after", *WAYS, "   asked: GAIL above cloning")]
        jsd: list[tuple] = [("JSD from the expert", *WAYS)]
        for n, ways in report["trajectories"].items():
            scores = [ways[way] for way in WAYS]
            rows.append((n, *(one["gain"] for one in scores), f"   {ASKED.get(int(n), '')}"))
            jsd.append((n, *(one["jsd"] for one in scores)))
        head = f"a grid of {grid.SIDE} x {grid.SIDE}, {SEEDS} seeds from {self.seed}; return of "
        head += f"the expert {report['expert']:.3f}, of a uniform actor {report['uniform']:z.3f}\n"
        tables = table(rows, "21", *[">10.3f"] * 3, ""), table(jsd, "21", *[">10.3f"] * 3)
        gaps = [(what, f"{gap:.0e}") for what, gap in report["one_state"].items()]
        below = "\none state, six outcomes: critics - D*, policy gradients - those of divergences"
        return "\n".join([head, tables[0], "", tables[1], below, table(gaps, "34", ">7")])

    def _draw(self) -> Picture:
        """Occupancy as colour and the mean move as an arrow: expert, cloning, GAIL."""
        picture = new_picture(4.0)
        shown = {"expert": self.expert}
        own = self.actors.get((min((n for n, _ in self.actors), default=0), self.seed), {})
        shown |= {way: own[way] for way in WAYS[:2] if way in own}
        for ax, (who, pi) in zip(picture.subplots(1, 3), shown.items(), strict=False):
            d = grid.occupancy(pi).sum(axis=1).reshape(grid.SIDE, -1)
            ax.imshow(np.sqrt(d), cmap="Greens", vmin=0, vmax=0.9)
            down, right = (pi @ grid.MOVES).T.reshape(2, grid.SIDE, -1)
            ax.quiver(right, -down, pivot="middle", scale=7, width=0.012)
            ax.text(1.3, 1.35, "-1", va="center", ha="center", color=ORANGE)
            ax.text(4.3, 3.65, "+1", va="center", ha="center", color="white")
            ax.set(title=f"{who}: return {grid.gain(pi):.2f}", xticks=[], yticks=[])
        picture.suptitle(f"seed {self.seed}, one trajectory of the expert: what each of them earns")
        return picture
