"""Arrays whose numbers cannot be read: they show on a CPU that a turn fits a GPU's graph.

A turn runs on a GPU by queueing work; nothing is computed yet when the next line runs. To look
at a number, float(J) or ``if a.mean() > 0``, makes the CPU wait for all of it, and a graph
that is recorded once and replayed would take the branch of its first run for ever. Arrays of
this class compute as others do, and raise where a number would leave them.
"""

from __future__ import annotations

import numpy as np

from minigan.checks.calls import Call
from minigan.checks.tally import Tally


class LookedAtError(TypeError):
    """A number of an `Unread` array was asked for."""


def _refuses(how: str):
    def refuse(self, *given, **named):
        """Raise LookedAtError."""
        raise LookedAtError(how)

    return refuse


class Unread(np.ndarray):
    """An array whose numbers cannot be read; what is computed from it is of the same kind."""

    __float__ = _refuses("float(...)")
    __int__ = _refuses("int(...)")
    __index__ = _refuses("as an index")
    __bool__ = _refuses("if, and, or, not, min or max")
    item = _refuses("item()")
    tolist = _refuses("tolist()")
    __format__ = _refuses("format or an f-string")

    def __array_wrap__(self, out, context=None, return_scalar=False):
        return unread(out)

    def __getitem__(self, key):
        return unread(super().__getitem__(key))

    def __array_function__(self, function, types, given, named):
        result = super().__array_function__(function, types, given, named)
        if isinstance(result, tuple | list):
            return type(result)(map(unread, result))
        return unread(result)


def unread(value):
    """The same numbers, unreadable: an array as a view, a NumPy number as an array without axes."""
    return np.asarray(value).view(Unread) if isinstance(value, np.ndarray | np.generic) else value


def check_unread(tally: Tally, call: Call) -> None:
    """Require that a turn, with its cost and its layers, never looks at a number."""
    call.zero_grads()
    try:
        call.run(fast=False, wrap=lambda rows: unread(rows.copy()))
    except LookedAtError as error:
        tally.fail(
            f"looks at a number ({error}), which a GPU would be waited for: return it among the "
            f"figures, the game reads it later; np.where and np.maximum choose without looking"
        )
