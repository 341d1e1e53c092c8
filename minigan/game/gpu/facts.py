"""Facts that a recorded turn takes for granted: all numbers on the host that it may read.

A CUDA graph holds a cost's weight, or a rectifier's slope, as it was when the turn was recorded. So
these are collected before each replay and compared; where one has changed, the turn is recorded
anew. `minigan.game.gpu.updates` keeps the rates out of the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from minigan.layers.dropout import Dropout
from minigan.layers.gaussian_noise import GaussianNoise
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.linear import Linear
from minigan.layers.maxout import Maxout
from minigan.networks.sequential import Sequential

NUMBERS = {bool, int, float, complex, str, bytes, type(None)}
CONSTANTS = {Linear: "max_col_norm", Maxout: "max_col_norm", LeakyReLU: "slope"}  # of layers
CONSTANTS |= {Dropout: "keep", GaussianNoise: "std"}
CONTAINERS = (dict, list, tuple, set, frozenset)
MANY = 100  # of longer lists, only the length is compared
MOST = 1000  # things that are looked into


class Same:
    """A thing that is equal to itself alone."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any):
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.thing is other.thing

    def __hash__(self) -> int:
        return id(self.thing)


def facts(thing: Any, seen: dict[int, Any]) -> Any:
    """Numbers found in a thing, in its attributes, and in what its functions refer to.

    Arrays and networks are equal if they are the same ones. ``seen`` fills with what was visited.
    """
    if type(thing) in NUMBERS or isinstance(thing, np.generic):
        return thing
    if id(thing) in seen or len(seen) == MOST or isinstance(thing, ModuleType):
        return Same(thing)
    seen[id(thing)] = thing
    # Tuples and bound methods may be made anew each time that one asks.
    head = type(thing) if isinstance(thing, (*CONTAINERS, MethodType)) else Same(thing)
    return (head, *(facts(each, seen) for each in _inside(thing)))


def _inside(thing: Any) -> Iterator[Any]:
    """Parts of a thing, one level down."""
    if isinstance(thing, Sequential):
        yield thing.fast
        for layer in thing.layers:
            if type(layer) in CONSTANTS:
                yield getattr(layer, CONSTANTS[type(layer)])
    elif isinstance(thing, FunctionType):
        yield from _of_function(thing)
    elif isinstance(thing, MethodType):
        yield from (thing.__func__, thing.__self__)
    elif isinstance(thing, partial):
        yield from (thing.func, thing.args, thing.keywords)
    elif isinstance(thing, np.ndarray):
        yield thing.tobytes() if thing.size < MANY else None
    elif isinstance(thing, CONTAINERS):
        yield len(thing)
        if len(thing) < MANY:
            yield from thing
            yield from thing.values() if isinstance(thing, dict) else ()
    elif not isinstance(thing, type) and hasattr(thing, "__dict__"):
        yield vars(thing)
        for kind in _users_classes(type(thing)):  # type: ignore[arg-type]
            yield from list(vars(kind).values())


def _of_function(function: FunctionType) -> Iterator[Any]:
    yield from map(_content, function.__closure__ or ())
    if _is_users(function):  # then also what a cell of a notebook has set
        yield from (function.__code__, function.__defaults__, function.__kwdefaults__)
        for name in function.__code__.co_names:
            found = function.__globals__.get(name)
            if type(found) in NUMBERS or isinstance(found, FunctionType):
                yield found


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing in it yet
        return None


@lru_cache(maxsize=64)
def _users_classes(kind: Any) -> list[type]:
    return [each for each in kind.__mro__ if _is_users(each)]


def _is_users(thing: Any) -> bool:
    """Whether a class or a function was written by someone who may change what it refers to."""
    return thing.__module__.partition(".")[0] not in ("minigan", "abc", "builtins", "functools")
