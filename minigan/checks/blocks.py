"""The blocks of a network: every parameter of every layer is checked on its own.

One direction through all parameters at once could hide a wrong bias behind a
large weight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minigan.networks.sequential import Sequential


class Block(NamedTuple):
    """A parameter: what it is called, a view of its values, and its place in the flat vectors.

    The views are cut from the network's own vectors, so a layer that loses its views is found.
    """

    label: str
    values: np.ndarray
    place: slice

    def of(self, flat: np.ndarray) -> np.ndarray:
        """Copy of its part of a flat vector, such as the gradients, in its own shape."""
        return flat[self.place].reshape(self.values.shape).copy()


def parameter_blocks(network: Sequential, prefix: str = "") -> list[Block]:
    """Blocks in their order in the flat vectors: W if there is one layer, else linear1.W."""
    blocks, start = [], 0
    for layer in network.layers:
        owner = prefix + (f"{layer.name}." if len(network.layers) > 1 else "")
        for name, shape in layer.parameter_shapes().items():
            place = slice(start, start + int(np.prod(shape)))
            blocks.append(Block(owner + name, network.params[place].reshape(shape), place))
            start = place.stop
    return blocks


def whole(network: Sequential) -> Sequential:
    """The network that owns the memory of a part such as ``net[:-1]``; else the network itself."""
    return getattr(network, "_whole", network)


def moved(network: Sequential, rng: np.random.Generator) -> Sequential:
    """Copy in float64, every parameter moved by N(0, 0.1^2): no bias stays exactly 0."""
    twin = network.copy("float64", "cpu")
    twin.params += 0.1 * rng.standard_normal(twin.params.shape)
    return twin
