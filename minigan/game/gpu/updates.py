"""One launch moves all parameters of a network: SGD and Adam for a GPU.

Learning rates are worked out for many updates ahead, in float64 as `minigan.optimizers` does it,
and sent to the GPU as a table; the kernel knows from a counter there which line is due, and whether
the game has stopped, because a figure or a gradient was not finite.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from minigan.layers.affine import Affine
from minigan.layers.base import Layer
from minigan.optimizers import SGD, Adam, Optimizer
from minigan.passes.cuda.kernels import kernels

AHEAD = 100  # updates in a table


class AnyUpdate:
    """Any optimizer: its own step, taken back if the game has stopped.

    ``state`` is the ledger's, and ``place`` where it counts the updates of the network.
    """

    def __init__(self, optimizer: Any, state: Any, place: int):
        self.optimizer, self._state, self.place = optimizer, state, place
        self.counted = 0  # turns that were to move the network
        self._xp, self._kernels = optimizer.network.xp, kernels(optimizer.network.xp)

    @property
    def refusal(self) -> str:
        """Why it cannot be recorded into a CUDA graph; empty if it can."""
        return f"{type(self.optimizer).__name__} is an optimizer that minigan does not know"

    @property
    def facts(self) -> tuple:
        """Numbers that a recording of it would hold fixed."""
        return ()

    def prepare(self) -> None:
        """Send to the GPU what the next update needs."""

    def launch(self) -> None:
        """Move the parameters, unless the game has stopped."""
        vectors = [self.optimizer.network.params]
        vectors += [getattr(self.optimizer, name) for name in getattr(self.optimizer, "memory", ())]
        before = [vector.copy() for vector in vectors]
        self.optimizer.step()
        for old, vector in zip(before, vectors, strict=True):
            self._kernels.undo(old, self._state, vector)

    def count(self) -> None:
        """Count the update on the host, where ``launch`` has not."""
        self.counted += 1


class TableUpdate(AnyUpdate, ABC):
    """SGD and Adam: a table of rates, and the constraints on columns by a kernel."""

    depends: ClassVar[tuple[str, ...]]  # names of what the rates are made of

    def __init__(self, optimizer, state, place):
        super().__init__(optimizer, state, place)
        self._table = self._xp.zeros((AHEAD, 2), optimizer.network.dtype)
        self._until, self._made_of = 0, None  # the first update that the table is too old for

    @property
    def refusal(self):
        for layer in self.optimizer.network.layers:
            if type(layer).constrain not in (Layer.constrain, Affine.constrain):
                return f"{layer} has a constraint that minigan does not know"
        return ""

    def prepare(self):
        count, t = self.counted, self.optimizer.t
        made_of = (*(getattr(self.optimizer, name) for name in self.depends), t - count)
        if count < self._until and made_of == self._made_of:
            return
        table = np.zeros((AHEAD, 2))
        for ahead in range(AHEAD):
            try:
                table[(count + ahead) % AHEAD] = self._rates(t + ahead)
            except Exception:
                if ahead == 0:
                    raise
                break  # a schedule may end where the game does
            self._until = count + ahead + 1
        self._table.set(table.astype(self._table.dtype))
        self._made_of = made_of

    def launch(self):
        network, state = self.optimizer.network, self._state
        self._move(network.params, network.grads, (self._table, state, self.place, AHEAD))
        for layer in network.layers:
            if type(layer).constrain is not Affine.constrain:
                layer.constrain()
            elif layer.max_col_norm is not None:
                norm2 = self._xp.sum(layer.W * layer.W, axis=0)
                self._kernels.shorten(norm2, layer.max_col_norm, state, layer.W)

    def count(self):
        super().count()
        self.optimizer.t += 1

    @abstractmethod
    def _rates(self, t: int) -> tuple[float, float]:
        """Line of the table for the update after ``t`` updates."""

    @abstractmethod
    def _move(self, theta: Any, g: Any, due: tuple) -> None:
        """Launch the kernel, on the line of the table that is due."""


class SGDUpdate(TableUpdate):
    """v <- mu v - lr g, theta <- theta + v. See `minigan.optimizers.SGD`."""

    depends = ("lr", "momentum")

    def _rates(self, t):
        return self.optimizer.lr(t), self.optimizer.momentum(t)

    def _move(self, theta, g, due):
        self._kernels.sgd(g, *due, theta, self.optimizer.velocity)


class AdamUpdate(TableUpdate):
    """theta <- theta - (lr s / (1 - beta1^t)) m / (sqrt(v) + s eps). See `minigan.Adam`."""

    depends = ("lr", "beta1", "beta2", "eps")

    @property
    def facts(self):
        return self.optimizer.beta1, self.optimizer.beta2

    def _rates(self, t):
        adam = self.optimizer
        s = math.sqrt(1 - adam.beta2 ** (t + 1))
        return adam.lr(t) * s / (1 - adam.beta1 ** (t + 1)), s * adam.eps

    def _move(self, theta, g, due):
        adam = self.optimizer
        decays = adam.beta1, 1 - adam.beta1, adam.beta2, 1 - adam.beta2
        self._kernels.adam(g, *due, *decays, theta, adam.m, adam.v)


def update_for(optimizer: Optimizer, state: Any, place: int) -> AnyUpdate:
    """Fastest update that knows the optimizer; exactly its class, since a subclass may differ."""
    kinds: dict[type, type[AnyUpdate]] = {SGD: SGDUpdate, Adam: AdamUpdate}
    return kinds.get(type(optimizer), AnyUpdate)(optimizer, state, place)
