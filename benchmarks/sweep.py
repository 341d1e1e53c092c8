"""A sweep of 20 seeds on two processes against one: wall time, and what the sweep itself costs.

    python benchmarks/sweep.py [--seeds 20] [--steps 1000] [--rounds 3]

In a round the toy game is played with all seeds four times: by a sweep in one process; by one in
two processes that have to start; by one in two that are there already; and, as what the machine
lets two processes do, half of the seeds in each of two bare ones without a sweep. Where others are
at work, look at processor time: that of all processes has in it what starting workers and handing
games over cost; that of the sweep's process and its busier worker is what a sweep takes by the
clock on the wall where nobody is in the way. (joblib's helper that tidies up is not counted.)
"""

from __future__ import annotations

import argparse
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
Times = dict[str, float]  # wall; processor time of the busier process, of all, of games alone


def play(seed: int, steps: int) -> dict[str, float]:
    """A game; with its results, processor time: the game's, and this process's so far."""
    before = time.process_time()
    *_, last = toy_game(*players(seed), steps=steps, seed=seed).play(steps)
    now = time.process_time()
    spent = {"pid": os.getpid(), "spent": now - before, "so_far": now}
    return spent | {"J_D": last.J_D, "J_G": last.J_G}


def swept(settings: list[dict], jobs: int, workers: dict[int, float]) -> tuple[Times, list]:
    """Times of a sweep, and its costs; ``workers`` have their processor time so far by pid."""
    with TemporaryDirectory() as place:
        start, own = time.perf_counter(), time.process_time()
        done = sweep(play, settings, name="toy", directory=place, jobs=jobs)
        wall, own = time.perf_counter() - start, time.process_time() - own
    results = [game.results for game in done.games]
    before, spent = dict(workers), [0.0]
    if jobs > 1:
        for each in sorted(results, key=lambda one: one["so_far"]):
            workers[each["pid"]] = each["so_far"]
        spent = [now - before.get(pid, 0.0) for pid, now in workers.items()]
    games = sum(each["spent"] for each in results)
    times = {"wall": wall, "busier": own + max(spent), "all": own + sum(spent), "games": games}
    return times, [(each["J_D"], each["J_G"]) for each in results]


def bare(seeds: int, steps: int) -> Times:
    """Times of two processes without a sweep, their start included, as in `COLD`."""
    command = [sys.executable, __file__, f"--steps={steps}", "--bare"]
    start = time.perf_counter()
    both = [
        subprocess.Popen([*command, *map(str, range(i, seeds, 2))], stdout=subprocess.PIPE)
        for i in (0, 1)
    ]
    spent, games = zip(*(map(float, each.communicate()[0].split()) for each in both), strict=True)
    wall = time.perf_counter() - start
    return {"wall": wall, "busier": max(spent), "all": sum(spent), "games": sum(games)}


def one_round(seeds: int, steps: int) -> dict[str, Times]:
    from joblib.externals.loky import get_reusable_executor

    settings = grid(seed=range(seeds), steps=[steps])
    workers: dict[int, float] = {}
    ways = {name: swept(settings, n, workers) for name, n in ((ONE, 1), (COLD, 2), (WARM, 2))}
    get_reusable_executor().shutdown(wait=True)
    costs = [costs for _, costs in ways.values()]
    assert costs[0] == costs[1] == costs[2], "the sweeps do not agree bit for bit"
    return {name: times for name, (times, _) in ways.items()} | {BARE: bare(seeds, steps)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("--seeds", 20), ("--steps", 1000), ("--rounds", 3)):
        parser.add_argument(name, type=measure.at_least_one, default=default)
    parser.add_argument("--bare", nargs="*", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare is not None:
        games = sum(play(seed, given.steps)["spent"] for seed in given.bare)
        print(time.process_time(), games)
        return
    play(0, 10)  # imports and caches of this process
    rounds = []
    for _ in range(given.rounds):
        rounds.append(one_round(given.seeds, given.steps))
        walls = (f"{name} {of['wall']:.2f} s" for name, of in rounds[-1].items())
        print("; ".join(walls), file=sys.stderr, flush=True)
    print(f"{measure.machine()['processor']}\nNumPy {measure.machine()['numpy']}")
    print(f"{given.seeds} seeds of {given.steps} steps, {given.rounds} rounds; the same bits\n")
    print(f"{'seconds, medians':17}{'wall':>7}{'busier':>8}{'all':>8}{'games':>8}", end="")
    print(f"{'faster than one: wall':>24}{'busier process':>22}")
    for name in rounds[0]:
        line = f"{name:17}"
        for what in ("wall", "busier", "all", "games"):
            line += f"{statistics.median(of[name][what] for of in rounds):8.2f}"
        for what in ("wall", "busier"):
            ratios = [of[ONE][what] / of[name][what] for of in rounds]
            line += f"{statistics.median(ratios):11.2f} (best {max(ratios):.2f})"
        print(line)
    print("\nasked: two, started, 1.9 times as fast as one by the wall")


if __name__ == "__main__":
    main()
