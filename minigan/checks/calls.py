"""One call of a turn, kept at hand so that it can be repeated and differentiated.

The turn is copied, and its networks with it, in float64 and near their own parameters. A call
is a function of the parameters alone: the minibatch is kept, the random numbers of layers grow
from the same seed each time, and what turn or layers remember is put back before each call.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.checks.passes import moved, whole
from minigan.game.turn import Turn
from minigan.networks.sequential import Sequential

Drawn = dict[str, Any]
"""Minibatches by name: an array (batch, width) each, or a tuple of arrays."""


def copied(turn: Turn, rng: np.random.Generator) -> Turn:
    """Copy of a turn and of its networks, which are in float64 and moved a little."""
    wholes = {id(network): network for network in map(whole, turn.networks().values())}
    twin = copy.deepcopy(turn, {key: moved(network, rng) for key, network in wholes.items()})
    for name, value in vars(twin).items():  # rows that a turn keeps, such as reference batches
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            vars(twin)[name] = _float64(value)
    return twin


def drawn_for(turn: Turn, samplers: Mapping[str, Any], m: int, rng: np.random.Generator) -> Drawn:
    """Minibatches of m examples: standard normal numbers for a name without a sampler."""
    networks, drawn = turn.networks(), {}
    for name in turn.draws:
        if name in samplers:
            drawn[name] = map_rows(_float64, samplers[name].sample(m, rng))
            continue
        network = networks.get("D") if name == "x" else None
        others = [each for key, each in networks.items() if key != "D"]
        width = (network or next(iter(others or networks.values()))).n_in
        if width is None:
            raise InputError(f"{name}: expected a sampler {name}=, for its width is not known")
        drawn[name] = rng.standard_normal((m, width))
    return drawn


def map_rows(function, rows):
    """The function of an array, or of each in a tuple of arrays."""
    return tuple(map(function, rows)) if isinstance(rows, tuple) else function(rows)


def _float64(rows) -> np.ndarray:
    return np.asarray(rows, np.float64)


class Call:
    """A turn, what is drawn for it, and the seed of its layers."""

    def __init__(self, turn: Turn, drawn: Drawn, seed: int):
        self.turn, self.drawn, self.seed = turn, drawn, seed
        self.networks = turn.networks()
        self.moves = {name: self.networks[name] for name in turn.moves}
        layers = (layer for network in self.networks.values() for layer in network.layers)
        keepers: list[Any] = [turn, *layers]
        self._remembers = [each for each in keepers if hasattr(each, "state") and each.state()]
        self._memory = [copy.deepcopy(each.state()) for each in self._remembers]

    def another(self, drawn: Drawn) -> Self:
        """The same turn with the same memory, in networks of its own; another minibatch."""
        twin = type(self)(copy.deepcopy(self.turn), drawn, self.seed + 1)
        twin._memory = self._memory
        return twin

    def opponents(self) -> dict[str, Sequential]:
        """The networks that share no memory with one that moves."""
        return {
            name: network
            for name, network in self.networks.items()
            if not any(np.shares_memory(network.params, own.params) for own in self.moves.values())
        }

    def displace(self, names: Iterable[str], rng: np.random.Generator) -> Callable[[], None]:
        """Move the parameters of these networks; the function that is returned puts them back."""
        wholes = list({id(w): w for w in (whole(self.networks[name]) for name in names)}.values())
        params = [network.params.copy() for network in wholes]
        for network in wholes:
            network.params += 0.3 * rng.standard_normal(network.params.shape)

        def put_back() -> None:
            for network, values in zip(wholes, params, strict=True):
                network.params = values

        return put_back

    def zero_grads(self) -> None:
        """Zero the gradients of what moves, as a game does before each turn."""
        for network in self.moves.values():
            network.zero_grads()

    def run(self, fast: bool = True, wrap=np.copy, seed: int | None = None) -> dict[str, Any]:
        """Figures; gradients are added. ``wrap`` makes the arrays that the turn is given."""
        for keeper, memory in zip(self._remembers, self._memory, strict=True):
            keeper.restore(copy.deepcopy(memory))
        for network in self.networks.values():
            whole(network).fast = fast
        self.given = {name: map_rows(wrap, rows) for name, rows in self.drawn.items()}
        rng = generator(self.seed if seed is None else seed)
        return self.turn.gradients(rng, **self.given)

    def gradients(self, fast: bool = True, seed: int | None = None) -> tuple[dict, dict]:
        """Figures as floats, and a copy of the gradients of each network that moves."""
        self.zero_grads()
        figures = {name: float(number) for name, number in self.run(fast, seed=seed).items()}
        return figures, {name: network.grads.copy() for name, network in self.moves.items()}

    def value(self, J: str, seed: int | None = None) -> float:
        """The figure called J."""
        return self.gradients(seed=seed)[0][J]


def cost_of(name: str, turn: Turn, figures: dict[str, float]) -> str:
    """Name of the figure whose gradient a network receives: J_<name> of several, or the first."""
    own = f"J_{name}"
    return own if len(turn.moves) > 1 and own in figures else next(iter(figures))
