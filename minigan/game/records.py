"""The figures of one step, by name, and the rule that only finite numbers move a player."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigan.base.errors import NonFiniteError


class Record(dict):
    """Figures of a step: a dict whose entries are attributes too, as ``record.J_D``.

    ``step`` counts from 1. What else there is depends on the turns. In Algorithm 1, ``J_D`` and
    ``J_G`` are the costs, with the tutorial's factor 1/2; ``real_accuracy`` and
    ``fake_accuracy`` the fractions of the minibatch that D put on the right side of 1/2.
    ``D_grad_norm``, and the like for each network that moves, are the Euclidean lengths of the
    gradients. Of a turn that is taken k times in a step, the figures are those of the last.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"expected one of {', '.join(self)} in a record, got {name!r}"
            ) from None


def check_finite(step: int, turn: Any, figures: dict[str, float]) -> None:
    """Raise NonFiniteError, with the names of turn and figure, unless all figures are finite."""
    for name, number in figures.items():
        if not math.isfinite(number):
            what, _, ending = name.partition("_grad_norm")
            if not ending and what != name:
                J = f"J_{what}" if f"J_{what}" in figures else next(iter(figures))
                name = f"the gradient of {J}"
            raise NonFiniteError(
                f"step {step}: {name} became {number} in {type(turn).__name__}", step
            )


def overflow_is_named() -> np.errstate:
    """Context without NumPy's warnings: what is not finite ends in a NonFiniteError."""
    return np.errstate(over="ignore", invalid="ignore")
