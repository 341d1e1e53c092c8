"""The common part of layers y = f(x), number by number: their directional derivatives.

R{v} is the derivative of v as x and the parameters move along a direction (Pearlmutter 1994).
A layer that has ``forward_r`` and ``backward_r`` can be differentiated twice: see
`minigan.networks.second`. Of an elementwise layer both follow from ``backward`` and f'':

    Ry = f'(x) Rx                           which is backward of Rx
    Rdx = f'(x) Rdy + f''(x) Rx dy          since dx = f'(x) dy
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from minigan.layers.base import Layer


class Elementwise(Layer):
    """Base of the layers that map each number by itself, with fixed random numbers if any."""

    @abstractmethod
    def second(self, cache: Any) -> np.ndarray | None:
        """f''(x), shape (batch, width); None if it is 0 wherever there is one."""

    def forward_r(self, Rx, cache, V):
        """Ry = f'(x) Rx; arrays (batch, width). There are no parameters to move along V."""
        return self.backward(Rx, cache)

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """Rdx = f'(x) Rdy + f''(x) Rx dy; arrays (batch, width)."""
        Rdx, second = self.backward(Rdy, cache), self.second(cache)
        return Rdx if second is None else Rdx + second * Rx * dy
