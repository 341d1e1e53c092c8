"""Checks of the 2014 paper's game: both players' turns, by themselves and at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from minigan.checks.report import Report
from minigan.checks.turns import check_turn
from minigan.costs import discriminator_cost
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.networks.sequential import Sequential


def check_game(
    G: Sequential,
    D: Sequential,
    cost: str | Callable = "non-saturating",
    *,
    D_cost: Callable = discriminator_cost,
    batch: int | Iterable[int] | None = None,
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
    **samplers: Any,
) -> Report:
    """Check dJ_D / d theta_D, and dJ_G / d theta_G through D, by turns and simultaneously.

    Parameters
    ----------
    G, D : Sequential
        The players; copies near their own parameters are checked.
    cost : str or callable
        What the generator minimises: a name as in `minigan.costs`, or ``a_fake -> (J_G, da_fake)``.
    D_cost : callable
        What the discriminator minimises: ``(a_real, a_fake) -> (J_D, da_real, da_fake)``.
    batch, seeds, tolerance, **samplers
        As in `check_turn`; x and z are drawn.

    Returns
    -------
    Report

    Raises
    ------
    GradientError
        If a gradient is wrong: of a layer, of a cost, or of all together.
    InputError
        If an argument makes no sense.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.checks import check_game
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.Tanh(), mg.Linear(8, 1)], seed=0)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=1)
    >>> check_game(G, D, "minimax", seeds=range(3)).passed
    True
    """
    turns = (
        DiscriminatorTurn(G, D, D_cost),
        GeneratorTurn(G, D, cost),
        SimultaneousTurn(G, D, cost, D_cost),
    )
    options: dict[str, Any] = {"batch": batch, "seeds": list(seeds), "tolerance": tolerance}
    reports = []
    for turn in turns:
        drawn = {name: sampler for name, sampler in samplers.items() if name in turn.draws}
        reports.append(check_turn(turn, **options, **drawn))
    label = cost if isinstance(cost, str) else getattr(cost, "__name__", repr(cost))
    worst = max(report.worst for report in reports)
    directions, redraws = (sum(getattr(r, n) for r in reports) for n in ("directions", "redraws"))
    return Report(f"game with {label} cost", worst, directions, redraws, True)
