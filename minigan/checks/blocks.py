"""The blocks of a network: every parameter of every layer is checked on its own.

One direction through all parameters at once could hide a wrong bias behind a
large weight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minigan.networks.sequential import Sequential


class Block(NamedTuple):
    """A parameter: what it is called, and views of its values and of its gradient."""

    label: str
    values: np.ndarray
    grad: np.ndarray


def parameter_blocks(network: Sequential, prefix: str = "") -> list[Block]:
    """Blocks of a network, in their order in its flat vectors.

    Parameters
    ----------
    network : Sequential
    prefix : str
        In front of every label.

    Returns
    -------
    list of Block
        Labelled W in a network of one layer, linear1.W in a longer one. The views are
        cut from the network's own vectors, so a layer that loses its views is found out.
    """
    blocks, start = [], 0
    for layer in network.layers:
        owner = prefix + (f"{layer.name}." if len(network.layers) > 1 else "")
        for name, shape in layer.parameter_shapes().items():
            part = slice(start, start + int(np.prod(shape)))
            values, grad = network.params[part].reshape(shape), network.grads[part].reshape(shape)
            blocks.append(Block(owner + name, values, grad))
            start = part.stop
    return blocks


def moved(network: Sequential, rng: np.random.Generator) -> Sequential:
    """Copy in float64, every parameter moved by N(0, 0.1^2): no bias stays exactly 0."""
    twin = network.copy("float64")
    twin.params += 0.1 * rng.standard_normal(twin.params.shape)
    return twin
