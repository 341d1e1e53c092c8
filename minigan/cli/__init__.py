"""The command line: ``minigan figure1``, ``minigan check``. Parses and prints, computes nothing.

Exit codes: 0 all is well; 1 a check failed or a cost became NaN; 2 the input does
not fit; 130 interrupted, with what was learned so far written.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from threadpoolctl import threadpool_limits

from minigan import __version__
from minigan.costs import GENERATOR_COSTS
from minigan.errors import InputError, NonFiniteError

FIGURES = {
    "figure1": "train a GAN on the line, draw Figure 1 of the 2014 paper",
    "inner-loop": "train D against a fixed G: how near D comes to D*",
    "function-space": "Proposition 2: p_g itself descends, beside Algorithm 1",
    "monitor": "how far a real game is from the theory, step by step",
    "costs": "the three generator costs, and where they saturate",
    "which-kl": "one Gaussian fitted to two, under either KL and under JSD",
    "update-rules": "NCE, maximum likelihood and the GAN as rules of one game",
    "circling": "V = x y: games that circle, and what helps",
    "mode-collapse": "minimax against maximin: who moves last",
}
OTHERS = {
    "check": "check every gradient by finite differences",
    "theory": "hold the papers' identities against numbers",
    "list": "list the commands, a line each",
}


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
        with threadpool_limits(1):  # small products gain nothing from threads, and seeds repeat
            code = options.command(options)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"minigan: {error}", file=sys.stderr)
        return 2
    except NonFiniteError as error:
        print(f"minigan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("minigan: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has gone; do not fail again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="minigan", description="The GAN that you can read.")
    parser.add_argument("--version", action="version", version=f"minigan {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    for name, line in FIGURES.items():
        figure = commands.add_parser(name, help=line, description=line)
        figure.add_argument("--seed", type=int, default=0, help="of everything random (0)")
        figure.add_argument("--out", default=name, metavar="DIR", help=f"for files ({name})")
        figure.add_argument("--json", action="store_true", help="print numbers as a JSON object")
        figure.set_defaults(command=_figure, module=name.replace("-", "_"), settings=("seed",))
        if name == "figure1":
            _add_figure1_settings(figure)

    check = commands.add_parser("check", help=OTHERS["check"])
    check.add_argument("--seeds", type=int, default=20, help="random starts for each row (20)")
    check.add_argument("--json", action="store_true", help="print the table as JSON")
    check.set_defaults(command=_check)

    theory = commands.add_parser("theory", help=OTHERS["theory"])
    theory.add_argument("--seed", type=int, default=0, help="of what is drawn at random (0)")
    theory.add_argument("--json", action="store_true", help="print the table as JSON")
    theory.set_defaults(command=_theory)

    commands.add_parser("list", help=OTHERS["list"]).set_defaults(command=_list)
    return parser


def _add_figure1_settings(figure1: argparse.ArgumentParser) -> None:
    figure1.add_argument("--steps", type=int, default=12_000, help="of Algorithm 1 (12000)")
    figure1.add_argument("--k", type=int, default=1, help="updates of D a step (1)")
    figure1.add_argument(
        "--cost",
        choices=list(GENERATOR_COSTS),
        default="non-saturating",
        help="what the generator minimises (non-saturating)",
    )
    figure1.add_argument(
        "--animate",
        action="store_const",
        dest="frames",
        const=60,
        default=0,
        help="also write a film of the training (GIF)",
    )
    figure1.set_defaults(settings=("seed", "steps", "k", "cost", "frames"))


def _list(options: argparse.Namespace) -> int:
    lines = FIGURES | OTHERS
    width = max(map(len, lines))
    for name, line in lines.items():
        print(f"minigan {name:{width}}  {line}")
    return 0


def _figure(options: argparse.Namespace) -> int:
    """Play an experiment, save its pictures, print its numbers."""
    from minigan.files import writable_directory  # each command imports what it needs

    experiment = importlib.import_module(f"minigan.experiments.{options.module}")
    is_new = not Path(options.out).exists()
    directory = writable_directory(options.out)  # before the work, not after it
    settings = {name: getattr(options, name) for name in options.settings}
    try:
        run = experiment.play(**settings, progress=_progress)
    except BaseException:
        if is_new:
            with suppress(OSError):
                directory.rmdir()  # still empty
        raise
    files = [str(file) for file in experiment.save(run, directory)]
    report = experiment.report(run) | {"files": files}
    if options.json:
        print(_json(report))
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
        print(_json({"passed": passed, "checks": [asdict(report) for report in reports]}))
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


def _theory(options: argparse.Namespace) -> int:
    from minigan.theory.identities import identities

    rows = list(_progress(identities(options.seed), None))
    held = all(row.holds for row in rows)
    if options.json:
        table = [asdict(row) | {"residual": row.residual, "holds": row.holds} for row in rows]
        print(_json({"holds": held, "identities": table}))
    else:
        print(_theory_text(rows))
    return 0 if held else 1


def _theory_text(rows: list) -> str:
    """A statement a line: both sides, how far they differ, and the verdict."""
    width = max(len(row.statement) for row in rows)
    source_width = max(len(row.source) for row in rows)
    lines = [
        f"{'statement':{width}}  {'source':{source_width}}  {'left':>13}  {'right':>13}  residual"
    ]
    for row in rows:
        lines.append(
            f"{row.statement:{width}}  {row.source:{source_width}}  {row.left:13.6g}  "
            f"{row.right:13.6g}  {row.residual:8.1e}  {'holds' if row.holds else 'FAILS'}"
        )
    failed = sum(not row.holds for row in rows)
    verdict = f"{failed} of {len(rows)} fail" if failed else f"all {len(rows)} hold"
    return "\n".join([*lines, "", verdict])


def _json(value: dict) -> str:
    """JSON text; a number that is not finite, which JSON cannot write, becomes null."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(value), allow_nan=False)


def _progress(iterable, total):
    """Progress bar on standard error, if a person looks on."""
    from tqdm import tqdm

    return tqdm(iterable, total=total, unit="step", leave=False, disable=None)
