"""minigan: the GAN that you can read.

Generative adversarial nets from scratch on NumPy, every derivative written by
hand. Start with `Sequential` and the layers, `costs`, and `Algorithm1`.
"""

# First, for Ctrl-C while the rest is imported.
from minigan.base import starting as _starting  # noqa: F401

# isort: split
import typing

from minigan.averages import ParameterAverage
from minigan.base.errors import InputError, NonFiniteError
from minigan.base.version import __version__ as __version__
from minigan.costs import (
    discriminator_cost,
    maximum_likelihood_cost,
    minimax_cost,
    non_saturating_cost,
    value,
)
from minigan.distributions import (
    Examples,
    IrwinHall,
    Mixture,
    Normal,
    PiecewiseLinear,
    Spherical,
    Uniform,
    ring,
)
from minigan.game import (
    Algorithm1,
    DiscriminatorTurn,
    Game,
    GeneratorTurn,
    Record,
    SimultaneousTurn,
    Turn,
)
from minigan.layers import (
    BatchNorm,
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    GaussianNoise,
    Layer,
    LeakyReLU,
    Linear,
    MaskedLinear,
    Maxout,
    MaxPool2D,
    MinibatchFeatures,
    ReferenceBatchNorm,
    ReLU,
    Sigmoid,
    Softplus,
    Tanh,
    VirtualBatchNorm,
)
from minigan.layers import initialisers as initialisers
from minigan.networks import ReferenceNetwork, Sequential, join
from minigan.optimizers import SGD, Adam

if typing.TYPE_CHECKING:
    from minigan.checkpoint.networks import load_network as load
    from minigan.checkpoint.networks import save_network as save
    from minigan.figures.live import live

__all__ = [
    "SGD",
    "Adam",
    "Algorithm1",
    "BatchNorm",
    "ChannelMaxout",
    "Conv2D",
    "ConvTranspose2D",
    "DiscriminatorTurn",
    "Dropout",
    "Examples",
    "Game",
    "GaussianNoise",
    "GeneratorTurn",
    "InputError",
    "IrwinHall",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaskedLinear",
    "MaxPool2D",
    "Maxout",
    "MinibatchFeatures",
    "Mixture",
    "NonFiniteError",
    "Normal",
    "ParameterAverage",
    "PiecewiseLinear",
    "ReLU",
    "Record",
    "ReferenceBatchNorm",
    "ReferenceNetwork",
    "Sequential",
    "Sigmoid",
    "SimultaneousTurn",
    "Softplus",
    "Spherical",
    "Tanh",
    "Turn",
    "Uniform",
    "VirtualBatchNorm",
    "discriminator_cost",
    "join",
    "live",
    "load",
    "maximum_likelihood_cost",
    "minimax_cost",
    "non_saturating_cost",
    "ring",
    "save",
    "value",
]


def __getattr__(name: str) -> object:
    """``save``, ``load`` and ``live``, imported when they are asked for: training needs none."""
    if name == "live":
        from minigan.figures.live import live

        return live
    if name not in ("save", "load"):
        raise AttributeError(f"module 'minigan' has no attribute {name!r}")
    from minigan.checkpoint import networks

    return getattr(networks, f"{name}_network")
