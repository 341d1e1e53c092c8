"""``minigan check``: every gradient against finite differences, as a table."""

import argparse
from dataclasses import asdict

from minigan.base.strict_json import json_text
from minigan.cli.output import progress

HELP = "check every gradient by finite differences"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options: the number of starts, and JSON in place of the table."""
    parser.add_argument("--seeds", type=int, default=20, help="random starts for each row (20)")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(options: argparse.Namespace) -> int:
    """Run the suite and print its table; 1 if a gradient is wrong."""
    from minigan.checks import run_suite  # not to be imported by the other commands
    from minigan.checks.trials import table

    reports = list(progress(run_suite(options.seeds), None))
    wrong = sum(not report.passed for report in reports)
    if options.json:
        print(json_text({"passed": not wrong, "checks": [asdict(report) for report in reports]}))
    else:
        verdict = f"{wrong} of {len(reports)} are wrong" if wrong else "all gradients are right"
        print(f"{table(reports)}\n\n{verdict}")
    return 1 if wrong else 0
