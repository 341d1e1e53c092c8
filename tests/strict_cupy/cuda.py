"""One device that is always there, and streams that do nothing: work is done at once.

What waits for the device is counted, although here there is nothing to wait for.
"""

from contextlib import nullcontext
from types import SimpleNamespace

from strict_cupy import _graphs
from strict_cupy._compiler import CompileException
from strict_cupy._counts import record
from strict_cupy._memory import MemoryPool

__all__ = [
    "Device",
    "MemoryPool",
    "Stream",
    "compiler",
    "get_current_stream",
    "get_device_id",
    "is_available",
    "runtime",
    "using_allocator",
]

compiler = SimpleNamespace(CompileException=CompileException)
runtime = SimpleNamespace(getDeviceCount=lambda: 1, CUDARuntimeError=RuntimeError)


def is_available():
    """Whether there is a device: the pretended one."""
    return True


def get_device_id():
    """Number of the current device."""
    return 0


class Device:
    """The device; there is only one."""

    def __init__(self, device=None):
        if device not in (None, 0):
            raise runtime.CUDARuntimeError(f"cudaErrorInvalidDevice: no device {device}")
        self.id = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def use(self):
        """Make this the current device, which it is."""

    def synchronize(self):
        """Wait until the device has done all it was told."""
        record("synchronisations")


class Stream:
    """A queue of work for the device."""

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None):
        self.is_non_blocking = non_blocking
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
        record("synchronisations")

    def record(self, event=None):
        """Mark a point in the queue."""

    def wait_event(self, event):
        """Do what follows after that point, without waiting on the host."""

    def is_capturing(self):
        """Whether work is being recorded into a CUDA graph."""
        return _graphs.is_capturing()


class CapturingStream(Stream):
    """A stream that records; tests that are about graphs put it in the place of `Stream`."""

    def begin_capture(self, mode=None):
        """Record what is launched from now on, and compute nothing."""
        _graphs.begin()

    def end_capture(self):
        """The graph of what was recorded."""
        return _graphs.end()


def using_allocator(allocator=None):
    """Context in which memory comes from a pool, of which there is one only."""
    return nullcontext()


Stream.null = Stream(null=True)
_current = Stream.null


def get_current_stream(device_id=-1):
    """The stream that work goes to."""
    return _current
