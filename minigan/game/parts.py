"""The parts of a game by name: networks of turns, their optimizers, the samplers they draw from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.game.turn import Turn
from minigan.networks.sequential import Sequential
from minigan.optimizers import Optimizer


def named_networks(turns: tuple[Turn, ...]) -> dict[str, Sequential]:
    """Networks of all turns; InputError unless each has one name, one dtype and one device."""
    if not turns:
        raise InputError("expected at least one turn, got none")
    networks: dict[str, Sequential] = {}
    for i, turn in enumerate(turns):
        if not isinstance(turn, Turn):
            raise InputError(f"expected turns, got {turn!r}")
        if any(turn is other for other in turns[:i]):
            raise InputError(f"{turn}: expected each turn once, got it twice; set k for more")
        whole_number(f"{turn}: k", turn.k)
        if type(turn).__hash__ is None:
            raise InputError(
                f"{turn}: expected a turn that is equal to itself only, as @dataclass(eq=False) is"
            )
        for name, network in turn.networks().items():
            if networks.setdefault(name, network) is not network:
                raise InputError(f"{turn}: expected one network called {name}, got two")
        _check_moves(turn)
    names = list(networks)
    for i, name in enumerate(names):
        first, network = networks[names[0]], networks[name]
        for other in names[:i]:
            if networks[other] is network:
                raise InputError(f"expected one name for a network, got {other} and {name}")
        for what in ("dtype", "device"):
            if getattr(network, what) != getattr(first, what):
                raise InputError(
                    f"expected networks of one {what}, got {getattr(first, what)} of {names[0]} "
                    f"and {getattr(network, what)} of {name}"
                )
    return networks


def _check_moves(turn: Turn) -> None:
    own = turn.networks()
    for what in ("moves", "draws"):
        if isinstance(getattr(turn, what), str):
            raise InputError(f"{turn}: expected a tuple of names as {what}, got a string")
    if not turn.moves:
        raise InputError(f"{turn}: expected at least one network in moves, got none")
    for name in turn.moves:
        if name not in own:
            raise InputError(
                f"{turn}: expected names of its networks ({', '.join(own) or 'none'}) in moves, "
                f"got {name!r}"
            )


def movers(
    turns: tuple[Turn, ...], networks: dict[str, Sequential], optimizers: Iterable[Optimizer]
) -> dict[str, Optimizer]:
    """The optimizer of each network that moves, by the network's name; or InputError."""
    moved = dict.fromkeys(name for turn in turns for name in turn.moves)
    found: dict[str, Optimizer] = {}
    for optimizer in optimizers:
        network: Any = getattr(optimizer, "network", None)
        name = next((name for name in moved if networks[name] is network), None)
        if name is None:
            raise InputError(
                f"optimizers: expected optimizers built on {', '.join(moved)}, got {optimizer!r}"
            )
        if name in found:
            raise InputError(f"optimizers: expected one built on {name}, got two")
        found[name] = optimizer
    for name in moved:
        if name not in found:
            raise InputError(f"optimizers: expected one built on {name}, got none")
    return found


def sampled_names(turns: tuple[Turn, ...], samplers: dict[str, Any]) -> list[str]:
    """Names of the samplers; InputError unless they are just what the turns draw."""
    drawn = {name: turn for turn in turns for name in turn.draws}
    for name, turn in drawn.items():
        if name not in samplers:
            raise InputError(f"{turn} draws {name}: expected a sampler {name}=, got none")
    for name in samplers:
        if name not in drawn:
            raise InputError(
                f"{name}: expected samplers that a turn draws ({', '.join(drawn) or 'none'})"
            )
        if name == "layers":
            raise InputError("layers: expected another name, which is the stream of layers")
    return list(samplers)


def require_sampler(name: str, sampler: Any) -> None:
    """Raise InputError unless it has a method ``sample``."""
    if not callable(getattr(sampler, "sample", None)):
        raise InputError(
            f"{name}: expected a distribution with sample(m, rng) (Examples(X) for an array), "
            f"got {type(sampler).__name__}"
        )
