"""A network: layers one behind another, and one flat vector of all parameters.

Forward runs through the layers first to last, backward last to first; that is
the chain rule. The network owns two flat arrays, ``params`` and ``grads``; the
layers see views of them. So zeroing, updating, averaging or saving a network
is one line, whatever it is made of.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.backend import CPU, Device, array_module, described, to_host
from minigan.base.backend import device as find_device
from minigan.base.errors import InputError
from minigan.base.randomness import generator
from minigan.layers.base import Layer

if TYPE_CHECKING:
    from minigan.base.types import Seed


class Sequential:
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

    Attributes
    ----------
    params, grads : array, shape (number of parameters,)
        All parameters and all gradients, layer by layer.
    n_in, n_out : int or None
        Width of the input and of the output; None if any width passes.

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

    def __init__(
        self,
        layers: list[Layer],
        *,
        seed: Seed = 0,
        dtype: str | type | np.dtype = "float32",
        device: str | Device = "cpu",
        name: str = "Sequential",
    ):
        self.name = name
        self.layers = list(layers)
        rng, kind = generator(seed), self._check_dtype(dtype)
        place = find_device(device)
        self._check_layers()
        self._name_layers()
        self.n_in, self.n_out = self._check_widths()
        self._allocate(kind, CPU)
        try:
            for layer in self.layers:
                layer.initialise(rng)
        except Exception:
            for layer in self.layers:
                layer.params = {}  # an initialiser failed: the layers are free again
            raise
        if place.xp is not np:
            start = self._params
            self._allocate(kind, place)
            self._params[...] = place.to_device(start)

    @property
    def params(self) -> np.ndarray:
        """All parameters, end to end. What is assigned is copied in, and the layers see it."""
        return self._params

    @params.setter
    def params(self, values: np.ndarray) -> None:
        self._params[...] = self._on_device("params", values)

    @property
    def grads(self) -> np.ndarray:
        """All gradients, end to end. What is assigned is copied in."""
        return self._grads

    @grads.setter
    def grads(self, values: np.ndarray) -> None:
        self._grads[...] = self._on_device("grads", values)

    @property
    def xp(self):
        """Array module of the device: NumPy or CuPy."""
        return self.device.xp

    @property
    def dtype(self) -> np.dtype:
        """dtype of the parameters."""
        return self.params.dtype

    def forward(self, x, *, train: bool = True, rng: np.random.Generator | None = None):
        """Run the layers first to last.

        Parameters
        ----------
        x : array, shape (batch, n_in)
        train : bool
            Whether dropout and noise are at work.
        rng : numpy.random.Generator, optional
            For dropout and noise.

        Returns
        -------
        y : array, shape (batch, n_out)
        caches : list
            One cache a layer, for ``backward``.

        Raises
        ------
        InputError
            If ``x`` has the wrong shape or dtype, or is empty.
        """
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, train=train, rng=rng)
            caches.append(cache)
        return x, caches

    def backward(self, dy, caches, *, param_grads: bool = True) -> np.ndarray:
        """Run the layers last to first.

        Parameters
        ----------
        dy : array, shape (batch, n_out)
            Gradient of a scalar J with respect to the output.
        caches : list
            From the forward pass that is being differentiated.
        param_grads : bool
            Whether to add dJ/d theta to ``grads``.

        Returns
        -------
        array, shape (batch, n_in)
            Gradient of J with respect to the input.
        """
        for layer, cache in zip(reversed(self.layers), reversed(caches), strict=True):
            dy = layer.backward(dy, cache, param_grads=param_grads)
        return dy

    def __call__(self, x) -> np.ndarray:
        """Output without training: no dropout, no noise, no cache. Shape (batch, n_out)."""
        return self.forward(x, train=False)[0]

    def constrain(self) -> None:
        """Enforce every layer's constraint on its parameters (max column norm)."""
        for layer in self.layers:
            layer.constrain()

    def copy(
        self, dtype: str | type | np.dtype | None = None, device: str | Device | None = None
    ) -> Sequential:
        """Copy of the network, with memory of its own.

        Parameters
        ----------
        dtype : {"float32", "float64"}, optional
            dtype of the copy; the same by default.
        device : {"cpu", "cuda"} or Device, optional
            Where the copy lives; where the network does, by default.

        Returns
        -------
        Sequential
        """
        twin = copy.copy(self)
        twin.layers = [copy.copy(layer) for layer in self.layers]
        place = self.device if device is None else find_device(device)
        twin._allocate(self.dtype if dtype is None else self._check_dtype(dtype), place)
        for to, source in ((twin._params, self._params), (twin._grads, self._grads)):
            moves = place.xp is not self.xp
            to[...] = place.to_device(to_host(source)) if moves else source
        return twin

    def __deepcopy__(self, memo) -> Sequential:
        return self.copy()

    def _allocate(self, dtype: np.dtype, place: Device) -> None:
        """Make the flat vectors and hand each layer its views."""
        self.device = place
        sizes = [
            sum(int(np.prod(shape)) for shape in layer.parameter_shapes().values())
            for layer in self.layers
        ]
        self._params = self.xp.zeros(sum(sizes), dtype)
        self._grads = self.xp.zeros(sum(sizes), dtype)
        stop = 0
        for layer, size in zip(self.layers, sizes, strict=True):
            start, stop = stop, stop + size
            layer.bind(self._params[start:stop], self._grads[start:stop])

    def _on_device(self, what: str, values):
        """The values, if they may be copied in: numbers, or an array of the same device."""
        if self.xp is not np and not np.isscalar(values) and array_module(values) is not self.xp:
            raise InputError(
                f"{self.name}: expected {what} as an array of {self.xp.__name__}, "
                f"got {described(values)}; network.device.to_device moves it"
            )
        return values

    def _check_dtype(self, dtype) -> np.dtype:
        for kind in (np.dtype("float32"), np.dtype("float64")):
            if dtype is not None and dtype in (kind.name, kind.type, kind):  # None == float64
                return kind
        raise InputError(f"{self.name}: expected dtype float32 or float64, got {dtype!r}")

    def _check_layers(self) -> None:
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise InputError(f"{self.name}: expected layers, got {layer!r}")
            if layer.params or any(layer is other for other in self.layers[:i]):
                raise InputError(f"{self.name}: {layer} is already part of a network")

    def _name_layers(self) -> None:
        """Number the layers that were not named: linear1, relu1, linear2, ..."""
        seen: dict[str, int] = {}
        for layer in self.layers:
            kind = type(layer).__name__.lower()
            if layer.name == kind:
                seen[kind] = seen.get(kind, 0) + 1
                layer.name = f"{kind}{seen[kind]}"

    def _check_widths(self) -> tuple[int | None, int | None]:
        """First and last width of the row; raise InputError where neighbours disagree."""
        if not self.layers:
            raise InputError(f"{self.name}: expected at least one layer, got none")
        first = width = before = None
        for layer in self.layers:
            if layer.n_in is None:
                continue
            if width is not None and layer.n_in != width:
                raise InputError(
                    f"{self.name}: {layer} expected n_in = {width} to follow {before}, "
                    f"got {layer.n_in}"
                )
            first = layer.n_in if first is None else first
            width, before = layer.n_out, layer
        return first, width

    def __repr__(self) -> str:
        inside = ", ".join(repr(layer) for layer in self.layers)
        return f"{self.name}([{inside}])"
