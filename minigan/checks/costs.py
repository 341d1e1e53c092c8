"""Checks of costs: the gradient returned must be that of the value returned.

A cost is checked by itself, at wide logits and on batches of unequal size, before
it is checked at the end of a game's chain.
"""

import inspect
from collections.abc import Callable, Iterable

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.validation import real_number
from minigan.checks.compare import compare
from minigan.checks.trials import Report, Tally, run_trials


def check_cost(
    cost: Callable,
    *,
    scale: float = 3.0,
    shapes: tuple[tuple[int, int], ...] = ((5, 1), (7, 1)),
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
) -> Report:
    """Check a cost: a function of logits that returns a value and its gradients.

    Parameters
    ----------
    cost : callable
        ``cost(a) -> J, da`` or ``cost(a_real, a_fake) -> J, da_real, da_fake``, with
        arrays of the ``shapes``. Arguments that have a default are left at it.
    scale : float
        Standard deviation of the logits, > 0.
    shapes : tuple of (int, int)
        Of the arrays; unequal batches by default, so that a mean over the wrong one is seen.
    seeds : iterable of int
        One point for each.
    tolerance : float
        Largest relative error abs(a - n) / max(abs(a), abs(n)), from 1e-8 to 1e-2.

    Returns
    -------
    Report

    Raises
    ------
    GradientError
        If a gradient is wrong, has another shape or dtype than the logits, if the logits
        are changed, or no point could be checked.
    InputError
        If an argument makes no sense.

    Examples
    --------
    >>> from minigan.checks import check_cost
    >>> from minigan.costs import minimax_cost
    >>> check_cost(minimax_cost).passed
    True
    """
    names = _logit_names(cost, len(shapes))
    real_number("scale", scale, 0, low_open=True)

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        logits = [scale * rng.standard_normal(shape) for shape in shapes[: len(names)]]
        for dtype in ("float32", "float64"):
            gradients = _evaluate(tally, cost, [a.astype(dtype) for a in logits], names)
        for a, da, name in zip(logits, gradients, names, strict=True):
            said = {"label": name, "source": "the gradient"}
            compare(tally, "J", lambda: cost(*logits)[0], a, {"": da}, rng, **said)

    return run_trials(getattr(cost, "__name__", repr(cost)), trial, seeds, tolerance)


def _logit_names(cost: Callable, most: int) -> list[str]:
    if not callable(cost):
        raise InputError(f"check_cost: expected a function of logits, got {cost!r}")
    names = [
        name
        for name, parameter in inspect.signature(cost).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if not 1 <= len(names) <= most:
        raise InputError(
            f"check_cost: expected a function of one or two arrays of logits, got {cost!r} of "
            f"{', '.join(names) or 'none'}"
        )
    return names


def _evaluate(tally: Tally, cost: Callable, logits: list[np.ndarray], names: list[str]):
    """Gradients of a cost; GradientError unless number, shapes and dtype of them are right."""
    given = [a.copy() for a in logits]
    result = cost(*given)
    tally.require(
        isinstance(result, tuple) and len(result) == 1 + len(logits) and np.ndim(result[0]) == 0,
        f"expected a tuple of a number and {len(logits)} gradient(s), got {result!r}",
    )
    for a, kept, da, name in zip(logits, given, result[1:], names, strict=True):
        tally.require(np.array_equal(a, kept), f"{name} is modified in place")
        tally.require(
            isinstance(da, np.ndarray) and da.shape == a.shape and da.dtype == a.dtype,
            f"expected a gradient at {name} of {a.dtype} {a.shape}, got {described(da)}",
        )
    return result[1:]
