"""A game as a nested dict, and back: parts by kind and name, all of them or none.

A game goes on bit for bit if all that its next step depends on is as it was. Rates, sizes and
options are not here; they belong to the configuration of the run.
"""

from __future__ import annotations

from typing import Any

from minigan.base.errors import InputError

Parts = dict[str, dict[str, Any]]


def state_of_parts(parts: Parts) -> dict[str, Any]:
    """``state()`` of every part, in dicts by kind and name."""
    return {
        kind: {name: part.state() for name, part in named.items()} for kind, named in parts.items()
    }


def restore_parts(parts: Parts, state: dict[str, Any], before: dict[str, Any]) -> None:
    """Restore every part; where one refuses, put all back to ``before`` and raise InputError."""
    for kind, named in parts.items():
        given = state[kind]
        if not isinstance(given, dict) or given.keys() != named.keys():
            found = ", ".join(given) if isinstance(given, dict) else type(given).__name__
            wanted = ", ".join(named) or "none"
            raise InputError(f"{kind}: expected {wanted}, got {found or 'none'}")
    try:
        for kind, named in parts.items():
            for name, part in named.items():
                try:
                    part.restore(state[kind][name])
                except InputError as error:
                    raise InputError(f"{kind}, {name}: {error}") from error
    except BaseException:
        for kind, named in parts.items():
            for name, part in named.items():
                part.restore(before[kind][name])
        raise
