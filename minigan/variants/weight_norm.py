"""Weight normalisation (Salimans & Kingma 2016): lengths and directions of the weight columns.

    W = e^g v / |v|        dg = sum dW W        dv = e^g / |v| (dW - u sum dW u),   u = v / |v|

column by column; y = x W + b. The length is learned apart from the direction, and v may have any.
"""

import math

from minigan.base.validation import whole_number
from minigan.layers import Layer


class WeightNormLinear(Layer):
    """A linear layer by directions v (n_in, n_out) and logs g of lengths; it starts as He's."""

    mixes = False
    n_in: int
    n_out: int

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.n_in = whole_number(f"{self}: n_in", n_in)
        self.n_out = whole_number(f"{self}: n_out", n_out)

    def parameter_shapes(self):
        """Directions v, logs g of lengths, and biases b."""
        return {"v": (self.n_in, self.n_out), "g": (self.n_out,), "b": (self.n_out,)}

    def initialise(self, rng):
        """W is N(0, 2 / n_in), and b is 0."""
        self.v[...] = rng.standard_normal(self.v.shape) * math.sqrt(2 / self.n_in)
        self.g[...] = self.xp.log(self._lengths())
        self.b[...] = 0

    def _lengths(self):
        return self.xp.sqrt((self.v * self.v).sum(axis=0))

    def forward(self, x, *, train=True, rng=None):
        """y = x W + b; the cache is x. See `Layer.forward`."""
        self.check_input(x)
        return x @ (self.v * (self.xp.exp(self.g) / self._lengths())) + self.b, x

    def backward(self, dy, cache, *, param_grads=True):
        """The formulas above. See `Layer.backward`."""
        x, lengths = cache, self._lengths()
        self.check_gradient(dy, (len(x), self.n_out))
        u, scale = self.v / lengths, self.xp.exp(self.g)
        if param_grads:
            dW = x.T @ dy
            along = (dW * u).sum(axis=0)
            self.dg += scale * along
            self.dv += scale / lengths * (dW - u * along)
            self.db += dy.sum(axis=0)
        return dy @ (u * scale).T
