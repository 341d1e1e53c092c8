"""A sweep of 20 seeds on two processes against one: wall time, and what the sweep itself costs.

    python benchmarks/sweep.py [--seeds 20] [--steps 1000] [--rounds 3] [--json]

In a round the toy game is played with all seeds four times: by a sweep in one process; by one in
two processes that have to start; by one in two that are there already; and, as what the machine
lets two processes do, half of the seeds in each of two bare ones without a sweep. Where others are
at work, look at processor time: that of all processes has in it what starting workers and handing
games over cost; that of the sweep's process and its busier worker is what a sweep takes by the
clock on the wall where nobody is in the way. (joblib's helper that tidies up is not counted.)
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

import measure  # first: it sets the number of threads

from minigan.figures.sweep import grid, sweep
from minigan.figures.toy import players, toy_game

ONE, COLD, WARM, BARE = "one", "two, started", "two, there", "two, bare"


def play(seed: int, steps: int) -> dict[str, float]:
    """A game; with its results, processor time: the game's, and this process's so far."""
    before = time.process_time()
    for record in toy_game(*players(seed), steps=steps, seed=seed).play(steps):
        last = record
    now = time.process_time()
    spent = {"pid": os.getpid(), "spent": now - before, "so_far": now}
    return spent | {"J_D": last.J_D, "J_G": last.J_G}


def swept(jobs: int, settings: list[dict]) -> tuple[float, list[dict]]:
    """Seconds by the clock on the wall, and the results."""
    with TemporaryDirectory() as place:
        start = time.perf_counter()
        done = sweep(play, settings, name="toy", directory=place, jobs=jobs)
        return time.perf_counter() - start, [game.results for game in done.games]


def so_far(results: list[dict]) -> dict[int, float]:
    """Processor time of each worker at the end of its last game."""
    return {each["pid"]: each["so_far"] for each in sorted(results, key=lambda one: one["so_far"])}


def bare(seeds: int, steps: int) -> float:
    """Seconds of two processes without a sweep, their start included, as in `COLD`."""
    command = [sys.executable, __file__, f"--steps={steps}", "--bare"]
    parts = [range(0, seeds, 2), range(1, seeds, 2)]
    start = time.perf_counter()
    both = [subprocess.Popen([*command, *map(str, part)]) for part in parts]
    for each in both:
        each.wait()
    if any(each.returncode for each in both):
        raise SystemExit("a bare process failed")
    return time.perf_counter() - start


def one_round(seeds: int, steps: int) -> dict[str, dict[str, float]]:
    """Wall and processor time of each of the four, and of the games alone."""
    from joblib.externals.loky import get_reusable_executor

    settings = grid(seed=range(seeds), steps=[steps])
    found, results = {}, {}
    workers: dict[int, float] = {}
    for name, jobs in ((ONE, 1), (COLD, 2), (WARM, 2)):
        main = time.process_time()
        wall, results[name] = swept(jobs, settings)
        own, spent = time.process_time() - main, [0.0]
        if jobs > 1:
            now = so_far(results[name])
            spent = [now[pid] - workers.get(pid, 0.0) for pid in now]
            workers = now
        games = sum(each["spent"] for each in results[name])
        of = {"wall": wall, "busier": own + max(spent), "all": own + sum(spent), "games": games}
        found[name] = of
    get_reusable_executor().shutdown(wait=True)
    found[BARE] = {"wall": bare(seeds, steps)}
    costs = [[(one["J_D"], one["J_G"]) for one in each] for each in results.values()]
    assert costs[0] == costs[1] == costs[2], "the sweeps do not agree bit for bit"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("--seeds", 20), ("--steps", 1000), ("--rounds", 3)):
        parser.add_argument(name, type=measure.at_least_one, default=default)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--bare", nargs="*", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare is not None:
        for seed in given.bare:
            play(seed, given.steps)
        return
    play(0, 10)  # imports and caches of this process
    rounds = []
    for _ in range(given.rounds):
        rounds.append(one_round(given.seeds, given.steps))
        walls = (f"{name} {of['wall']:.2f} s" for name, of in rounds[-1].items())
        print("; ".join(walls), file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps({"machine": measure.machine(), "rounds": rounds}, indent=2))
        return
    print(f"{measure.machine()['processor']}\nNumPy {measure.machine()['numpy']}")
    print(
        f"{given.seeds} seeds of {given.steps} steps, {given.rounds} rounds, the same bits in all"
    )
    print(f"\n{'':14}{'wall':>8}{'busier':>8}{'all':>8}{'games':>8}{'times as fast as one':>26}")
    print(f"{'':14}{'seconds, medians':^32}{'wall':>13}{'busier process':>20}")
    for name in (ONE, COLD, WARM, BARE):
        line = f"{name:14}"
        for what in ("wall", "busier", "all", "games"):
            found = [of[name][what] for of in rounds if what in of[name]]
            line += f"{statistics.median(found):8.2f}" if found else f"{'-':>8}"
        for what in ("wall", "busier"):
            ratios = [of[ONE][what] / of[name][what] for of in rounds if what in of[name]]
            if ratios:
                line += f"{statistics.median(ratios):10.2f} (best {max(ratios):.2f})"
        print(line)
    print("\nasked: two, started, 1.9 times as fast as one by the wall")


if __name__ == "__main__":
    main()
