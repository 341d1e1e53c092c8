#!/usr/bin/env python
"""How much memory the paper's MNIST nets take to train, beyond Python, NumPy and the data.

    python benchmarks/memory.py [--steps N] [--json]

Every contestant plays in a process of its own; what counts is the largest memory that the
process ever had, less that of a process which imports NumPy and holds the data.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import measure  # sets the number of threads, for the processes started from here too
import solo

BASE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import measure, numpy
data = numpy.random.default_rng(0).random((10_000, 784), dtype=numpy.float32)
print(measure.peak_memory())
"""  # the data as in `workloads.pixels`, which would import minigan


def peak(command: list[str]) -> int:
    """Peak memory that a process prints, in bytes."""
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=measure.at_least_one, default=20)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()

    names = solo.present()
    base = peak([sys.executable, "-c", BASE])
    peaks = {name: peak(solo.command("W3", name, chosen.steps)) - base for name in names}
    if chosen.json:
        report = {"machine": measure.machine(), "base_bytes": base, "bytes": peaks}
        print(json.dumps(report, indent=2))
        return 0
    print(f"Python, NumPy and the data: {base / 2**20:.0f} MiB; beyond that, at the peak\n")
    for name, bytes_ in sorted(peaks.items(), key=lambda item: item[1]):
        print(f"{name:24}{bytes_ / 2**20:8.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
