"""A network: layers one behind another, and one flat vector of all parameters.

Forward runs through the layers first to last, backward last to first; that is
the chain rule. The network owns two flat arrays, ``params`` and ``grads``; the
layers see views of them. So zeroing, updating, averaging or saving a network
is one line, whatever it is made of.

``_forward_plain`` and ``_backward_plain`` are the passes to read. By default a training pass
runs in memory that is kept between passes (`minigan.passes`): the same numbers in less time.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minigan.base.backend import CPU, Device, described
from minigan.base.backend import device as find_device
from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.layers.base import Layer
from minigan.layers.image import ImageLayer
from minigan.networks.rows import check_layers, name_layers, widths
from minigan.networks.vectors import Vectors, checked_dtype
from minigan.passes.layer_pass import learns
from minigan.passes.memory import Lender, Loan, Loans
from minigan.passes.plan import kit_of

if TYPE_CHECKING:
    from minigan.base.types import Seed


class PlainCache(NamedTuple):
    """The cache of plain passes: whose layers they are of, and each batch's caches by layer."""

    layers: tuple[Layer, ...]
    passes: list[list[Any]]


class Sequential(Vectors):
    """Layers in a row, with their parameters in one vector.

    Parameters
    ----------
    layers : list of Layer
        From input to output; neighbouring widths must agree. The network takes the
        layers over: a layer belongs to one network only.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator
        Where the starting values come from.
    dtype : {"float32", "float64"}
        float32 to train, float64 to check gradients.
    device : {"cpu", "cuda"} or Device
        Where the parameters are, and where everything is computed. They are drawn on the
        CPU, so that a network starts from the same values on either.
    name : str, optional
        What error messages call the network.
    fast : bool
        False runs each layer's own forward and backward, each batch on its own.

    Attributes
    ----------
    layers : tuple of Layer
        Also ``net[0]``, ``len(net)``, and ``for layer in net``. ``net[:-1]`` is a network of all
        layers but the last, in the same memory.
    params, grads : array, shape (number of parameters,)
        All parameters and all gradients, layer by layer.
    n_in, n_out : int or None
        Width of the input and of the output; None if any width passes.
    fast : bool
        May be set at any time. Fast and plain passes draw the same random numbers and agree
        to rounding.

    Raises
    ------
    InputError
        If there are no layers, widths do not agree, a layer is already in a
        network, the dtype is another, or there is no such device.

    Examples
    --------
    >>> import numpy as np, minigan as mg
    >>> G = mg.Sequential([mg.Linear(1, 32), mg.ReLU(), mg.Linear(32, 1)], seed=0)
    >>> x, cache = G.forward(np.zeros((5, 1), "float32"))
    >>> dz = G.backward(np.ones_like(x), cache)
    >>> G.params.shape, dz.shape
    ((97,), (5, 1))
    """

    made_anew = (*Vectors.made_anew, "_lender", "_parts")

    def __init__(
        self,
        layers: list[Layer],
        *,
        seed: Seed = 0,
        dtype: str | type | np.dtype = "float32",
        device: str | Device = "cpu",
        name: str = "Sequential",
        fast: bool = True,
    ):
        self.name, self.fast = name, fast
        self._layers = tuple(layers)
        rng, kind = generator(seed), checked_dtype(name, dtype)
        place = find_device(device)
        check_layers(name, self._layers)
        name_layers(self._layers)
        self._widths = widths(name, self._layers)
        self.n_in, self.n_out = self._widths[0], self._widths[-1]
        try:
            self._allocate(kind, CPU)
            for layer in self.layers:
                layer.initialise(rng)
                layer.check_bound()
                layer.check_start()
        except Exception:
            for layer in self.layers:
                layer.params = {}  # an initialiser failed: the layers are free again
            raise
        if place.xp is not np:
            start = self._params
            self._allocate(kind, place)
            self._params[...] = place.to_device(start)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers from input to output; another row of layers is another network."""
        return self._layers

    @property
    def mixes(self) -> bool:
        """Whether some layer mixes, so that batches are never run side by side: see `Layer`."""
        return any(layer.mixes for layer in self.layers)

    def forward(self, x, *, train: bool = True, rng: np.random.Generator | None = None):
        """Run the layers first to last.

        Parameters
        ----------
        x : array, shape (batch, n_in), or tuple of such arrays
            A tuple is several batches, each on its own, one after another, with one cache.
        train : bool
            Whether dropout and noise are at work.
        rng : numpy.random.Generator, optional
            For dropout and noise.

        Returns
        -------
        y : array, shape (batch, n_out), or tuple of such arrays
            The caller's own: no later pass writes into it.
        cache : object
            For ``backward``, which may be called several times.

        Raises
        ------
        InputError
            If ``x`` has the wrong shape or dtype, or is empty.
        """
        batches = x if type(x) is tuple else (x,)
        if not batches:
            raise InputError(f"{self.name}: expected a batch, got an empty tuple")
        kind, n_in, params = type(self._params), self.n_in, self._params
        for batch in batches:
            fits = type(batch) is kind and batch.dtype == params.dtype and batch.ndim == 2
            if not (fits and batch.shape[1] == n_in and batch.size):
                self._check_batch(batch)
        cache: Any
        if train and self.fast and self._lender and self._lender.takes(batches):
            ys, cache = self._lender.forward(batches, rng)
        else:
            results = [self._forward_plain(batch.copy(), train, rng) for batch in batches]
            ys = tuple(y.copy() for y, _ in results)
            cache = PlainCache(self._layers, [caches for _, caches in results])
        return (ys if type(x) is tuple else ys[0]), cache

    def backward(self, dy, cache, *, param_grads: bool = True, input_grad: bool = True):
        """Run the layers last to first.

        Parameters
        ----------
        dy : array, shape (batch, n_out), or tuple of such arrays
            Gradient of a scalar J with respect to the output; a tuple if ``x`` was one. None
            in a tuple stands for a batch that J does not depend on.
        cache : object
            From the forward pass that is being differentiated.
        param_grads : bool
            Whether to add dJ/d theta to ``grads``.
        input_grad : bool
            Whether dJ/dx is wanted; without it less is computed, and None is returned.

        Returns
        -------
        array, shape (batch, n_in), or tuple of such arrays, or None
            Gradient of J with respect to the input, the caller's own.
        """
        dys = dy if type(dy) is tuple else (dy,)
        if isinstance(cache, Loan | Loans) and cache.is_from(self._lender):
            dxs = cache.backward(dys, param_grads, input_grad)
        elif isinstance(cache, PlainCache) and cache.layers is self._layers:
            if len(dys) != len(cache.passes):
                raise InputError(f"expected {len(cache.passes)} gradients, got {len(dys)}")
            dxs = tuple(
                None
                if d is None and len(dys) > 1
                else self._backward_plain(d, caches, param_grads, input_grad)
                for d, caches in zip(dys, cache.passes, strict=True)
            )
        else:
            others = isinstance(cache, Loan | Loans | PlainCache)
            raise InputError(
                f"{self.name}: expected the cache of a forward pass of this very network, got "
                f"{'that of another' if others else described(cache)}"
            )
        if not input_grad:
            return None
        return dxs if type(dy) is tuple else dxs[0]

    def _forward_plain(self, x, train: bool, rng):
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, train=train, rng=rng)
            caches.append(cache)
        return x, caches

    def _backward_plain(self, dy, caches, param_grads: bool, input_grad: bool):
        first = 0 if input_grad else self._first_learning
        pairs = list(zip(self.layers, caches, strict=True))
        for layer, cache in reversed(pairs[first:]):
            dy = layer.backward(dy, cache, param_grads=param_grads)
        return dy.copy() if input_grad else None  # a layer may hand on what it was given

    def __call__(self, x) -> np.ndarray:
        """Output without training: no dropout, no noise, no cache. Shape (batch, n_out)."""
        y, _ = self._forward_plain(x, False, None)
        return y if y.base is None and y is not x else y.copy()  # it may be a view of x

    def constrain(self) -> None:
        """Enforce every layer's constraint on its parameters (max column norm)."""
        for layer in self.layers:
            layer.constrain()

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __getitem__(self, which):
        """A layer, or a network of consecutive layers that shares the memory of this one."""
        if not isinstance(which, slice):
            return self.layers[which]
        start, stop, step = which.indices(len(self))
        if step != 1 or start >= stop:
            raise InputError(f"{self.name}: expected a row of consecutive layers, got {which}")
        if (start, stop) not in self._parts:
            self._parts[start, stop] = Part(self, start, stop)
        return self._parts[start, stop]

    def summary(self) -> str:
        """Table of the layers: name, widths, parameters of each and in all.

        Returns
        -------
        str
        """
        rows = [("layer", "output", "parameters")]
        for layer, width in zip(self.layers, self._widths[1:], strict=True):
            size = sum(view.size for view in layer.params.values())
            shapes = ", ".join(f"{name} {view.shape}" for name, view in layer.params.items())
            rows.append((str(layer), str(width or "any"), f"{size:,}  {shapes}".rstrip()))
        rows.append(("in all", "", f"{self._params.size:,}  {self.dtype} on {self.device}"))
        wide, narrow = (max(len(row[i]) for row in rows) for i in range(2))
        return "\n".join(f"{a:<{wide}}  {b:>{narrow}}  {c}" for a, b, c in rows)

    def _repr_html_(self) -> str:
        from html import escape  # takes 2 ms to import: only for notebooks

        return f"<pre>{escape(self.summary())}</pre>"

    def _prepare(self) -> None:
        """Find the first layer that learns, and start an empty stock of memory for passes."""
        learning = (i for i, layer in enumerate(self.layers) if learns(layer))
        self._first_learning = next(learning, len(self))
        # On a GPU, convolutions have no passes of their own yet; without a width, there is no plan.
        self._lender: Lender | None = None
        images = any(isinstance(layer, ImageLayer) for layer in self.layers)
        if self.n_in is not None and self._params.size and not (images and self.xp is not np):
            self._lender = Lender(self.layers, self.n_in, self.dtype, kit_of(self.xp, images))
        self._parts: dict[tuple[int, int], Part] = {}

    def _check_batch(self, batch) -> None:
        """Raise InputError unless it is a batch that the first layers can take."""
        self.layers[0].check_input(batch)
        other_dtype = self._params.size and batch.dtype != self.dtype
        if other_dtype or self.n_in not in (None, batch.shape[1]):
            raise InputError(
                f"{self.name}: expected {self.dtype} (batch, {self.n_in}), got {described(batch)}"
            )

    def __repr__(self) -> str:
        inside = ", ".join(repr(layer) for layer in self.layers)
        return f"{self.name}([{inside}])"


class Part(Sequential):
    """Consecutive layers of a network, as a network in the same memory."""

    def __init__(self, whole: Sequential, start: int, stop: int):
        self._whole, self._range = whole, (start, stop)
        self.name, self.device = f"{whole.name}[{start}:{stop}]", whole.device
        self._layers = whole.layers[start:stop]
        self._widths = whole._widths[start : stop + 1]
        self.n_in, self.n_out = self._widths[0], self._widths[-1]
        sizes = [sum(view.size for view in layer.params.values()) for layer in whole.layers]
        here = slice(sum(sizes[:start]), sum(sizes[:stop]))
        self._params, self._grads = whole._params[here], whole._grads[here]
        self._gradients = [layer._gradients for layer in self._layers if layer.params]
        self._has_memories = whole._has_memories
        self._prepare()

    @property
    def fast(self) -> bool:  # type: ignore[override]
        """As the whole network."""
        return self._whole.fast

    def copy(self, dtype=None, device=None) -> Sequential:
        """The same layers of a copy of the whole network."""
        return self._whole.copy(dtype, device)[slice(*self._range)]

    def __copy__(self, *given) -> Sequential:
        return self.copy(*given)

    def __reduce__(self):
        return getitem, (self._whole, slice(*self._range))
