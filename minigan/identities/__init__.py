"""Every identity that ``minigan theory`` holds against numbers, in the papers' order."""

import math
from collections.abc import Iterator

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.identities import (
    costs_and_learning,
    fixed_densities,
    game_dynamics,
    generated_densities,
    played_games,
    single_steps,
)
from minigan.identities.identity import Identity

MODULES = (
    fixed_densities,
    generated_densities,
    costs_and_learning,
    game_dynamics,
    single_steps,
    played_games,
)


def identities(seed: int = 0) -> Iterator[Identity]:
    """All identities, from a seed >= 0, computed as they are asked for.

    Yields
    ------
    Identity
        Section 4 of the 2014 paper first, then the exact p_g, costs and learning, games in motion,
        and Algorithm 1 as it is played. Where something refuses to be computed, a line that fails
        says why, and those that were to come from the same module are missing.
    """
    seed = whole_number("seed", seed, low=0)
    for module in MODULES:
        try:
            yield from module.identities(seed)
        except InputError as error:
            where = module.__name__.rpartition(".")[2]
            yield Identity(f"{where} stopped: {error}", "minigan", math.nan, math.nan, 1e-9)
