"""What a piece of code costs in memory."""

import tracemalloc
from contextlib import contextmanager


@contextmanager
def little_memory(most):
    """Fail if more than so many bytes are in use at once inside."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak} bytes"
