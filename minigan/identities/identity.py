"""Statements of the theory, held against numbers: two sides, and how far they may differ."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """One line of ``minigan theory``: a claim about two sides, each computed in its own way.

    The statement is a formula in plain characters; the source a paper, section, equation. The
    relation "=", "<=" or ">=" is claimed of left and right, up to a tolerance > 0.

    >>> Identity("1 + 1 = 2", "arithmetic", 1.0 + 1.0, 2.0, 1e-12).holds
    True
    """

    statement: str
    source: str
    left: float
    right: float
    tolerance: float
    relation: str = "="

    @property
    def residual(self) -> float:
        """Distance by which the claim is missed: |left - right|, or the excess of an inequality."""
        if self.relation == "=":
            return abs(self.left - self.right) if self.left != self.right else 0.0
        excess = self.left - self.right if self.relation == "<=" else self.right - self.left
        return max(excess, 0.0) if not math.isnan(excess) else math.nan

    @property
    def holds(self) -> bool:
        """True if the residual is within the tolerance; never, if a side is NaN."""
        return bool(self.residual <= self.tolerance)


def claims(source: str, tolerance: float) -> Callable[..., Identity]:
    """Function (statement, left, relation, right, other tolerance) -> identity of this source."""

    def claim(statement: str, left, relation: str, right, tolerance: float = tolerance) -> Identity:
        return Identity(statement, source, float(left), float(right), tolerance, relation)

    return claim
