#!/usr/bin/env python
"""How long `import minigan` takes, beside `import numpy`: whole processes, alternating.

    python benchmarks/imports.py [--runs N] [--json]

Exits with 1 if importing minigan also imports Matplotlib or SciPy's statistics,
which cost several times as much as everything else together.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

import measure

CODE = {"nothing": "pass", "numpy": "import numpy", "minigan": "import minigan"}
UNWANTED = ("matplotlib", "scipy.stats")


def seconds(code: str) -> float:
    """Time of a process that runs one line."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def unwanted() -> list[str]:
    """Which of the expensive modules `import minigan` drags in."""
    code = f"import sys, minigan; print(*[m for m in {UNWANTED!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return found.stdout.split()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=21, help="processes of each kind")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()

    found = unwanted()
    if found:
        print(f"import minigan imports {' and '.join(found)}", file=sys.stderr)
        return 1
    runs = [{name: seconds(code) for name, code in CODE.items()} for _ in range(chosen.runs)]
    times = {name: statistics.median(run[name] for run in runs) for name in CODE}
    ratio = times["minigan"] / times["numpy"]
    if chosen.json:
        report = {"machine": measure.machine(), "seconds": times, "ratio": ratio}
        print(json.dumps(report, indent=2))
    else:
        for name, time_ in times.items():
            print(f"import {name:10}{1e3 * time_:8.0f} ms")
        print(f"minigan / numpy  {ratio:8.2f}   (whole processes, median of {chosen.runs})")
        print(f"not imported     {', '.join(UNWANTED)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
