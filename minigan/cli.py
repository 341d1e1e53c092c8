"""The command line: ``minigan figure1``, ``minigan check``. Parses and prints, computes nothing.

Exit codes: 0 all is well; 1 a check failed or a cost became NaN; 2 the input does
not fit; 130 interrupted, with what was learned so far written.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from typing import NoReturn

from minigan import __version__
from minigan.costs import GENERATOR_COSTS
from minigan.errors import InputError, NonFiniteError


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        What follows ``minigan``; the process's own arguments by default.

    Returns
    -------
    int
        The exit code.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except InputError as error:
        print(f"minigan: {error}", file=sys.stderr)
        return 2
    except NonFiniteError as error:
        print(f"minigan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("minigan: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="minigan", description="The GAN that you can read.")
    parser.add_argument("--version", action="version", version=f"minigan {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    figure1 = commands.add_parser("figure1", help="train a GAN on the line, draw Figure 1")
    figure1.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    figure1.add_argument("--steps", type=int, default=12_000, help="of Algorithm 1 (12000)")
    figure1.add_argument("--k", type=int, default=1, help="updates of D a step (1)")
    figure1.add_argument(
        "--cost",
        choices=list(GENERATOR_COSTS),
        default="non-saturating",
        help="what the generator minimises (non-saturating)",
    )
    figure1.add_argument("--out", default="figure1", metavar="DIR", help="for files (figure1)")
    figure1.add_argument(
        "--animate",
        action="store_const",
        dest="frames",
        const=60,
        default=0,
        help="also write a film of the training (GIF)",
    )
    figure1.add_argument("--json", action="store_true", help="print numbers as one JSON object")
    settings = ("seed", "steps", "k", "cost", "frames")
    figure1.set_defaults(command=_figure, module="figure1", settings=settings)

    check = commands.add_parser("check", help="check every gradient by finite differences")
    check.add_argument("--seeds", type=int, default=20, help="random starts for each row (20)")
    check.add_argument("--json", action="store_true", help="print the table as JSON")
    check.set_defaults(command=_check)
    return parser


def _figure(options: argparse.Namespace) -> int:
    """Play an experiment, save its pictures, print its numbers."""
    from minigan.files import writable_directory  # each command imports what it needs

    experiment = importlib.import_module(f"minigan.experiments.{options.module}")
    directory = writable_directory(options.out)
    settings = {name: getattr(options, name) for name in options.settings}
    run = experiment.play(**settings, progress=_progress)
    files = [str(file) for file in experiment.save(run, directory)]
    report = experiment.report(run) | {"files": files}
    if options.json:
        print(json.dumps(report))
    else:
        print(experiment.text(report), f"written: {', '.join(files)}", sep="\n\n")
    if run.interrupted:
        print("minigan: interrupted; this is what was learned so far", file=sys.stderr)
        return 130
    return 0


def _check(options: argparse.Namespace) -> int:
    from minigan.checks import run_suite

    reports = list(_progress(run_suite(options.seeds), None))
    passed = all(report.passed for report in reports)
    if options.json:
        print(json.dumps({"passed": passed, "checks": [asdict(report) for report in reports]}))
    else:
        print(_check_text(reports))
    return 0 if passed else 1


def _check_text(reports: list) -> str:
    """A row for each check, and what is wrong with those that failed."""
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


def _progress(iterable, total):
    """Progress bar on standard error, if a person looks on."""
    from tqdm import tqdm

    return tqdm(iterable, total=total, unit="step", leave=False, disable=None)
