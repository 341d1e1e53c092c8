"""``minigan check``: every gradient against finite differences, as a table."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from minigan.cli.output import json_text, progress

HELP = "check every gradient by finite differences"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options: the number of starts, and JSON in place of the table."""
    parser.add_argument("--seeds", type=int, default=20, help="random starts for each row (20)")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(options: argparse.Namespace) -> int:
    """Run the suite and print its table; 1 if a gradient is wrong."""
    from minigan.checks import run_suite  # SciPy: only to check

    reports = list(progress(run_suite(options.seeds), None))
    passed = all(report.passed for report in reports)
    if options.json:
        print(json_text({"passed": passed, "checks": [asdict(report) for report in reports]}))
    else:
        print(_text(reports))
    return 0 if passed else 1


def _text(reports: list) -> str:
    """A row for each check, and the messages of those that failed."""
    width = max(len(report.name) for report in reports)
    lines = [f"{'checked':{width}}  worst relative error  directions  redrawn"]
    for report in reports:
        lines.append(
            f"{report.name:{width}}  {report.worst:20.1e}  {report.directions:10}"
            f"  {report.redraws:7}  {'ok' if report.passed else 'WRONG'}"
        )
    lines += [f"\n{report.message}" for report in reports if not report.passed]
    wrong = sum(not report.passed for report in reports)
    verdict = f"{wrong} of {len(reports)} are wrong" if wrong else "all gradients are right"
    return "\n".join([*lines, "", verdict])
