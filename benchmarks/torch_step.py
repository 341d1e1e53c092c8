"""Algorithm 1 in PyTorch, as one would write it, and with what is known to speed it up.

The networks are minigan's, weight for weight, so that gradients can be compared.
The costs are without the tutorial's factor 1/2; so half the learning rate makes
the same step.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

import minigan as mg

torch.set_num_threads(1)


class Maxout(nn.Module):
    """The pieces of a unit adjacent, as PyTorch code has them."""

    def __init__(self, n_in: int, units: int, pieces: int):
        super().__init__()
        self.linear = nn.Linear(n_in, units * pieces)
        self.units, self.pieces = units, pieces

    def forward(self, x):
        """Largest piece of every unit."""
        return self.linear(x).view(-1, self.units, self.pieces).max(dim=2).values


def adjacent(columns: np.ndarray, pieces: int) -> np.ndarray:
    """minigan's columns, pieces first, in the order of `Maxout` above."""
    *rows, n = columns.shape
    return columns.reshape(*rows, pieces, n // pieces).swapaxes(-1, -2).reshape(columns.shape)


def twin(network: mg.Sequential) -> nn.Sequential:
    """The same network in PyTorch, with the same weights."""
    layers = []
    for layer in network.layers:
        if isinstance(layer, mg.ReLU):
            layers.append(nn.ReLU())
            continue
        is_maxout = isinstance(layer, mg.Maxout)
        n_in, n_out = layer.n_in, layer.n_out
        module = Maxout(n_in, n_out, layer.pieces) if is_maxout else nn.Linear(n_in, n_out)
        linear = module.linear if is_maxout else module
        W, b = adjacent(layer.W, layer.pieces), adjacent(layer.b, layer.pieces)
        linear.weight.data = torch.from_numpy(np.ascontiguousarray(W.T))
        linear.bias.data = torch.from_numpy(b.copy())
        layers.append(module)
    return nn.Sequential(*layers)


def gradients_of(module: nn.Module, network: mg.Sequential) -> np.ndarray:
    """Gradients of a twin, in the order of ``network.grads``."""
    flat = []
    linears = [m for m in module.modules() if isinstance(m, nn.Linear)]
    affine = [layer for layer in network.layers if layer.params]
    for linear, layer in zip(linears, affine, strict=True):
        for gradient in (linear.weight.grad.T.numpy(), linear.bias.grad.numpy()):
            # the inverse of `adjacent`: the same exchange with the other number of parts
            flat.append(adjacent(gradient, layer.n_out).ravel())
    return np.concatenate(flat)


def discriminator_loss(D, x, x_fake):
    """-V(G, D): twice J_D."""
    a_real, a_fake = D(x), D(x_fake)
    return bce(a_real, torch.ones_like(a_real)) + bce(a_fake, torch.zeros_like(a_fake))


def generator_loss(a_fake):
    """Twice the non-saturating J_G."""
    return bce(a_fake, torch.ones_like(a_fake))


class EagerStep:
    """Algorithm 1, as one would write it."""

    def __init__(self, G, D, sample_data, sample_noise, lr: float, momentum: float):
        self.G, self.D = twin(G), twin(D)
        self.sample_data, self.sample_noise = sample_data, sample_noise
        self.D_optimizer = torch.optim.SGD(self.D.parameters(), lr / 2, momentum)
        self.G_optimizer = torch.optim.SGD(self.G.parameters(), lr / 2, momentum)

    def __call__(self):
        """Make one step."""
        x, z = self.sample_data(), self.sample_noise()
        self.D_optimizer.zero_grad()
        discriminator_loss(self.D, x, self.G(z).detach()).backward()
        self.D_optimizer.step()

        self.G_optimizer.zero_grad()
        generator_loss(self.D(self.G(self.sample_noise()))).backward()
        self.G_optimizer.step()


class TunedStep(EagerStep):
    """The same, but D sees one batch, is frozen in G's step, and the optimizers are fused."""

    def __init__(self, G, D, sample_data, sample_noise, lr: float, momentum: float):
        super().__init__(G, D, sample_data, sample_noise, lr, momentum)
        self.D_optimizer = torch.optim.SGD(self.D.parameters(), lr / 2, momentum, fused=True)
        self.G_optimizer = torch.optim.SGD(self.G.parameters(), lr / 2, momentum, fused=True)
        m = len(sample_data())
        self.targets = torch.cat([torch.ones(m, 1), torch.zeros(m, 1)])
        self.real = torch.ones(m, 1)

    def __call__(self):
        """Make one step."""
        x, z = self.sample_data(), self.sample_noise()
        with torch.no_grad():
            x_fake = self.G(z)
        self.D_optimizer.zero_grad()
        (2 * bce(self.D(torch.cat([x, x_fake])), self.targets)).backward()
        self.D_optimizer.step()

        self.G_optimizer.zero_grad()
        self.D.requires_grad_(False)
        bce(self.D(self.G(self.sample_noise())), self.real).backward()
        self.D.requires_grad_(True)
        self.G_optimizer.step()
