"""Algorithm 1 of the 2014 paper: minibatch gradient training of adversarial nets.

    for number of training iterations do
        for k steps do
            sample m noise samples from p_z and m examples from p_data
            update the discriminator by its stochastic gradient
        sample m noise samples from p_z
        update the generator by its stochastic gradient

It is the game of two turns: D's, k times, and G's. See `minigan.game.turns` for the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.base.validation import whole_number
from minigan.costs import discriminator_cost
from minigan.game.game import Game
from minigan.game.parts import require_sampler
from minigan.game.turn import Turn
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.networks.sequential import Sequential
from minigan.optimizers import Optimizer

if TYPE_CHECKING:
    from minigan.base.types import Sampler


class Algorithm1(Game):
    """The game of two networks, played by stochastic gradient descent.

    Parameters
    ----------
    G : Sequential
        Generator, from noise to examples.
    D : Sequential
        Discriminator, from examples to one logit.
    data, noise : Sampler
        Anything with ``sample(m, rng)``: p_data and the noise prior p_z.
    G_optimizer, D_optimizer : Optimizer
        Built on G and on D.
    batch : int
        m, examples a minibatch, >= 1.
    k : int
        Discriminator updates a generator update, >= 1. The paper uses 1.
    cost : {"non-saturating", "minimax", "max-likelihood"} or callable
        What the generator minimises: a name, or ``a_fake -> (J_G, da_fake)``.
    D_cost : callable
        What the discriminator minimises: ``(a_real, a_fake) -> (J_D, da_real, da_fake)``.
    simultaneous : bool
        True moves both players at once, from gradients at the same point on the same
        minibatch, as the paper's code does; k must then be 1. False alternates, as
        Algorithm 1 does.
    seed : int, numpy.random.SeedSequence or Streams
        Of the streams of data, noise and layers; or the streams themselves.

    Raises
    ------
    InputError
        If something does not fit: widths, dtypes, devices, ranges, options.

    Examples
    --------
    >>> import minigan as mg
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.ReLU(), mg.Linear(8, 1)], seed=1)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=2)
    >>> game = mg.Algorithm1(G, D, data=mg.Normal(2.0), noise=mg.Uniform(),
    ...                      G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1))
    >>> for record in game.play(10):
    ...     pass
    >>> record.step
    10
    """

    def __init__(
        self,
        G: Sequential,
        D: Sequential,
        *,
        data: Sampler,
        noise: Sampler,
        G_optimizer: Optimizer,
        D_optimizer: Optimizer,
        batch: int = 128,
        k: int = 1,
        cost: str | Callable = "non-saturating",
        D_cost: Callable = discriminator_cost,
        simultaneous: bool = False,
        seed: int | np.random.SeedSequence | Streams = 0,
    ):
        if simultaneous and whole_number("k", k) != 1:
            raise InputError(f"k: expected 1 with simultaneous updates, got {k}")
        turns: list[Turn]
        if simultaneous:
            turns = [SimultaneousTurn(G, D, cost, D_cost)]
        else:
            turns = [DiscriminatorTurn(G, D, D_cost), GeneratorTurn(G, D, cost)]
            turns[0].k = k
        require_sampler("data", data)
        require_sampler("noise", noise)
        for name, optimizer, network in (("G", G_optimizer, G), ("D", D_optimizer, D)):
            if getattr(optimizer, "network", None) is not network:
                raise InputError(f"{name}_optimizer: expected an optimizer built on {name}")
        optimizers = [G_optimizer, D_optimizer]
        super().__init__(*turns, optimizers=optimizers, batch=batch, seed=seed, x=data, z=noise)

    @property
    def simultaneous(self) -> bool:
        """Whether both players move at once."""
        return len(self.turns) == 1

    @property
    def k(self) -> int:
        """Discriminator updates a generator update; may be set between two steps."""
        return self.turns[0].k

    @k.setter
    def k(self, k: int) -> None:
        if self.simultaneous and k != 1:
            raise InputError(f"k: expected 1 with simultaneous updates, got {k}")
        self.turns[0].k = k

    @property
    def data(self) -> Sampler:
        """The sampler of p_data; may be set between two steps."""
        return self.samplers["x"]

    @data.setter
    def data(self, sampler: Sampler) -> None:
        self.draw_from("x", sampler)

    @property
    def noise(self) -> Sampler:
        """The sampler of the noise prior p_z; may be set between two steps."""
        return self.samplers["z"]

    @noise.setter
    def noise(self, sampler: Sampler) -> None:
        self.draw_from("z", sampler)

    @property
    def G_optimizer(self) -> Optimizer:
        """The optimizer that moves G."""
        return self.optimizers["G"]

    @property
    def D_optimizer(self) -> Optimizer:
        """The optimizer that moves D."""
        return self.optimizers["D"]
