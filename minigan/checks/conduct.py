"""Conduct of a turn, beside its gradient: what it leaves alone, forgets, adds and looks at.

A game zeroes the gradients of what moves, calls the turn, and lets optimizers move parameters.
A turn that does one of these itself, or touches the other player, plays another game than its
formula says. So does one that remembers: the other players have moved since its last call.

A turn runs on a GPU by queueing work; nothing is computed yet when the next line runs. To look
at a number, float(J) or ``if a.mean() > 0``, makes the CPU wait for all of it, and a graph
that is recorded once and replayed would take the branch of its first run for ever. `Unread` arrays
compute as others do, and raise where a number would leave them: so a CPU can check it.
"""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.checks.calls import Call, Drawn
from minigan.checks.compare import alike, close
from minigan.checks.trials import DoubtError, Tally


def check_figures(tally: Tally, figures: Any) -> None:
    """Require a dict of numbers by name; raise DoubtError if one is not finite."""
    tally.require(
        isinstance(figures, dict) and len(figures) > 0 and all(isinstance(n, str) for n in figures),
        f"expected a dict of figures from gradients, the cost first, got {figures!r:.60}",
    )
    for name, number in figures.items():
        tally.require(
            np.ndim(number) == 0 and np.asarray(number).dtype.kind in "fiub",
            f"expected one number as {name}, got {type(number).__name__} {np.shape(number)}",
        )
        if not np.isfinite(number):
            raise DoubtError(f"{name} not finite")


def check_hands_off(tally: Tally, call: Call, rng: np.random.Generator) -> None:
    """Require that a call changes the gradients of what moves, and nothing else."""
    others = call.opponents()
    for network in others.values():
        network.grads[...] = rng.standard_normal(network.grads.shape)
    call.zero_grads()
    params = {name: network.params.copy() for name, network in call.networks.items()}
    grads = {name: network.grads.copy() for name, network in others.items()}
    memory = [layer.state() for network in others.values() for layer in network.layers]
    check_figures(tally, call.run())
    for name, network in call.networks.items():
        tally.require(
            alike(network.params, params[name]),
            f"changes {name}.params; the game moves parameters, after the turn",
        )
    for name, network in others.items():
        tally.require(
            alike(network.grads, grads[name]),
            f"changes {name}.grads, but moves only {', '.join(call.moves)}; in "
            f"{name}.backward, say param_grads=False",
        )
    tally.require(
        alike(memory, [layer.state() for network in others.values() for layer in network.layers]),
        "changes what layers of a network remember that it does not move; say param_grads=False",
    )
    for name, rows in call.drawn.items():
        tally.require(
            alike(rows, call.given[name]),
            f"changes its minibatch {name} in place; write {name} = {name} - ..., not -=",
        )


def check_adds(tally: Tally, call: Call) -> None:
    """Require that calls repeat themselves, and that their gradients add."""
    figures, grads = call.gradients()
    again, same = call.gradients()
    tally.require(
        close(figures, again) and close(grads, same),
        "two calls with the same minibatch, parameters and rng differ; draw random numbers "
        "from rng only, and keep what must be remembered in state() and restore()",
    )
    call.run()
    tally.require(
        all(close(network.grads, 2 * grads[name]) for name, network in call.moves.items()),
        "a second call without zero_grads does not double the gradients; a turn adds to them, "
        "and leaves it to the game to zero them",
    )


def check_forgets(tally: Tally, call: Call, earlier: Call, rng: np.random.Generator) -> None:
    """Require that nothing is left of an earlier call, with other rows and other parameters."""
    kept = "is an output, a cache or a copy of a network kept on self?"
    put_back = earlier.displace(earlier.networks, rng)
    earlier.gradients()
    put_back()
    earlier.drawn, earlier.seed = call.drawn, call.seed
    try:
        later = earlier.gradients()
    except InputError as error:
        tally.fail(f"after a call at another point, this is raised: {error}; {kept}")
    for what, first, second in zip(("figures", "gradients"), call.gradients(), later, strict=True):
        tally.require(
            close(first, second),
            f"after a call at another point, the {what} are others than at the first call; {kept}",
        )


def influences(call: Call, other: Drawn, seen: set[str], rng: np.random.Generator) -> None:
    """Add to ``seen`` the opponents and minibatches that some figure depends on."""
    figures, _ = call.gradients()
    opponents, drawn = call.opponents(), call.drawn
    seen |= call.networks.keys() - opponents.keys() - call.moves.keys()  # parts of what moves
    for name in sorted(opponents.keys() - seen):
        put_back = call.displace([name], rng)
        if call.gradients()[0] != figures:
            seen.add(name)
        put_back()
    for name in drawn.keys() - seen:
        call.drawn = drawn | {name: other[name]}
        if call.gradients()[0] != figures:
            seen.add(name)
    call.drawn = drawn


class LookedAtError(TypeError):
    """A number of an `Unread` array was asked for."""


def _refuses(how: str):
    def refuse(self, *given, **named):
        """Raise LookedAtError."""
        raise LookedAtError(how)

    return refuse


class Unread(np.ndarray):
    """An array whose numbers cannot be read; what is computed from it is of the same kind."""

    __float__ = _refuses("float(...)")
    __int__ = _refuses("int(...)")
    __index__ = _refuses("as an index")
    __bool__ = _refuses("if, and, or, not, min or max")
    item = _refuses("item()")
    tolist = _refuses("tolist()")
    __format__ = _refuses("format or an f-string")

    def __array_wrap__(self, out, context=None, return_scalar=False):
        return unread(out)

    def __getitem__(self, key):
        return unread(super().__getitem__(key))

    def __array_function__(self, function, types, given, named):
        result = super().__array_function__(function, types, given, named)
        if isinstance(result, tuple | list):
            return type(result)(map(unread, result))
        return unread(result)


def unread(value):
    """The same numbers, unreadable: an array as a view, a NumPy number as an array without axes."""
    return np.asarray(value).view(Unread) if isinstance(value, np.ndarray | np.generic) else value


def check_unread(tally: Tally, call: Call) -> None:
    """Require that a turn, with its cost and its layers, never looks at a number."""
    call.zero_grads()
    try:
        call.run(fast=False, wrap=lambda rows: unread(rows.copy()))
    except LookedAtError as error:
        tally.fail(
            f"looks at a number ({error}), which a GPU would be waited for: return it among the "
            f"figures, the game reads it later; np.where and np.maximum choose without looking"
        )
