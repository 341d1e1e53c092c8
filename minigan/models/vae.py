"""The variational autoencoder: explicit, by a bound (tutorial, Eq. 7; Kingma and Welling 2014).

    log p(x) >= ELBO = E_q log p(x|z) - KL(q(z|x) || N(0, I)),   q(z|x) = N(mu, diag e^v)

E encodes x into (mu, v), z = mu + e^{v/2} e with e ~ N(0, I), and G decodes z. Writing dz for the
gradient of -log p(x|z) that comes back through G, and with those of `gaussian_kl`,

    dmu = dz + mu / m,    dv = dz e e^{v/2} / 2 + (e^v - 1) / 2m.

log p(x) - ELBO is KL(q || p(z|x)): what the Gaussian q misses of the true posterior. With two
latents `minigan.models.quadrature` knows log p(x), and so the gap.
"""

from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.numerics import sigmoid, softplus
from minigan.base.randomness import Streams, require_rng
from minigan.layers import MaskedLinear, Tanh
from minigan.model_costs import bernoulli_cost, gaussian_cost, gaussian_kl
from minigan.models.model import OnePlayer, falling_adam, mlp, train
from minigan.models.quadrature import FINE, Grid, bernoulli_log_joint, log_marginal
from minigan.networks import Sequential, join


class VAE(OnePlayer):
    """Encoder E(x) = (mu, v) and decoder G(z) of logits; binary rows."""

    moves, binary = ("E", "G"), True

    def __init__(self, E: Sequential, G: Sequential):
        self.E, self.G, self.dim, self.latents = E, G, E.n_in or 0, G.n_in or 0

    grid = FINE
    cost = staticmethod(bernoulli_cost)
    log_joint = staticmethod(bernoulli_log_joint)

    def gradients(self, rng, x):
        """Gradients of the mean of -ELBO, for one e a row. See `Turn.gradients`."""
        require_rng("VAE", rng)
        code, E_cache = self.E.forward(x, rng=rng)
        mu, v = code[:, : self.latents], code[:, self.latents :]
        spread = array_module(x).exp(v / 2) * rng.standard_normal(mu.shape, dtype=mu.dtype)
        outputs, G_cache = self.G.forward(mu + spread, rng=rng)
        minus_log_p, d_outputs = self.cost(outputs, x)
        kl, dmu, dv = gaussian_kl(mu, v)
        dz = self.G.backward(d_outputs, G_cache)
        d_code, _ = join(dz + dmu, dz * spread / 2 + dv)
        self.E.backward(d_code, E_cache, input_grad=False)
        return {"J": minus_log_p + kl, "KL": kl}

    def bound(self, x, rng):
        """ELBO of each row, for one e a row: its mean over e is at most log p(x); (m,)."""
        self.require_rows(x)
        require_rng("VAE", rng)
        x = x.astype(self.E.dtype)
        mu, std = self.posterior(x)
        z = mu + std * rng.standard_normal(mu.shape)
        kl = (mu * mu + std * std - 1 - 2 * np.log(std)).sum(axis=1) / 2
        return self.log_p(self.G(z), x) - kl

    def log_p(self, outputs, x):
        """log p(x|z) of each row, from G's outputs at its z, (m,)."""
        return (x * outputs - softplus(outputs)).sum(axis=1)

    def posterior(self, x):
        """q(z|x) of each row, a Gaussian: its mean and its standard deviation, (m, latents)."""
        outputs = self.E(x.astype(self.E.dtype))
        return outputs[:, : self.latents], np.exp(outputs[:, self.latents :] / 2)

    def sample(self, m, rng):
        """m independent rows: z ~ N(0, I), then x ~ p(x|z), not the decoder's mean."""
        self.require_draws(m, rng)
        return self.drawn(self.G(rng.standard_normal((m, self.latents))), rng)

    def drawn(self, outputs, rng):
        """Rows x ~ p(x|z), from G's outputs."""
        return (rng.random(outputs.shape) < sigmoid(outputs)).astype(outputs.dtype)

    def exact_log_likelihood(self, x):
        """log p(x) of rows by quadrature, with two latents: an oracle, not a part of the model."""
        self.require_rows(x)
        return log_marginal(self.G(self.grid.z), x, self.grid, self.log_joint)

    def pmf(self, states):
        """Probabilities of all states, by quadrature."""
        return np.exp(self.exact_log_likelihood(states))


class GaussianVAE(VAE):
    """The same with x ~ N(mean, e^2s): the outputs of G are (mean, s)."""

    binary, grid = False, Grid.square(121, 6.0)

    @staticmethod
    def cost(outputs, x):
        """`gaussian_cost` of (mean, s), and its gradient at both."""
        mean, s = np.split(outputs, 2, axis=1)
        J, dmean, ds = gaussian_cost(mean, s, x)
        return J, join(dmean, ds)[0]

    @staticmethod
    def log_joint(outputs, x):
        """log p(x | z) of rows x (m, d) under outputs (n, 2d), one for each z; shape (m, n)."""
        mean, s = np.split(outputs, 2, axis=1)
        precision = np.exp(-2 * s)
        squares = x * x @ precision.T - 2 * x @ (mean * precision).T
        return -(squares + (mean * mean * precision + 2 * s + np.log(2 * np.pi)).sum(axis=1)) / 2

    def log_p(self, outputs, x):
        """log p(x|z) of each row, from G's outputs at its z, (m,)."""
        mean, s = np.split(outputs, 2, axis=1)
        return -(((x - mean) * np.exp(-s)) ** 2 / 2 + s + np.log(2 * np.pi) / 2).sum(axis=1)

    def drawn(self, outputs, rng):
        """Rows x ~ p(x|z), from G's outputs."""
        mean, s = np.split(outputs, 2, axis=1)
        return mean + np.exp(s) * rng.standard_normal(mean.shape)


def on_bars(data: Any, seed: int, steps: int = 12_000) -> VAE:
    """E d-60-4 and G 2-60-d."""
    streams = Streams(seed)
    E = mlp(streams, "E", data.dim, 60, 4)
    G = mlp(streams, "G", 2, 60, data.dim)
    return _trained(VAE(E, G), data, streams, steps, 100)


def on_ring(data: Any, seed: int, steps: int = 4000) -> GaussianVAE:
    """E 2-48-48-4 and G 2-48-48-2, with a standard deviation that is learned, and sees no z."""
    streams = Streams(seed)
    E = mlp(streams, "E", 2, 48, 48, 4)
    std_sees_nothing = MaskedLinear([[1, 1, 0, 0]] * 48, bias=np.array([0, 0, -0.5, -0.5]))
    G = mlp(streams, "G", 2, 48, 48, last=[Tanh(), std_sees_nothing])
    return _trained(GaussianVAE(E, G), data, streams, steps, 128)


def _trained(model: Any, data: Any, streams: Streams, steps: int, batch: int) -> Any:
    optimizers = [falling_adam(net, 3e-3, steps) for net in (model.E, model.G)]
    return train(model, optimizers, steps, seed=streams, batch=batch, x=data)
