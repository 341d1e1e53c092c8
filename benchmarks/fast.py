#!/usr/bin/env python
"""A step with the extra ``fast`` (numba) beside one without: time, and that all bits are the same.

    python benchmarks/fast.py [--rounds N]

Processor time of one thread, blocks of both taking turns, so that a busy machine can be used.
"""

from __future__ import annotations

import argparse
import statistics
import time

import measure  # first: it sets the number of threads
import numpy as np
from workloads import WORKLOADS, game, players

from minigan import optimizers
from minigan.passes import extra, plan

STEPS = {"W1": 200, "W2": 20, "W3": 2}
WAYS = {"numpy": lambda: None, "fast": extra.compiled}


def switch(way: str) -> None:
    """Make networks, and let optimizers move them, with numba or without."""
    plan.compiled = optimizers.compiled = WAYS[way]


def seconds(way: str, playing, steps: int) -> float:
    """Processor time of a step."""
    switch(way)
    start = time.process_time()
    for _ in range(steps):
        playing.step()
    return (time.process_time() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=measure.at_least_one, default=20)
    rounds = parser.parse_args().rounds
    if extra.compiled() is None:
        raise SystemExit("numba is not installed: pip install 'minigan[fast]'")
    print(*(f"{name}: {value}" for name, value in measure.machine().items()), sep="\n")
    for name, steps in STEPS.items():
        games, times = {}, {way: [] for way in WAYS}
        for way in WAYS:
            switch(way)
            games[way] = game(WORKLOADS[name], *players(WORKLOADS[name]))
            seconds(way, games[way], 5)
        for _ in range(rounds):
            for way in WAYS:
                times[way].append(seconds(way, games[way], steps))
        one, other = (games[way].networks for way in WAYS)
        same = all(np.array_equal(one[each].params, other[each].params) for each in one)
        ratio = statistics.median(b / a for a, b in zip(*times.values(), strict=True))
        least = ", ".join(f"{way} {min(found) * 1e6:.0f} us" for way, found in times.items())
        print(f"{name}  {least}, ratio {ratio:.3f} (median), same bits: {same}", flush=True)


if __name__ == "__main__":
    main()
