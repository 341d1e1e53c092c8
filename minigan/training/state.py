"""A game as a nested dict, and back: what a checkpoint is made of.

A game goes on bit for bit if all that its next step depends on is as it was: the parameters,
what the optimizers remember, where the random streams stand, where a sampler is in its data.
Rates, sizes and options are not here; they belong to the configuration of the run.
"""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError, NonFiniteError
from minigan.base.randomness import Mirrored
from minigan.base.states import Stateful, expect_like, fill, snapshot
from minigan.base.validation import whole_number
from minigan.cuda.kernels import ALIVE, OF_D, OF_G, TURNS
from minigan.cuda.ledger import CAPACITY

if TYPE_CHECKING:
    from minigan.cuda.feeds import Feed
    from minigan.cuda.turns import DeviceTurns
    from minigan.networks.sequential import Sequential
    from minigan.training.algorithm1 import Algorithm1


def game_state(game: Algorithm1, extras: dict[str, Stateful] | None = None) -> dict[str, Any]:
    """All that the game's next steps depend on, between two steps.

    Parameters
    ----------
    game : Algorithm1
        A sampler that changes as it is drawn from must have ``state()`` and ``restore()``.
    extras : dict, optional
        What else goes with the game, by name: a `ParameterAverage`, for one.

    Returns
    -------
    dict
        Of dicts, NumPy arrays, numbers and strings; copies, which later steps do not change.

    Raises
    ------
    InputError
        If a random stream or an optimizer is of a kind that cannot be saved.
    NonFiniteError
        On a GPU: if a cost or a gradient was not finite, and nobody has looked yet.

    Examples
    --------
    >>> import minigan as mg
    >>> G, D = mg.Sequential([mg.Linear(1, 1)], seed=1), mg.Sequential([mg.Linear(1, 1)], seed=2)
    >>> game = mg.Algorithm1(G, D, data=mg.Normal(), noise=mg.Uniform(),
    ...                      G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1))
    >>> before = game_state(game)
    >>> first = list(game.play(3))
    >>> restore_game(game, before)
    >>> list(game.play(3)) == first
    True
    """
    parts = {name: part.state() for name, part in _parts(game, extras).items()}
    return {"steps_done": game.steps_done, **parts}


def restore_game(
    game: Algorithm1, state: dict[str, Any], extras: dict[str, Stateful] | None = None
) -> None:
    """Let a game go on from where `game_state` was taken: all of it, or an error.

    Parameters
    ----------
    game : Algorithm1
        Made as the one that was saved: the same layers, dtype, kind of device, classes.
    state : dict
        From `game_state`.
    extras : dict, optional
        The same names as there.

    Raises
    ------
    InputError
        If the state does not fit the game; the game is then as it was.
    """
    if game._on_gpu is not None:
        with suppress(NonFiniteError):  # of steps that are given up here
            game._on_gpu.look()
    before, parts = game_state(game, extras), _parts(game, extras)
    if not isinstance(state, dict) or state.keys() != before.keys():
        raise InputError(
            f"expected the state of a game with {', '.join(before)}, "
            f"got {', '.join(map(str, state)) if isinstance(state, dict) else described(state)}"
        )
    steps_done = whole_number("steps_done", state["steps_done"], 0)
    try:
        for name, part in parts.items():
            _restore(name, part, state[name])
    except BaseException:
        for name, part in parts.items():
            part.restore(before[name])
        raise
    game.steps_done = steps_done


def _parts(game: Algorithm1, extras: dict[str, Stateful] | None) -> dict[str, Stateful]:
    rng = game._streams
    parts: dict[str, Stateful] = {
        "G": _Network(game.G),
        "D": _Network(game.D),
        "G_optimizer": game.G_optimizer,
        "D_optimizer": game.D_optimizer,
        "data_stream": _stream("data", rng.data),
        "noise_stream": _stream("noise", rng.noise),
        "dropout_stream": _stream("dropout", rng.dropout),
    }
    for name, sampler in (("data", game.data), ("noise", game.noise)):
        if hasattr(sampler, "state"):
            parts[name] = cast("Stateful", sampler)
    if game._on_gpu is not None:
        parts["turns"] = _Turns(game._on_gpu)
    for name, extra in (extras or {}).items():
        if name in parts or name == "steps_done":
            raise InputError(
                f"extras: expected another name than {name!r}, which is the game's own"
            )
        parts[name] = extra
    return parts


