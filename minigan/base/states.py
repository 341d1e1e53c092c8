"""Memories of the parts of a game, as nested dicts that can be saved and taken back.

An optimizer, a sampler or an average has a ``state()`` of arrays, numbers and strings, and
a ``restore(state)``. Whoever restores first holds what is given against what it has itself, so
that the state of something else is refused before anything has changed.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from minigan.base.backend import array_module, described, to_host
from minigan.base.errors import InputError


class Stateful(Protocol):
    """Anything that can be saved and can go on from what was saved."""

    def state(self) -> dict[str, Any]:
        """Nested dict of NumPy arrays, numbers and strings: copies, not views."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned; raise InputError, unchanged, if it does not fit."""
        ...


def expect_like(where: str, given: Any, own: Any) -> None:
    """Raise InputError unless a state could be one of the same thing as the state that it has now.

    Keys, strings, dtypes and shapes of arrays, and types of numbers must agree; numbers are free.
    """
    if isinstance(own, dict):
        if not isinstance(given, dict):
            raise InputError(f"{where}: expected a dict with {_keys(own)}, got {described(given)}")
        for key in own:
            if key not in given:
                raise InputError(f"{where}: expected {_keys(own)}, got {_keys(given)}")
            expect_like(f"{where}.{key}", given[key], own[key])
        if given.keys() != own.keys():
            raise InputError(f"{where}: expected {_keys(own)}, got {_keys(given)}")
    elif isinstance(own, str):
        if given != own:
            raise InputError(f"{where}: expected {own!r}, got {given!r}")
    elif described(given) != described(own):
        raise InputError(f"{where}: expected {described(own)}, got {described(given)}")


def snapshot(array: Any) -> np.ndarray:
    """NumPy copy of an array of any device."""
    return np.array(to_host(array))


def fill(array: Any, values: np.ndarray) -> None:
    """Copy NumPy values into an array of any device, in its place."""
    array[...] = array_module(array).asarray(values)


def _keys(state: dict) -> str:
    return ", ".join(map(str, state)) or "nothing"
