"""A network in one file: its layers by class and settings, and all their numbers.

Nothing is unpickled. Only layers of minigan's own can be made again from a file.
"""

import inspect
import os
from typing import Any

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint.checkpoints import read, save
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
from minigan.networks.reference import ReferenceNetwork
from minigan.networks.sequential import Sequential

OWN: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        *(Linear, MaskedLinear, Maxout, ReLU, LeakyReLU, Sigmoid, Softplus, Tanh, Dropout),
        *(GaussianNoise, Conv2D, ConvTranspose2D, ChannelMaxout, MaxPool2D, MinibatchFeatures),
        *(BatchNorm, VirtualBatchNorm, ReferenceBatchNorm),
    )
}
NOT_KEPT = ("weights", "bias")  # where parameters started: the file has those of today


def save_network(network: Sequential, path: str | os.PathLike) -> None:
    """Save a network in one file, whole or not at all.

    Parameters
    ----------
    network : Sequential
        Of minigan's own layers.
    path : str or os.PathLike
        By custom ``.npz``.

    Raises
    ------
    InputError
        If a layer is of another class, or the file cannot be written.

    Examples
    --------
    >>> import os, tempfile, numpy as np, minigan as mg
    >>> G = mg.Sequential([mg.Linear(1, 8), mg.ReLU(), mg.Linear(8, 1)], seed=0)
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     mg.save(G, os.path.join(directory, "G.npz"))
    ...     twin = mg.load(os.path.join(directory, "G.npz"))
    >>> np.array_equal(twin.params, G.params)
    True
    """
    if not isinstance(network, Sequential):
        raise InputError(f"save: expected a Sequential, got {network!r}")
    described = {str(i): _described(layer) for i, layer in enumerate(network)}
    made_of = {"name": network.name, "dtype": network.dtype.name, "layers": described}
    save(path, {"network": made_of, **network.state()}, configuration={})


def load_network(path: str | os.PathLike, *, device: str = "cpu") -> Sequential:
    """Network from a file of `minigan.save`.

    Parameters
    ----------
    path : str or os.PathLike
    device : {"cpu", "cuda"} or Device
        Where it is to live.

    Returns
    -------
    Sequential

    Raises
    ------
    CheckpointError
        If the file is missing, damaged, or holds something else.
    """
    state = dict(read(path).state)
    try:
        made_of = state.pop("network")
        layers = [_made(described) for described in made_of["layers"].values()]
        options = {"dtype": made_of["dtype"], "device": device, "name": made_of["name"]}
        if "reference" in state:
            network: Sequential = ReferenceNetwork(layers, state["reference"], **options)
        else:
            network = Sequential(layers, **options)
        network.restore(state)
    except (KeyError, TypeError, AttributeError, InputError) as error:
        raise CheckpointError(f"{path}: expected a network of minigan.save ({error})") from error
    return network


def _described(layer: Layer) -> dict[str, Any]:
    kind = type(layer).__name__
    if OWN.get(kind) is not type(layer):
        raise InputError(
            f"save: expected layers of minigan, got {layer}: save network.state() by "
            f"minigan.checkpoint.save, and restore it into a network that you make"
        )
    names = [name for name in inspect.signature(type(layer)).parameters if name not in NOT_KEPT]
    settings = {name: getattr(layer, name) for name in names}
    as_lists = {n: list(s) if isinstance(s, tuple) else s for n, s in settings.items()}
    return {"class": kind, **as_lists}


def _made(described: dict[str, Any]) -> Layer:
    settings = {n: tuple(s) if isinstance(s, list) else s for n, s in described.items()}
    kind: Any = OWN[str(settings.pop("class"))]
    return kind(**settings)
