"""The result of a check: a report, a table of reports, or the error that a bug raises."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """What one check has tried, and how it ended; prints as a row of `table`.

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
    """

    name: str
    worst: float
    directions: int
    redraws: int
    passed: bool
    message: str = ""

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
    """A row for each report under its heads, then what is wrong with those that failed."""
    rows = list(reports)
    width = max(len("checked"), *(len(report.name) for report in rows))
    lines = [f"{'checked':{width}}  worst relative error  directions  redrawn"]
    for report in rows:
        lines.append(
            f"{report.name:{width}}  {report.worst:20.1e}  {report.directions:10}"
            f"  {report.redraws:7}  {'ok' if report.passed else 'WRONG'}"
        )
    return "\n".join([*lines, *(f"\n{row.message}" for row in rows if not row.passed)])
