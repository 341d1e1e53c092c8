"""The interface of every layer: two functions, forward and backward, and named parameters.

    y, cache = layer.forward(x, train=True, rng=rng)
    dx = layer.backward(dy, cache)

Writing dJ/dy as ``dy``, backward is handed ``dy`` and returns ``dx`` = dJ/dx,
and adds dJ/dW to ``dW`` on the way. All that backward needs to know about the
forward pass travels in ``cache``, which belongs to the caller. A layer keeps
nothing of a pass on itself, so one network can be run on real and on fake
examples and each pass differentiated later, in any order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError
from minigan.layers.gradients import Gradients

NONE: Mapping[str, np.ndarray] = MappingProxyType({})


class Layer(ABC):
    """Base of all layers.

    A subclass writes ``forward`` and ``backward``. If it has parameters, it also
    names their shapes in ``parameter_shapes`` and fills them in ``initialise``;
    a ``Sequential`` then gives it memory: ``layer.W`` is the parameter and
    ``layer.dW`` its gradient, both views of the network's flat arrays. What is assigned to
    them is written into the views, so that layer and network never come apart.

    Attributes
    ----------
    name : str
        For error messages and tables.
    n_in, n_out : int or None
        Width of the input and the output; None where any width passes through.
    mixes : bool
        Whether an example's output may depend on the other examples of its batch, or on how many
        random numbers were drawn for them in ``forward``. True unless a class says False; a
        subclass that says nothing is True again. Batches that are given together go through a
        network side by side only where no layer mixes.
    params, grads : mapping of str to array
        The same views by name, ``params["W"]`` is ``W``, ``grads["W"]`` is ``dW``.
    flat_params, flat_grads : array
        All of them end to end: the layer's slices of the network's flat vectors.

    Notes
    -----
    Arrays are NumPy's, or CuPy's if the network lives on a GPU. They have the same functions:
    ``self.xp.maximum`` is the right one on either.

    A layer that remembers something beside its parameters, such as running means, returns it
    from ``state`` and takes it back in ``restore``. It moves what it remembers in ``backward``
    with ``param_grads=True``, from the cache: forward passes then change nothing, and the other
    player's turn leaves it alone.

    A layer can be differentiated twice if it has Pearlmutter's R, the derivatives along a direction
    ``Rx`` in x and ``V``, arrays by name, in the parameters, where dy moves along ``Rdy``:

        Ry = layer.forward_r(Rx, cache, V)
        Rdx = layer.backward_r(dy, Rdy, Rx, cache, V, H)

    The second adds the derivatives of dW to ``H["W"]``, and so on. See `minigan.networks.second`.
    A class that writes another forward or backward than its base class inherits none of this.
    """

    flat_params: np.ndarray
    mixes: bool = True
    forward_r: Any = None
    backward_r: Any = None
    name: str = ""
    n_in: int | None = None
    n_out: int | None = None
    params: Mapping[str, np.ndarray] = NONE

    def __init__(self, *, name: str | None = None):
        self.name = name or type(self).__name__.lower()

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "mixes" not in vars(cls):
            cls.mixes = True  # of a class that does not say, the worst is assumed
        own = vars(cls).keys()
        if own & {"forward", "backward"} and not own & {"forward_r", "second"}:
            cls.forward_r = None

    @abstractmethod
    def forward(
        self, x: np.ndarray, *, train: bool = True, rng: np.random.Generator | None = None
    ) -> tuple[np.ndarray, Any]:
        """Output of the layer, and what backward will need.

        Parameters
        ----------
        x : array, shape (batch, n_in)
            The cache may hold x itself, and not a copy: whoever runs a layer by hand leaves x as
            it is until ``backward``. A network runs its layers on arrays of its own.
        train : bool
            Whether the pass is one of training: dropout, noise, and layers that remember care.
        rng : numpy.random.Generator, optional
            Source of randomness, for dropout, noise and the like.

        Returns
        -------
        y : array, shape (batch, n_out)
        cache : object
            To be given back to ``backward``, unopened.

        Raises
        ------
        InputError
            If ``x`` has the wrong shape or dtype, or is empty.
        """

    @abstractmethod
    def backward(self, dy: np.ndarray, cache: Any, *, param_grads: bool = True) -> np.ndarray:
        """Gradient at the input; the parameters' gradients are added to ``grads``.

        Parameters
        ----------
        dy : array, shape (batch, n_out)
            Gradient of a scalar J with respect to the layer's output.
        cache : object
            From the forward pass that is being differentiated.
        param_grads : bool
            False leaves ``grads`` alone: how a generator's step goes through D.

        Returns
        -------
        array, shape (batch, n_in)
            Gradient of J with respect to the layer's input.
        """

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters, in their order in the flat vector."""
        return {}

    def initialise(self, rng: np.random.Generator) -> None:  # noqa: B027 (nothing to fill)
        """Fill the parameters with their starting values."""

    def constrain(self) -> None:  # noqa: B027 (nothing to constrain)
        """Enforce the layer's constraint on its parameters, after an update."""

    def state(self) -> dict[str, Any]:
        """Copies of what the layer remembers beside its parameters, by name; nothing as a rule."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:  # noqa: B027 (nothing remembered)
        """Write what `state` returned into the layer's own arrays."""

    def bind(self, params: np.ndarray, gradients: Gradients) -> None:
        """Take reshaped views of slices of ``params`` and ``gradients`` as the layer's own."""
        own, views, start = {}, {}, 0
        for name, shape in self.parameter_shapes().items():
            stop = start + int(np.prod(shape))
            own[name] = views[name] = params[start:stop].reshape(shape)
            views["d" + name] = gradients.memory[start:stop].reshape(shape)
            start = stop
        for name in ("_views", *views):
            self.__dict__.pop(name, None)  # what __init__ may have put in their place
        self.flat_params, self._gradients = params, gradients
        self.params = MappingProxyType(own)
        self.__dict__.update(own, _views=views)

    def check_bound(self) -> None:
        """Raise InputError if the parameters are not the views that `bind` has made."""
        found = self.__dict__.get("params", NONE)
        for name in self._views:
            if hasattr(type(self), name):
                raise InputError(
                    f"{self}: expected no class attribute {name}, which hides the view"
                )
        for name in self.parameter_shapes():
            view = self._views[name]
            if self.__dict__.get(name) is not view or found.get(name) is not view:
                raise InputError(
                    f"{self}: expected initialise to write into {name}, as self.{name}[...] = "
                    f"values does, got another array in its place"
                )

    def check_start(self) -> None:
        """Raise InputError unless all parameters start at finite numbers."""
        for name, view in self.params.items():
            if not np.isfinite(view).all():
                raise InputError(
                    f"{self}: expected finite starting values of {name}, got NaN or infinity"
                )

    # A gradient is found here, and not among the attributes: it may wait to be zeroed.

    def __getattr__(self, name: str) -> Any:
        views = self.__dict__.get("_views", NONE)
        if name not in views:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        self._gradients.settle()
        return views[name]

    def __setattr__(self, name: str, value: Any) -> None:
        view = self.__dict__.get("_views", NONE).get(name)
        if view is None:
            object.__setattr__(self, name, value)
        elif value is not view:
            if np.shape(value) != view.shape:
                raise InputError(
                    f"{self}: expected {name} of shape {view.shape}, got {np.shape(value)}"
                )
            getattr(self, name)[...] = value

    @property
    def flat_grads(self) -> np.ndarray:
        """All gradients of the layer end to end: its slice of the network's vector."""
        return self._gradients.settle()

    @property
    def grads(self) -> Mapping[str, np.ndarray]:
        """Gradients by the names of their parameters."""
        return MappingProxyType({name: getattr(self, "d" + name) for name in self.params})

    def __getstate__(self) -> dict[str, Any]:
        """Settings and memories, without the network's views: a copy of a layer is free."""
        bound = {"_views", "_gradients", "params", "flat_params", *self.params}
        return {name: value for name, value in vars(self).items() if name not in bound}

    def check_input(self, x: np.ndarray) -> None:
        """Raise InputError unless ``x`` is a batch that this layer can take."""
        width = "n" if self.n_in is None else str(self.n_in)
        if not isinstance(x, self.xp.ndarray):
            raise InputError(f"{self}: expected {self._array} (batch, {width}), got {described(x)}")
        if x.ndim != 2 or x.shape[0] == 0 or (self.n_in is not None and x.shape[1] != self.n_in):
            raise InputError(f"{self}: expected (batch, {width}) with batch >= 1, got {x.shape}")
        if self.params:
            dtype = self.flat_params.dtype
            if x.dtype != dtype:
                raise InputError(f"{self}: expected {dtype} input, got {x.dtype}")
        elif self.parameter_shapes():
            raise InputError(f"{self}: has no parameters yet; put it in a Sequential first")
        elif x.dtype.kind != "f":
            raise InputError(f"{self}: expected floating-point numbers, got {x.dtype}")

    def check_gradient(self, dy: np.ndarray, shape: tuple[int, ...]) -> None:
        """Raise InputError unless ``dy`` has the shape of the output it belongs to."""
        if not isinstance(dy, self.xp.ndarray) or dy.shape != shape:
            given = dy.shape if isinstance(dy, self.xp.ndarray) else described(dy)
            raise InputError(f"{self}: expected a gradient of shape {shape}, got {given}")

    @property
    def xp(self) -> Any:
        """Array module of the parameters' memory; NumPy as long as there is none."""
        return array_module(self.__dict__.get("flat_params"))

    @property
    def _array(self) -> str:
        return "an array" if self.xp is np else f"an array of {self.xp.__name__}"

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __repr__(self) -> str:
        widths = "" if self.n_in is None else f"{self.n_in}, {self.n_out}, "
        return f"{type(self).__name__}({widths}name={self.name!r})"
