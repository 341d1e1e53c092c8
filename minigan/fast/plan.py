"""A network, one batch size, and every array that a forward and backward pass needs."""

import numpy as np

from minigan.fast.passes import LayerPass, pass_for
from minigan.layers.sequential import Sequential


class Plan:
    """The passes of a network's layers, joined by the arrays between them.

    Parameters
    ----------
    network : Sequential
        Its parameters are shared, not copied: an update is seen at once.
    batch : int
        Examples a pass.

    Attributes
    ----------
    x : array, shape (n_in, batch)
        Write the input here, feature by feature.
    y : array, shape (n_out, batch)
        Read the output here.
    """

    def __init__(self, network: Sequential, batch: int):
        self.passes: list[LayerPass] = []
        kinds = [pass_for(layer) for layer in network.layers]
        width = network.n_in
        array = _with_ones(width, batch, network.dtype)
        self.x = array[:width]
        for i, (layer, kind) in enumerate(zip(network.layers, kinds, strict=True)):
            x = array if kind.needs_ones else array[:width]
            width = layer.n_out or width
            array = _with_ones(width, batch, network.dtype)
            self.passes.append(kind(layer, x, array[:width]))
        self.y = array[:width]

    def forward(self, rng) -> np.ndarray:
        """Output for what stands in ``x``; dropout is at work. Shape (n_out, batch)."""
        for layer_pass in self.passes:
            layer_pass.forward(rng)
        return self.y

    def backward(self, dy, *, param_grads: bool = True, input_grad: bool = True):
        """Gradient at ``x``, or None; ``grads`` are replaced, not added to.

        Parameters
        ----------
        dy : array, shape (n_out, batch)
            Gradient at the output; may be overwritten.
        param_grads, input_grad : bool
            Which of the two are wanted.
        """
        first = self.passes[0]
        for layer_pass in reversed(self.passes):
            wanted = input_grad or layer_pass is not first
            dy = layer_pass.backward(dy, param_grads=param_grads, input_grad=wanted)
        return dy


def _with_ones(width: int, batch: int, dtype) -> np.ndarray:
    """Array for ``width`` features and a row of ones below them."""
    return np.ones((width + 1, batch), dtype)
