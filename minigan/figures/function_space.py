"""Proposition 2 beside practice: p_g moved itself, and p_g moved by the weights of a network.

The data are the bell of Figure 1. In function space p_g is 512 masses, D is D* at each
step, and p_g goes down the gradient: C(G) falls at every step, as proved. In parameter
space G is a network of 1-32-32-1 units that plays Algorithm 1 against another network:
p_g moves only as weights let it, D is never quite D*, and gradients come from minibatches.
Nothing is proved there, and C(G) goes up and down.

Both start from the same p_g, that of the untrained G, save that in function space a
millionth of its mass is spread over all cells: a start must not be 0 where data are.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from minigan.base.randomness import sequence
from minigan.base.validation import real_number, whole_number
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import P_DATA, SIZE, Axes, Picture, new_picture
from minigan.figures.toy import DATA, NOISE, players, toy_game
from minigan.theory import GeneratorState
from minigan.theory.function_space import LOG4, descend

CELLS, LOW, HIGH = 512, -3.5, 4.5  # the grid; p_data is 0 in a quarter of its cells
SPREAD = 1e-6  # mass of the start in function space that lies everywhere
TOLERANCE = 1e-10  # JSD in nats at which function space stops
FRAMES = (2, 5, 10, 20, 40)  # steps in function space after which p_g is kept
LOOK_EVERY = 25  # steps of Algorithm 1 between two looks at C(G)
SHARES = (0.0125, 0.05, 0.2, 1.0)  # of Algorithm 1's run, after which p_g is kept as well

FALL, RISE = "#0072B2", "#D55E00"  # blue and vermillion, which the colour-blind can tell apart


class Game(NamedTuple):
    """One of the two games: C(G) in nats at some steps, and p_g at fewer of them."""

    steps: np.ndarray
    c_of_g: np.ndarray  # at each of these steps
    frames: dict[int, np.ndarray]  # masses of the cells, by step


@dataclass(eq=False)
class FunctionSpace(Figure):
    """Proposition 2, in function space and in parameter space.

    ``steps`` of Algorithm 1 in parameter space are >= 25, one look at C(G); ``eta``, in (0, 1], is
    the step size in function space. After ``play``, ``functions`` and ``parameters`` are the two
    games (if interrupted, with what was seen of that in parameter space), and ``p_data`` (512,)
    the masses of the cells of the grid, between ``edges`` (513,).
    """

    name = "function-space"
    settings = ("eta",)
    asked: ClassVar = {
        "parameters.jsd_lowest": None,
        "parameters.jsd": None,
        "parameters.rises": None,
        "functions.jsd": 0.0,
        "functions.rises": 0.0,
    }

    steps: int = 2000
    eta: float = 0.25

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps = whole_number("steps", self.steps, LOOK_EVERY)
        self.eta = real_number("eta", self.eta, 0, 1, low_open=True)

    def run(self, progress: Progress) -> None:
        """Play Algorithm 1 first; mirror descent starts from the same p_g."""
        self.edges = np.linspace(LOW, HIGH, CELLS + 1)
        self.p_data = np.diff(DATA.cdf(self.edges))
        self.parameters = self._in_parameter_space(progress)
        start = (1 - SPREAD) * self.parameters.frames[0] + SPREAD / CELLS
        descent = (self.p_data, start, self.eta, TOLERANCE)
        c_of_g = descend(*descent).c_of_g
        frames = {n: descend(*descent, n).p_g for n in FRAMES if n < c_of_g.size}
        self.functions = Game(np.arange(c_of_g.size), c_of_g, {0: start} | frames)

    def _in_parameter_space(self, progress: Progress) -> Game:
        """Algorithm 1 between two networks."""
        init, main = sequence(self.seed).spawn(2)
        G, D = players(init)
        game = toy_game(G, D, steps=self.steps, seed=main)
        kept = {round(share * (self.steps // LOOK_EVERY)) * LOOK_EVERY for share in SHARES}
        state = GeneratorState(G, NOISE, DATA)
        c_of_g, frames = [state.c_of_g], {0: _cells(state, self.edges)}
        with self.until_interrupted():
            for record in progress(game.play(self.steps), self.steps):
                if record.step % LOOK_EVERY == 0:
                    state = GeneratorState(G, NOISE, DATA)
                    c_of_g.append(state.c_of_g)
                    if record.step in kept:
                        frames[record.step] = _cells(state, self.edges)
        return Game(LOOK_EVERY * np.arange(len(c_of_g)), np.array(c_of_g), frames)

    def numbers(self) -> dict:
        """The fall of C(G) in both games, ``functions`` and ``parameters``.

        The ``steps`` played, the times C(G) was looked at (``looks``) and was higher than at
        the look before (``rises``), the largest such rise (``largest_rise``, <= 0 if there is
        none), ``jsd_start``, ``jsd_lowest`` and ``jsd`` at the end.
        """
        return {"functions": _numbers(self.functions), "parameters": _numbers(self.parameters)}

    def text(self) -> str:
        """The two games side by side, beside what Proposition 2 asks."""
        report = self.report()
        rows: list[tuple] = [("", "Prop. 2 asks", "function space", "parameter space")]
        for what, asked, found in (
            ("steps", "", "{steps}"),
            ("JSD at the start", "", "{jsd_start:.4f}"),
            ("JSD at the end, nats", "0", "{jsd:.1e}"),
            ("C(G) rose", "never", "{rises} of {looks} times"),
            ("largest rise of C(G)", "<= 0", "{largest_rise:.1e}"),
        ):
            games = (report["functions"], report["parameters"])
            rows.append((what, asked, *(found.format(**game) for game in games)))
        return (
            f"Proposition 2, seed {report['seed']}: mirror descent on p_g (eta = "
            f"{report['eta']:g}) and Algorithm 1 on weights, {report['seconds']:.1f} s\n\n"
            + table(rows, "22", ">18", ">18", ">18")
        )

    def _draw(self) -> Picture:
        """Two rows, one for each game: p_g at several steps, and C(G) over all of them."""
        picture = new_picture(8.0)
        (of_functions, C), (of_parameters, C_of_weights) = picture.subplots(2, 2)
        self._draw_densities(of_functions, self.functions, "Function space, D = D* at every step")
        self._draw_densities(of_parameters, self.parameters, "Parameter space, Algorithm 1")
        _draw_criterion(C, self.functions)
        _draw_criterion(C_of_weights, self.parameters)
        return picture

    def _draw_densities(self, ax: Axes, game: Game, name: str) -> None:
        from matplotlib import colormaps

        x, width = (self.edges[:-1] + self.edges[1:]) / 2, np.diff(self.edges)
        colors = colormaps["viridis_r"](np.linspace(0.3, 1, len(game.frames)))
        for (step, p_g), color in zip(game.frames.items(), colors, strict=True):
            ax.plot(x, p_g / width, color=color, label=f"$p_g$, step {step}")
        p_data = self.p_data / width
        ax.plot(x, p_data, **P_DATA)
        ax.set(xlim=(LOW, HIGH), ylim=(0, 2.2 * p_data.max()), xlabel="x")
        ax.legend(loc="upper right", fontsize=SIZE - 3)
        ax.set(title=f"{name}: $p_g$ on its way")


def _cells(state: GeneratorState, edges: np.ndarray) -> np.ndarray:
    """The exact masses of p_g in the cells; what lies outside the grid, in its end cells."""
    below = state.p_g.cdf(edges)
    below[[0, -1]] = 0, 1
    return np.diff(below)


def _numbers(game: Game) -> dict:
    rises = np.diff(game.c_of_g)
    jsd = (game.c_of_g + LOG4) / 2
    return {
        "steps": int(game.steps[-1]),
        "looks": int(rises.size),
        "rises": int((rises > 0).sum()),
        "largest_rise": float(rises.max()) if rises.size else 0.0,
        "jsd_start": float(jsd[0]),
        "jsd_lowest": float(jsd.min()),
        "jsd": float(jsd[-1]),
    }


def _draw_criterion(ax: Axes, game: Game) -> None:
    """C(G) above its minimum, with every stretch on which it rises in the other colour."""
    height = game.c_of_g + LOG4
    rising = np.flatnonzero(np.diff(height) > 0)
    ax.semilogy(game.steps, height, color=FALL, label="falls" if rising.size else None)
    ax.set_ylim(10 ** np.floor(np.log10(height.min())), 1.5)
    looks = len(height) - 1
    title = f"C(G) falls at every one of {looks} steps" if looks else "C(G) at the start"
    if rising.size:
        ends, gap = np.stack([rising, rising + 1], axis=1), np.full((rising.size, 1), np.nan)
        x, y = (np.hstack([each[ends], gap]).ravel() for each in (game.steps, height))
        ax.semilogy(x, y, color=RISE, label="rises")
        title = f"C(G) was higher than before at {rising.size} of {looks} looks"
        ax.legend(loc="upper right")
    ax.set(title=title, xlabel="step", ylabel="C(G) + log 4, nats")
