"""The floor: the matrix products of one step of Algorithm 1, and nothing else.

The same products in the same layout as `minigan.fast.passes`: (features, batch), with
the bias as a last row of W, on arrays that are kept. Whoever makes a step out of
NumPy's products cannot be faster than this.
"""

from __future__ import annotations

import numpy as np

import minigan as mg
from minigan.fast.passes import narrow


class Products:
    """The products of one step for two networks and one batch size.

    Parameters
    ----------
    G, D : minigan.Sequential
    batch : int

    Attributes
    ----------
    flops : int
        Floating-point operations a step.
    """

    def __init__(self, G: mg.Sequential, D: mg.Sequential, batch: int):
        self._products = [
            *forward(G, batch),
            *forward(D, 2 * batch),
            *backward(D, 2 * batch, input_grad=False),
            *forward(G, batch),
            *forward(D, batch),
            *backward(D, batch, param_grads=False),
            *backward(G, batch, input_grad=False),
        ]
        self.flops = sum(2 * A.shape[0] * A.shape[1] * B.shape[1] for A, B, _ in self._products)

    def __call__(self):
        """Multiply everything once."""
        for A, B, out in self._products:
            np.dot(A, B, out=out)


def forward(network, batch: int):
    """[W; b]^T [x; 1] of every layer that has a W."""
    for rows, columns in shapes(network):
        yield product(filled(rows + 1, columns).T, filled(rows + 1, batch))


def backward(network, batch: int, *, param_grads: bool = True, input_grad: bool = True):
    """dx = W dy and dW = [x; 1] dy^T of every layer that has a W."""
    for i, (rows, columns) in enumerate(shapes(network)):
        dy = filled(columns, batch)
        if param_grads and narrow(rows + 1, columns, batch):
            yield product(dy, filled(rows + 1, batch).T)
        elif param_grads:
            yield product(filled(rows + 1, batch), dy.T)
        if input_grad or i > 0:
            yield product(filled(rows, columns), dy)


def shapes(network) -> list[tuple[int, int]]:
    """Shapes of the weight matrices."""
    return [layer.W.shape for layer in network.layers if layer.params]


def product(A: np.ndarray, B: np.ndarray):
    """Two factors, and a place for their product."""
    return A, B, np.empty((A.shape[0], B.shape[1]), A.dtype)


def filled(*shape: int) -> np.ndarray:
    """Array of ordinary numbers, all different."""
    return np.linspace(0.1, 1, num=int(np.prod(shape)), dtype=np.float32).reshape(shape)
