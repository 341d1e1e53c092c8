"""Noise on the way in: while training, every number is moved a little at random.

In front of D, on real and on generated examples alike, it blurs p_data and p_g by the same
bell. Two distributions that do not overlap, and that D could tell apart without fault, do
then; so D's gradient says to G where the data are, not only that it is wrong. It is the "instance
noise" of Sønderby et al. 2017 and of Arjovsky & Bottou 2017. The blurred distributions are equal
only if p_g = p_data, so the game still has that answer and no other.
"""

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number
from minigan.layers.elementwise import Elementwise


class GaussianNoise(Elementwise):
    """y = x + std * e while training, e from N(0, 1); y = x otherwise.

    Parameters
    ----------
    std : float
        Standard deviation of what is added, >= 0, in units of x.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If ``std`` is negative or not finite; in ``forward``, if ``train`` and no ``rng``.

    Notes
    -----
    The noise does not depend on x, so dx = dy. It is drawn feature by feature, as
    `minigan.passes` lays its arrays out.
    """

    mixes = False

    def __init__(self, std: float, *, name: str | None = None):
        super().__init__(name=name)
        self.std = real_number(f"{self}: std", std, 0)

    def forward(self, x, *, train=True, rng=None):
        """y = x + std * e; the cache is x's shape. See `Layer.forward`."""
        self.check_input(x)
        if not train:
            return x, x.shape
        return x + self.draw(rng, x.shape, x.dtype), x.shape

    def draw(self, rng, shape: tuple[int, int], dtype) -> np.ndarray:
        """Random numbers of one pass: std * e, of x's shape (batch, width) and dtype."""
        if rng is None:
            raise InputError(f"{self}: expected rng= when train=True, got None")
        require_rng(self, rng)
        noise = rng.standard_normal(shape[::-1], dtype=dtype).T
        if not isinstance(noise, self.xp.ndarray):
            raise InputError(
                f"{self}: expected rng on the network's device, got {described(noise)}"
            )
        noise *= np.dtype(dtype).type(self.std)
        return noise

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy. See `Layer.backward`."""
        self.check_gradient(dy, cache)
        return dy

    def second(self, cache):
        """f'' = 0: what is drawn does not depend on x."""
        return None

    def __repr__(self) -> str:
        return f"GaussianNoise(std={self.std}, name={self.name!r})"
