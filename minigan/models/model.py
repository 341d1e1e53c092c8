"""The interface of every generative model, and its place in the tutorial's Figure 9.

A model has ``sample(m, rng)``, and only where they exist

    log_likelihood(x)   log p(x) of rows x, exact
    bound(x, rng)       a lower bound of log p(x) in the mean over rng
    posterior(x)        p(z|x), exact or approximate
    transition()        T over all states, of the Markov chain that samples; then ``step(x, rng)``
                        is a step of it (without a table: ``sweeps`` and ``move(states, rng)``)

Which of them it has *is* Figure 9: `leaf` asks the object. ``pmf(states)`` is for the toys on which
all states can be listed: an oracle, which even an implicit model has there.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import whole_number
from minigan.distributions.states import all_states
from minigan.game import Game, Turn
from minigan.layers import Layer, Linear, Tanh
from minigan.networks import Sequential
from minigan.optimizers import Adam, Optimizer
from minigan.schedules import linear_ramp
from minigan.theory.chains import ReducibleError, mixing_time, stationary

PARTS = ("log_likelihood", "bound", "posterior", "transition")


class NotThereError(InputError, AttributeError):
    """A model is asked for something that models of its kind do not have."""


class Model(ABC):
    """Base of generative models: ``sample``, the turns that train it, and what follows from both.

    Attributes
    ----------
    dim : int
        Width of a sample.
    binary : bool
        Whether the rows that it learns are 0 and 1 only.
    """

    dim: int
    binary: bool = False

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of the game that trains it, if a game does."""
        return ()

    @abstractmethod
    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows, shape (m, dim); independent, or the last states of m chains run for long."""

    def pmf(self, states: np.ndarray) -> np.ndarray:
        """Probabilities of all states (2^dim, dim), in the order of `all_states`: (2^dim,)."""
        if hasattr(self, "log_likelihood"):
            return np.exp(self.log_likelihood(states))
        return stationary(self.transition())

    def sequential_steps(self) -> float:
        """Steps, one after another, that one independent sample takes."""
        return self.mixing_time() if hasattr(self, "transition") else 1

    def mixing_time(self) -> float:
        """Moves of the chain until TV < 0.05 from every start; InputError if T cannot be tabled.

        Infinite beyond 2^30, and of a chain that is reducible, if only in float64 (underflow).
        """
        try:
            return mixing_time(*self.chain(), 0.05)
        except ReducibleError:
            return math.inf

    def chain(self) -> tuple[np.ndarray, np.ndarray]:
        """T and its law: that of ``transition``, unless hidden units make the moves."""
        return self.transition(), self.pmf(all_states(self.dim))

    def move(self, states: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A step of the chain: that of ``transition``, unless hidden units make the moves."""
        return self.step(states, rng)

    def require_rows(self, x: np.ndarray, binary: bool | None = None) -> None:
        """Raise InputError unless x are rows as wide as the model; binary if it is, unless said."""
        if x.ndim != 2 or x.shape[1] != self.dim:
            raise InputError(f"{type(self).__name__}: expected rows (m, {self.dim}), got {x.shape}")
        if (self.binary if binary is None else binary) and not ((x == 0) | (x == 1)).all():
            said = f"expected binary rows, 0 or 1, got {x.min()} to {x.max()}"
            raise InputError(f"{type(self).__name__}: {said}")

    def require_draws(self, m: int, rng: np.random.Generator) -> None:
        """Raise InputError unless m is a number of rows, >= 0, and rng draws them."""
        whole_number(f"{type(self).__name__}: m", m, 0)
        require_rng(type(self).__name__, rng)

    if TYPE_CHECKING:
        log_likelihood: Any
        transition: Any
        step: Any
    else:

        def __getattr__(self, name: str) -> None:
            if name not in PARTS:
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
            found = ", ".join(part for part in ("sample", *PARTS) if part in dir(self))
            raise NotThereError(f"{type(self).__name__}: has no {name}, only {found}")


class OnePlayer(Model, Turn):
    """A model that minimises one cost: a turn, and so a game of one turn."""

    draws: ClassVar[tuple[str, ...]] = ("x",)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The model itself."""
        return (self,)

    def learn(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
        """Write the gradients of the cost of a minibatch x (m, dim); an optimizer steps then.

        What else the turn draws comes from the model's own sampler of that name, as ``z``.
        """
        self.require_rows(x)
        networks: Any = self.networks()
        for name in self.moves:
            networks[name].zero_grads()
        others = {name: getattr(self, name).sample(len(x), rng) for name in self.draws[1:]}
        return self.gradients(rng, x=x, **others)


def mlp(
    streams: Streams,
    name: str,
    *widths: int,
    bend: Callable[[], Layer] = Tanh,
    first: Sequence[Layer] = (),
    last: Sequence[Layer] = (),
) -> Sequential:
    """Network in float64 of these widths with ``bend()`` between its layers.

    ``first`` and ``last`` are layers before and behind them. Weights start as in Glorot and
    Bengio 2010, drawn from the stream of the name.
    """
    layers: list[Layer] = [*first]
    for n_in, n_out in pairwise(widths):
        layers += [Linear(n_in, n_out), bend()]
    layers = [*layers[:-1], *last]
    return Sequential(layers, seed=streams[f"init_{name}"], dtype="float64", name=name)


def falling_adam(network: Sequential, rate: float, steps: int, beta1: float = 0.9) -> Adam:
    """Adam with a rate that falls in a straight line to 0."""
    return Adam(network, linear_ramp(rate, 0.0, steps), beta1=beta1)


def train(
    model: Any, optimizers: Iterable[Optimizer], steps: int, *, seed: Any, batch: int, **drawn: Any
) -> Any:
    """Play the game of the model's turns for some steps; the model, trained.

    ``drawn`` are samplers by name. InputError if the data are not rows for the model.
    """
    game = Game(*model.turns, optimizers=optimizers, batch=batch, seed=seed, **drawn)
    model.require_rows(drawn["x"].sample(batch, np.random.default_rng(0)))
    for _ in game.play(steps):
        pass
    return model


def leaf(model: Any) -> tuple[str, ...]:
    """Way from the root of Figure 9 to the model's leaf, by what the object has.

    Explicit is what has a likelihood or a bound of it. A chain that samples (``transition``, or
    ``sweeps`` without a table), and a bound, are approximations; explicit without either is
    tractable, implicit without a chain is direct.
    """
    if not (hasattr(model, "log_likelihood") or hasattr(model, "bound")):
        is_chain = hasattr(model, "transition") or hasattr(model, "sweeps")
        return ("implicit", "Markov chain" if is_chain else "direct")
    names = {"bound": "variational", "transition": "Markov chain"}
    found = [name for part, name in names.items() if hasattr(model, part)]
    return ("explicit", "approximate", " and ".join(found)) if found else ("explicit", "tractable")
