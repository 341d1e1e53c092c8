"""Minibatches for a game on a GPU: many drawn by one call, handed out one by one.

A call for random numbers costs as much as several kernels. So minigan's own distributions draw
the minibatches of many turns at once, which are independent rows all the same. Any other sampler,
or random numbers that come from the host, are asked once a turn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.states import snapshot
from minigan.distributions import Examples, IrwinHall, Mixture, Normal, Spherical, Uniform

OWN = (Examples, IrwinHall, Mixture, Normal, Spherical, Uniform)
AHEAD = 64  # minibatches drawn at once, at most
ROOM = 1 << 24  # bytes that they may take


class Feed:
    """Minibatches of the sampler of one name; what is handed out is never written to again."""

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
