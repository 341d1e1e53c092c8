"""The hyperbolic tangent as a layer: squashes the line into (-1, 1), smoothly.

Smooth generators push noise forward to smooth densities, so it is the choice
wherever a picture of p_g should have no corners.
"""

from minigan.layers.elementwise import Elementwise


class Tanh(Elementwise):
    """y = tanh(x), elementwise.

    Parameters
    ----------
    name : str, optional
        What error messages call the layer.

    Notes
    -----
    dy/dx = 1 - tanh(x)^2, so dx = dy * (1 - y^2).
    """

    mixes = False

    def forward(self, x, *, train=True, rng=None):
        """y = tanh(x); the cache is y. See `Layer.forward`."""
        self.check_input(x)
        y = self.xp.tanh(x)
        return y, y

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * (1 - y^2). See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        y = cache
        return dy * (1 - y * y)

    def second(self, cache):
        """f'' = -2 y (1 - y^2)."""
        y = cache
        return -2 * y * (1 - y * y)
