"""Means of an epoch's records: costs and accuracies, over all of its steps.

On a GPU a record is a promise, and to ask for it means to wait. So records are put by, and read
many at a time; added up they are one after another, so that it does not matter when.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.states import expect_like
from minigan.training.records import Record

NAMES = ("J_D", "J_G", "real_accuracy", "fake_accuracy")
AT_ONCE = 100  # records read together


class Means:
    """Running means of `NAMES`; goes into a checkpoint with the game.

    Attributes
    ----------
    count : int
        Steps so far; 0 at the beginning of an epoch.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin again."""
        self.count, self._sums = 0, np.zeros(len(NAMES))
        self._unread: list[Record] = []

    def add(self, record: Record) -> None:
        """Take a step's record in."""
        self.count += 1
        self._unread.append(record)
        if len(self._unread) == AT_ONCE:
            self._read()

    def values(self) -> dict[str, float]:
        """The means by name, after one step or more.

        Raises
        ------
        NonFiniteError
            On a GPU: if a cost or a gradient was not finite, and nobody has looked yet.
        """
        self._read()
        return dict(zip(NAMES, (self._sums / self.count).tolist(), strict=True))

    def state(self) -> dict[str, Any]:
        """Where they stand, for a checkpoint: ``count`` and ``sums``."""
        self._read()
        return {"count": self.count, "sums": self._sums.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken.

        Raises
        ------
        InputError
            If it is no such state; nothing has changed then.
        """
        expect_like("means", state, self.state())
        self.clear()
        self.count, self._sums = state["count"], state["sums"].copy()

    def _read(self) -> None:
        for record in self._unread:
            self._sums += [getattr(record, name) for name in NAMES]
        self._unread = []
