"""What a program makes a GPU do: counted, forbidden, or noted down as a graph.

On a GPU the price of a small network is not its arithmetic but launches, transfers, waits and
memory. The rule of the count is one per call: every operator, ufunc, reduction, product, fill,
copy, random draw or kernel is one launch (CuPy itself may need several for one call); a view of
memory that is there already, such as a slice, a transpose or most reshapes, is none.

While a stream captures, nothing is computed, and what waits or crosses over is refused. Products
are taken, as by cuBLAS; CuPy's own are refused there.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np


class DeviceSynchronized(RuntimeError):
    """The program waited for the device, or moved an array, where it had said it would not."""


@dataclass
class Counts:
    """How often each thing has happened: waits, copies between the memories, arrays made."""

    launches: int = 0
    synchronisations: int = 0
    to_host: int = 0
    to_device: int = 0
    allocations: int = 0


_counting = []
_forbidden = []
_captured = None  # what was launched since a capture has begun


def record(*what):
    """Count each of ``what``; raise where it is forbidden."""
    for name in what:
        crosses = name in ("synchronisations", "to_host", "to_device")
        if crosses and is_capturing():
            raise RuntimeError(f"{name}: the current stream is capturing")
        if crosses and _forbidden:
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


def is_capturing():
    """Whether launches are noted down, and not made."""
    return _captured is not None


def do(work):
    """Run the work of a launch, or note it down."""
    if is_capturing():
        _captured.append(work)
    else:
        work()


def result(values, again):
    """Note how the values of a launch that has made an array are computed again."""
    if is_capturing():
        _captured.append(lambda: np.copyto(values, again()))


def begin():
    """Note down what is launched from now on."""
    global _captured
    _captured = []


def end():
    """What was launched since `begin`, as a graph."""
    global _captured
    work, _captured = _captured, None
    return Graph(work)


class Graph:
    """Launches that are made again, in their order, by one launch."""

    def __init__(self, work):
        self._work = work

    def launch(self, stream=None):
        """Make them."""
        record("launches")
        with np.errstate(all="ignore"):
            for each in self._work:
                each()
