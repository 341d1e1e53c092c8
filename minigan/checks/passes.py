"""One forward pass, kept at hand so that it can be run and differentiated again.

A pass is repeated hundreds of times in a check. It is a function of its input and
of the parameters only because its dropout masks grow from the same seed each time.
"""

from __future__ import annotations

import numpy as np

from minigan.base.randomness import generator
from minigan.checks.blocks import parameter_blocks
from minigan.networks.sequential import Sequential


class Pass:
    """A network, an input, and the weights R of the scalar J = sum(R * y).

    Parameters
    ----------
    network : Sequential
        In float64.
    x : array, shape (batch, n_in)
    train : bool
        Whether dropout and noise are at work.
    rng : numpy.random.Generator
        Draws R and the seed of the dropout masks.

    Attributes
    ----------
    labels : list of str
        "x", then the parameters' names.
    blocks : list of array
        What J is differentiated with respect to, in the same order: x, then views of
        the parameters. Move one in place, and ``J()`` moves.
    """

    def __init__(self, network: Sequential, x: np.ndarray, train: bool, rng: np.random.Generator):
        parameters = parameter_blocks(network)
        self.network, self.x, self.train = network, x, train
        self._seed = int(rng.integers(2**32))
        self.labels = ["x", *(block.label for block in parameters)]
        self.blocks = [x, *(block.values for block in parameters)]
        self._grads = [block.grad for block in parameters]
        self.R = rng.standard_normal(np.shape(self.y()))

    def masks(self) -> np.random.Generator:
        """The random numbers of this pass, from their beginning."""
        return generator(self._seed)

    def open(self):
        """Run forward: (y, cache). The input is a copy, which the network may keep."""
        return self.network.forward(self.x.copy(), train=self.train, rng=self.masks())

    def y(self) -> np.ndarray:
        """Output, shape (batch, n_out)."""
        return np.array(self.open()[0])

    def J(self) -> float:
        """sum(R * y)."""
        return float(np.sum(self.R * self.open()[0]))

    def close(self, cache, dy: np.ndarray) -> list[np.ndarray]:
        """Run backward from zeroed grads: gradients in the order of ``blocks``."""
        self.network.grads[...] = 0
        dx = self.network.backward(dy.copy(), cache)
        return [np.array(dx), *(grad.copy() for grad in self._grads)]

    def gradients_of(self, output: int) -> list[np.ndarray]:
        """Gradients of one entry of y, counted along the rows."""
        y, cache = self.open()
        dy = np.zeros(y.shape)
        dy.flat[output] = 1.0
        return self.close(cache, dy)
