"""Every identity that ``minigan theory`` holds against numbers, in the papers' order."""

from collections.abc import Iterator

from minigan.base.validation import whole_number
from minigan.identities import costs_and_learning, fixed_densities, game_dynamics
from minigan.identities.identity import Identity


def identities(seed: int = 0) -> Iterator[Identity]:
    """All identities, from a seed >= 0, computed as they are asked for.

    Yields
    ------
    Identity
        Section 4 of the 2014 paper first, then costs and learning, then games.
    """
    seed = whole_number("seed", seed, low=0)
    for module in (fixed_densities, costs_and_learning, game_dynamics):
        yield from module.identities(seed)
