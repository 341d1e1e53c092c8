"""What a program makes a GPU do, counted: launches, transfers, waits, memory.

On a GPU the price of a small network is not its arithmetic but these. The rule of the
count is one per call: every operator, ufunc, reduction, product, fill, copy, random draw
or kernel is one launch (CuPy itself may need several for one call); a view of memory that
is there already, such as a slice, a transpose or most reshapes, is none.
"""

from contextlib import contextmanager
from dataclasses import dataclass, fields


class DeviceSynchronized(RuntimeError):
    """The program waited for the device, or moved an array, where it had said it would not."""


@dataclass
class Counts:
    """How often each thing has happened.

    Attributes
    ----------
    launches : int
        Kernels started; the host does not wait for them.
    synchronisations : int
        Times the host waited until the device had finished all it was told.
    to_host, to_device : int
        Copies between the two memories.
    allocations : int
        Arrays that got memory of their own.
    """

    launches: int = 0
    synchronisations: int = 0
    to_host: int = 0
    to_device: int = 0
    allocations: int = 0

    def reset(self):
        """Begin again at zero."""
        for field in fields(self):
            setattr(self, field.name, 0)


counts = Counts()
_counting = [counts]
_forbidden = []
_CROSSINGS = ("synchronisations", "to_host", "to_device")


def record(*what):
    """Count each of ``what``; raise where it is forbidden."""
    from strict_cupy import _graphs  # it imports this file

    for name in what:
        if name in _CROSSINGS and _graphs.is_capturing():
            raise RuntimeError(f"{name}: the current stream is capturing")
        if _forbidden and name in _CROSSINGS:
            raise DeviceSynchronized(f"{name} is forbidden here: {_forbidden[-1]}")
        for each in _counting:
            setattr(each, name, getattr(each, name) + 1)


@contextmanager
def counting():
    """Count what happens in a block: ``with counting() as block: ...; block.launches``."""
    block = Counts()
    _counting.append(block)
    try:
        yield block
    finally:
        _counting[:] = [each for each in _counting if each is not block]


@contextmanager
def forbid_sync(why="inside forbid_sync()"):
    """Raise `DeviceSynchronized` at any wait or transfer in a block."""
    _forbidden.append(why)
    try:
        yield
    finally:
        _forbidden.pop()
