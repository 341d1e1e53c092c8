"""CUDA graphs: launches that are noted down, on the memory they were given, and run again.

While a stream captures, nothing is computed, and what waits or crosses over is refused. Products
are taken, as by cuBLAS; CuPy's own are refused there.
"""

import numpy as np

from strict_cupy._counts import record

_captured = None  # what was launched since the capture has begun


def is_capturing():
    """Whether launches are noted down, and not made."""
    return _captured is not None


def do(work):
    """Run the work of a launch, or note it down."""
    if _captured is None:
        work()
    else:
        _captured.append(work)


def result(values, again):
    """Note how the values of a launch that has made an array are computed again."""
    if _captured is not None:
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
