"""The settings of a game that is played on the page, and the game that they make."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import sequence
from minigan.base.types import Density
from minigan.base.validation import real_number, shown, whole_number
from minigan.costs import GENERATOR_COSTS
from minigan.distributions import IrwinHall, Mixture, Normal, PiecewiseLinear, Uniform
from minigan.figures.toy import BATCH, BETA1, BETA2, DATA, NOISE, RATE_D, RATE_G, players
from minigan.game import Algorithm1, DiscriminatorTurn, Game, GeneratorTurn
from minigan.networks import Sequential
from minigan.optimizers import SGD, Adam
from minigan.schedules import cosine

DATAS: dict[str, Density] = {
    "one bell": DATA,
    "two bells": Mixture([-1.0, 2.0], 0.4),
    "a box": Uniform(-1.0, 2.0),
    "a Gaussian": Normal(0.5, 1.0),
    "a narrow bell": IrwinHall(1.5, 0.3),
}
NOISES: dict[str, Density] = {"uniform": NOISE, "Gaussian": Normal()}
OPTIMIZERS = ("Adam", "SGD with momentum")
STARTS = ("from scratch", "near convergence")
BY_HAND, DRAWN = "drawn by hand", ((-2.0, -0.5, 0.5, 1.5, 3.0), (0.0, 1.0, 0.2, 0.6, 0.0))
LOW, HIGH, POINTS = -4.0, 5.0, 41  # where data may be drawn, and by how many points
WIDEST = 128  # hidden units a layer
STEPS, MOST_STEPS = 12_000, 1_000_000  # the rates fall to 0 over STEPS


@dataclass(frozen=True)
class Knobs:
    """Settings: names of data, noise, cost and optimizer, numbers of Algorithm 1, the seed.

    ``drawn`` are x and heights of data drawn by hand; over ``steps`` the learning rates fall to 0;
    ``sleep``, if not 0, is how many updates of G come to one of D. With all defaults the game is
    that of ``minigan figure1`` with the same seed.
    """

    seed: int = 0
    cost: str = "non-saturating"
    k: int = 1
    simultaneous: bool = False
    data: str = "one bell"
    noise: str = "uniform"
    optimizer: str = "Adam"
    rate_G: float = RATE_G
    rate_D: float = RATE_D
    batch: int = BATCH
    sleep: int = 0
    width_G: int = 32
    width_D: int = 32
    steps: int = STEPS
    start: str = STARTS[0]
    drawn: Any = DRAWN

    def __post_init__(self) -> None:
        whole_number("seed", self.seed, low=0)
        whole_number("k", self.k)
        if self.k > 10:
            raise InputError(f"k: expected 1 to 10 updates of D, got {self.k}")
        if whole_number("batch", self.batch) > 4096:
            raise InputError(f"batch: expected 1 to 4096 examples, got {self.batch}")
        if not isinstance(self.simultaneous, bool):
            raise InputError(f"simultaneous: expected true or false, got {self.simultaneous!r}")
        if whole_number("sleep", self.sleep, low=0) == 1 or self.sleep > 20:
            what = "0, or 2 to 20 updates of G to one of D"
            raise InputError(f"sleep: expected {what}, got {self.sleep}")
        if self.sleep and (self.k > 1 or self.simultaneous):
            raise InputError(
                f"sleep: expected 0 with k > 1 or simultaneous updates, got {self.sleep}"
            )
        for name, most in (("width_G", WIDEST), ("width_D", WIDEST), ("steps", MOST_STEPS)):
            if whole_number(name, getattr(self, name)) > most:
                raise InputError(f"{name}: expected 1 to {most}, got {getattr(self, name)}")
        object.__setattr__(self, "drawn", drawn_points(self.drawn))
        for name in ("rate_G", "rate_D"):
            real_number(name, getattr(self, name), 0, 10)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                expected = ", ".join(known)
                raise InputError(f"{name}: expected {expected}; got {getattr(self, name)!r}")

    @property
    def p_data(self) -> Density:
        """The density of the data."""
        return PiecewiseLinear(*self.drawn) if self.data == BY_HAND else DATAS[self.data]

    def game(self) -> Game:
        """A new game, before its first step; InputError if the knobs do not fit one another.

        It is Algorithm 1, or, with a D that sleeps, a game in which G's turn is the longer one.
        """
        init, main = sequence(self.seed).spawn(2)
        G, D = players(init, widths=(self.width_G, self.width_D))
        of_G = self._optimizer(G, self.rate_G, max(self.sleep, 1))
        of_D = self._optimizer(D, self.rate_D, self.k)
        data, noise = self.p_data, NOISES[self.noise]
        if self.sleep:
            turns = DiscriminatorTurn(G, D), GeneratorTurn(G, D, self.cost)
            turns[1].k = self.sleep
            movers = [of_G, of_D]
            return Game(*turns, optimizers=movers, batch=self.batch, seed=main, x=data, z=noise)
        return Algorithm1(
            G,
            D,
            data=data,
            noise=noise,
            G_optimizer=of_G,
            D_optimizer=of_D,
            batch=self.batch,
            k=self.k,
            cost=self.cost,
            simultaneous=self.simultaneous,
            seed=main,
        )

    def _optimizer(self, network: Sequential, rate: float, updates: int) -> Adam | SGD:
        schedule = cosine(rate, self.steps * updates)
        if self.optimizer == "Adam":
            return Adam(network, schedule, beta1=BETA1, beta2=BETA2)
        return SGD(network, schedule, momentum=0.5)


CHOICES: dict[str, Any] = {
    "cost": tuple(GENERATOR_COSTS),
    "data": (*DATAS, BY_HAND),
    "noise": tuple(NOISES),
    "optimizer": OPTIMIZERS,
    "start": STARTS,
}


def turned(knobs: Any, changes: Any) -> Any:
    """The same knobs but for some changes, a dict by name; InputError if one is none."""
    unknown = sorted(set(changes) - set(asdict(knobs)))
    if unknown:
        raise InputError(f"knobs: expected {', '.join(asdict(knobs))}; got {unknown[0]!r}")
    return replace(knobs, **changes)


def drawn_points(drawn: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """x and heights of a density drawn by hand; InputError if they are none, or out of sight."""
    if not isinstance(drawn, list | tuple) or len(drawn) != 2:
        raise InputError(f"drawn: expected x and heights, two lists, got {shown(drawn)}")
    density = PiecewiseLinear(*drawn)
    x, heights = density.x, density.heights
    if x.size > POINTS:
        raise InputError(f"drawn: expected 2 to {POINTS} points, got {x.size}")
    if not (x[0] >= LOW and x[-1] <= HIGH and np.diff(x).min() >= 0.01):
        what = f"x from {LOW:g} to {HIGH:g}, 0.01 or more apart"
        raise InputError(f"drawn: expected {what}, got {shown(x.tolist())}")
    return tuple(x.tolist()), tuple(heights.tolist())


def grid(data: Density) -> np.ndarray:
    """Points x, some 200, ascending, across p_data and a quarter of its range more on either side.

    Both sides of p_data's ends are among them, so that edges are drawn upright.
    """
    low, high = data.interval()
    ends = np.array([low - 1e-6, low + 1e-6, high - 1e-6, high + 1e-6])
    low, high = max(low, -4.0), min(high, 5.0)
    beyond = (high - low) / 4
    x = np.linspace(low - beyond, high + beyond, 201)
    return np.union1d(x, ends[(ends > x[0]) & (ends < x[-1])])
