"""The rectified linear unit: what is negative becomes zero.

Piecewise linear, so gradients through active units are passed on undiminished;
the generators of the 2014 paper use it.
"""

from minigan.layers.elementwise import Elementwise


class ReLU(Elementwise):
    """y = max(x, 0), elementwise.

    Parameters
    ----------
    name : str, optional
        What error messages call the layer.

    Notes
    -----
    dy/dx is 1 where x > 0 and 0 where x < 0. At x = 0 there is no derivative;
    minigan uses 0 there. So dx = dy * [x > 0].
    """

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        """y = max(x, 0); the cache is where x > 0. See `Layer.forward`."""
        self.check_input(x)
        return self.xp.maximum(x, 0), x > 0

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * [x > 0]. See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        return dy * cache

    def second(self, cache):
        """f'' = 0 but at x = 0, where there is none."""
        return None
