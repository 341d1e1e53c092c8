"""One launch moves all parameters of a network: SGD and Adam for a GPU.

An update asks no questions of the computer's memory. Learning rates are worked out for many
updates ahead, in float64 as `minigan.optimizers` does it, and sent to the GPU as a table;
the kernel knows from a counter on the GPU which line of the table is due. It also looks
whether the game has stopped, because a cost or a gradient was not finite.
"""

# ruff: noqa: D102 (the base class says it for all)

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from minigan.cuda.kernels import OF_D, OF_G
from minigan.cuda.passes import Tools

from minigan.layers.affine import Affine
from minigan.layers.base import Layer
from minigan.optimizers import SGD, Adam, Optimizer

AHEAD = 100  # updates in a table


class AnyUpdate:
    """Any optimizer: its own step, taken back if the game has stopped.

    Parameters
    ----------
    optimizer : Optimizer
    player : {"D", "G"}
        Whose it is.
    state : array of int64
        See `minigan.cuda.kernels`.
    tools : Tools
    """

    capturable = False

    def __init__(self, optimizer: Any, player: str, state: Any, tools: Tools):
        self.optimizer, self._state, self._tools = optimizer, state, tools
        self._counter = OF_D if player == "D" else OF_G
        self._before = tools.xp.empty_like(optimizer.network.params)

    def prepare(self, count: int) -> None:
        """What has to be sent to the GPU before the player's turn number ``count``."""

    def launch(self) -> None:
        """Move the parameters, unless the game has stopped."""
        theta = self.optimizer.network.params
        self._before[...] = theta
        self.optimizer.step()
        self._tools.kernels.undo(self._before, self._state, theta)

    def count(self) -> None:
        """Count the update, where ``launch`` has not."""


class TableUpdate(AnyUpdate, ABC):
    """What SGD and Adam have in common: the table, and the constraints in launches of ours."""

    def __init__(self, optimizer, player, state, tools):
        self.optimizer, self._state, self._tools = optimizer, state, tools
        self._counter = OF_D if player == "D" else OF_G
        network = optimizer.network
        self._table = tools.xp.zeros((AHEAD, 2), network.dtype)
        self._until, self._made_for = 0, None  # the first turn that it is too old for
        own = (Layer.constrain, Affine.constrain)
        self.capturable = all(type(layer).constrain in own for layer in network.layers)
        self._limits = [
            ColumnLimit(layer, state, tools) if _limited(layer) else layer.constrain
            for layer in network.layers
        ]

    def prepare(self, count):
        facts = (*self._schedules(), self.optimizer.t - count)
        if count < self._until and facts == self._made_for:
            return
        t, table = self.optimizer.t, np.zeros((AHEAD, 2))
        for ahead in range(AHEAD):
            try:
                table[(count + ahead) % AHEAD] = self._rates(t + ahead)
            except Exception:
                if ahead == 0:
                    raise
                break  # a schedule may end where the game does
            self._until = count + ahead + 1
        self._table.set(table.astype(self._table.dtype))
        self._made_for = facts

    def launch(self):
        self._move(self.optimizer.network)
        for limit in self._limits:
            limit()

    def count(self):
        self.optimizer.t += 1

    def _schedules(self) -> tuple:
        """What the table depends on; if it is no longer the same, the table is made again."""
        return (self.optimizer.lr,)

    @abstractmethod
    def _rates(self, t: int) -> tuple[float, float]:
        """Line of the table for the update after ``t`` updates."""

    @abstractmethod
    def _move(self, network) -> None:
        """Launch the kernel."""

    def _due(self) -> tuple:
        return self._table, self._state, self._counter, AHEAD


class SGDUpdate(TableUpdate):
    """v <- mu v - lr g, theta <- theta + v. See `minigan.optimizers.SGD`."""

    def _schedules(self):
        return self.optimizer.lr, self.optimizer.momentum

    def _rates(self, t):
        return self.optimizer.lr(t), self.optimizer.momentum(t)

    def _move(self, network):
        v = self.optimizer.velocity
        self._tools.kernels.sgd(network.grads, *self._due(), network.params, v)


class AdamUpdate(TableUpdate):
    """theta <- theta - (lr s / (1 - beta1^t)) m / (sqrt(v) + s eps). See `minigan.Adam`."""

    def _schedules(self):
        adam = self.optimizer
        return adam.lr, adam.beta1, adam.beta2, adam.eps

    def _rates(self, t):
        adam = self.optimizer
        s = math.sqrt(1 - adam.beta2 ** (t + 1))
        return adam.lr(t) * s / (1 - adam.beta1 ** (t + 1)), s * adam.eps

    def _move(self, network):
        adam = self.optimizer
        decays = adam.beta1, 1 - adam.beta1, adam.beta2, 1 - adam.beta2
        self._tools.kernels.adam(
            network.grads, *self._due(), *decays, network.params, adam.m, adam.v
        )


class ColumnLimit:
    """W_j <- W_j min(|W_j|, c) / max(|W_j|, 1e-7). See `minigan.layers.affine`.

    In memory of its own: nothing may be allocated while a turn is recorded.
    """

    def __init__(self, layer: Any, state: Any, tools: Tools):
        self._W, self._c, self._state, self._tools = layer.W, layer.max_col_norm, state, tools
        n_in, columns = layer.W.shape
        self._squared = tools.xp.empty_like(layer.W)
        self._norm2 = tools.xp.empty((1, columns), layer.W.dtype)
        self._ones = tools.xp.ones((1, n_in), layer.W.dtype)

    def __call__(self) -> None:
        made, products = self._tools.kernels, self._tools.products
        made.square(self._W, self._squared)
        products.product(self._ones, self._squared, self._norm2)
        made.shorten(self._norm2, self._c, self._state, self._W)


def _limited(layer: Layer) -> bool:
    return (
        isinstance(layer, Affine)
        and type(layer).constrain is Affine.constrain
        and layer.max_col_norm is not None
    )


UPDATES: dict[type[Optimizer], type[AnyUpdate]] = {SGD: SGDUpdate, Adam: AdamUpdate}


def update_for(optimizer: Optimizer, player: str, state: Any, tools: Tools) -> AnyUpdate:
    """Fastest update that knows the optimizer; exactly its class, since a subclass may differ.

    Parameters
    ----------
    optimizer : Optimizer
    player : {"D", "G"}
    state : array of int64
    tools : Tools

    Returns
    -------
    AnyUpdate
    """
    return UPDATES.get(type(optimizer), AnyUpdate)(optimizer, player, state, tools)
