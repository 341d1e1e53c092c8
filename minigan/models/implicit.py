"""Generators without a likelihood: x = G(z), by a game with D or by matching moments.

Both are implicit and direct: a sample is one pass, and p(x) is not known. On binary data z is one
of the 2^n corners of a cube and x = [G(z) > 1/2], so that p_g is known all the same: run all z.

A GAN (tutorial, section 3; the game of `minigan.game`) shows D its samples behind noise, so that
0 and 1 are not told from 0.01 and 0.99. A moment-matching net (Li et al. 2015; Dziugaite et al.
2015) has no D: it descends MMD, the root of `mmd2`, between minibatches of x and of G(z).
"""

from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.randomness import Streams, require_rng
from minigan.base.validation import shown, whole_number
from minigan.distributions import BarsAndStripes, Normal, all_states
from minigan.distributions.states import state_index
from minigan.game import DiscriminatorTurn, GeneratorTurn
from minigan.layers import GaussianNoise, ReLU, Sigmoid
from minigan.model_costs import mmd2
from minigan.models.model import Model, NotThereError, OnePlayer, falling_adam, mlp, train
from minigan.networks import Sequential

CORNERS = 8  # binary z, of which there are 256


class Corners:
    """Uniform on the corners of a cube, {-1, 1}^n: noise of which all values can be listed."""

    def __init__(self, dim: int):
        self.dim = whole_number("Corners: dim", dim)

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m independent rows, float32, shape (m, dim)."""
        require_rng("Corners", rng)
        return (2 * rng.integers(0, 2, (m, self.dim)) - 1).astype(np.float32)


class Generator(Model):
    """x = G(z), rounded to 0 and 1 if z is of `Corners`: samples, and nothing else."""

    def __init__(self, G: Sequential, z: Any):
        self.G, self.z, self.dim = G, z, G.n_out or 0

    def sample(self, m, rng):
        """m independent rows: a pass of G."""
        self.require_draws(m, rng)
        x = self.G(self.z.sample(m, rng).astype(self.G.dtype))
        return self.rounded(x) if isinstance(self.z, Corners) else x

    def rounded(self, x):
        """Binary rows of G's outputs."""
        return (x > 0.5).astype(x.dtype)

    def pmf(self, states):
        """p_g, exactly: all z of `Corners`, each with probability 2^-n; of no other z."""
        if not isinstance(self.z, Corners):
            raise NotThereError(f"Generator.pmf: expected z of Corners, got {shown(self.z)}")
        x = self.rounded(self.G(2 * all_states(self.z.dim) - 1))
        return np.bincount(state_index(x), minlength=len(states)) / len(x)


class GAN(Generator):
    """Two players; D is of use only while G learns."""

    def __init__(self, G: Sequential, D: Sequential, z: Any):
        super().__init__(G, z)
        self.D = D

    @property
    def turns(self):
        """D's turn and G's, with the non-saturating cost."""
        return DiscriminatorTurn(self.G, self.D), GeneratorTurn(self.G, self.D)


class MomentMatching(Generator, OnePlayer):
    """G by the root of MMD^2 with Gaussian kernels of some ``variances``, summed."""

    moves, draws = ("G",), ("x", "z")

    def __init__(self, G: Sequential, z: Any, variances: tuple[float, ...]):
        super().__init__(G, z)
        self.variances = variances

    def gradients(self, rng, x, z):
        """Gradient of (MMD^2 + 1e-8)^1/2 into ``G.grads``. See `Turn.gradients`."""
        x_fake, cache = self.G.forward(z, rng=rng)
        square, dx = mmd2(x, x_fake, self.variances)
        J_G = array_module(x_fake).sqrt(square + 1e-8)
        self.G.backward(dx / (2 * J_G), cache, input_grad=False)
        return {"J_G": J_G}


def generator(data: Any, streams: Streams) -> tuple[Sequential, Any]:
    """G, the same for all, and its z: of `Corners` for binary data, else Gaussian; 64-64 ReLU."""
    if not isinstance(data, BarsAndStripes):
        return mlp(streams, "G", 2, 64, 64, data.dim, bend=ReLU), Normal(dim=2)
    G = mlp(streams, "G", CORNERS, 64, 64, data.dim, bend=ReLU, last=[Sigmoid()])
    return G, Corners(CORNERS)


def gan(data: Any, seed: int, steps: int = 6000) -> GAN:
    """A GAN whose D d-64-64-1 sees binary data behind noise of 0.3."""
    streams = Streams(seed)
    G, z = generator(data, streams)
    noise = [GaussianNoise(0.3)] if isinstance(z, Corners) else []
    D = mlp(streams, "D", data.dim, 64, 64, 1, bend=ReLU, first=noise)
    optimizers = [falling_adam(net, 1e-3, steps, beta1=0.5) for net in (G, D)]
    batch = 100 if noise else 128
    return train(GAN(G, D, z), optimizers, steps, seed=streams, batch=batch, x=data, z=z)


def mmd_net(data: Any, seed: int, steps: int = 3000) -> MomentMatching:
    """A moment-matching net; its kernels are as wide as the data's gaps, and wider."""
    streams = Streams(seed)
    G, z = generator(data, streams)
    is_binary = isinstance(z, Corners)
    model = MomentMatching(G, z, (0.25, 1.0, 4.0) if is_binary else (0.02, 0.08, 0.5, 2.0))
    batch, optimizers = 100 if is_binary else 200, [falling_adam(G, 2e-3, steps)]
    return train(model, optimizers, steps, seed=streams, batch=batch, x=data, z=z)
