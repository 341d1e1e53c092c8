"""Trials seed after seed, and their result: a report, a table of reports, or an error.

A check is a function ``trial(tally, rng)`` that draws everything it needs from ``rng`` and compares
gradients with finite differences. Where these cannot be trusted the whole point is thrown away and
drawn anew; it is never excused.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.checks.numeric import Slope

REDRAWS = 20


@dataclass(frozen=True)
class Report:
    """The outcome of one check; prints as a row of `table`.

    Parameters
    ----------
    name : str
        What was checked.
    worst : float
        Worst relative error between a gradient and its finite differences; infinite
        where something other than a number was wrong.
    directions : int
        Directional derivatives that were compared.
    redraws : int
        Points thrown away because finite differences cannot be trusted there (a kink,
        or a derivative lost in rounding), and drawn anew.
    passed : bool
    message : str
        What is wrong; empty if nothing is.
    parts : str
        Of a model: which of its parts were checked, and which were not.
    """

    name: str
    worst: float
    directions: int
    redraws: int
    passed: bool
    message: str = ""
    parts: str = ""

    def __str__(self) -> str:
        return table([self])


class GradientError(AssertionError):
    """A gradient is wrong, a layer or turn breaks its contract, or no point could be checked.

    Attributes
    ----------
    relative_error : float
        Of the entry or direction that the message names; infinite if it names none.
    report : Report
        What was tried up to here.
    """

    report: Report

    def __init__(self, message: str, relative_error: float = math.inf):
        super().__init__(message)
        self.relative_error = relative_error


def table(reports: Iterable[Report]) -> str:
    """Rows of reports under their heads, then what is wrong with those that failed."""
    rows = list(reports)
    width = max(len("checked"), *(len(report.name) for report in rows))
    lines = [f"{'checked':{width}}  worst relative error  directions  redrawn"]
    for report in rows:
        lines.append(
            f"{report.name:{width}}  {report.worst:20.1e}  {report.directions:10}"
            f"  {report.redraws:7}  {'ok' if report.passed else 'WRONG'}"
        )
    lines += [f"\n{row.name}: {row.parts}" for row in rows if row.parts]
    return "\n".join([*lines, *(f"\n{row.message}" for row in rows if not row.passed)])


class DoubtError(Exception):
    """Finite differences cannot be trusted at this point."""


class Tally:
    """Counts what a check of ``name`` has tried to a relative ``tolerance``, and its failures."""

    def __init__(self, name: str, tolerance: float):
        self.name, self.tolerance = name, tolerance
        self.worst, self.directions, self.redraws = 0.0, 0, 0
        self.seed, self.where = 0, ""  # the seed, and the mode of a layer: in every message

    def agrees(self, block: str, analytic: float, numeric: Slope) -> bool:
        """Count a directional derivative, True if it is right; DoubtError if that is not known."""
        doubt = numeric.doubt(self.tolerance)
        if doubt:
            raise DoubtError(f"{doubt} along {block}")
        error = numeric.error(analytic)
        self.directions += 1
        self.worst = max(self.worst, error)
        return error <= self.tolerance  # False for nan

    def require(self, holds: bool, otherwise: str) -> None:
        """Raise GradientError, saying ``otherwise``, unless it holds."""
        if not holds:
            self.fail(otherwise)

    def fail(self, what: str, error: float = math.inf) -> NoReturn:
        """Raise GradientError."""
        raise GradientError(f"{self.name}: {what} ({self.where})", error)

    def report(self, failure: GradientError | None = None) -> Report:
        """Report of what was tried, and of the failure that ended it."""
        worst = self.worst if failure is None else failure.relative_error
        ended = failure is None, "" if failure is None else str(failure)
        return Report(self.name, worst, self.directions, self.redraws, *ended)


Trial = Callable[[Tally, np.random.Generator], None]


def run_trials(
    name: str,
    trial: Trial,
    seeds: Iterable[int],
    tolerance: float,
    at_end: Callable[[Tally], None] | None = None,
) -> Report:
    """Run ``trial`` once a seed, and again where it raised DoubtError; in the end, ``at_end``.

    Raises GradientError from these, or if a seed is drawn anew 20 times in vain; InputError if
    the seeds or the tolerance make no sense.
    """
    # below 1e-8 finite differences in float64 cannot tell; above 1e-2 they would tell nothing
    tally = Tally(name, real_number("tolerance", tolerance, 1e-8, 1e-2))
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        raise InputError(f"seeds: expected whole numbers such as range(20), got {seeds!r}")
    checked = [whole_number("seeds", seed, low=0) for seed in seeds]
    if not checked:
        raise InputError("seeds: expected at least one, got none")
    try:
        for seed in checked:
            tally.seed = seed
            _settle(tally, trial)
        if at_end is not None:
            tally.where = "at every seed"
            at_end(tally)
    except GradientError as error:
        error.report = tally.report(error)
        raise
    return tally.report()


def _settle(tally: Tally, trial: Trial) -> None:
    """Run a trial at the tally's seed, at another point where that cannot be trusted."""
    doubts: Counter[str] = Counter()
    for attempt in range(1 + REDRAWS):
        tally.where = f"seed {tally.seed}"
        try:
            return trial(tally, generator(np.random.SeedSequence([tally.seed, attempt])))
        except DoubtError as doubt:
            doubts[str(doubt)] += 1
            tally.redraws += 1
    counts = ", ".join(f"{reason} ({count} times)" for reason, count in doubts.items())
    told = "finite differences cannot be trusted"
    tally.fail(f"no point could be checked in {1 + REDRAWS} draws, {told}: {counts}")
