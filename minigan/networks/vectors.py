"""One flat vector of parameters and one of gradients, and what follows from having them.

Layers see views of the two. So an update, an average, a file or a copy of a network deals with one
array, whatever the network is made of; and wherever a network is copied or sent, the views are
made anew, so that layers and vectors never come apart.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from minigan.base.backend import Device, array_module, described, to_host
from minigan.base.backend import device as find_device
from minigan.base.errors import InputError
from minigan.base.states import expect_like, fill
from minigan.layers.base import Layer
from minigan.layers.gradients import Gradients


class Vectors:
    """Base of networks: owns ``params`` and ``grads``, of which the layers hold views.

    A subclass has ``name`` and ``_layers``, calls ``_allocate``, and makes in ``_prepare`` what
    belongs to the present memory; ``made_anew`` names it, so that copies do without it.
    """

    name: str
    device: Device
    made_anew: tuple[str, ...] = ("_params", "_grads", "_gradients")
    _layers: tuple[Layer, ...]

    @property
    def params(self) -> np.ndarray:
        """All parameters, end to end. What is assigned is copied in, and the layers see it."""
        return self._params

    @params.setter
    def params(self, values: np.ndarray) -> None:
        if values is not self._params:
            self._params[...] = self._on_device("params", values)

    @property
    def grads(self) -> np.ndarray:
        """All gradients, end to end. What is assigned is copied in.

        Ask for them anew after `zero_grads`: an array that was taken before may hold old numbers.
        """
        for gradients in self._gradients:
            if gradients.due:
                gradients.settle()
        return self._grads

    @grads.setter
    def grads(self, values: np.ndarray) -> None:
        if values is not self.grads:
            self._grads[...] = self._on_device("grads", values)

    def zero_grads(self) -> None:
        """Set all gradients to zero, as ``net.grads[:] = 0`` does, at no cost.

        The first backward pass afterwards writes its gradients, later ones add to them. Arrays
        that were taken from ``grads`` or ``layer.dW`` before keep old numbers until then.
        """
        for gradients in self._gradients:
            gradients.due = True

    @property
    def xp(self):
        """Array module of the device: NumPy or CuPy."""
        return self.device.xp

    @property
    def dtype(self) -> np.dtype:
        """dtype of the parameters."""
        return self._params.dtype

    def copy(
        self, dtype: str | type | np.dtype | None = None, device: str | Device | None = None
    ) -> Any:
        """Copy of the network, with layers and memory of its own.

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
        twin = object.__new__(type(self))
        state = {**self.__getstate__(), "_layers": tuple(map(copy.deepcopy, self._layers))}
        state["dtype"] = self.dtype if dtype is None else checked_dtype(self.name, dtype)
        state["device"] = self.device if device is None else find_device(device)
        twin.__setstate__(state)
        return twin

    __copy__ = copy

    def state(self) -> dict[str, Any]:
        """Parameters, and what layers remember beside them, for a checkpoint.

        Returns
        -------
        dict
            ``layers``, their reprs in a row; ``params``; and ``remembered``, the layers' states.
        """
        return {
            "layers": ", ".join(map(repr, self._layers)),
            "params": np.array(to_host(self._params)),
            "remembered": self.remembered(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken.

        Parameters
        ----------
        state : dict
            From a network of the same layers and dtype.

        Raises
        ------
        InputError
            If it is of another; nothing has changed then.
        """
        expect_like(self.name, state, self.state())
        fill(self._params, state["params"])
        self.remember(state["remembered"])

    def remembered(self) -> dict[str, Any]:
        """Copies of what layers remember beside parameters, by number and class of layer."""
        if not self._has_memories:
            return {}
        states = {
            f"{i}-{type(layer).__name__}": layer.state() for i, layer in enumerate(self._layers)
        }
        return {name: copy.deepcopy(state) for name, state in states.items() if state}

    def remember(self, states: dict[str, Any]) -> None:
        """Let the layers go on from what `remembered` has returned."""
        for name, state in states.items():
            self._layers[int(name.partition("-")[0])].restore(copy.deepcopy(state))

    def __getstate__(self) -> dict[str, Any]:
        """Layers without their views, and the numbers: views are made anew from these."""
        kept = {name: value for name, value in vars(self).items() if name not in self.made_anew}
        return {**kept, "dtype": self.dtype, "params": self.params, "grads": self.grads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        dtype, params, grads = (state.pop(name) for name in ("dtype", "params", "grads"))
        place = state["device"]
        self.__dict__.update(state)
        self._allocate(dtype, place)
        for to, source in ((self._params, params), (self._grads, grads)):
            moves = place.xp is not array_module(source)
            to[...] = place.to_device(to_host(source)) if moves else source

    def _allocate(self, dtype: np.dtype, place: Device) -> None:
        """Make the flat vectors and hand each layer its views."""
        self.device = place
        sizes = [
            sum(int(np.prod(shape)) for shape in layer.parameter_shapes().values())
            for layer in self._layers
        ]
        self._params = self.xp.zeros(sum(sizes), dtype)
        self._grads = self.xp.zeros(sum(sizes), dtype)
        self._gradients: list[Gradients] = []
        self._has_memories = any(type(each).state is not Layer.state for each in self._layers)
        stop = 0
        for layer, size in zip(self._layers, sizes, strict=True):
            start, stop = stop, stop + size
            gradients = Gradients(self._grads[start:stop])
            layer.bind(self._params[start:stop], gradients)
            if size:
                self._gradients.append(gradients)
        self._prepare()

    def _prepare(self) -> None:
        """Make what belongs to the memory that has just been allocated."""

    def _on_device(self, what: str, values):
        """The values, if they may be copied in: numbers, or an array of the same device."""
        if self.xp is not np and not np.isscalar(values) and array_module(values) is not self.xp:
            raise InputError(
                f"{self.name}: expected {what} as an array of {self.xp.__name__}, "
                f"got {described(values)}; network.device.to_device moves it"
            )
        return values


def checked_dtype(name: str, dtype: Any) -> np.dtype:
    """The dtype, if it is one that networks have."""
    for kind in (np.dtype("float32"), np.dtype("float64")):
        if dtype is not None and dtype in (kind.name, kind.type, kind):  # None == float64
            return kind
    raise InputError(f"{name}: expected dtype float32 or float64, got {dtype!r}")
