"""How a turn behaves, beside its gradient: what it leaves alone, keeps and adds.

A game zeroes the gradients of what moves, calls the turn, and lets optimizers move parameters.
A turn that does one of these itself, or touches the other player, plays another game than its
formula says. So does one that remembers: the other players have moved since its last call.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.checks.blocks import whole
from minigan.checks.calls import Call, drawn_for
from minigan.checks.tally import Tally

FEW = 1e-9  # relative: the rounding of sums in another order


def check_figures(tally: Tally, figures: Any) -> None:
    """Require a dict of numbers by name."""
    tally.require(
        isinstance(figures, dict) and len(figures) > 0 and all(isinstance(n, str) for n in figures),
        f"expected a dict of figures from gradients, the cost first, got {figures!r:.60}",
    )
    for name, number in figures.items():
        tally.require(
            np.ndim(number) == 0 and np.asarray(number).dtype.kind in "fiub",
            f"expected one number as {name}, got {type(number).__name__} {np.shape(number)}",
        )


def check_hands_off(tally: Tally, call: Call, samplers, rng: np.random.Generator) -> None:
    """Require that a call changes the gradients of what moves, and nothing else."""
    for network in call.opponents().values():
        network.grads[...] = rng.standard_normal(network.grads.shape)
    call.zero_grads()
    params = {name: network.params.copy() for name, network in call.networks.items()}
    grads = {name: network.grads.copy() for name, network in call.opponents().items()}
    memory = call.remembered()
    check_figures(tally, call.first(samplers))
    for name, network in call.networks.items():
        tally.require(
            np.array_equal(network.params, params[name]),
            f"changes {name}.params; the game moves parameters, after the turn",
        )
    for name, network in call.opponents().items():
        tally.require(
            np.array_equal(network.grads, grads[name]),
            f"changes {name}.grads, but moves only {', '.join(call.moves)}; in "
            f"{name}.backward, say param_grads=False",
        )
    tally.require(
        repr(memory) == repr(call.remembered()),
        "changes what layers of a network remember that it does not move; say param_grads=False",
    )
    for name, rows in call.drawn.items():
        pairs = zip(_arrays(rows), _arrays(call.given[name]), strict=True)
        tally.require(
            all(np.array_equal(a, b) for a, b in pairs),
            f"changes its minibatch {name} in place; write {name} = {name} - ..., not -=",
        )


def check_adds(tally: Tally, call: Call) -> None:
    """Require that calls repeat themselves, and that their gradients add."""
    figures, grads = call.gradients()
    again, same = call.gradients()
    tally.require(
        close(figures, again) and close(grads, same),
        "two calls with the same minibatch, parameters and rng differ; draw random numbers "
        "from rng only",
    )
    call.run()
    both = {name: network.grads for name, network in call.moves.items()}
    tally.require(
        close({name: 2 * g for name, g in grads.items()}, both),
        "a second call without zero_grads does not double the gradients; a turn adds to them, "
        "and leaves it to the game to zero them",
    )


def check_forgets(tally: Tally, call: Call, earlier: Call, rng: np.random.Generator) -> None:
    """Require that nothing is left of an earlier call, with other rows and other parameters."""
    kept = (
        "is an output, a cache or a copy of a network kept on self? What a turn must remember "
        "belongs into state() and restore()"
    )
    wholes = {id(w): w for w in map(whole, earlier.networks.values())}.values()
    params = [network.params.copy() for network in wholes]
    for network in wholes:
        network.params += 0.3 * rng.standard_normal(network.params.shape)
    earlier.gradients()
    for network, values in zip(wholes, params, strict=True):
        network.params = values
    earlier.drawn, earlier.seed = call.drawn, call.seed
    try:
        results = zip(("figures", "gradients"), call.gradients(), earlier.gradients(), strict=True)
    except InputError as error:
        tally.fail(f"after a call at another point, this is raised: {error}; {kept}")
    for what, first, later in results:
        tally.require(
            close(first, later),
            f"after a call at another point, the {what} are others than at the first call; {kept}",
        )


def influences(call: Call, samplers, seen: set[str], rng: np.random.Generator) -> None:
    """Add to ``seen`` the opponents and minibatches that some figure depends on."""
    figures, _ = call.gradients()
    for name, network in call.opponents().items():
        if name not in seen:
            params = network.params.copy()
            network.params += 0.3 * rng.standard_normal(params.shape)
            if call.gradients()[0] != figures or not params.size:
                seen.add(name)
            network.params = params
    m = len(_arrays(next(iter(call.drawn.values()), np.zeros(1)))[0])
    for name, rows in drawn_for(call.turn, samplers, m, rng).items():
        if name not in seen:
            kept, call.drawn = call.drawn, call.drawn | {name: rows}
            if call.gradients()[0] != figures:
                seen.add(name)
            call.drawn = kept


def close(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether numbers, or arrays as wholes, are equal up to the rounding of sums."""
    return a.keys() == b.keys() and all(
        np.abs(a[k] - b[k]).max(initial=0) <= FEW * np.abs(b[k]).max(initial=0) for k in a
    )


def _arrays(rows) -> tuple:
    return rows if isinstance(rows, tuple) else (rows,)
