"""What is recorded of a step, and the rule that only finite numbers move a player."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from minigan.base.errors import NonFiniteError
from minigan.networks.sequential import Sequential


class Record(NamedTuple):
    """What happened in one step.

    ``J_D`` and ``J_G`` are the costs of `minigan.costs`, with the tutorial's factor 1/2.
    ``real_accuracy`` and ``fake_accuracy`` are the fractions of the minibatch that D
    put on the right side of 1/2; ``D_grad_norm`` and ``G_grad_norm`` the Euclidean
    lengths of the gradients. D's figures are those of the last of its k updates.
    """

    step: int
    J_D: float
    J_G: float
    real_accuracy: float
    fake_accuracy: float
    D_grad_norm: float
    G_grad_norm: float


def checked_norm(name: str, J, player: Sequential, step: int) -> float:
    """Length of a player's gradient, if it and the cost are finite.

    Parameters
    ----------
    name : str
        The cost's, for the error message.
    J : float
        The cost.
    player : Sequential
        Whose ``grads`` are measured.
    step : int
        The 1-based step that this is, for the error message.

    Returns
    -------
    float

    Raises
    ------
    NonFiniteError
    """
    norm = math.sqrt(player.grads.dot(player.grads))
    for what, number in ((name, float(J)), (f"the gradient of {name}", norm)):
        if not math.isfinite(number):
            raise NonFiniteError(f"step {step}: {what} became {number}", step)
    return norm


def overflow_is_named() -> np.errstate:
    """Context without NumPy's warnings: what is not finite ends in a NonFiniteError."""
    return np.errstate(over="ignore", invalid="ignore")


def fraction(holds: np.ndarray) -> float:
    """Fraction of the examples of which something holds."""
    return float(np.count_nonzero(holds) / holds.size)
