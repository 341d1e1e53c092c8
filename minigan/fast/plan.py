"""A network, one batch size, and every array that a forward and backward pass needs."""

import numpy as np

from minigan.base.errors import InputError
from minigan.fast.elementwise import (
    DropoutPass,
    GaussianNoisePass,
    ReLUPass,
    SigmoidPass,
    TanhPass,
)
from minigan.fast.passes import LayerPass, LinearPass, MaxoutPass
from minigan.layers.base import Layer
from minigan.layers.dropout import Dropout
from minigan.layers.gaussian_noise import GaussianNoise
from minigan.layers.linear import Linear
from minigan.layers.maxout import Maxout
from minigan.layers.relu import ReLU
from minigan.layers.sigmoid import Sigmoid
from minigan.layers.tanh import Tanh
from minigan.networks.sequential import Sequential

PASSES: dict[type[Layer], type[LayerPass]] = {
    Dropout: DropoutPass,
    GaussianNoise: GaussianNoisePass,
    Linear: LinearPass,
    Maxout: MaxoutPass,
    ReLU: ReLUPass,
    Sigmoid: SigmoidPass,
    Tanh: TanhPass,
}


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
        if network.n_in is None:
            raise InputError(f"{network.name}: expected a layer that says its input width")
        self.passes: list[LayerPass] = []
        # A subclass may compute something else: only the class itself has a pass of its own.
        kinds = [PASSES.get(type(layer), LayerPass) for layer in network.layers]
        width: int = network.n_in
        array = _with_ones(width, batch, network.dtype)
        self.x = array[:width]
        for layer, kind in zip(network.layers, kinds, strict=True):
            x = array if kind.needs_ones else array[:width]
            width = layer.n_out or width
            array = _with_ones(width, batch, network.dtype)
            self.passes.append(kind(layer, x, array[:width]))
        self.y = array[:width]
        learning = [i for i, layer in enumerate(network.layers) if layer.params]
        self._first_learning = min(learning, default=len(self.passes))

    def forward(self, rng) -> np.ndarray:
        """Output for what stands in ``x``; dropout and noise are at work. Shape (n_out, batch)."""
        for layer_pass in self.passes:
            layer_pass.forward(rng)
        return self.y

    def backward(self, dy, *, param_grads: bool = True, input_grad: bool = True):
        """Gradient at ``x``, if wanted; ``grads`` are replaced, not added to.

        Parameters
        ----------
        dy : array, shape (n_out, batch)
            Gradient at the output; may be overwritten.
        param_grads, input_grad : bool
            Which of the two are wanted.
        """
        # In front of the first parameter, gradients are of use to the input only.
        first = 0 if input_grad else self._first_learning
        for i in reversed(range(first, len(self.passes))):
            dy = self.passes[i].backward(
                dy, param_grads=param_grads, input_grad=input_grad or i > first
            )
        return dy


def _with_ones(width: int, batch: int, dtype) -> np.ndarray:
    """Array for ``width`` features and a row of ones below them."""
    return np.ones((width + 1, batch), dtype)
