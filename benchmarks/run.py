#!/usr/bin/env python
"""One step of Algorithm 1 in three games: minigan, PyTorch, JAX, and the products alone.

    python benchmarks/run.py [W1 W2 W3] [--threads 1 2] [--rounds N] [--json FILE]
                             [--device cpu|cuda]

Every game and number of threads has a process of its own; in it, the contestants take
turns. Before anything is timed, each must find the same first gradients as PyTorch's
autograd, in float64 and without dropout, and be at the same place after two steps; else
this exits with 1. Frameworks that are not installed, or fail, are skipped by name.
Without a GPU, ``--device cuda`` exits with 2.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import measure
from contest import FLOOR
from workloads import WORKLOADS

from minigan.base.backend import device as find_device
from minigan.base.errors import InputError
from minigan.base.files import write_whole

CONTEST = Path(__file__).with_name("contest.py")
YARDSTICK = "PyTorch eager"


def contest(workload: str, threads: int, rounds: int, device: str) -> dict | None:
    """Report of one game's process; None if it failed, and it has said why."""
    command = [sys.executable, str(CONTEST), workload, f"--rounds={rounds}", f"--device={device}"]
    settings = os.environ | measure.environment(threads, device)
    done = subprocess.run(command, env=settings, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def table(report: dict) -> str:
    """The report as text: fastest first, with its two ratios."""
    gradients, moved = (max(errors) for errors in zip(*report["errors"].values(), strict=True))
    is_rough = report["undisturbed"] < measure.QUIETEST
    rough = ": the machine was busy, the figures are rough" if is_rough else ""
    times = report["seconds"]
    eager, floor, flops = times.get(YARDSTICK), times[FLOOR], report["flops"]
    lines = [
        f"{report['workload']}, {report['threads']} thread(s): {report['title']}",
        *(f"{name:10} {fact}" for name, fact in report["machine"].items()),
        f"checked    against {report['reference']} in float64: first gradients differ by "
        f"{gradients:.0e}, two steps by {moved:.0e}",
        f"blocks     {report['undisturbed']:.0%} undisturbed{rough}",
        f"products   {flops / 1e6:.1f} MFLOP a step, {flops / floor / 1e9:.0f} GFLOP/s",
        *(f"skipped    {name}: {reason}" for name, reason in report["skipped"].items()),
        "",
        f"{'one step':24}{'median ms':>10}{'times as fast':>16}{'times the':>12}",
        f"{'':24}{'':>10}{'as eager':>16}{'products':>12}",
    ]
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        speed = f"{eager / seconds:.2f}" if eager else "-"
        lines.append(f"{name:24}{1e3 * seconds:10.3f}{speed:>16}{seconds / floor:12.2f}")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workloads", nargs="*", metavar="W1 W2 W3", help="all, if none is named")
    parser.add_argument("--threads", nargs="+", type=measure.at_least_one, default=[1])
    parser.add_argument(
        "--rounds", type=measure.at_least_one, default=40, help="blocks a contestant"
    )
    parser.add_argument("--json", metavar="FILE", help="write all reports there as well")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    chosen = parser.parse_args()
    names = chosen.workloads or list(WORKLOADS)
    if unknown := [name for name in names if name not in WORKLOADS]:
        parser.error(f"expected games among {', '.join(WORKLOADS)}, got {unknown[0]!r}")
    if chosen.json and not Path(chosen.json).absolute().parent.is_dir():
        parser.error(f"--json: expected a file in a directory that exists, got {chosen.json!r}")
    try:
        find_device(chosen.device)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2

    reports = []
    for threads in chosen.threads:
        for name in names:
            report = contest(name, threads, chosen.rounds, chosen.device)
            if report is None:
                return 1
            reports.append(report)
            print(table(report), flush=True)
    if chosen.json:
        text = json.dumps(reports, indent=2) + "\n"
        write_whole(Path(chosen.json), lambda file: file.write(text.encode()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
