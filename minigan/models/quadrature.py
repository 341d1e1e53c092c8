"""log p(x) of a decoder with a few latents, exact: a sum over a grid of z (tutorial, Eq. 7).

    log p(x) = log sum_j w_j p(x | z_j),   w_j proportional to exp(-|z_j|^2 / 2)

With responsibilities r_j = p(z_j | x), the gradient at the decoder's logits a_j of z_j is that of
the Bernoulli cost weighted by r: da_j = sum over x of r_j (sigmoid(a_j) - x) / m. So the decoder of
a VAE can be trained without an encoder and without a bound; what the bound costs the *model*
is the difference. It needs every z, so it ends at two or three latents.
"""

from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import log_sum_exp, sigmoid, softplus
from minigan.base.randomness import Streams
from minigan.models.model import OnePlayer, falling_adam, mlp
from minigan.networks import Sequential

AT_A_TIME = 64  # rows x, beside some 40,000 z


class Grid(NamedTuple):
    """Points z (n, 2) of a square and the logarithms (n,) of their weights, which sum to 1."""

    z: np.ndarray
    log_weights: np.ndarray

    @classmethod
    def square(cls, points: int, end: float) -> "Grid":
        """``points`` along each side of [-end, end]^2."""
        side = np.linspace(-end, end, points)
        z = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        log_weights = -(z * z).sum(axis=1) / 2
        return cls(z, log_weights - log_sum_exp(log_weights))


FINE = Grid.square(201, 6.0)


def bernoulli_log_joint(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """log p(x | z) of rows x (m, d) under logits a (n, d), one for each z; shape (m, n)."""
    return x @ a.T - softplus(a).sum(axis=1)


def log_marginal(outputs: np.ndarray, x: np.ndarray, grid: Grid, log_joint: Any) -> np.ndarray:
    """log p(x) of rows x (m, d), from a decoder's outputs (n, ...) at the points of the grid."""
    parts = [x[start : start + AT_A_TIME] for start in range(0, len(x), AT_A_TIME)]
    return np.concatenate(
        [log_sum_exp(log_joint(outputs, part) + grid.log_weights) for part in parts]
    )


class ExactDecoder(OnePlayer):
    """G(z) of logits, trained on the exact log p(x) of binary rows; no encoder, no bound."""

    moves, binary = ("G",), True

    def __init__(self, G: Sequential, grid: Grid):
        self.G, self.grid, self.dim = G, grid, G.n_out or 0

    def gradients(self, rng, x):
        """Gradient of the mean of -log p(x) into ``G.grads``. See `Turn.gradients`."""
        a, cache = self.G.forward(self.grid.z, rng=rng)
        log_joint = bernoulli_log_joint(a, x) + self.grid.log_weights
        log_p = log_sum_exp(log_joint)
        r = np.exp(log_joint - log_p[:, None]) / len(x)
        self.G.backward(r.sum(axis=0)[:, None] * sigmoid(a) - r.T @ x, cache, input_grad=False)
        return {"J_G": -log_p.mean()}

    def log_likelihood(self, x):
        """log p(x) of binary rows, shape (m,), over the grid that it is trained on."""
        self.require_rows(x)
        return log_marginal(self.G(self.grid.z), x, self.grid, bernoulli_log_joint)

    def sample(self, m, rng):
        """m independent rows: z of the grid, by its weights, then x."""
        self.require_draws(m, rng)
        z = self.grid.z[rng.choice(len(self.grid.z), m, p=np.exp(self.grid.log_weights))]
        return (rng.random((m, self.dim)) < sigmoid(self.G(z))).astype(self.G.dtype)


def on_bars(data: Any, seed: int, steps: int = 3000, points: int = 41) -> ExactDecoder:
    """The decoder 2-60-d of the VAE, on all images at once."""
    if not hasattr(data, "images"):
        raise InputError(f"ExactDecoder: expected data such as BarsAndStripes(3), got {data!r}")
    model = ExactDecoder(mlp(Streams(seed), "G", 2, 60, data.dim), Grid.square(points, 4.0))
    optimizer, rng = falling_adam(model.G, 3e-3, steps), np.random.default_rng(seed)
    for _ in range(steps):
        model.learn(data.images, rng)
        optimizer.step()
    return model