def _restore(name: str, part: Stateful, state: dict[str, Any]) -> None:
    try:
        part.restore(state)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


class _Network:
    """The parameters of a network; its layers are named, so that no others are filled."""

    def __init__(self, network: Sequential):
        self._network = network

    def state(self):
        layers = ", ".join(map(repr, self._network.layers))
        return {"layers": layers, "params": snapshot(self._network.params)}

    def restore(self, state):
        expect_like("network", state, self.state())
        fill(self._network.params, state["params"])


def _stream(name: str, rng: Any) -> Stateful:
    if isinstance(rng, Mirrored):
        rng = rng._generator
    bits = getattr(rng, "bit_generator", None)
    if isinstance(bits, np.random.BitGenerator):
        return _HostStream(bits)
    if array_module(getattr(bits, "_state", None)) is not np:
        return _DeviceStream(bits)
    raise InputError(
        f"{name} stream: expected a generator of NumPy or CuPy whose state can be saved, "
        f"got {described(rng)}"
    )


class _HostStream:
    """Where a random stream of NumPy stands."""

    def __init__(self, bits: np.random.BitGenerator):
        self._bits = bits

    def state(self):
        return deepcopy(dict(self._bits.state))

    def restore(self, state):
        # NumPy reads the arrays as they are, however short: they must be of the right shape.
        expect_like("stream", state, self.state())
        try:
            self._bits.state = state
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"stream: expected a state that NumPy takes ({error})") from error


class _DeviceStream:
    """Where a random stream of CuPy stands: the bytes that cuRAND keeps for each thread.

    CuPy has no public way to them (cupy/cupy issue 5430); ``_state`` is a plain array of
    32,768 cuRAND states, the same on every GPU, and all that the next numbers depend on.
    """

    def __init__(self, bits: Any):
        self._bits = bits

    def state(self):
        return {"bit_generator": type(self._bits).__name__, "bytes": snapshot(self._bits._state)}

    def restore(self, state):
        expect_like("stream", state, self.state())
        fill(self._bits._state, state["bytes"])


class _Turns:
    """Turns on a GPU: how many were taken, and minibatches drawn ahead of their turn."""

    def __init__(self, turns: DeviceTurns):
        self._turns = turns

    def state(self):
        turns = self._turns
        turns.look()
        return {
            "counters": snapshot(turns._ledger.state),
            "noise": _drawn_ahead(turns._z),
            "data": _drawn_ahead(turns._x),
        }

    def restore(self, state):
        turns = self._turns
        expect_like("turns", state, self.state())
        if state["counters"].min() < 0 or not state["counters"][ALIVE]:
            raise InputError(f"turns: expected counters >= 0, got {state['counters'].tolist()}")
        turns._attach()  # what was worked out for the coming turns is for others now
        fill(turns._ledger.state, state["counters"])
        turns._taken, turns._taken_by_D, turns._taken_by_G = (
            int(state["counters"][place]) for place in (TURNS, OF_D, OF_G)
        )
        turns._ledger._next = turns._taken % CAPACITY
        for feed, ahead in ((turns._z, state["noise"]), (turns._x, state["data"])):
            fill(feed.rows, ahead["rows"])
            feed.drawn = ahead["drawn"]


def _drawn_ahead(feed: Feed) -> dict[str, Any]:
    """Minibatches that a feed has ready, and which block of them it is; -1 is none."""
    if feed.drawn < 0:  # its memory has not been written to
        return {"drawn": -1, "rows": np.zeros(feed.rows.shape, feed.rows.dtype)}
    return {"drawn": feed.drawn, "rows": snapshot(feed.rows)}
