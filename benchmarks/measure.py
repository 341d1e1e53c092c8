"""How the benchmarks measure: one thread, blocks in random order, disturbed blocks dropped.

Import this before NumPy: the number of threads is read when NumPy is loaded.

A machine is seldom quiet, and work on the core next door slows matrix products
more than it slows Python. So every block of steps stands between two short probes,
always the same few products; where a probe is slow, the block is not counted.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402 (after the number of threads)

SLOW = 1.15  # a probe this many times as long as the fastest tells of a disturbance


def medians(
    contestants: dict[str, Callable[[], object]], rounds: int, steps: int
) -> tuple[dict[str, float], float]:
    """Median time of one call of each contestant, in seconds: over its blocks' medians.

    Parameters
    ----------
    contestants : dict of str to callable
        Each makes one step.
    rounds : int
        In every round each contestant has one block of steps; the order is random.
    steps : int
        Timed steps a block. Half as many go before, not timed: in a long run the
        processor's caches hold one contestant only.

    Returns
    -------
    times : dict of str to float
    counted : float
        Fraction of the blocks that were counted.
    """
    blocks = []
    for _ in range(rounds):
        for name in random.sample(sorted(contestants), len(contestants)):
            step = contestants[name]
            for _ in range(steps // 2):
                step()
            before = _probe()
            clock = [time.perf_counter()]
            for _ in range(steps):
                step()
                clock.append(time.perf_counter())
            seconds = statistics.median(b - a for a, b in pairwise(clock))
            blocks.append((name, seconds, max(before, _probe())))
    limit = SLOW * min(probe for _, _, probe in blocks)
    counted = [block for block in blocks if block[2] <= limit]
    times = {}
    for name in contestants:
        quiet = [seconds for n, seconds, _ in counted if n == name]
        if not quiet:
            sys.exit(f"the machine was never quiet while {name!r} ran: try again, or more rounds")
        times[name] = statistics.median(quiet)
    return times, len(counted) / len(blocks)


_A, _B, _C = (np.ones((128, 128), np.float32) for _ in range(3))


def _probe() -> float:
    """Time of a few matrix products that never change; the shorter of two tries."""
    tries = []
    for _ in range(2):
        start = time.perf_counter()
        for _ in range(5):
            np.dot(_A, _B, out=_C)
        tries.append(time.perf_counter() - start)
    return min(tries)


def machine() -> dict[str, str]:
    """What the figures depend on: processor, Python, NumPy, and the kernels of its BLAS."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, 1 thread used",
        "python": platform.python_version(),
        "numpy": f"{np.__version__}, {_blas()}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            facts = dict(line.split(":", 1) for line in lines if ":" in line)
        facts = {name.strip(): value.strip() for name, value in facts.items()}
        return f"{facts['model name']} (family {facts['cpu family']}, model {facts['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def _blas() -> str:
    build = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    name = f"{build.get('name', 'BLAS')} {build.get('version', '')}".strip()
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return f"{name} (kernels unknown: threadpoolctl is not installed)"
    kernels = {
        pool.get("architecture", "unknown")
        for pool in threadpool_info()
        if "numpy" in pool["filepath"].lower() and pool["user_api"] == "blas"
    }
    settings = [
        f"{key}={value}"
        for key, value in sorted(os.environ.items())
        if key.startswith("OPENBLAS_") and key != "OPENBLAS_NUM_THREADS"
    ]
    why = f"set by {', '.join(settings)}" if settings else "its own choice"
    return f"{name}, kernels {'/'.join(sorted(kernels)) or 'unknown'} ({why})"
