"""One device that is always there, and streams that do nothing: work is done at once.

What waits for the device is counted, although here there is nothing to wait for.
"""

from contextlib import nullcontext

from strict_cupy import _counts
from strict_cupy._launch import MemoryPool

__all__ = ["MemoryPool", "Stream", "get_current_stream", "get_device_id", "using_allocator"]


def get_device_id():
    """Number of the current device."""
    return 0


class Stream:
    """A queue of work for the device."""

    def __init__(self, null=False, non_blocking=False):
        self._before = []

    def __enter__(self):
        self._before.append(get_current_stream())
        return self.use()

    def __exit__(self, *error):
        self._before.pop().use()

    def use(self):
        """Make this the current stream."""
        global _current
        _current = self
        return self

    def synchronize(self):
        """Wait until the stream has done all it was told."""
        _counts.record("synchronisations")

    def record(self, event=None):
        """Mark a point in the queue."""

    def wait_event(self, event):
        """Do what follows after that point, without waiting on the host."""


class CapturingStream(Stream):
    """A stream that records; tests that are about graphs put it in the place of `Stream`."""

    def begin_capture(self, mode=None):
        """Record what is launched from now on, and compute nothing."""
        _counts.begin()

    def end_capture(self):
        """The graph of what was recorded."""
        return _counts.end()


def using_allocator(allocator=None):
    """Context in which memory comes from a pool, of which there is one only."""
    return nullcontext()


_current = Stream(null=True)


def get_current_stream(device_id=-1):
    """The stream that work goes to."""
    return _current
