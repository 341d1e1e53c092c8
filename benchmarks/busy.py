"""A step on two threads beside a core that another process keeps busy.

    git worktree add ../old 406bab1
    python benchmarks/busy.py [W1 W2 W3] [--before ../old] [--runs 3] [--json]

Asked is that the 98th percentile of 60 steps, the best of three runs, be at most 2.2 times the
quiet step of one thread: threads that wait for one another, spinning, take many times that. The
control is the version before minigan had a team of threads of its own, with those of BLAS.
Contestants have a process each and take turns; all times are by the clock on the wall.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import measure
from versions import HERE, checkout, known, player

ASKED, STEPS, PERCENT = 2.2, 60, 98
ONE, TEAM, BEFORE = "one thread", "a team of two", "before: two of BLAS"


@contextmanager
def busy_core() -> Iterator[None]:
    """Keep one core busy meanwhile, by a process that does nothing else."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        other.kill()
        other.wait()


def high(times: list[float]) -> float:
    """The 98th percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[PERCENT - 1]


def measured(workload: str, before: Path | None, runs: int) -> dict[str, dict[str, list]]:
    """Times of the steps of each run, in seconds: of each contestant, quiet and beside the core."""
    workers = {
        name: player(checkout, workload, threads=threads, clock=1)
        for name, checkout, threads in ((ONE, HERE, 1), (TEAM, HERE, 2), (BEFORE, before, 2))
        if checkout
    }
    found: dict[str, dict[str, list]] = {name: {"quiet": [], "busy": []} for name in workers}
    for _ in range(runs):
        for load, context in (("quiet", nullcontext), ("busy", busy_core)):
            with context():
                for name, worker in workers.items():
                    found[name][load].append(worker.seconds(STEPS))
    found[ONE]["numpy"] = [workers[ONE].machine]  # which may have other kernels than this process
    for worker in workers.values():
        worker.close()
    return found


def row(found: dict[str, dict[str, list]], name: str) -> str:
    """A contestant's times as a line of the table."""
    step = min(map(statistics.median, found[ONE]["quiet"]))
    quiet, busy = (min(map(high, found[name][load])) for load in ("quiet", "busy"))
    median = min(map(statistics.median, found[name]["quiet"]))
    line = f"{name:21}{1e3 * median:11.2f} ms{1e3 * quiet:11.2f} ({quiet / step:5.2f})"
    line += f"{1e3 * busy:15.2f} ({busy / step:5.2f})"
    return line + (f"   asked {ASKED}" + ", missed" * (busy > ASKED * step)) * (name == TEAM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workloads", nargs="*", type=known, default=["W1", "W2", "W3"], metavar="W")
    parser.add_argument("--before", type=checkout, metavar="CHECKOUT", help="of an older version")
    parser.add_argument("--runs", type=measure.at_least_one, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    reports = {name: measured(name, given.before, given.runs) for name in given.workloads}
    if given.json:
        print(json.dumps({"processor": measure.machine()["processor"], "seconds": reports}))
        return
    print(f"{measure.machine()['processor']}; NumPy {reports[given.workloads[0]][ONE]['numpy'][0]}")
    print(f"{PERCENT}th percentile of {STEPS} steps, best of {given.runs} runs; in brackets:")
    print("over the quiet step of one thread (its best median)\n")
    print(f"{'':24}{'quiet step':>14}{'quiet':>20}{'beside a busy core':>24}")
    for workload, found in reports.items():
        for name in found:
            print(workload, row(found, name))


if __name__ == "__main__":
    main()
