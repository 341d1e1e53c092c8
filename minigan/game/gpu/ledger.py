"""What happens in a game on a GPU, written down there and read for many turns at once.

Every turn has a row: costs, counts and squared gradient norms. A record is a promise: it
knows its row, and fetches it, with all rows that have not been read yet, when it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from minigan.cuda.gradients import FIGURES, OF_D, OF_G
from minigan.cuda.kernels import ALIVE
from minigan.cuda.passes import Tools
from minigan.training.records import Record

from minigan.base.errors import NonFiniteError

CAPACITY = 200  # turns between two looks, at most: 100 steps with k = 1


class Turn(NamedTuple):
    """Whose turn it was, in which step."""

    of_D: bool
    of_G: bool
    step: int


class Page:
    """Consecutive turns, that are, or will be, fetched together.

    Parameters
    ----------
    look : callable
        Fetches the rows of the newest page, and may raise `NonFiniteError`.
    """

    def __init__(self, look: Callable[[], None]):
        self._look: Callable[[], None] | None = look
        self.turns: list[Turn] = []
        self._rows: np.ndarray | None = None
        self.bad = CAPACITY  # the first turn whose figures are not finite
        self.message = ""

    def row(self, index: int) -> np.ndarray:
        """Figures of a turn of the page.

        Raises
        ------
        NonFiniteError
            If a cost or a gradient was not finite by then.
        """
        if self._look is not None:
            self._look()
        if index >= self.bad:
            raise NonFiniteError(self.message, self.turns[self.bad].step)
        assert self._rows is not None
        return self._rows[index]

    def close(self, rows: np.ndarray) -> None:
        """Take the rows in, and find the first turn that is not finite, if there is one."""
        self._rows, self._look = rows, None
        for index, (turn, row) in enumerate(zip(self.turns, rows, strict=True)):
            for what, number in _judged(turn, row):
                if not math.isfinite(number):
                    self.bad = index
                    self.message = f"step {turn.step}: {what} became {number}"
                    return


def _judged(turn: Turn, row: np.ndarray):
    """Costs and gradients of a turn by name, in the order in which they are judged."""
    seen = dict(zip(FIGURES, row.tolist(), strict=True))
    if turn.of_D:
        yield "J_D", seen["J_real"] + seen["J_fake"]
        yield "the gradient of J_D", math.sqrt(seen["D_norm2"])
    if turn.of_G:
        yield "J_G", seen["J_G"]
        yield "the gradient of J_G", math.sqrt(seen["G_norm2"])


class Ledger:
    """The rows on the GPU, and the page that is being written.

    Parameters
    ----------
    m : int
        Examples a minibatch.
    dtype : numpy.dtype
    tools : Tools
    look : callable
        See `Page`.

    Attributes
    ----------
    figures : array, shape (7,)
        Of the present turn; see `minigan.cuda.gradients.FIGURES`.
    state : array of int64, shape (4,)
        See `minigan.cuda.kernels`.
    """

    def __init__(self, m: int, dtype: Any, tools: Tools, look: Callable[[], None]):
        xp = tools.xp
        self.figures = xp.zeros(len(FIGURES), dtype)
        self.state = xp.zeros(4, np.int64)
        self._rows = xp.zeros((CAPACITY, len(FIGURES)), dtype)
        self._m, self._tools, self._look = m, tools, look
        self.revive()
        self._page = Page(look)
        self._next = 0  # row of the next turn

    @property
    def is_full(self) -> bool:
        """Whether the rows must be read before another turn."""
        return len(self._page.turns) == CAPACITY

    def launch(self, of_D: bool, of_G: bool) -> None:
        """Write the figures of a turn into its row, and count it; judge if they are finite."""
        first = OF_D.start if of_D else OF_G.start
        last = OF_G.stop if of_G else OF_D.stop
        self._tools.kernels.judge(
            *(self.figures, first, last, len(FIGURES), CAPACITY, int(of_D), int(of_G)),
            *(self._rows, self.state),
            size=1,
        )

    def expect(self, turn: Turn) -> Callable[[], np.ndarray]:
        """Note that a turn is being taken; what is returned fetches its figures."""
        page, index = self._page, len(self._page.turns)
        page.turns.append(turn)
        self._next = (self._next + 1) % CAPACITY
        return lambda: page.row(index)

    def fetch(self) -> tuple[list[Turn], str]:
        """Read what has not been read yet.

        Returns
        -------
        lost : list of Turn
            Those that were not made, since a cost or a gradient was not finite; else none.
        message : str
            What was not finite.
        """
        page = self._page
        if not page.turns:
            return [], ""
        rows = np.roll(self._rows.get(), -self._next, axis=0)[-len(page.turns) :]
        self._page = Page(self._look)
        page.close(rows.astype(np.float64))
        return page.turns[page.bad :], page.message

    def follow(self, other: Ledger) -> None:
        """Count on from where another ledger stands, all of which has been read."""
        self.state[...] = other.state
        self._next = other._next

    def revive(self) -> None:
        """Let the players move again."""
        self.state[ALIVE] = 1

    def of_D(self, row: np.ndarray) -> tuple[float, float, float, float]:
        """J_D, both accuracies and the gradient's length."""
        J_real, J_fake, right_real, right_fake, norm2 = row[OF_D].tolist()
        return J_real + J_fake, right_real / self._m, right_fake / self._m, math.sqrt(norm2)

    def of_G(self, row: np.ndarray) -> tuple[float, float]:
        """J_G and the gradient's length."""
        J_G, norm2 = row[OF_G].tolist()
        return J_G, math.sqrt(norm2)


class Promise(Sequence):
    """Numbers that are fetched from the GPU when one of them is asked for.

    Parameters
    ----------
    fetch : callable
        Returns them, as a tuple.
    """

    def __init__(self, fetch: Callable[[], tuple]):
        self._fetch = fetch

    def __getitem__(self, index):
        return self._fetch()[index]

    def __len__(self):
        return len(self._fetch())

    def __iter__(self):
        return iter(self._fetch())

    def __eq__(self, other):
        return self._fetch() == (tuple(other) if isinstance(other, Promise) else other)

    def __hash__(self):
        return hash(self._fetch())

    def __repr__(self):
        return repr(self._fetch())


class PromisedRecord(Promise):
    """A `Record` of which only ``step`` is known without asking the GPU.

    Parameters
    ----------
    step : int
    fetch : callable
        Returns the `Record`.
    """

    def __init__(self, step: int, fetch: Callable[[], Record]):
        super().__init__(fetch)
        self.step = step

    def __getattr__(self, name: str):
        if name.startswith("__") or name == "_fetch":
            raise AttributeError(name)
        return getattr(self._fetch(), name)

    def __reduce__(self):
        return Record, tuple(self._fetch())  # a copy or a pickle is the record itself
