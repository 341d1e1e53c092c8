"""Seed after seed: draw a point, try it, and draw another where it cannot be trusted.

A check is a function ``trial(tally, rng)`` that draws everything it needs from
``rng`` and compares gradients with finite differences. Where these cannot be
trusted the whole point is thrown away and drawn anew; it is never excused.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NoReturn

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.checks.numeric import Slope
from minigan.checks.report import GradientError, Report

REDRAWS = 20


class DoubtError(Exception):
    """Finite differences cannot be trusted at this point."""


class Tally:
    """Counts what a check of ``name`` has tried to a relative ``tolerance``, and its failures."""

    def __init__(self, name: str, tolerance: float):
        self.name, self.tolerance = name, tolerance
        self.worst, self.directions, self.redraws = 0.0, 0, 0
        self.seed, self.where = 0, ""  # the seed, and the mode of a layer: in every message

    def agrees(self, block: str, analytic: float, numeric: Slope) -> bool:
        """Whether a directional derivative is right; raises DoubtError if nobody can say."""
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
        """What was tried, and how it ended."""
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
    try:
        for seed in _checked_seeds(seeds):
            _settle(tally, trial, seed)
        if at_end is not None:
            tally.where = "at every seed"
            at_end(tally)
    except GradientError as error:
        error.report = tally.report(error)
        raise
    return tally.report()


def _checked_seeds(seeds: Iterable[int]) -> list[int]:
    """The seeds as a list; InputError unless they are whole numbers >= 0, at least one."""
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        raise InputError(f"seeds: expected whole numbers such as range(20), got {seeds!r}")
    checked = [whole_number("seeds", seed, low=0) for seed in seeds]
    if not checked:
        raise InputError("seeds: expected at least one, got none")
    return checked


def _settle(tally: Tally, trial: Trial, seed: int) -> None:
    doubts: Counter[str] = Counter()
    tally.seed = seed
    for attempt in range(1 + REDRAWS):
        tally.where = f"seed {seed}"
        try:
            return trial(tally, generator(np.random.SeedSequence([seed, attempt])))
        except DoubtError as doubt:
            doubts[str(doubt)] += 1
            tally.redraws += 1
    counts = ", ".join(f"{reason} ({count} times)" for reason, count in doubts.items())
    told = "finite differences cannot be trusted"
    tally.fail(f"no point could be checked in {1 + REDRAWS} draws, {told}: {counts}")
