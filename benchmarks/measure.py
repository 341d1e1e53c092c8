"""How the benchmarks measure: blocks in random order, disturbed blocks dropped.

Import this before NumPy: the number of threads is read when libraries are loaded. It is 1,
or what the process that started this one wrote into its `environment`.

A machine is seldom quiet, and work on the core next door slows matrix products
more than it slows Python. So every block of steps stands between two short probes,
always the same few products. Where a probe is slow, or the system has taken the processor
away in between, the block is not counted, unless the machine is never quiet.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import platform
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple


def environment(threads: int, device: str = "cpu") -> dict[str, str]:
    """What a process must find in its environment to use so many threads of a device.

    JAX has no setting for their number: its pool is as large as ``PJRT_NPROC``, and the
    flags keep products out of the pool. On a GPU, products are in float32 for everybody,
    not in TF32 (PyTorch is told elsewhere), and JAX leaves memory to the others.
    """
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "PJRT_NPROC")
    settings = dict.fromkeys((*names, "BENCHMARK_THREADS"), str(threads))
    one = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    settings["XLA_FLAGS"] = one if threads == 1 else ""
    if device == "cpu":
        return settings | {"JAX_PLATFORMS": "cpu"}
    return settings | {
        "CUPY_TF32": "0",
        "JAX_DEFAULT_MATMUL_PRECISION": "highest",
        "JAX_PLATFORMS": "",  # the best there is
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }


if "BENCHMARK_THREADS" not in os.environ:
    os.environ.update(environment(1))
THREADS = int(os.environ["BENCHMARK_THREADS"])

import numpy as np  # noqa: E402 (after the number of threads)

SLOW = 1.15  # a probe this many times as long as the fastest tells of a disturbance
QUIETEST = 0.25  # this fraction of the blocks is counted even if no block was undisturbed
WARM = 0.06  # seconds: longer than the threads of the contestant before go on spinning


def at_once() -> None:
    """Nothing to wait for: a call is done when it returns."""


class Contestant(NamedTuple):
    """Something to be timed.

    ``call`` makes ``steps`` steps; ``wait`` returns when what was called is really done,
    for those that hand their work to a queue.
    """

    call: Callable[[], object]
    steps: int = 1
    wait: Callable[[], object] = at_once


class Block(NamedTuple):
    """One block of steps: whose, seconds a step, and how quiet the machine was.

    ``interrupted`` says whether the system took the processor away meanwhile; ``probe``
    is the slower of the probes before and after.
    """

    name: str
    seconds: float
    interrupted: bool
    probe: float


def medians(
    contestants: dict[str, Contestant], rounds: int, steps: int
) -> tuple[dict[str, float], float]:
    """Median time of one step of each contestant, in seconds: over its blocks.

    Parameters
    ----------
    contestants : dict of str to Contestant
    rounds : int
        In every round each contestant has one block of steps; the order is random.
    steps : int
        Timed steps a block; one call, for contestants that make more steps a call. Half
        as many go before, not timed, and more until ``WARM`` seconds are over: in a long
        run the processor's caches and cores belong to one contestant only.

    Returns
    -------
    times : dict of str to float
    undisturbed : float
        Fraction of the blocks that were undisturbed. Where they are fewer than
        ``QUIETEST`` of a contestant's, its quietest blocks are taken, and the figures
        are rough.
    """
    from tqdm import tqdm  # only those who measure wait for its import

    gc.collect()
    gc.freeze()  # else whoever allocates most pays for the other libraries' objects
    blocks = [
        _block(name, contestants[name], steps)
        for _ in tqdm(range(rounds), leave=False, disable=None)  # on a terminal only
        for name in random.sample(sorted(contestants), len(contestants))
    ]
    limit = SLOW * min(block.probe for block in blocks)
    fewest = math.ceil(QUIETEST * rounds)
    times, undisturbed = {}, 0
    for name in contestants:
        own = [block for block in blocks if block.name == name]
        own.sort(key=lambda block: (block.interrupted, block.probe))  # the quietest first
        quiet = sum(block.probe <= limit and not block.interrupted for block in own)
        times[name] = statistics.median(block.seconds for block in own[: max(quiet, fewest)])
        undisturbed += quiet
    return times, undisturbed / len(blocks)


def _block(name: str, contestant: Contestant, steps: int) -> Block:
    call, calls = contestant.call, max(1, steps // contestant.steps)
    before = _probe()
    warm = time.perf_counter() + WARM
    done = 0
    while 2 * done < calls or time.perf_counter() < warm:
        call()
        done += 1
    contestant.wait()
    interruptions, start = _interruptions(), time.perf_counter()
    for _ in range(calls):
        call()
    contestant.wait()
    seconds = (time.perf_counter() - start) / (calls * contestant.steps)
    interrupted = _interruptions() > interruptions
    return Block(name, seconds, interrupted, max(before, _probe()))


def _interruptions() -> int:
    """How often the system has taken the processor away from this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


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


def at_least_one(text: str) -> int:
    """Whole number of a command line, >= 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number >= 1, got {text!r}")
    return int(text)


def peak_memory() -> int:
    """Largest memory that this process has had, in bytes."""
    try:
        with open("/proc/self/status") as lines:
            kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # may be the parent's
        return peak if sys.platform == "darwin" else 1024 * peak
    return 1024 * int(kilobytes)


def machine() -> dict[str, str]:
    """What the figures depend on: processor, Python, NumPy, and the kernels of its BLAS."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, {THREADS} used",
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
