"""A network whose every pass takes a reference batch along, and hides it.

    G = mg.ReferenceNetwork([mg.Linear(4, 32), mg.VirtualBatchNorm(32), mg.ReLU(), ...], z)

The reference examples z are drawn once. Inside, they are the last rows of each batch, so that
the layers which normalise by them find them as the present parameters make them, and their part
of the gradient reaches the weights as that of any row: dW = x^T da + r^T dar.
Salimans et al. 2016, section 3.4.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minigan.base.backend import described, to_host
from minigan.base.errors import InputError
from minigan.base.states import fill, snapshot
from minigan.layers.base import Layer
from minigan.layers.virtual_batch_norm import VirtualBatchNorm
from minigan.networks.sequential import Sequential


class ReferenceCache(NamedTuple):
    """The cache of a pass with reference examples, and the sizes of its batches without them."""

    inner: Any
    sizes: tuple[int, ...]


class ReferenceNetwork(Sequential):
    """Layers in a row, and a reference batch by which some of them normalise.

    Parameters
    ----------
    layers : list of Layer
        As in `Sequential`. Only those that normalise by the reference batch may mix.
    reference : array, shape (N, n_in)
        The reference batch, N >= 2: noise for a generator, data for a discriminator.
    **options
        As in `Sequential`.

    Attributes
    ----------
    reference : array, shape (N, n_in)
        The network's own copy, saved in its ``state``.

    Raises
    ------
    InputError
        If the reference batch is none, another layer mixes, or as in `Sequential`.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> z = mg.Normal(dim=4).sample(32, np.random.default_rng(0))
    >>> G = mg.ReferenceNetwork([mg.Linear(4, 8), mg.VirtualBatchNorm(8), mg.Linear(8, 2)], z)
    >>> x, cache = G.forward(np.ones((1, 4), "float32"))  # a batch of 1 will do
    >>> x.shape, G.backward(x, cache).shape
    ((1, 2), (1, 4))
    """

    mixes = False  # no example sees another

    def __init__(self, layers: list[Layer], reference: np.ndarray, **options: Any):
        numbers = np.array(to_host(reference)) if np.ndim(reference) == 2 else np.zeros((0, 0))
        if len(numbers) < 2 or numbers.dtype.kind not in "fiu" or not np.isfinite(numbers).all():
            raise InputError(
                f"reference: expected finite numbers (N, n_in) with N >= 2, got "
                f"{described(reference)}"
            )
        self.reference = numbers
        for layer in layers:
            if isinstance(layer, VirtualBatchNorm):
                layer.references = len(numbers)
            elif isinstance(layer, Layer) and layer.mixes:
                raise InputError(
                    f"{layer}: expected mixes = False beside a reference batch, which it would "
                    f"take for examples; VirtualBatchNorm and ReferenceBatchNorm know it"
                )
        super().__init__(layers, **options)
        self._check_batch(self.reference)

    def _prepare(self) -> None:
        super()._prepare()
        self.reference = self.device.to_device(np.array(to_host(self.reference), self.dtype))

    def forward(self, x, *, train: bool = True, rng: np.random.Generator | None = None):
        """Outputs of the batch or batches alone. See `Sequential.forward`."""
        batches = x if type(x) is tuple else (x,)
        given = tuple(map(self._with_reference, batches))
        ys, inner = super().forward(given, train=train, rng=rng)
        ys = tuple(y[: -len(self.reference)] for y in ys)
        cache = ReferenceCache(inner, tuple(map(len, batches)))
        return (ys if type(x) is tuple else ys[0]), cache

    def backward(self, dy, cache, *, param_grads: bool = True, input_grad: bool = True):
        """Gradients at the batches alone; J does not depend on the reference examples' outputs."""
        dys = dy if type(dy) is tuple else (dy,)
        if isinstance(cache, ReferenceCache) and len(dys) == len(cache.sizes):
            dys = tuple(map(self._with_zeros, dys, cache.sizes))
            cache = cache.inner
        dxs = super().backward(dys, cache, param_grads=param_grads, input_grad=input_grad)
        if dxs is None:
            return None
        dxs = tuple(dx if dx is None else dx[: -len(self.reference)] for dx in dxs)
        return dxs if type(dy) is tuple else dxs[0]

    def __call__(self, x) -> np.ndarray:
        """Output without training. Shape (batch, n_out)."""
        return super().__call__(self._with_reference(x))[: len(x)]

    def __getitem__(self, which):
        """A layer, or a part without layers that need the reference batch."""
        found = super().__getitem__(which)
        if isinstance(which, slice) and any(isinstance(each, VirtualBatchNorm) for each in found):
            raise InputError(
                f"{self.name}: expected a part without normalisation, which would lose its "
                f"reference batch, got {which}"
            )
        return found

    def state(self) -> dict[str, Any]:
        """As of any network, and the reference batch."""
        return {**super().state(), "reference": snapshot(self.reference)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there. See `Sequential.restore`."""
        super().restore(state)
        fill(self.reference, state["reference"])

    def _with_reference(self, x):
        self._check_batch(x)
        return self.xp.concatenate([x, self.reference])

    def _with_zeros(self, dy, m: int):
        """The gradient of m outputs, and zeros as that of the reference examples' outputs."""
        if dy is None:
            return None
        self.layers[-1].check_gradient(dy, (m, self.n_out or self.reference.shape[1]))
        zeros = self.xp.zeros((len(self.reference), dy.shape[1]), dy.dtype)
        return self.xp.concatenate([dy, zeros])
