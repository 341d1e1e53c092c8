#!/usr/bin/env python
"""A GPU in eight minutes: are turns CUDA graphs, the CPU's game, how fast, and the paper's run.

    python benchmarks/gpu.py [--minutes 8] [--out gpu-results] [--data DIR] [PART ...]

Every part (machine graphs equal W1 W3 tests mnist) has a process and a time limit of its own, so
that the next goes on after one that fails. DIR has MNIST's four files, where the cache has not;
``mnist`` takes all time that is left, and goes on from where it was, with the same ``--out``. There
the script writes ``results.json``, ``results.md`` (a section for RESULTS.md) and ``log.txt``. It
exits with 0 if all that could run did, and held; with 1 if a part failed, and with 2 without a
GPU. PyTorch, JAX and MNIST may be missing: what needs them is skipped by name. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import measure

ROOT = Path(__file__).resolve().parents[1]
# Where the tests for a GPU are: fewer than all of tests, which take longer to be collected.
TESTS = ["base", "data/test_epochs.py", "evaluation", "game/gpu", "passes", "variants"]
HELD, FAILED, SKIPPED = "held", "FAILED", "skipped"


class Part(NamedTuple):
    """A process, to which ``--seconds`` may be told, and its share of all time at most."""

    name: str
    asked: str
    share: float
    command: list[str]
    is_told: bool = False


def parts(out: Path, data: str | None) -> list[Part]:
    """All parts in their order."""
    ours, contest = (str(ROOT / "benchmarks" / f"{name}.py") for name in ("gpu_parts", "contest"))
    tests = ["-m", "pytest", "-q", "-m", "gpu", "-p", "no:cacheprovider"]
    tests += ["-W", "ignore::DeprecationWarning"]  # a library's, newer than these tests
    tests += ["-n", str(min(8, os.cpu_count() or 1))] if importlib.util.find_spec("xdist") else []
    tests += [str(ROOT / "tests" / place) for place in TESTS]
    mnist = [ours, "mnist", f"--out={out / 'mnist'}", *([f"--data={data}"] if data else [])]
    timed = ["--rounds=15", "--device=cuda"]
    return [
        Part("machine", "a GPU", 0.08, [ours, "machine"]),
        Part("graphs", "turns are CUDA graphs, draws included", 0.15, [ours, "graphs"]),
        Part("equal", "the CPU's game, given its random numbers", 0.12, [ours, "equal"]),
        Part("W1", "a step of the toy", 0.16, [contest, "W1", *timed]),
        Part("W3", "a step of the paper's MNIST nets", 0.16, [contest, "W3", *timed]),
        Part("tests", "pytest -m gpu", 0.2, tests),
        Part("mnist", "the paper's settings as long as there is time", 1.0, mnist, is_told=True),
    ]


def run(part: Part, seconds: float, log: Path) -> dict[str, Any]:
    """Report of a part: ``outcome``, ``finding``, ``took``, and what it has printed as JSON."""
    command = [sys.executable, *part.command]
    command += [f"--seconds={seconds - 5:.0f}"] if part.is_told else []
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    settings = measure.environment(1, "cuda") | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
    start, code = time.monotonic(), None
    with open(log, "ab", buffering=0) as file:
        file.write(f"== {part.name}\n".encode())
        begun = file.tell()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | settings,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its own processes can be ended with it
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            end(process)
    said = log.read_bytes()[begun:].decode(errors="replace").strip().splitlines()
    outcome, finding, found = judged(code, said)
    finding = f"not done after {seconds:.0f} s" if code is None else finding
    return found | {"outcome": outcome, "finding": finding, "took": time.monotonic() - start}


def end(process: subprocess.Popen) -> None:
    """End a process and all that it has started; nothing, if all have ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def judged(code: int | None, said: list[str]) -> tuple[str, str, dict[str, Any]]:
    """Outcome, finding and report of a process, from its exit code and its lines."""
    found: dict[str, Any] = {}
    for line in said:
        try:
            found = json.loads(line) if line.startswith("{") else found
        except ValueError:
            continue
    finding = found.get("finding") or (said[-1] if said else "it said nothing")
    if code != 0 or not found.get("held", True):
        return FAILED, finding, found
    if "seconds" in found:  # of a contest's steps
        steps = sorted(found["seconds"].items(), key=lambda step: step[1])
        times = [f"{name} {1e6 * seconds:.0f} us" for name, seconds in steps]
        times += [f"{name} skipped ({why})" for name, why in found["skipped"].items()]
        return HELD, "; ".join(times), found
    return (SKIPPED if "skipped" in found else HELD), found.get("skipped") or finding, found


def play(chosen: list[Part], minutes: float, out: Path) -> dict[str, dict[str, Any]]:
    """Reports by name, of parts that were asked before too; written and shown as they come."""
    until, path = time.monotonic() + 60 * minutes, out / "results.json"
    reports = json.loads(path.read_text()) if path.exists() else {}
    for part in chosen:
        seconds = min(60 * minutes * part.share, until - time.monotonic())
        report: dict[str, Any] = {"outcome": FAILED, "finding": "no time was left", "took": 0.0}
        if seconds > 1:
            report = run(part, seconds, out / "log.txt")
        reports[part.name] = {"asked": part.asked, **report}
        what = f"{part.name:8} {report['outcome']:8} {report['took']:6.1f} s  "
        print(what + report["finding"], flush=True)
        path.write_text(json.dumps(reports, indent=1) + "\n")
        (out / "results.md").write_text(section(reports))
        if part.name == "machine" and report["outcome"] != HELD:
            break
    return reports


def section(reports: dict[str, dict[str, Any]]) -> str:
    """Section for RESULTS.md, with the device's name, the driver's version and CuPy's."""
    lines = [f"## On a GPU, {datetime.date.today()}", "", "`python benchmarks/gpu.py`", ""]
    lines += ["| part | asked | outcome | found |", "|---|---|---|---|"]
    for name, report in reports.items():
        found = report["finding"].replace("|", "/")
        lines.append(f"| {name} | {report['asked']} | {report['outcome']} | {found} |")
    return "\n".join(lines) + "\n"


def positive(text: str) -> float:
    """Number of a command line, finite and > 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number > 0, got {text!r}")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="all, if none is named")
    parser.add_argument("--minutes", type=positive, default=8.0, help="at most, in all (8)")
    parser.add_argument("--out", type=Path, default=Path("gpu-results"), help="a directory")
    parser.add_argument("--data", metavar="DIR", help="of MNIST's four files")
    given = parser.parse_args()
    out, data = given.out.absolute(), given.data and os.path.abspath(given.data)
    known = parts(out, data)
    names = [part.name for part in known]
    if not set(given.parts) <= set(names):
        parser.error(f"expected parts among {', '.join(names)}, got {' '.join(given.parts)}")
    out.mkdir(parents=True, exist_ok=True)
    wanted = {"machine", *(given.parts or names)}
    chosen = [part for part in known if part.name in wanted]
    reports = play(chosen, given.minutes, out)
    print(f"written: {', '.join(f'{out}/{n}' for n in ('results.md', 'results.json', 'log.txt'))}")
    if reports["machine"].get("held") is False:
        return 2
    return int(any(reports[part.name]["outcome"] == FAILED for part in chosen))


if __name__ == "__main__":
    sys.exit(main())
