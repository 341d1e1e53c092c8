"""The paper's theory, computed for densities on the line: the exact p_g, D*, JSD, C(G)."""

from minigan.theory.function_space import convexity_gap, subgradient_gap
from minigan.theory.game_state import DiscriminatorState, GeneratorState, optimal_discriminator
from minigan.theory.mode_collapse import effective_modes
from minigan.theory.monitor import Monitor, Observation
from minigan.theory.pushforward import PushForward
from minigan.theory.quadrature import gauss_legendre
from minigan.theory.saturation import logit_slope

__all__ = [
    "DiscriminatorState",
    "GeneratorState",
    "Monitor",
    "Observation",
    "PushForward",
    "convexity_gap",
    "effective_modes",
    "gauss_legendre",
    "logit_slope",
    "optimal_discriminator",
    "subgradient_gap",
]
