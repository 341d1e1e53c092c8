"""A step by a team of threads against one thread: processor time of the busier, and wall time.

    python benchmarks/team.py [W1 W2 W3] [--threads 1 2] [--rounds 20]

Blocks of steps alternate in one process. On a machine that others use, look at the processor time
of the busiest thread: it is what a step takes where nobody is in the way.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time

import measure  # first: it sets the number of threads
import workloads
from threadpoolctl import threadpool_limits
from versions import STEPS, known


def clocks() -> dict[int | None, float]:
    """Processor time of each thread of ours so far."""
    return {
        each.ident: time.clock_gettime(time.pthread_getcpuclockid(each.ident))
        for each in threading.enumerate()
        if each.ident
    }


def block(game, steps: int) -> tuple[float, float, float]:
    """Milliseconds a step: of the busiest thread, of all threads, and by the clock on the wall."""
    game.step()
    before, start = clocks(), time.perf_counter()
    for _ in range(steps):
        game.step()
    wall = time.perf_counter() - start
    spent = [now - before.get(each, 0.0) for each, now in clocks().items()]
    return tuple(1e3 * seconds / steps for seconds in (max(spent), sum(spent), wall))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workloads", nargs="*", type=known, default=["W3"], metavar="W")
    parser.add_argument("--threads", nargs="+", type=measure.at_least_one, default=[1, 2])
    parser.add_argument("--rounds", type=measure.at_least_one, default=20)
    given = parser.parse_args()
    print(measure.machine()["numpy"])
    print(
        "milliseconds a step: medians, and in brackets the least, of the busiest thread; all; wall"
    )
    for name in given.workloads:
        workload = workloads.WORKLOADS[name]
        games = {n: workloads.game(workload, *workloads.players(workload)) for n in given.threads}
        found: dict[int, list] = {n: [] for n in games}
        for _ in range(given.rounds + 1):
            for n, game in games.items():
                with threadpool_limits(n):
                    found[n].append(block(game, STEPS[name]))
        for n, blocks in found.items():
            columns = list(zip(*blocks[1:], strict=True))  # the first has made the arrays
            times = [f"{statistics.median(column):8.2f} ({min(column):.2f})" for column in columns]
            print(f"{name}, {n} thread(s) {'  '.join(times)}", flush=True)


if __name__ == "__main__":
    main()
