"""Distributions of noise and of data, with densities where they are known.

Anything with a method ``sample(m, rng)`` that returns m rows can be the noise
prior or the data of a game. Most distributions here also know their density,
so that the theory can be computed and not only drawn.
"""

from minigan.distributions.line import IrwinHall, Normal, Uniform
from minigan.distributions.mixture import Mixture, ring
from minigan.distributions.piecewise import PiecewiseLinear
from minigan.distributions.samplers import Examples, Spherical
from minigan.distributions.states import BarsAndStripes, all_states
from minigan.distributions.stratified import Stratified

__all__ = [
    "BarsAndStripes",
    "Examples",
    "IrwinHall",
    "Mixture",
    "Normal",
    "PiecewiseLinear",
    "Spherical",
    "Stratified",
    "Uniform",
    "all_states",
    "ring",
]
