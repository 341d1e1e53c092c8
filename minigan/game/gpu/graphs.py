"""A player's turn as one CUDA graph: recorded once, replayed ever after.

Starting a kernel takes a few microseconds, and on a small network the kernel itself less.
A graph starts them all by one call. While a turn is being recorded nothing is computed: the
game is the same to the last bit, recorded or not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

WARM_UP = 2  # turns before the recording: kernels are compiled and loaded by then


class Replay:
    """Work that is launched kernel by kernel at first, and then as one graph.

    Parameters
    ----------
    work : callable
        Launches kernels, always the same on the same memory, and does nothing else.
    stream : cupy.cuda.Stream or None
        A non-blocking stream to record on; None never records.

    Attributes
    ----------
    recorded : bool
        Whether calls are replays by now.
    """

    def __init__(self, work: Callable[[], None], stream: Any):
        self._work, self._stream = work, stream
        self._graph: Any = None
        self._calls = 0

    @property
    def recorded(self) -> bool:
        """Whether calls are replays by now."""
        return self._graph is not None

    def __call__(self) -> None:
        """Do the work, on the current stream."""
        if self._graph is not None:
            self._graph.launch()
            return
        self._work()
        self._calls += 1
        if self._stream is not None and self._calls == WARM_UP:
            self._record()

    def _record(self) -> None:
        """Record the work; where that fails, go on as before."""
        try:
            with self._stream:
                self._stream.begin_capture()
                try:
                    self._work()
                finally:
                    graph = self._stream.end_capture()
            self._graph = graph
        except Exception as error:  # CUDA's, cuBLAS's and CuPy's errors have no common base
            what = str(error).strip().split("\n")[0]
            warnings.warn(
                f"a turn could not be recorded as a CUDA graph, and is launched kernel by "
                f"kernel: {what}",
                RuntimeWarning,
                stacklevel=2,
            )
