"""Checks of a turn, and of the 2014 paper's game, which is two turns, or one of both players.

Every link may be right and the chain still wrong: a generator's gradient that does not go
through D, a discriminator that learns from its real examples only, the gradient of another
batch. So the cost that a turn returns is differentiated numerically, end to end, with respect to
all parameters of what it moves, whatever the game.
"""

import copy
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.checks import conduct
from minigan.checks.calls import Call, copied, cost_of, drawn_for
from minigan.checks.compare import close, compare
from minigan.checks.means import check_mean
from minigan.checks.passes import parameter_blocks
from minigan.checks.trials import Report, Tally, run_trials
from minigan.costs import discriminator_cost
from minigan.game.parts import named_networks
from minigan.game.turn import Turn
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.networks.logits import require_logit
from minigan.networks.sequential import Sequential


def check_turn(
    turn: Turn,
    *,
    batch: int | Iterable[int] | None = None,
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
    **samplers: Any,
) -> Report:
    """Check a turn of any game: its gradients in float64, and how it behaves.

    Parameters
    ----------
    turn : Turn
        A copy is checked, with networks near the parameters of its own.
    batch : int or iterable of int, optional
        Examples a minibatch, each >= 1; the seeds take the sizes one after another. By default
        5, 1 and 17; 200 of an estimator.
    seeds : iterable of int
        One point for each.
    tolerance : float
        Largest relative error abs(a - n) / max(abs(a), abs(n)), from 1e-8 to 1e-2.
    **samplers : Sampler
        Anything with ``sample(m, rng)``, under the names that the turn draws. Without one, a
        minibatch is standard normal: x as wide as the input of D, any other as wide as the
        input of the first network among the turn's attributes that is not D.

    Returns
    -------
    Report
        Which prints as a table.

    Raises
    ------
    GradientError
        If a gradient is wrong; if the turn changes a parameter, its minibatch or a network that
        it does not move; does not add to the gradients, keeps something of an earlier call, or
        looks at a number; if a network or minibatch has no influence; or nothing can be told.
    InputError
        If an argument makes no sense, or D ends in a Sigmoid.

    Notes
    -----
    A turn that moves one network returns its cost first. Of a turn that moves several, the
    gradient of network D belongs to the figure J_D if there is one, else to the first. Gradients
    are taken by plain and by fast passes, those of training; for layers at test time, see
    `check_network`. Another copy is called elsewhere first, so that an output, a cache or a
    network that it keeps is out of date. An ``estimator``, right in the mean over random numbers
    only, is checked so: see `minigan.checks.means`.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.checks import check_turn
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.Tanh(), mg.Linear(8, 1)], seed=0)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=1)
    >>> check_turn(mg.GeneratorTurn(G, D, "minimax"), seeds=range(3)).passed
    True
    """
    _check_arguments(turn, samplers)
    if batch is None:
        batch = 200 if turn.estimator else (5, 1, 17)
    sizes = [whole_number("batch", m) for m in (batch if isinstance(batch, Iterable) else [batch])]
    samplers = copy.deepcopy(samplers)  # a sampler may count what it has given
    seen: set[str] = set()

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        m = sizes[tally.seed % len(sizes)]
        tally.where += f", batch {m}"
        twin = copied(turn, rng)
        drawn, other, more = (drawn_for(twin, samplers, n, rng) for n in (m, m, m + 1))
        call = Call(twin, drawn, int(rng.integers(2**32)))
        earlier = call.another(more)
        try:
            conduct.check_hands_off(tally, call.another(drawn), rng)
        except InputError as error:
            given = ", ".join(f"{name} {np.shape(rows)}" for name, rows in drawn.items())
            raise InputError(
                f"{error}; drawn were {given}: give samplers of other widths"
            ) from error
        conduct.check_adds(tally, call)
        conduct.check_forgets(tally, call, earlier, rng)
        conduct.influences(call, other, seen, rng)
        conduct.check_unread(tally, call)
        (check_mean if turn.estimator else _check_derivatives)(tally, call, seen, rng)

    def at_end(tally: Tally) -> None:
        networks = [name for name, network in turn.networks().items() if network.params.size]
        for name in (*networks, *turn.draws):
            tally.require(
                name in seen,
                f"no figure depends on {name}; is it forgotten, or an old copy of it kept?",
            )

    return run_trials(str(turn), trial, seeds, tolerance, at_end)


def _check_arguments(turn: Turn, samplers: dict[str, Any]) -> None:
    if not isinstance(turn, Turn):
        raise InputError(f"check_turn: expected a Turn, got {turn!r}")
    networks = named_networks((turn,))
    if "D" in networks:
        require_logit("D", networks["D"])
    for name, sampler in samplers.items():
        if name not in turn.draws or not callable(getattr(sampler, "sample", None)):
            drawn = ", ".join(turn.draws) or "none"
            raise InputError(
                f"{name}: expected samplers with sample(m, rng) of what the turn draws ({drawn}), "
                f"got {sampler!r}"
            )


def _check_derivatives(tally: Tally, call: Call, seen: set[str], rng: np.random.Generator) -> None:
    """Every parameter of what moves, along one direction each, by fast and by plain passes."""
    figures, fast = call.gradients()
    slow, plain = call.gradients(fast=False)
    tally.require(
        close(figures, slow), f"figures are {figures} by fast passes and {slow} by plain ones"
    )
    for name, network in call.moves.items():
        J = cost_of(name, call.turn, figures)
        for block in parameter_blocks(network, f"{name}."):
            by = {", fast passes": block.of(fast[name]), ", plain passes": block.of(plain[name])}
            value = partial(call.value, J)
            numeric = compare(tally, J, value, block.values, by, rng, label=block.label)
            if not numeric.flat:
                seen.add(name)


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
