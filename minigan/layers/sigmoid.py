"""The logistic sigmoid as a layer: squashes the line into (0, 1).

The last layer of generators of pixels. A discriminator does not end in one
here: it ends in a logit, and the costs do the rest without ever taking log 0.
"""

from minigan.base.numerics import sigmoid
from minigan.layers.elementwise import Elementwise


class Sigmoid(Elementwise):
    """y = 1 / (1 + exp(-x)), elementwise.

    Parameters
    ----------
    name : str, optional
        What error messages call the layer.

    Notes
    -----
    dy/dx = exp(-x) / (1 + exp(-x))^2 = y (1 - y), so dx = dy * y * (1 - y).
    """

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        """y = sigmoid(x); the cache is y. See `Layer.forward`."""
        self.check_input(x)
        y = sigmoid(x)
        return y, y

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * y * (1 - y). See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        y = cache
        return dy * y * (1 - y)

    def second(self, cache):
        """f'' = y (1 - y) (1 - 2 y)."""
        y = cache
        return y * (1 - y) * (1 - 2 * y)
