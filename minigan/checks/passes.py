"""One forward pass, kept at hand so that it can be run and differentiated again.

A pass is repeated hundreds of times in a check. It is a function of its input and of the parameters
only because its dropout masks grow from the same seed each time. Every parameter of every layer is
checked on its own: one direction through all at once could hide a wrong bias behind a large weight.
"""

from typing import NamedTuple

import numpy as np

from minigan.base.randomness import generator
from minigan.layers.base import Layer
from minigan.networks.sequential import Sequential


class Block(NamedTuple):
    """A parameter: its label, a view of its values, and its place in the flat vectors.

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


class Pass:
    """A network, an input x (batch, n_in), and the weights R of the scalar J = sum(R * y).

    ``plain`` is what is checked: the network, or its only layer by itself. While ``fast``, the
    network runs in the memory that it keeps, as it does in training. ``blocks`` are what J is
    differentiated with respect to, x and views of the parameters, and ``labels`` their names:
    move one in place, and ``J()`` moves.
    """

    def __init__(
        self,
        network: Sequential,
        plain: Sequential | Layer,
        x: np.ndarray,
        train: bool,
        rng: np.random.Generator,
    ):
        self.network, self.plain, self.x, self.train = network, plain, x, train
        self.fast = False
        self._seed = int(rng.integers(2**32))
        self._parameters = parameter_blocks(network)
        self.labels = ["x", *(block.label for block in self._parameters)]
        self.blocks = [x, *(block.values for block in self._parameters)]
        self.R = rng.standard_normal(np.shape(self.y()))

    @property
    def _runs(self) -> Sequential | Layer:
        whole(self.network).fast = self.fast
        return self.network if self.fast else self.plain

    def masks(self) -> np.random.Generator:
        """The random numbers of this pass, from their beginning."""
        return generator(self._seed)

    def open(self):
        """Run forward: (y, cache). The input is a copy, which the network may keep."""
        return self._runs.forward(self.x.copy(), train=self.train, rng=self.masks())

    def y(self) -> np.ndarray:
        """Output, shape (batch, n_out)."""
        return np.array(self.open()[0])

    def J(self) -> float:
        """sum(R * y)."""
        return float(np.sum(self.R * self.open()[0]))

    def close(self, cache, dy: np.ndarray) -> list[np.ndarray]:
        """Run backward from zeroed grads: gradients in the order of ``blocks``."""
        self.network.zero_grads()
        dx = self._runs.backward(dy.copy(), cache)
        grads = self.network.grads
        return [np.array(dx), *(block.of(grads) for block in self._parameters)]

    def gradients_of(self, output: int) -> list[np.ndarray]:
        """Gradients of one entry of y, counted along the rows."""
        y, cache = self.open()
        dy = np.zeros(y.shape)
        dy.flat[output] = 1.0
        return self.close(cache, dy)
