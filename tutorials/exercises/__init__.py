"""The exercises of tutorial 8: each answer is checked by itself.

    from exercises import check
    check("optimal discriminator", optimal_discriminator)

prints "right", "not yet" for a function whose body is still ``...``, or one line that says
what is wrong. The notebook of exercises and the notebook of solutions call the same checks.
No check compares with a stored result: each computes what must hold, in most cases by another
route than the one that the reader is asked for, and else by minigan's own function.
"""

from __future__ import annotations

from collections.abc import Callable

from exercises import algorithm1, practice, theory
from exercises.answers import NotYetError, WrongError

CHECKS: dict[str, Callable] = {
    "optimal discriminator": theory.optimal_discriminator,
    "orbit": theory.orbit,
    "maximum likelihood": theory.maximum_likelihood,
    "backward": practice.backward,
    "cost gradient": practice.cost_gradient,
    "which cost": theory.which_cost,
    "jsd": theory.jsd,
    "momentum": practice.momentum,
    "maxout": practice.maxout,
    "dropout": practice.dropout,
    "sigma": theory.sigma,
    "circling": theory.circling,
    "one iteration": algorithm1.one_iteration,
}


def check(name: str, *answers: Callable) -> None:
    """Print what `verdict` says.

    Parameters
    ----------
    name : str
        One of ``CHECKS``.
    *answers : callable
        The reader's functions.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    print(verdict(name, *answers))


def verdict(name: str, *answers: Callable) -> str:
    """Whether the answers to an exercise are right, and if not, what is wrong.

    Parameters
    ----------
    name : str
        One of ``CHECKS``.
    *answers : callable
        The reader's functions.

    Returns
    -------
    str
        "right", "not yet", or "wrong: " and one line.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    if name not in CHECKS:
        raise ValueError(f"check: expected one of {', '.join(CHECKS)}, got {name!r}")
    try:
        CHECKS[name](*answers)
    except NotYetError:
        return "not yet"
    except WrongError as error:
        return f"wrong: {error}"
    return "right"
