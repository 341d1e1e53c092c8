"""Dropout: while training, hide every input at random, each example on its own.

A discriminator with dropout is an average over many thinned networks, and so
harder to overfit (Hinton et al. 2012). The 2014 paper uses it in D only.
"""

import numpy as np

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.base.randomness import Mirrored, require_rng
from minigan.base.validation import real_number
from minigan.layers.elementwise import Elementwise


class Dropout(Elementwise):
    """y = x * mask / keep while training; y = x otherwise.

    Parameters
    ----------
    keep : float
        Probability with which an input is kept, 0 < keep <= 1. (PyTorch's ``p``
        is 1 - keep.) The 2014 paper keeps 0.8 of D's input and 0.5 of its hidden units.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If ``keep`` is outside (0, 1]; in ``forward``, if ``train`` and no ``rng``.

    Notes
    -----
    The mask holds independent Bernoulli(keep) numbers, one for every input of
    every example. Dividing by keep ("inverted" dropout) keeps E[y] = x, so that
    nothing need be scaled afterwards. The layer is linear in x once the mask is
    drawn: dx = dy * mask / keep, with the mask of the forward pass.

    Masks come from random integers of 32 bits, two from one 64-bit number, which takes a
    third of the time of random floats. Their probability is keep to within 2^-32. They are
    drawn feature by feature, as `minigan.passes` lays its arrays out.
    """

    mixes = False

    def __init__(self, keep: float, *, name: str | None = None):
        super().__init__(name=name)
        self.keep = real_number(f"{self}: keep", keep, 0, 1, low_open=True)

    def forward(self, x, *, train=True, rng=None):
        """y = x * mask / keep; the cache is x's shape and mask / keep. See `Layer.forward`."""
        self.check_input(x)
        if not train or self.keep == 1:
            return x, (x.shape, None)
        mask = self.draw(rng, x.shape, x.dtype)
        return x * mask, (x.shape, mask)

    def backward(self, dy, cache, *, param_grads=True):
        """dx = dy * mask / keep. See `Layer.backward`."""
        shape, mask = cache
        self.check_gradient(dy, shape)
        return dy if mask is None else dy * mask

    def second(self, cache):
        """f'' = 0: what is drawn does not depend on x."""
        return None

    def draw(self, rng, shape: tuple[int, int], dtype) -> np.ndarray:
        """Random numbers of one pass: mask / keep, of x's shape (batch, width) and dtype."""
        if rng is None:
            raise InputError(f"{self}: expected rng= when train=True, got None")
        require_rng(self, rng)
        if isinstance(rng, Mirrored):
            mask = rng.moved(lambda on_host: self._mask(on_host, shape, dtype))
        else:
            mask = self._mask(rng, shape, dtype)
        if not isinstance(mask, self.xp.ndarray):
            raise InputError(f"{self}: expected rng on the network's device, got {described(mask)}")
        return mask

    def _mask(self, rng, shape: tuple[int, int], dtype) -> np.ndarray:
        m, width = shape
        if isinstance(rng, np.random.Generator):
            n = m * width
            bits = rng.integers(0, 2**64 - 1, (n + 1) // 2, dtype=np.uint64, endpoint=True)
            threshold = min(round(self.keep * 2**32), 2**32 - 1)
            kept = bits.view(np.uint32)[:n] < threshold
        else:  # CuPy's: floats cost a GPU nothing
            kept = rng.random(m * width, dtype=np.float32) < self.keep
        return kept.reshape(width, m).T * np.dtype(dtype).type(1 / self.keep)

    def __repr__(self) -> str:
        return f"Dropout(keep={self.keep}, name={self.name!r})"
