"""What a check hands back when all is well, and what it raises when not."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """What one check has tried, and how it ended.

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


class GradientError(AssertionError):
    """A gradient is wrong, a layer breaks its contract, or no point could be checked.

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
