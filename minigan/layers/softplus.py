"""The softplus as a layer: a ReLU with its corner rounded off.

Smooth and positive; its derivative is the sigmoid.
"""

from minigan.base.numerics import sigmoid, softplus
from minigan.layers.elementwise import Elementwise


class Softplus(Elementwise):
    """y = log(1 + exp(x)), elementwise, without overflow.

    Parameters
    ----------
    name : str, optional
        What error messages call the layer.

    Notes
    -----
    dy/dx = exp(x) / (1 + exp(x)) = sigmoid(x), so dx = dy * sigmoid(x).
    """

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        """y = softplus(x); the cache is x. See `Layer.forward`."""
        self.check_input(x)
        return softplus(x), x

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * sigmoid(x). See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        return dy * sigmoid(cache)

    def second(self, cache):
        """f'' = sigmoid(x) sigmoid(-x)."""
        return sigmoid(cache) * sigmoid(-cache)
