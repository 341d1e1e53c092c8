"""Figures of a game on a GPU, written down there and read for many turns at once.

Every turn has a row: its figures and the squared lengths of its gradients. A record is a promise:
it knows its rows, and fetches them, with all that have not been read yet, when it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError, NonFiniteError
from minigan.game.records import Record, check_finite
from minigan.game.turn import Turn
from minigan.passes.cuda.kernels import ALIVE, MOVED, TURNS, kernels
from minigan.passes.cuda.products import products

CAPACITY = 200  # turns between two looks, at most: 100 steps with k = 1
WIDTH = 64  # figures of a turn, at most


class Entry(NamedTuple):
    """A turn that was taken, the names of its figures, and the step that was under way."""

    turn: Turn
    names: tuple[str, ...]
    step: int
    row: int = 0


class Page:
    """Consecutive turns, that are, or will be, fetched together by ``look``."""

    def __init__(self, look: Callable[[], None]):
        self._look: Callable[[], None] | None = look
        self.entries: list[Entry] = []
        self._figures: list[dict[str, float]] = []
        self.error: NonFiniteError | None = None

    def figures(self, index: int) -> dict[str, float]:
        """Figures of a turn of the page; NonFiniteError if one was not finite by then."""
        if self._look is not None:
            self._look()
        if index >= len(self._figures):
            assert self.error is not None
            raise NonFiniteError(str(self.error), self.error.step)
        return self._figures[index]

    def close(self, rows: np.ndarray) -> list[Entry]:
        """Take the rows in; the turns that were not made, from the first that is not finite on."""
        self._look = None
        for entry, row in zip(self.entries, rows.tolist(), strict=True):
            figures = dict(zip(entry.names, row, strict=False))
            for name in entry.names[-len(entry.turn.moves) :]:
                figures[name] = math.sqrt(figures[name])
            try:
                check_finite(entry.step, entry.turn, figures)
            except NonFiniteError as error:
                self.error = error
                break
            self._figures.append(figures)
        return self.entries[len(self._figures) :]


class Ledger:
    """The rows on the GPU, and the page that is being written.

    Attributes
    ----------
    state : array of int64
        See `minigan.passes.cuda.kernels`; the networks have their places in the order given.
    """

    def __init__(self, networks: dict[str, Any], xp: Any, dtype: Any, look: Callable[[], None]):
        self._networks, self._look = networks, look
        self.places = {name: MOVED + i for i, name in enumerate(networks)}
        self.state = xp.zeros(MOVED + len(networks), np.int64)
        self._written = xp.zeros(WIDTH, np.float64)
        self._norms = xp.zeros(WIDTH, dtype)
        self._rows = xp.zeros((CAPACITY, WIDTH), np.float64)
        self._judge, self._squared_length = kernels(xp).judge, products(xp).squared_length
        self._xp, self._page, self._next = xp, Page(look), 0
        self.revive()

    @property
    def is_full(self) -> bool:
        """Whether the rows must be read before another turn."""
        return len(self._page.entries) == CAPACITY

    def launch(self, turn: Turn, figures: dict[str, Any]) -> tuple[str, ...]:
        """Write a turn into its row and count it; judge if all is finite. The figures' names."""
        names = (*figures, *(f"{name}_grad_norm" for name in turn.moves))
        if len(names) > WIDTH:
            raise InputError(f"{turn}: expected at most {WIDTH} figures, got {len(names)}")
        for i, (name, number) in enumerate(figures.items()):
            if array_module(number) is not self._xp:
                self._written[i] = float(number)
            elif number.size == 1:
                self._written[i] = number.reshape(())
            else:
                raise InputError(f"{turn}: expected a number as {name}, got {described(number)}")
        for i, name in enumerate(turn.moves):
            self._squared_length(self._networks[name].grads, self._norms[i : i + 1])
        moves = sum(1 << self.places[name] - MOVED for name in set(turn.moves))
        counts = len(figures), self._norms, len(turn.moves), moves, WIDTH, CAPACITY
        self._judge(self._written, *counts, self._rows, self.state, size=1)
        return names

    def expect(self, entry: Entry) -> Callable[[], dict[str, float]]:
        """Note that a turn was launched; what is returned fetches its figures."""
        page, index = self._page, len(self._page.entries)
        page.entries.append(entry._replace(row=self._next))
        self._next = (self._next + 1) % CAPACITY
        return lambda: page.figures(index)

    def fetch(self) -> tuple[list[Entry], NonFiniteError | None]:
        """Read what has not been read; the turns that were not made, and why."""
        page = self._page
        if not page.entries:
            return [], None
        rows = self._rows.get()
        self._page = Page(self._look)
        return page.close(rows[[entry.row for entry in page.entries]]), page.error

    def counts(self) -> list[int]:
        """The GPU's counts, after a turn that was broken off and may be among them; all is read."""
        self.revive()
        counts = self.state.get().tolist()
        self._next = counts[TURNS] % CAPACITY
        return counts

    def revive(self) -> None:
        """Let the networks move again."""
        self.state[ALIVE] = 1


class LateRecord(Record):
    """A record of which only ``step`` is known without asking the GPU."""

    def __init__(self, step: int, fetch: Callable[[], dict[str, float]]):
        super().__init__(step=step)
        self._fetch = fetch

    def _read(self) -> None:
        if "_fetch" in vars(self):
            figures = self._fetch()
            del self._fetch
            super().update(figures)

    def __getitem__(self, name: str) -> Any:
        if name != "step":
            self._read()
        return super().__getitem__(name)

    def __reduce__(self):
        return Record, (dict(self),)  # a copy or a pickle is the record itself


def _read_first(name: str) -> Callable:
    method = getattr(dict, name)

    def read(self, *given, **named):
        for each in (self, *given):
            if isinstance(each, LateRecord):
                each._read()
        return method(self, *given, **named)

    read.__doc__ = f"The same as ``dict.{name}``, once the figures have been fetched."
    return read


_READERS = """
    __contains__ __delitem__ __eq__ __ior__ __iter__ __len__ __ne__ __or__ __repr__ __reversed__
    __ror__ __setitem__ copy get items keys pop popitem setdefault update values
"""
for _name in _READERS.split():
    setattr(LateRecord, _name, _read_first(_name))
