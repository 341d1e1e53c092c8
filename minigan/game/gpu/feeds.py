"""Minibatches for a game on a GPU: many drawn by one call, handed out one by one.

A call for random numbers costs as much as several kernels. So minigan's own distributions draw
the minibatches of many turns at once, which are independent rows all the same. `Epochs` draws
the order of a whole epoch, and each turn takes its rows by a counter on the GPU, so that this
works within a graph. Any other sampler, or random numbers that come from the host, are asked once
a turn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.states import snapshot
from minigan.data.epochs import Epochs
from minigan.distributions import Examples, IrwinHall, Mixture, Normal, Spherical, Uniform
from minigan.game.gpu.facts import Same
from minigan.passes.cuda.kernels import kernels

OWN = (Examples, IrwinHall, Mixture, Normal, Spherical, Uniform)
AHEAD = 64  # minibatches drawn at once, at most
ROOM = 1 << 24  # bytes that they may take


class Feed:
    """Minibatches of the sampler of one name; what is handed out is never written to again."""

    known: Any = None  # what the GPU knows of the sampler; after an error, nothing
    facts: tuple = ()  # that a recording of a turn holds fixed

    def __init__(self, game: Any, name: str):
        self._game, self._name = game, name
        self._sampler, self._m = game.samplers[name], game.batch
        self._ahead = 1
        own = game._device.xp.random.Generator
        if type(self._sampler) in OWN and type(game._streams[name]) is own:
            bytes_each = self._m * self._sampler.dim * game._dtype.itemsize
            self._ahead = max(1, min(AHEAD, ROOM // bytes_each))
        self.rows: Any = None  # drawn, and not yet handed out

    @property
    def is_current(self) -> bool:
        """Whether the game still draws from this sampler, and as much at a time."""
        game = self._game
        return self._sampler is game.samplers[self._name] and self._m == game.batch

    def minibatch(self) -> Any:
        """The next minibatch: an array (m, width), or a tuple of arrays."""
        if self._ahead == 1:
            return self._game._minibatch(self._name)
        if self.rows is None or not len(self.rows):
            self.rows = self._game._minibatch(self._name, self._ahead)
        first, self.rows = self.rows[: self._m], self.rows[self._m :]
        return first

    def in_turn(self, drawn: Any) -> Any:
        """Rows for the turn that is being launched, or recorded, from what `minibatch` gave."""
        return drawn

    def state(self) -> dict[str, Any]:
        """Rows that were drawn and not handed out, shape (rows, width)."""
        if self.rows is None:
            width = getattr(self._sampler, "dim", 0)
            return {"rows": np.zeros((0, width), self._game._dtype)}
        return {"rows": snapshot(self.rows)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with the rows of a state; InputError if they cannot be of this sampler."""
        own: Any = self.state()["rows"]
        rows: Any = state.get("rows")
        alike = isinstance(rows, np.ndarray) and described(rows[:0]) == described(own[:0])
        if not alike or len(rows) not in range(0, self._m * self._ahead, self._m):
            raise InputError(
                f"expected whole minibatches of {own.dtype} ({self._m}, {own.shape[1]}), "
                f"got {described(rows)}"
            )
        self.rows = self._game._device.xp.asarray(rows)


class EpochsFeed(Feed):
    """Minibatches of `Epochs`, gathered within the turn: the same rows in the same order.

    The numbers of all rows lie on the GPU in the orders of two epochs, an even one and an odd one,
    as a minibatch may end in the epoch after the one that it begins in. (If it has more rows than
    there are, it is drawn outside of the turn, as others are.)
    """

    def __init__(self, game: Any, name: str):
        super().__init__(game, name)
        xp, self._X = game._device.xp, self._sampler.X
        self._numbers, self._next = xp.zeros(2 * len(self._X), np.int64), xp.zeros(1, np.int64)
        self._kernels, self.facts = kernels(xp), (self._numbers,)

    @property
    def is_current(self) -> bool:
        """Whether the game still draws from this sampler, and its data."""
        return super().is_current and self._sampler.X is self._X

    def minibatch(self) -> tuple:
        """Nothing from outside the turn: the sampler goes on, and a new order is sent."""
        epochs = self._sampler
        if self.known != self._facts():
            self._next[...] = epochs._drawn % len(self._numbers)
            self._send_order()
        for places in epochs._next(self._m, self._game._streams[self._name]):
            if places.start == 0:
                self._send_order()
        self.known = self._facts()
        return ()

    def in_turn(self, drawn: Any) -> Any:
        """The rows, shape (m, width), and the counter moved on."""
        x = self._game._device.xp.empty((self._m, self._sampler.dim), self._game._dtype)
        length = len(self._numbers)
        self._kernels.gather(self._X, self._numbers, length, self._next, x.shape[1], x)
        self._kernels.advance(self._m, length, self._next, size=1)
        return x

    def _facts(self) -> tuple:
        return self._sampler._drawn, Same(self._sampler._order)

    def _send_order(self) -> None:
        if self._sampler._order is not None:
            n = len(self._X)
            start = n * (self._sampler.epoch % 2)
            self._numbers[start : start + n] = self._sampler._order


def feed_of(game: Any, name: str) -> Feed:
    """The feed that fits the sampler of a name."""
    sampler = game.samplers[name]
    is_one = type(sampler) is Epochs and game.batch <= len(sampler.X)
    return (EpochsFeed if is_one else Feed)(game, name)
