"""Second derivatives along a direction: Pearlmutter's R, forward and backward through a network.

R{v} is the derivative of v as the parameters move along V and the input along Rx. Every layer
says how R goes forward through it, beside y, and back, beside dy (`minigan.layers.base`). One such
pass costs about as much as two others, and gives without any Hessian in memory:

- with a direction V in the parameters of J(theta, x): the product H V of J's Hessian with V, and
  Rdx = d/dx (V . dJ/dtheta), the mixed derivative, which the unrolled GAN needs;
- with a direction Rx in x alone, dy = 1 and Rdy = 0: d/dtheta of sum_i Rx_i . dy/dx_i, which a
  penalty on D's gradient needs.

Pearlmutter (1994), "Fast exact multiplication by the Hessian".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.layers.base import Layer
from minigan.networks.sequential import Sequential


class SecondOrderPass:
    """A forward pass of a network, to be differentiated once, and then once more.

    It runs the layers' own forward and backward on a batch x (batch, n_in), in training mode;
    ``y`` (batch, n_out) is the output. The network's parameters must stay as they are, or be put
    back, until the last call. InputError if a layer has no R.

    Examples
    --------
    Of y = x W with J = sum y^2 / 2, where dy = y and Rdy = Ry, the Hessian is x^T x:

    >>> import numpy as np, minigan as mg
    >>> net = mg.Sequential([mg.Linear(2, 1)], dtype="float64")
    >>> run = SecondOrderPass(net, np.array([[1.0, 2.0]]))
    >>> dx = run.backward(run.y)
    >>> Ry = run.forward_r(np.array([1.0, 0.0, 0.0]))
    >>> run.backward_r(Ry)[0]
    array([1., 2., 1.])
    """

    def __init__(self, network: Sequential, x: np.ndarray, rng: Any = None):
        require_r(network.name, network)
        self.network, self.x, self.y = network, x, x
        self._caches: list[Any] = []
        for layer in network:
            self.y, cache = layer.forward(self.y, train=True, rng=rng)
            self._caches.append(cache)

    def backward(self, dy: np.ndarray, *, param_grads: bool = True) -> np.ndarray:
        """dx for a gradient dy at y; dtheta is added to the network's ``grads`` if it is wanted."""
        self._dys = []
        for layer, cache in self._backwards(self._caches):
            self._dys.append(dy)
            dy = layer.backward(dy, cache, param_grads=param_grads)
        return dy

    def forward_r(self, V: np.ndarray | None = None, Rx: np.ndarray | None = None) -> np.ndarray:
        """Ry along V, a vector as ``network.params``, and Rx, as x; None stands for zeros."""
        xp = self.network.xp
        V = xp.zeros_like(self.network.params) if V is None else V
        Ry = xp.zeros_like(self.x) if Rx is None else Rx
        self._Vs, self._Rxs = by_layer(self.network, V), []
        for layer, cache, own in zip(self.network, self._caches, self._Vs, strict=True):
            self._Rxs.append(Ry)
            Ry = layer.forward_r(Ry, cache, own)
        return Ry

    def backward_r(self, Rdy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """R{dtheta}, a vector as ``network.params``, and R{dx}, along the direction of `forward_r`.

        The gradient at y is the dy of `backward`, and moves along Rdy.
        """
        H = self.network.xp.zeros_like(self.network.params)
        Hs = by_layer(self.network, H)
        backwards = self._backwards(self._caches, self._Rxs, self._Vs, Hs)
        for dy, (layer, cache, Rx, V, own) in zip(self._dys, backwards, strict=True):
            Rdy = layer.backward_r(dy, Rdy, Rx, cache, V, own)
        return H, Rdy

    def _backwards(self, *lists):
        """Layers, last to first, each with its entries of the lists."""
        return reversed(list(zip(self.network, *lists, strict=True)))


def by_layer(network: Sequential, flat: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Views of a vector such as ``network.params``: for each layer, arrays by parameter's name."""
    views, stop = [], 0
    for layer in network:
        own = {}
        for name, array in layer.params.items():
            start, stop = stop, stop + array.size
            own[name] = flat[start:stop].reshape(array.shape)
        views.append(own)
    return views


def has_r(layer: Layer) -> bool:
    """Whether a layer has directional derivatives."""
    return layer.forward_r is not None


def require_r(where: str, network: Sequential) -> None:
    """Raise InputError unless every layer has directional derivatives."""
    for layer in network:
        if not has_r(layer):
            raise InputError(
                f"{where}: expected layers with second derivatives (forward_r, backward_r), "
                f"got {layer}, which has none: leave it out, or write them"
            )
