"""One player's turn, as a function that can be repeated and differentiated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import generator
from minigan.costs import discriminator_cost
from minigan.networks.sequential import Sequential


class Setting(NamedTuple):
    """A position of the game: players, minibatch, cost, and the seed of the masks.

    Parameters
    ----------
    G, D : Sequential
        The players.
    x, z : array, shape (m, D.n_in), (m, G.n_in)
        Data and noise.
    cost : callable
        What G minimises.
    gradients : object
        With methods ``discriminator(x, z, rng)`` and ``generator(z, cost, rng)``.
    seed : int
        The dropout masks grow from it.
    """

    G: Sequential
    D: Sequential
    x: np.ndarray
    z: np.ndarray
    cost: Callable
    gradients: Any
    seed: int

    def untouchables(self) -> dict[str, np.ndarray]:
        """What no turn may change, by name."""
        named = {"G.params": self.G.params, "D.params": self.D.params}
        return named | {"the data": self.x, "the noise": self.z}


class Turn(ABC):
    """What the two turns share.

    Attributes
    ----------
    J, owner, opponent : str
        Names: of the cost, of the player whose turn it is, of the other.
    player, other : Sequential
        Both of them.
    """

    J: str
    owner: str
    opponent: str
    player: Sequential
    other: Sequential

    def __init__(self, setting: Setting):
        self.setting = setting

    @abstractmethod
    def play(self) -> tuple:
        """Cost and logits; the player's ``grads`` are filled."""

    @abstractmethod
    def logits(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """The same logits by forward passes alone, with dropout masks from ``rng``."""

    @abstractmethod
    def cost(self, *logits) -> float:
        """What the cost of these logits is by definition."""

    def value(self) -> float:
        """The cost, as the turn computes it."""
        return float(self.play()[0])

    def masks(self) -> np.random.Generator:
        """The random numbers of this turn, from their beginning."""
        return generator(self.setting.seed)

    def _D_of(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return self.setting.D.forward(x, rng=rng)[0]

    def _D_of_G(self, rng: np.random.Generator) -> np.ndarray:
        return self._D_of(self.setting.G.forward(self.setting.z.copy(), rng=rng)[0], rng)


class DiscriminatorTurn(Turn):
    """J_D(theta_D) on a minibatch of data and one of noise."""

    J, owner, opponent = "J_D", "D", "G"

    def __init__(self, setting: Setting):
        super().__init__(setting)
        self.player, self.other = setting.D, setting.G

    def play(self):
        """J_D, a_real, a_fake."""
        return self.setting.gradients.discriminator(self.setting.x, self.setting.z, self.masks())

    def logits(self, rng):
        """D(x), D(G(z))."""
        return self._D_of(self.setting.x.copy(), rng), self._D_of_G(rng)

    def cost(self, *logits):
        """-V/2."""
        return float(discriminator_cost(*logits)[0])


class GeneratorTurn(Turn):
    """J_G(theta_G) on a minibatch of noise, through D."""

    J, owner, opponent = "J_G", "G", "D"

    def __init__(self, setting: Setting):
        super().__init__(setting)
        self.player, self.other = setting.G, setting.D

    def play(self):
        """J_G, a_fake."""
        setting = self.setting
        return setting.gradients.generator(setting.z, setting.cost, self.masks())

    def logits(self, rng):
        """D(G(z)), alone in a tuple."""
        return (self._D_of_G(rng),)

    def cost(self, *logits):
        """The generator's cost of the setting."""
        return float(self.setting.cost(*logits)[0])
