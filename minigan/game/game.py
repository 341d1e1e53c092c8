"""A game: turns in an order, what is drawn for them, and what moves the networks. All by name.

    game = Game(DiscriminatorTurn(G, D), GeneratorTurn(G, D),
                optimizers=[G_optimizer, D_optimizer], x=data, z=noise, batch=128, seed=0)

is Algorithm 1. Another game is other turns, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError, NonFiniteError
from minigan.base.randomness import Streams
from minigan.base.validation import whole_number
from minigan.game.interrupts import interrupts_wait
from minigan.game.parts import movers, named_networks, require_sampler, sampled_names
from minigan.game.records import Record, check_finite, overflow_is_named
from minigan.game.state import restore_parts, state_of_parts
from minigan.game.turn import Turn
from minigan.layers.image import ImageLayer
from minigan.networks.sequential import Sequential
from minigan.optimizers import Optimizer
from minigan.passes.team import one_thread_of_blas

if TYPE_CHECKING:
    from minigan.base.types import Sampler


class Game:
    """Turns in an order, played by stochastic gradient descent.

    Parameters
    ----------
    *turns : Turn
        In the order in which they are taken in each step, each ``turn.k`` times.
    optimizers : iterable of Optimizer
        One for each network that a turn moves.
    batch : int
        m, examples a minibatch, >= 1.
    seed : int, numpy.random.SeedSequence or Streams
        What the samplers and the random layers draw from; each name has a stream of its own.
    **samplers : Sampler
        Anything with ``sample(m, rng)``, under the names that the turns draw. It returns an
        array (m, width), which is copied in the networks' dtype, or a tuple of arrays of m rows,
        of which whole numbers (labels) keep theirs.

    Attributes
    ----------
    turns : tuple of Turn
    networks, optimizers, samplers : mapping by name
        A network is also an attribute, as ``game.D``. An optimizer has its network's name.
    steps_done : int

    Raises
    ------
    InputError
        If something does not fit: names, samplers, optimizers, dtypes, devices, ranges.

    Examples
    --------
    >>> import minigan as mg
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.ReLU(), mg.Linear(8, 1)], seed=1)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=2)
    >>> game = mg.Game(mg.DiscriminatorTurn(G, D), mg.GeneratorTurn(G, D), x=mg.Normal(2.0),
    ...                z=mg.Uniform(), optimizers=[mg.SGD(G, 0.1), mg.SGD(D, 0.1)])
    >>> for record in game.play(10):
    ...     pass
    >>> record.step, list(record)[:4]
    (10, ['step', 'J_D', 'real_accuracy', 'fake_accuracy'])
    """

    def __init__(
        self,
        *turns: Turn,
        optimizers: Iterable[Optimizer],
        batch: int = 128,
        seed: int | np.random.SeedSequence | Streams = 0,
        **samplers: Sampler,
    ):
        self._networks = named_networks(turns)
        self._turns, self.batch = turns, batch
        self._optimizers = movers(turns, self._networks, optimizers)
        network = next(iter(self._networks.values()))
        self._device, self._dtype = network.device, network.dtype
        self._samplers: dict[str, Any] = {}
        for name in sampled_names(turns, samplers):
            self.draw_from(name, samplers[name])
        layers = (layer for net in self._networks.values() for layer in net.layers)
        convolves = any(isinstance(layer, ImageLayer) for layer in layers)  # by threads of BLAS
        self._threads: Any = nullcontext if convolves else one_thread_of_blas
        self._streams = seed if isinstance(seed, Streams) else Streams(seed, network.device)
        self.steps_done = 0
        self._figures: dict[Turn, frozenset[str]] = {}

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns in their order; other turns are another game."""
        return self._turns

    @property
    def networks(self) -> Mapping[str, Sequential]:
        """The networks of all turns by name."""
        return MappingProxyType(self._networks)

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """The optimizers by the names of their networks."""
        return MappingProxyType(self._optimizers)

    @property
    def samplers(self) -> Mapping[str, Any]:
        """The samplers by name; `draw_from` sets another."""
        return MappingProxyType(self._samplers)

    @property
    def batch(self) -> int:
        """m, examples a minibatch; may be set between two steps."""
        return self._batch

    @batch.setter
    def batch(self, m: int) -> None:
        self._batch = whole_number("batch", m)

    def draw_from(self, name: str, sampler: Sampler) -> None:
        """Draw what is called ``name`` from another sampler from now on.

        Parameters
        ----------
        name : str
            A name that a turn draws.
        sampler : Sampler
            Anything with ``sample(m, rng)``.

        Raises
        ------
        InputError
            If it has no ``sample``.
        """
        require_sampler(name, sampler)
        moves = hasattr(sampler, "to")
        self._samplers[name] = sampler.to(self._device) if moves else sampler  # type: ignore

    def play(self, steps: int) -> Iterator[Record]:
        """Play ``steps`` steps, one each time a record is asked for.

        Parameters
        ----------
        steps : int
            >= 1. The iterator may be left at any point, and ``play`` called again.

        Returns
        -------
        iterator of Record

        Raises
        ------
        InputError
            If ``steps`` is not a whole number >= 1.
        NonFiniteError
            If a cost or a gradient becomes NaN or infinite; that update is not made.
        KeyboardInterrupt
            On Ctrl-C, after a whole step; on a second one at once.
        """
        return self._play(whole_number("steps", steps))

    def _play(self, steps: int) -> Iterator[Record]:
        interrupts = interrupts_wait()
        for _ in range(steps):
            with interrupts:
                record = self.step()
            yield record
        if self._on_gpu is not None:
            self._on_gpu.look()

    @cached_property
    def _on_gpu(self) -> Any:
        """Player of the turns where the networks live on a GPU; None on the CPU."""
        if self._device.xp is np:
            return None
        from minigan.game.gpu.steps import Steps  # only where there is a GPU

        return Steps(self)

    def step(self) -> Record:
        """Take every turn once, or ``turn.k`` times, in their order.

        Returns
        -------
        Record

        Raises
        ------
        NonFiniteError
            If a cost or a gradient becomes NaN or infinite; that update is not made. Turns
            that came before it in the step have been.
        """
        if self._on_gpu is not None:
            return self._on_gpu.step()
        record = Record(step=self.steps_done + 1)
        with self._threads():
            for turn in self._turns:
                for _ in range(turn.k):
                    figures = self._take(turn)
                record.update(figures)
        self.steps_done += 1
        return record

    def take(self, name: str) -> Record:
        """Take one turn, once: the first that moves the network of that name.

        Parameters
        ----------
        name : str
            Of a network, as "D".

        Returns
        -------
        Record
            Its figures, with the number of the step that is under way.

        Raises
        ------
        InputError
            If no turn moves such a network.
        NonFiniteError
            If a cost or a gradient becomes NaN or infinite; the update is not made.
        """
        for turn in self._turns:
            if name in turn.moves:
                if self._on_gpu is not None:
                    return self._on_gpu.take(turn)
                with self._threads():
                    return Record(step=self.steps_done + 1, **self._take(turn))
        moved = ", ".join(name for turn in self._turns for name in turn.moves)
        raise InputError(f"take: expected the name of a network that moves ({moved}), got {name!r}")

    def _take(self, turn: Turn) -> dict[str, float]:
        drawn = {name: self._minibatch(name) for name in turn.draws}
        remembered = [self._networks[name].remembered() for name in turn.moves]
        for name in turn.moves:
            self._networks[name].zero_grads()
        with overflow_is_named():
            figures = turn.gradients(self._streams["layers"], **drawn)
            self._check_names(turn, figures)
            figures = {name: float(number) for name, number in figures.items()}
            for name in turn.moves:
                grads = self._networks[name].grads
                figures[f"{name}_grad_norm"] = math.sqrt(grads.dot(grads))
        try:
            check_finite(self.steps_done + 1, turn, figures)
        except NonFiniteError:
            for name, memories in zip(turn.moves, remembered, strict=True):
                self._networks[name].remember(memories)
            raise
        for name in turn.moves:
            self._optimizers[name].step()
        return figures

    def _minibatch(self, name: str, times: int = 1) -> Any:
        m = times * self._batch
        rows = self._samplers[name].sample(m, self._streams[name])
        if isinstance(rows, tuple):
            return tuple(self._checked_rows(name, part, m, labels="iub") for part in rows)
        return self._checked_rows(name, rows, m)

    def _checked_rows(self, name: str, rows: Any, m: int, labels: str = "") -> Any:
        """Copy of the ``m`` rows in the networks' dtype, but for kinds that are ``labels``.

        A copy, since a sampler may hand out memory that it keeps, and fills again.
        """
        xp = self._device.xp
        if array_module(rows) is not xp:
            raise InputError(f"{name}: expected rows of {xp.__name__}, got {described(rows)}")
        rows = xp.asarray(rows)
        if rows.ndim != 2 or len(rows) != m:
            raise InputError(f"{name}: expected rows ({m}, width) from sample, got {rows.shape}")
        return rows.astype(rows.dtype if rows.dtype.kind in labels else self._dtype)

    def _check_names(self, turn: Turn, figures: Any) -> None:
        """Raise InputError unless a turn returns figures, under names that no other turn has."""
        if isinstance(figures, dict) and figures.keys() == self._figures.get(turn):
            return
        what = type(turn).__name__
        if not isinstance(figures, dict) or not figures:
            raise InputError(f"{what}: expected figures by name, the cost first, got {figures!r}")
        taken = {"step", *(f"{name}_grad_norm" for name in self._networks)}
        for other, names in self._figures.items():
            taken.update(names if other is not turn else ())
        for name in figures:
            if name in taken:
                raise InputError(f"{what}: expected a figure that no other turn has, got {name!r}")
        self._figures[turn] = frozenset(figures)

    def state(self) -> dict[str, Any]:
        """All that the next steps depend on beside the settings, between two steps.

        Returns
        -------
        dict
            Of dicts by name, NumPy arrays, numbers and strings: parameters and what layers
            remember, what optimizers remember, where random streams stand, and the ``state()``
            of each sampler and turn that has one. Copies, which later steps do not change.

        Raises
        ------
        InputError
            If a random stream is of a kind that cannot be saved.

        Examples
        --------
        >>> import minigan as mg
        >>> G, D = (mg.Sequential([mg.Linear(1, 1)], seed=seed) for seed in (1, 2))
        >>> game = mg.Algorithm1(G, D, data=mg.Normal(), noise=mg.Uniform(),
        ...                      G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1))
        >>> before = game.state()
        >>> first = list(game.play(3))
        >>> game.restore(before)
        >>> list(game.play(3)) == first
        True
        """
        if self._on_gpu is not None:
            self._on_gpu.look()
        return {"steps_done": self.steps_done, **state_of_parts(self._parts())}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken: all of it, or an error.

        Parameters
        ----------
        state : dict
            From a game of the same turns, networks, optimizers and samplers.

        Raises
        ------
        InputError
            If the state does not fit the game; the game is then as it was.
        """
        if self._on_gpu is not None:
            self._on_gpu.forget()
        own = {"steps_done": self.steps_done, **state_of_parts(self._parts())}
        if not isinstance(state, dict) or state.keys() != own.keys():
            given = ", ".join(map(str, state)) if isinstance(state, dict) else described(state)
            raise InputError(f"expected the state of a game with {', '.join(own)}, got {given}")
        steps_done = whole_number("steps_done", state["steps_done"], 0)
        restore_parts(self._parts(), state, own)
        self.steps_done = steps_done

    def _parts(self) -> dict[str, dict[str, Any]]:
        """The parts that can be saved, by kind and name."""
        names = [*self._samplers, "layers"]
        turns: dict[str, Any] = {}
        for i, turn in enumerate(self._turns):
            turns[f"{i}-{type(turn).__name__}"] = turn
        on_gpu = self._on_gpu
        drawn = {"drawn": {n: on_gpu.feed(n) for n in self._samplers}} if on_gpu else {}
        return {
            "networks": self._networks,
            "optimizers": self._optimizers,
            "samplers": {n: s for n, s in self._samplers.items() if hasattr(s, "state")},
            "turns": {n: t for n, t in turns.items() if hasattr(t, "state")},
            "streams": {name: self._streams.as_part(name) for name in names},
            **drawn,
        }

    def __getattr__(self, name: str) -> Any:
        networks = vars(self).get("_networks", {})
        if name not in networks:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return networks[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self).get("_networks", {}):
            raise InputError(
                f"game.{name}: expected the network that the turns hold; write into "
                f"{name}.params, or make another game"
            )
        if name == "k" and not hasattr(type(self), "k"):
            raise InputError("game.k: expected to set the k of a turn, as game.turns[0].k")
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        turns = ", ".join(map(repr, self._turns))
        return f"{type(self).__name__}({turns}, batch={self.batch}, steps_done={self.steps_done})"
