"""The leaky rectified linear unit: what is negative is made small, not zero.

A unit that is never active still learns a little. DCGAN's discriminators use it.
"""

from minigan.base.validation import real_number
from minigan.layers.elementwise import Elementwise


class LeakyReLU(Elementwise):
    """y = x where x > 0, slope * x elsewhere.

    Parameters
    ----------
    slope : float
        Slope on the negative side, >= 0 and finite. DCGAN uses 0.2.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If the slope is negative or not finite.

    Notes
    -----
    dx = dy * (1 where x > 0, slope elsewhere); at x = 0 the slope is used.
    """

    mixes = False

    def __init__(self, slope: float = 0.01, *, name: str | None = None):
        super().__init__(name=name)
        self.slope = real_number(f"{self}: slope", slope, 0)

    def __repr__(self) -> str:
        return f"LeakyReLU(slope={self.slope}, name={self.name!r})"

    def forward(self, x, *, train=True, rng=None):
        """y = x * s with s = 1 or slope; the cache is s. See `Layer.forward`."""
        self.check_input(x)
        s = self.xp.where(x > 0, x.dtype.type(1), x.dtype.type(self.slope))
        return x * s, s

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * s. See `Layer.backward`."""
        self.check_gradient(dy, cache.shape)
        return dy * cache

    def second(self, cache):
        """f'' = 0 but at x = 0, where there is none."""
        return None
