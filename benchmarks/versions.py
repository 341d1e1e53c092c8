"""A step of this checkout against one of another checkout of minigan, in one run.

    git worktree add ../old COMMIT
    python benchmarks/versions.py ../old [W1 W2 W3] [--simultaneous] [--threads 1] [--rounds 30]

Each checkout plays in a process of its own; blocks of steps alternate in random order. What is
compared is the median of a step's processor time, so that a busy machine can be used; with two
threads or more it is time by the clock on the wall, and the machine has to be quiet. Where numba
is installed it is at work: NUMBA_DISABLE_JIT=1 switches it off.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path

import measure

HERE = Path(__file__).resolve().parents[1]

# Runs in either checkout: only names that both have. A line with a number of steps is answered
# by the time of each.
WORKER = """
import json, sys, time
sys.path.insert(0, "benchmarks")
import workloads
from measure import machine
import minigan as mg
w = workloads.WORKLOADS[sys.argv[1]]
G, D = workloads.players(w)
game = mg.Algorithm1(G, D, data=w.data(), noise=w.noise, batch=w.batch,
                     G_optimizer=workloads.optimizer(w, G), D_optimizer=workloads.optimizer(w, D),
                     simultaneous=sys.argv[2] == "simultaneous")
for _ in game.play(10):
    pass
clock = getattr(time, sys.argv[3])
print(machine()["numpy"], flush=True)
for line in sys.stdin:
    times = [clock()]
    for record in game.play(int(line)):
        record.J_D
        times.append(clock())
    print(json.dumps([b - a for a, b in zip(times, times[1:])]), flush=True)
"""
CLOCKS = "process_time", "perf_counter"  # of one thread, of more: names of the module time
STEPS = {"W1": 200, "W2": 25, "W3": 6}


class Worker:
    """A checkout in a process of its own, which plays when it is told to.

    ``command`` is what Python is to run; it prints a line, and then answers as `WORKER` does.
    """

    def __init__(self, checkout: Path, *command: str, threads: int = 1):
        unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
        environment = {k: v for k, v in os.environ.items() if k not in unset}
        environment |= {"PYTHONPATH": str(checkout), "OPENBLAS_NUM_THREADS": str(threads)}
        environment["BENCHMARK_THREADS"] = str(threads)
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.machine = self._answer()
        if not self.machine:
            raise SystemExit(f"{checkout}: expected a checkout that plays this, and it does not")

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def seconds(self, steps: int) -> list[float]:
        """Time of each of so many steps."""
        print(steps, file=self._process.stdin, flush=True)
        return json.loads(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def player(
    checkout: Path, workload: str, order: str = "alternating", threads: int = 1, clock: int = 0
) -> Worker:
    """Worker that plays a workload, and looks at a clock of `CLOCKS`."""
    return Worker(checkout, "-c", WORKER, workload, order, CLOCKS[clock], threads=threads)


def compare(other: Path, workload: str, order: str, threads: int, rounds: int) -> None:
    checkouts = {"this": HERE, "other": other}
    workers = {
        name: player(checkout, workload, order, threads, threads > 1)
        for name, checkout in checkouts.items()
    }
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name in random.sample(sorted(workers), 2):
            times[name].append(statistics.mean(workers[name].seconds(STEPS[workload])))
    for worker in workers.values():
        worker.close()
    this, that = (statistics.median(times[name]) for name in ("this", "other"))
    ratio = statistics.median(a / b for a, b in zip(times["this"], times["other"], strict=True))
    print(f"{workload} {order:12}  {1e6 * this:9.1f} us  other {1e6 * that:9.1f} us  {ratio:.3f}")


def checkout(text: str) -> Path:
    """Directory of a command line that holds minigan."""
    if not (Path(text) / "minigan").is_dir():
        raise argparse.ArgumentTypeError(f"expected a checkout of minigan, got {text!r}")
    return Path(text).resolve()


def known(text: str) -> str:
    """Name of a workload, from a command line."""
    if text not in STEPS:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(STEPS)}, got {text!r}")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("other", type=checkout)
    parser.add_argument("workloads", nargs="*", type=known, default=list(STEPS), metavar="W")
    parser.add_argument("--simultaneous", action="store_true")
    parser.add_argument("--threads", type=measure.at_least_one, default=1)
    parser.add_argument("--rounds", type=measure.at_least_one, default=30)
    given = parser.parse_args()
    order = "simultaneous" if given.simultaneous else "alternating"
    worker = player(HERE, given.workloads[0], order, given.threads)
    clock = "processor time" if given.threads == 1 else f"{given.threads} threads, wall time"
    print(f"NumPy {worker.machine}; {clock} a step, median of {given.rounds} rounds")
    worker.close()
    for name in given.workloads:
        compare(given.other, name, order, given.threads, given.rounds)


if __name__ == "__main__":
    main()
