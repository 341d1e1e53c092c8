"""Whether the extra ``fast`` is there: numba, which compiles `minigan.passes.compiled`."""

from functools import cache
from types import ModuleType


@cache
def compiled() -> ModuleType | None:
    """`minigan.passes.compiled`, if numba is installed and not told to leave Python as it is."""
    try:
        from numba import config
    except ImportError:
        return None
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return None
    from minigan.passes import compiled

    return compiled
