"""Checks of a turn: the gradient of its cost, end to end, through every network that it moves.

Every link may be right and the chain still wrong: a generator's gradient that does not go
through D, a discriminator that learns from its real examples only, the gradient of another
batch. So the cost that a turn returns is differentiated numerically with respect to all
parameters of what it moves, whatever the game.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.checks import conduct
from minigan.checks.blocks import parameter_blocks
from minigan.checks.calls import Call, copied, cost_of, drawn_for
from minigan.checks.compare import close
from minigan.checks.entries import compare
from minigan.checks.means import check_mean
from minigan.checks.report import Report
from minigan.checks.tally import Tally, run_trials
from minigan.checks.unread import check_unread
from minigan.game.parts import named_networks
from minigan.game.turn import Turn
from minigan.networks.logits import require_logit


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
        check_unread(tally, call)
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
