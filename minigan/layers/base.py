"""What every layer is: two functions, forward and backward, and named parameters.

    y, cache = layer.forward(x, train=True, rng=rng)
    dx = layer.backward(dy, cache)

Writing dJ/dy as ``dy``, backward is handed ``dy`` and returns ``dx`` = dJ/dx,
and adds dJ/dW to ``dW`` on the way. Whatever backward needs to know about the
forward pass travels in ``cache``, which belongs to the caller. A layer keeps
nothing of a pass on itself, so one network can be run on real and on fake
examples and each pass differentiated later, in any order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from minigan.base.backend import array_module, described
from minigan.base.errors import InputError


class Layer(ABC):
    """Base of all layers.

    A subclass writes ``forward`` and ``backward``. If it has parameters, it also
    names their shapes in ``parameter_shapes`` and fills them in ``initialise``;
    a ``Sequential`` then gives it memory: ``layer.W`` is the parameter and
    ``layer.dW`` its gradient, both views of the network's flat arrays, to be written
    into (``self.dW += ...``) and not to be replaced. Examples of a batch do not know of
    one another; a layer that mixes them needs ``Algorithm1(..., fast=False)``.

    Attributes
    ----------
    name : str
        What error messages and tables call the layer.
    n_in, n_out : int or None
        Width of the input and the output; None where any width passes through.
    params, grads : dict of str to array
        The same views by name, ``params["W"]`` is ``W``, ``grads["W"]`` is ``dW``.
    flat_params, flat_grads : array
        All of them end to end: the layer's slices of the network's flat vectors.

    Notes
    -----
    Arrays are NumPy's, or CuPy's if the network lives on a GPU. They have the same functions:
    ``self.xp.maximum`` is the right one on either.
    """

    flat_params: np.ndarray
    flat_grads: np.ndarray
    n_in: int | None = None
    n_out: int | None = None

    def __init__(self, *, name: str | None = None):
        self.name = name or type(self).__name__.lower()
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}

    @abstractmethod
    def forward(
        self, x: np.ndarray, *, train: bool = True, rng: np.random.Generator | None = None
    ) -> tuple[np.ndarray, Any]:
        """Output of the layer, and what backward will need.

        Parameters
        ----------
        x : array, shape (batch, n_in)
        train : bool
            Whether the pass is one of training; only dropout and noise care.
        rng : numpy.random.Generator, optional
            Source of randomness; only dropout and noise need one.

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

    def bind(self, params: np.ndarray, grads: np.ndarray) -> None:
        """Take reshaped views of two flat vectors as parameters and gradients.

        Parameters
        ----------
        params, grads : array, shape (number of parameters,)
            Slices of the network's flat vectors.
        """
        self.flat_params, self.flat_grads = params, grads
        self.params, self.grads = {}, {}
        start = 0
        for name, shape in self.parameter_shapes().items():
            stop = start + int(np.prod(shape))
            self.params[name] = params[start:stop].reshape(shape)
            self.grads[name] = grads[start:stop].reshape(shape)
            setattr(self, name, self.params[name])
            setattr(self, "d" + name, self.grads[name])
            start = stop

    def check_input(self, x: np.ndarray) -> None:
        """Raise InputError unless ``x`` is a batch that this layer can take."""
        width = "n" if self.n_in is None else str(self.n_in)
        if not isinstance(x, self.xp.ndarray):
            raise InputError(f"{self}: expected {self._array} (batch, {width}), got {described(x)}")
        if x.ndim != 2 or x.shape[0] == 0 or (self.n_in is not None and x.shape[1] != self.n_in):
            raise InputError(f"{self}: expected (batch, {width}) with batch >= 1, got {x.shape}")
        if self.params:
            dtype = next(iter(self.params.values())).dtype
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
        return array_module(getattr(self, "flat_params", None))

    @property
    def _array(self) -> str:
        return "an array" if self.xp is np else f"an array of {self.xp.__name__}"

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __repr__(self) -> str:
        widths = "" if self.n_in is None else f"{self.n_in}, {self.n_out}, "
        return f"{type(self).__name__}({widths}name={self.name!r})"
