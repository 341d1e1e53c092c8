"""Checks of a game: the gradient of each player's whole turn, through cost, D and G.

Every link may be right and the chain still wrong: a generator's gradient that
does not go through D, a discriminator that learns from its real examples only, a
turn that touches the other player. So J_D and J_G are differentiated numerically
with respect to theta_D and theta_G, end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.checks.blocks import Block, moved, parameter_blocks
from minigan.checks.entries import worst_entry
from minigan.checks.numeric import along, relative_error, slope
from minigan.checks.report import Report
from minigan.checks.tally import Tally, run_trials
from minigan.checks.turns import DiscriminatorTurn, GeneratorTurn, Setting, Turn
from minigan.costs import generator_cost
from minigan.networks.sequential import Sequential
from minigan.training.steps import discriminator_gradients, generator_gradients


class PlainGradients:
    """The functions of `minigan.training.steps`, in the form of their fast twin.

    Parameters
    ----------
    G, D : Sequential
        The players.
    batch : int
        Examples a minibatch; the plain functions take any.
    """

    def __init__(self, G: Sequential, D: Sequential, batch: int):
        self.G, self.D = G, D

    def discriminator(self, x: np.ndarray, z: np.ndarray, rng):
        """J_D, a_real, a_fake on x and G(z), with the gradient of J_D in ``D.grads``."""
        return discriminator_gradients(self.G, self.D, x, z, rng)

    def generator(self, z: np.ndarray, cost: Callable, rng):
        """J_G of a cost, and a_fake on G(z), with the gradient of J_G in ``G.grads``."""
        return generator_gradients(self.G, self.D, z, cost, rng)


def check_game(
    G: Sequential,
    D: Sequential,
    cost: str | Callable = "non-saturating",
    *,
    gradients: Callable[[Sequential, Sequential, int], Any] = PlainGradients,
    batch: int = 5,
    seeds: Iterable[int] = range(20),
    tolerance: float = 1e-6,
) -> Report:
    """Check dJ_D / d theta_D, and dJ_G / d theta_G through D.

    Parameters
    ----------
    G, D : Sequential
        The players; copies near their own parameters are checked.
    cost : str or callable
        What the generator minimises: a name as in `minigan.costs`, or a function.
    gradients : callable
        ``gradients(G, D, batch)`` returns an object whose methods
        ``discriminator(x, z, rng)`` and ``generator(z, cost, rng)`` return the cost and
        the logits, and leave gradients in ``D.grads`` and in ``G.grads``. By default
        `minigan.training.steps`; ``minigan.fast.gradients.FastGradients`` is another.
    batch : int
        Examples a minibatch, >= 1.
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
        If a gradient is wrong, if a turn changes a parameter, its minibatch or the other
        player's gradients, if its cost is not the cost of its logits (or, without
        dropout, these are not D's), or no point could be checked.
    InputError
        If an argument makes no sense.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.checks import check_game
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.Tanh(), mg.Linear(8, 1)], seed=0)
    >>> D = mg.Sequential([mg.Maxout(1, 8), mg.Linear(8, 1)], seed=1)
    >>> check_game(G, D, "minimax").passed
    True
    """
    n_z, n_x = _checked_widths(G, D)
    whole_number("batch", batch)
    J_G = generator_cost(cost) if isinstance(cost, str) else cost
    if not callable(J_G):
        raise InputError(f"cost: expected a name or a function of logits, got {cost!r}")

    def trial(tally: Tally, rng: np.random.Generator) -> None:
        G_here, D_here = moved(G, rng), moved(D, rng)
        x, z = rng.standard_normal((batch, n_x)), rng.standard_normal((batch, n_z))
        seed = int(rng.integers(2**32))
        by = gradients(G_here, D_here, batch)
        setting = Setting(G_here, D_here, x, z, J_G, by, seed)
        for turn in (DiscriminatorTurn(setting), GeneratorTurn(setting)):
            _check_turn(tally, turn, rng)

    label = cost if isinstance(cost, str) else getattr(cost, "__name__", repr(cost))
    return run_trials(f"game with {label} cost", trial, seeds, tolerance)


def _check_turn(tally: Tally, turn: Turn, rng: np.random.Generator) -> None:
    turn.player.grads[...] = rng.standard_normal(turn.player.grads.shape)  # to be replaced
    turn.other.grads[...] = rng.standard_normal(turn.other.grads.shape)  # to be left alone
    _check_play(tally, turn)
    blocks = parameter_blocks(turn.player, f"{turn.owner}.")
    analytic = [block.grad.copy() for block in blocks]
    for block, gradient in zip(blocks, analytic, strict=True):
        u = rng.standard_normal(gradient.shape)
        numeric = slope(along(turn.value, block.values, u))
        along_u = float(np.sum(gradient * u))
        if not tally.agrees(block.label, along_u, numeric):
            _explain(tally, turn, block, gradient, along_u, float(numeric.value))


def _explain(
    tally: Tally, turn: Turn, block: Block, gradient: np.ndarray, along_u: float, numeric: float
) -> None:
    entry = worst_entry(turn.value, lambda _: gradient, block.values, tally.tolerance)
    if entry:
        tally.fail(entry.sentence(turn.J, block.label, "backward"), entry.relative_error)
    tally.fail(
        f"d {turn.J} / d {block.label}: backward gives {along_u:.6g} along a direction, "
        f"finite differences give {numeric:.6g}",
        relative_error(along_u, numeric),
    )


def _check_play(tally: Tally, turn: Turn) -> None:
    """The turn changes only its player's grads, and its cost is the cost of its logits."""
    kept = turn.setting.untouchables() | {f"{turn.opponent}.grads": turn.other.grads}
    before = {name: array.copy() for name, array in kept.items()}
    J, *logits = turn.play()
    logits = [np.array(a) for a in logits]  # the fast ones are overwritten by the next call
    for name, array in kept.items():
        tally.require(
            np.array_equal(array, before[name]), f"the turn of {turn.owner} changes {name}"
        )
    by_definition = turn.cost(*logits)
    tally.require(
        bool(np.isclose(J, by_definition, rtol=1e-9, atol=0)),
        f"{turn.J} is {J:.6g}, the cost of the logits is {by_definition:.6g}",
    )
    _check_logits(tally, turn, logits)


def _check_logits(tally: Tally, turn: Turn, logits: list[np.ndarray]) -> None:
    """The logits are D's; with dropout, whose masks may be drawn in any order, unknown."""
    rng = turn.masks()
    expected = turn.logits(rng)
    if rng.random() == turn.masks().random():  # nobody has drawn from rng: no dropout
        wanted = np.concatenate([a.ravel() for a in expected])
        got = np.concatenate([a.ravel() for a in logits])
        tally.require(
            got.shape == wanted.shape and np.allclose(got, wanted, rtol=1e-9),
            f"the logits of the turn of {turn.owner} are not D's on this minibatch",
        )


def _checked_widths(G: Sequential, D: Sequential) -> tuple[int, int]:
    """Widths of the noise and of the data; InputError unless G and D can play."""
    for name, player in (("G", G), ("D", D)):
        if not isinstance(player, Sequential):
            raise InputError(f"{name}: expected a Sequential, got {player!r}")
    if G.n_in is None or D.n_in is None or G.n_out != D.n_in or D.n_out != 1:
        raise InputError(
            "expected G's output width to be D's input width, and D to end in one logit, got "
            f"G {G.n_in} -> {G.n_out} and D {D.n_in} -> {D.n_out}"
        )
    return G.n_in, D.n_in
