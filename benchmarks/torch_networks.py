"""minigan's networks in PyTorch, weight for weight, and the way back to a flat vector.

Maxout comes in three forms: as one would write it, and the fastest that we found for
PyTorch with and without compilation.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import nn

import minigan as mg


class Maxout(nn.Module):
    """The pieces of a unit adjacent, as PyTorch code has them."""

    adjacent = True

    def __init__(self, linear: nn.Linear, pieces: int):
        super().__init__()
        self.linear, self.pieces = linear, pieces

    def forward(self, x):
        """Largest piece of every unit."""
        return self.linear(x).unflatten(1, (-1, self.pieces)).max(dim=2).values


class PiecesFirst(Maxout):
    """The faster order when every operation runs by itself."""

    adjacent = False

    def forward(self, x):
        """Largest piece of every unit."""
        return self.linear(x).unflatten(1, (self.pieces, -1)).max(dim=1).values


class PieceByPiece(PiecesFirst):
    """The faster way when the operations are compiled into one."""

    def forward(self, x):
        """Largest piece of every unit."""
        return functools.reduce(torch.maximum, self.linear(x).chunk(self.pieces, dim=1))


def order(layer, *, adjacent: bool) -> np.ndarray:
    """Which of minigan's columns, pieces first, each of PyTorch's is."""
    columns = np.arange(layer.W.shape[1]).reshape(layer.pieces, layer.n_out)
    return columns.T.ravel() if adjacent else columns.ravel()


def twin(network: mg.Sequential, maxout: type[Maxout], device: str) -> nn.Sequential:
    """The same network in PyTorch, with the same weights."""
    simple = {mg.ReLU: nn.ReLU, mg.Sigmoid: nn.Sigmoid}
    modules: list[nn.Module] = []
    for layer in network.layers:
        if type(layer) in simple:
            modules.append(simple[type(layer)]())
        elif isinstance(layer, mg.Dropout):
            modules.append(nn.Dropout(1 - layer.keep))
        else:
            linear = nn.Linear(layer.n_in, layer.W.shape[1])
            columns = order(layer, adjacent=maxout.adjacent)
            linear.weight.data = torch.tensor(layer.W.T[columns].copy())
            linear.bias.data = torch.tensor(layer.b[columns])
            is_maxout = isinstance(layer, mg.Maxout)
            modules.append(maxout(linear, layer.pieces) if is_maxout else linear)
    return nn.Sequential(*modules).to(device)


def flat(network: mg.Sequential, tensors, *, adjacent: bool) -> np.ndarray:
    """A weight and a bias a layer, as minigan's flat vector."""
    parts = []
    tensors = iter(tensors)
    for layer in network.layers:
        if layer.params:
            back = np.argsort(order(layer, adjacent=adjacent))
            weight, bias = (next(tensors).detach().cpu().numpy() for _ in range(2))
            parts += [weight[back].T.ravel(), bias[back]]
    return np.concatenate(parts)
