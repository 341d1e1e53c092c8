"""The settings of a game that is played on the page, and the game that they make."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import sequence
from minigan.base.types import Density
from minigan.base.validation import real_number, whole_number
from minigan.costs import GENERATOR_COSTS
from minigan.distributions import IrwinHall, Mixture, Normal, Uniform
from minigan.figures.toy import BATCH, BETA1, BETA2, DATA, NOISE, RATE_D, RATE_G, players
from minigan.game import Algorithm1
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
STEPS = 12_000  # over which the learning rates fall to 0, as in Figure 1


@dataclass(frozen=True)
class Knobs:
    """Settings: names of data, noise, cost and optimizer, numbers of Algorithm 1, the seed.

    With all defaults the game is that of ``minigan figure1`` with the same seed.
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

    def __post_init__(self) -> None:
        whole_number("seed", self.seed, low=0)
        whole_number("k", self.k)
        if self.k > 10:
            raise InputError(f"k: expected 1 to 10 updates of D, got {self.k}")
        if whole_number("batch", self.batch) > 4096:
            raise InputError(f"batch: expected 1 to 4096 examples, got {self.batch}")
        if not isinstance(self.simultaneous, bool):
            raise InputError(f"simultaneous: expected true or false, got {self.simultaneous!r}")
        for name in ("rate_G", "rate_D"):
            real_number(name, getattr(self, name), 0, 10)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                expected = ", ".join(known)
                raise InputError(f"{name}: expected {expected}; got {getattr(self, name)!r}")

    def game(self) -> Algorithm1:
        """A new game, before its first step; InputError if the knobs do not fit one another."""
        init, main = sequence(self.seed).spawn(2)
        G, D = players(init)
        return Algorithm1(
            G,
            D,
            data=DATAS[self.data],
            noise=NOISES[self.noise],
            G_optimizer=self._optimizer(G, self.rate_G, 1),
            D_optimizer=self._optimizer(D, self.rate_D, self.k),
            batch=self.batch,
            k=self.k,
            cost=self.cost,
            simultaneous=self.simultaneous,
            seed=main,
        )

    def _optimizer(self, network: Sequential, rate: float, updates: int) -> Adam | SGD:
        schedule = cosine(rate, STEPS * updates)
        if self.optimizer == "Adam":
            return Adam(network, schedule, beta1=BETA1, beta2=BETA2)
        return SGD(network, schedule, momentum=0.5)


CHOICES: dict[str, Any] = {
    "cost": tuple(GENERATOR_COSTS),
    "data": tuple(DATAS),
    "noise": tuple(NOISES),
    "optimizer": OPTIMIZERS,
}


def turned(knobs: Any, changes: Any) -> Any:
    """The same knobs but for some changes, a dict by name; InputError if one is none."""
    unknown = sorted(set(changes) - set(asdict(knobs)))
    if unknown:
        raise InputError(f"knobs: expected {', '.join(asdict(knobs))}; got {unknown[0]!r}")
    return replace(knobs, **changes)


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
