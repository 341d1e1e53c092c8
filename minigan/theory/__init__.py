"""What the paper proves, computed: the exact p_g, D*, JSD, C(G)."""

from minigan.theory.game_state import (
    DiscriminatorState,
    GeneratorState,
    optimal_discriminator,
)
from minigan.theory.panels import gauss_legendre
from minigan.theory.pushforward import PushForward

__all__ = [
    "DiscriminatorState",
    "GeneratorState",
    "PushForward",
    "gauss_legendre",
    "optimal_discriminator",
]
