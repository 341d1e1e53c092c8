"""Schedules of learning rates and momenta, numbers that change during training.

A schedule is a function of t, the number of updates already made, so the
first update asks for t = 0. A plain number stays what it is. All of them can be pickled.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from minigan.base.validation import real_number, whole_number

if TYPE_CHECKING:
    from minigan.base.types import Schedule


def constant(value: float) -> Schedule:
    """The same value at every update."""
    value = real_number("constant: value", value)
    return partial(_constant, value)


def _constant(value, t):
    return value


def exponential_decay(initial: float, factor: float = 1.000004, floor: float = 1e-6) -> Schedule:
    """max(floor, initial / factor^t): the learning rate of the 2014 paper's experiments.

    Parameters
    ----------
    initial : float
        Value at the first update, > 0.
    factor : float
        What each update divides by, >= 1.
    floor : float
        What it never falls below, from 0 to initial.

    Returns
    -------
    Schedule
    """
    initial = real_number("exponential_decay: initial", initial, 0, low_open=True)
    floor = real_number("exponential_decay: floor", floor, 0, initial)
    log_factor = math.log(real_number("exponential_decay: factor", factor, 1))
    return partial(_exponential_decay, initial, log_factor, floor)


def _exponential_decay(initial, log_factor, floor, t):
    return max(floor, initial * math.exp(-t * log_factor))


def linear_ramp(initial: float, final: float, steps: int) -> Schedule:
    """From initial to final in a straight line over ``steps`` updates, then final.

    The 2014 paper's momentum goes from .5 to .7 in this way.

    Parameters
    ----------
    initial, final : float
        Values at the first update, and from update number ``steps`` on.
    steps : int
        Length of the ramp, >= 1.

    Returns
    -------
    Schedule
    """
    initial = real_number("linear_ramp: initial", initial)
    final = real_number("linear_ramp: final", final)
    return partial(_linear_ramp, initial, final, whole_number("linear_ramp: steps", steps))


def _linear_ramp(initial, final, steps, t):
    return initial + (final - initial) * min(t / steps, 1.0)


def late_decay(initial: float, steps: int, final: float = 0.0) -> Schedule:
    """The initial value for the first half of ``steps`` updates, then a straight line to final.

    A game that has settled down at a constant rate comes to rest in the second half.

    Parameters
    ----------
    initial : float
        Value at the first update.
    steps : int
        Length of both halves together, >= 1.
    final : float
        Value from update number ``steps`` on.

    Returns
    -------
    Schedule
    """
    initial = real_number("late_decay: initial", initial)
    final = real_number("late_decay: final", final)
    return partial(_late_decay, initial, final, whole_number("late_decay: steps", steps))


def _late_decay(initial, final, steps, t):
    return initial + (final - initial) * min(max(2 * t / steps - 1, 0.0), 1.0)


def cosine(initial: float, steps: int, final: float = 0.0) -> Schedule:
    """From initial to final along half a cosine over ``steps`` updates, then final.

    final + (initial - final) (1 + cos(pi t / steps)) / 2 (Loshchilov & Hutter 2017).

    Parameters
    ----------
    initial : float
        Value at the first update.
    steps : int
        Length of the fall, >= 1.
    final : float
        Value from update number ``steps`` on.

    Returns
    -------
    Schedule
    """
    initial = real_number("cosine: initial", initial)
    final = real_number("cosine: final", final)
    return partial(_cosine, initial, final, whole_number("cosine: steps", steps))


def _cosine(initial, final, steps, t):
    return final + (initial - final) * (1 + math.cos(math.pi * min(t / steps, 1.0))) / 2


def each_epoch(of_epoch: float | Schedule, steps: int) -> Schedule:
    """A schedule of epochs: the same value for all updates of an epoch.

    Parameters
    ----------
    of_epoch : float or Schedule
        Number of epochs already completed -> value.
    steps : int
        Updates an epoch, >= 1.

    Returns
    -------
    Schedule
    """
    of_epoch = schedule("each_epoch: of_epoch", of_epoch)
    return partial(_each_epoch, of_epoch, whole_number("each_epoch: steps", steps))


def _each_epoch(of_epoch, steps, t):
    return of_epoch(t // steps)


def schedule(
    where: str, value: float | Schedule, low: float = 0.0, high: float = math.inf
) -> Schedule:
    """Schedule of a number in [low, high); a schedule is passed through.

    InputError, which calls the number by ``where``, if it is out of range or not finite.
    """
    if callable(value):
        return value
    return constant(real_number(where, value, low, high, high_open=True))


def is_constant(value: Any) -> bool:
    """Whether it is a schedule that `constant` has made."""
    return isinstance(value, partial) and value.func is _constant
