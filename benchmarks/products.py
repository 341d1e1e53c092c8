"""The floor: the matrix products of one step of Algorithm 1, and nothing else.

Arrays are (features, batch), a bias is the last row of its matrix and is met by a row of
ones, and every array is kept. The two orders in which a gradient can be multiplied are
timed beforehand, and the faster one stays. Whoever makes a step out of these products
cannot be faster than this.
"""

from __future__ import annotations

import time

import numpy as np

import minigan as mg

TRIES = 20


class Products:
    """The products of one step for two networks and one batch size.

    Parameters
    ----------
    G, D : minigan.Sequential
        On the device where the products are to be made.
    batch : int

    Attributes
    ----------
    flops : int
        Floating-point operations a step.
    """

    def __init__(self, G: mg.Sequential, D: mg.Sequential, batch: int):
        self._take(
            G.xp,
            *forward(G, batch),
            *forward(D, 2 * batch),
            *backward(D, 2 * batch, input_grad=False),
            *forward(G, batch),
            *forward(D, batch),
            *backward(D, batch, param_grads=False),
            *backward(G, batch, input_grad=False),
        )

    def _take(self, xp, *products):
        self._dot, self._products = xp.dot, products
        self.flops = sum(2 * A.shape[0] * A.shape[1] * B.shape[1] for A, B, _ in self._products)

    def __call__(self):
        """Multiply everything once."""
        dot = self._dot
        for A, B, out in self._products:
            dot(A, B, out=out)


def forward(network: mg.Sequential, batch: int):
    """[W; b]^T [x; 1] of every layer that has a W."""
    xp = network.xp
    for rows, columns in shapes(network):
        yield product(xp, filled(xp, rows + 1, columns).T, filled(xp, rows + 1, batch))


def backward(
    network: mg.Sequential, batch: int, *, param_grads: bool = True, input_grad: bool = True
):
    """dx = W dy and dW = [x; 1] dy^T, or its transpose, of every layer that has a W."""
    xp = network.xp
    for i, (rows, columns) in enumerate(shapes(network)):
        x, dy = filled(xp, rows + 1, batch), filled(xp, columns, batch)
        if param_grads:
            yield faster(xp, product(xp, x, dy.T), product(xp, dy, x.T))
        if input_grad or i > 0:
            yield product(xp, filled(xp, rows, columns), dy)


def shapes(network: mg.Sequential) -> list[tuple[int, int]]:
    """Shapes of the weight matrices."""
    return [layer.W.shape for layer in network.layers if layer.params]


def product(xp, A, B):
    """Two factors, and a place for their product."""
    return A, B, xp.empty((A.shape[0], B.shape[1]), A.dtype)


def filled(xp, *shape: int):
    """Array of ordinary numbers, all different."""
    return xp.linspace(0.1, 1, num=int(np.prod(shape)), dtype=np.float32).reshape(shape)


def faster(xp, *orders):
    """That one of the products which takes less time."""
    return min(orders, key=lambda order: seconds(xp, *order))


def seconds(xp, A, B, out) -> float:
    """Shortest time of a product over a few tries."""
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        xp.dot(A, B, out=out)
        float(out[0, 0])  # on a GPU, the product is done when a number of it is there
        times.append(time.perf_counter() - start)
    return min(times)
