"""Noise at several layers of G, of a size that is learned (tutorial, section 3.1).

    additive:        y = x + e^s eps           dx = dy                    ds = sum dy e^s eps
    multiplicative:  y = x (1 + e^s eps)       dx = dy (1 + e^s eps)      ds = sum dy x e^s eps

eps ~ N(0, 1), and s, one a feature, is the log of the noise's standard deviation, so that this
stays positive. Noise may also be an input of its own, y = [x, eps], and dx the first part of dy.
Backward uses the eps of its forward pass. As the last layer, additive noise makes x a Gaussian
given z, and p_g(x) = E_z N(x; G(z), e^2s) has a density however small z is.
"""

import math

from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number, whole_number
from minigan.layers import Layer


class LearnedNoise(Layer):
    """Noise with a learned standard deviation of each feature while training; y = x otherwise.

    Parameters
    ----------
    width : int
        Of x and of y.
    std : float
        At the start, > 0.
    multiplicative : bool
        Whether the noise is in proportion to x.

    Raises
    ------
    InputError
        If a number is out of range; in ``forward``, if ``train`` and no ``rng``.
    """

    def __init__(self, width: int, std: float, *, multiplicative: bool = False):
        super().__init__()
        self.n_in = self.n_out = whole_number(f"{self}: width", width)
        self.log_std = math.log(real_number(f"{self}: std", std, 0, low_open=True))
        self.multiplicative = multiplicative

    def parameter_shapes(self):
        """The log s of the standard deviations, (width,)."""
        return {"s": (self.n_in,)}

    def initialise(self, rng):
        """All features start at one standard deviation."""
        self.s[...] = self.log_std

    def forward(self, x, *, train=True, rng=None):
        """The cache is what eps makes of e^s, and x. See `Layer.forward`."""
        self.check_input(x)
        if train and rng is None:
            raise InputError(f"{self}: expected rng= when train=True, got None")
        noise = self.xp.zeros_like(x)
        if train:
            require_rng(self, rng)
            noise = self.xp.exp(self.s) * rng.standard_normal(x.shape, dtype=x.dtype)
        return x + (x * noise if self.multiplicative else noise), (x, noise)

    def backward(self, dy, cache, *, param_grads=True):
        """The formulas above. See `Layer.backward`."""
        x, noise = cache
        self.check_gradient(dy, x.shape)
        if param_grads:
            self.ds += (dy * (x * noise if self.multiplicative else noise)).sum(axis=0)
        return dy * (1 + noise) if self.multiplicative else dy


class ConcatenatedNoise(Layer):
    """One column of noise N(0, 1) beside x while training, and of 0 otherwise."""

    def __init__(self, width: int):
        super().__init__()
        self.n_in = whole_number(f"{self}: width", width)
        self.n_out = self.n_in + 1

    def forward(self, x, *, train=True, rng=None):
        """The cache is x's shape. See `Layer.forward`."""
        self.check_input(x)
        eps = self.xp.zeros((len(x), 1), x.dtype)
        if train:
            require_rng(self, rng)
            eps = rng.standard_normal((len(x), 1), dtype=x.dtype)
        return self.xp.concatenate([x, eps], axis=1), x.shape

    def backward(self, dy, cache, *, param_grads=True):
        """The part of dy that is x's. See `Layer.backward`."""
        self.check_gradient(dy, (cache[0], cache[1] + 1))
        return dy[:, :-1].copy()
