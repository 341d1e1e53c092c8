#!/usr/bin/env python
"""How long a whole process takes that plays the toy game: imports, building, 2,000 steps.

    python benchmarks/process.py [--runs N] [--steps N] [--json]

This is what somebody waits for who changes one number and runs the script again. One
thread; the contestants' processes alternate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

import measure  # sets the number of threads, for the processes started from here too
import solo


def seconds(name: str, steps: int) -> float:
    start = time.perf_counter()
    subprocess.run(solo.command("W1", name, steps), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--runs", type=measure.at_least_one, default=7, help="processes of each contestant"
    )
    parser.add_argument("--steps", type=measure.at_least_one, default=2000)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()

    names = solo.present()
    runs = [{name: seconds(name, chosen.steps) for name in names} for _ in range(chosen.runs)]
    times = {name: statistics.median(run[name] for run in runs) for name in names}
    if chosen.json:
        report = {"machine": measure.machine(), "steps": chosen.steps, "seconds": times}
        print(json.dumps(report, indent=2))
        return 0
    print(f"{chosen.steps} steps of W1, whole processes, median of {chosen.runs}\n")
    for name, time_ in sorted(times.items(), key=lambda item: item[1]):
        print(f"{name:24}{time_:8.2f} s{time_ / times['minigan']:8.1f} times minigan's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
