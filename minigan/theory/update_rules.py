"""Noise-contrastive estimation, maximum likelihood and the GAN: one game, three update rules.

All three play with the value function of the 2014 paper (tutorial, section 3.4, Fig. 20;
Goodfellow 2014, "On distinguishability criteria"),

    V = E_data[log D(x)] + E_g[log(1 - D(x))],        D = sigmoid(a),

and differ in where the model stands and in who moves:

    NCE   p_model is in D: a = log p_model - log p_g. D climbs V. G never moves.
    MLE   p_model is in D. D climbs V, and then G copies p_model.
    GAN   p_model is p_g. D, any function of x, climbs V; G descends it, through D.

In each of them the gradient of V with respect to what is inside a is

    dV = E_data[(1 - D) da] - E_g[D da].

For MLE, p_g = p_model when D moves, so D = 1/2 and E_g[da] = 0, and what is left is half
the gradient of the log-likelihood, 1/2 E_data[d log p_model]. Everything is a Gaussian
here: p_data, the generator G(z) = mu + s z, and the model.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from minigan.base.numerics import sigmoid, softplus
from minigan.distributions import Normal
from minigan.theory.quadrature import gauss_legendre


class Sample(NamedTuple):
    """Points x with their probabilities w: random ones, or those of a quadrature."""

    x: np.ndarray
    w: np.ndarray


class Model(NamedTuple):
    """log p_model(x) = log N(x; mu, e^(2 rho)) + c; c = 0 if it is to integrate to 1."""

    mu: float
    rho: float
    c: float = 0.0

    @property
    def std(self) -> float:
        """e^rho."""
        return math.exp(self.rho)


class Logit(NamedTuple):
    """A discriminator for Gaussians: a(x) = w0 + w1 x + w2 x^2, which contains D*."""

    w0: float
    w1: float
    w2: float


class Turn(NamedTuple):
    """A game after an update: the model, the generator, and the value V(G, D) in nats."""

    model: Model
    generator: Model
    value: float
    D: Logit | None = None  # the GAN's; None where D is made of the model


Draw = Callable[[], tuple[Sample, Sample]]


def log_density(model: Model, x: np.ndarray) -> np.ndarray:
    """log p_model of a model at the points x, shape (n,)."""
    u = (x - model.mu) / model.std
    return model.c - model.rho - u * u / 2 - math.log(2 * math.pi) / 2


def density_slope(model: Model, x: np.ndarray) -> np.ndarray:
    """d log p_model / d (mu, rho, c) of a model at the points x, shape (3, n)."""
    u = (x - model.mu) / model.std
    return np.stack([u / model.std, u * u - 1, np.ones_like(u)])


def generate(generator: Model, z: Sample) -> Sample:
    """G(z) = mu + e^rho z, with mu and rho of the generator."""
    return Sample(generator.mu + generator.std * z.x, z.w)


def value(a_data: np.ndarray, a_fake: np.ndarray, data: Sample, fake: Sample) -> float:
    """V = E_data[log D] + E_g[log(1 - D)], in nats, of D's logits a; 2014 paper, Eq. 1."""
    return float(-data.w @ softplus(-a_data) - fake.w @ softplus(a_fake))


def climb(
    a_data: np.ndarray,
    a_fake: np.ndarray,
    data: Sample,
    fake: Sample,
    da: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Gradient (parameters,) of V in what is inside D: E_data[(1 - D) da] - E_g[D da].

    a_data and a_fake are D's logits at the points of data and of fake; da maps points (n,) to the
    derivatives of the logit there, (parameters, n).
    """
    up = da(data.x) @ (data.w * sigmoid(-a_data))
    down = da(fake.x) @ (fake.w * sigmoid(a_fake))
    return up - down


def contrast(
    model: Model, generator: Model, data: Sample, fake: Sample
) -> tuple[float, np.ndarray]:
    """V and its gradient in (mu, rho, c), shape (3,), for D = p_model / (p_model + p_g)."""
    a_data, a_fake = (log_density(model, s.x) - log_density(generator, s.x) for s in (data, fake))
    slope = climb(a_data, a_fake, data, fake, lambda x: density_slope(model, x))
    return value(a_data, a_fake, data, fake), slope


def nce(model: Model, noise: Model, draw: Draw, rate: float) -> Iterator[Turn]:
    """Noise-contrastive estimation (Gutmann & Hyvarinen 2010): G is a fixed source of noise.

    Turns without end, the first before any update, by a ``rate`` along the gradient of V. The model
    need not be normalised: c is learned with the rest.

    Yields
    ------
    Turn
    """
    while True:
        data, z = draw()
        V, up = contrast(model, noise, data, generate(noise, z))
        yield Turn(model, noise, V)
        model = Model(*(np.array(model) + rate * up))


def mle(model: Model, draw: Draw, rate: float) -> Iterator[Turn]:
    """Maximum likelihood as a game: after each update of D, G copies the model inside it.

    Turns as of `nce`; c stays 0, since only a normalised density can be sampled from.

    Yields
    ------
    Turn
    """
    while True:
        data, z = draw()
        V, up = contrast(model, model, data, generate(model, z))
        yield Turn(model, model, V)
        model = Model(*(np.array(model[:2]) + rate * up[:2]))  # and G is this same model


def gan(
    generator: Model, D: Logit, draw: Draw, rate: float, D_rate: float, k: int = 1
) -> Iterator[Turn]:
    """The minimax GAN: both players follow gradients of V, the generator through D.

    dV/d theta_G = -E_z[D a'(x) dG(z)/d theta_G], with dG/d(mu, rho) = (1, s z). A step is k updates
    of D, up with its D_rate, and then one of G, down, as in Algorithm 1. Turns as of `nce`.

    Yields
    ------
    Turn
    """
    while True:
        for turn in range(k):
            data, z = draw()
            fake = generate(generator, z)
            a_data, a_fake = logit(D, data.x), logit(D, fake.x)
            if turn == 0:
                yield Turn(generator, generator, value(a_data, a_fake, data, fake), D)
            D = Logit(*(np.array(D) + D_rate * climb(a_data, a_fake, data, fake, logit_slope)))
        _, z = draw()
        generator = Model(*(np.array(generator[:2]) - rate * descent(generator, D, z)))


def logit(D: Logit, x: np.ndarray) -> np.ndarray:
    """a(x) = w0 + w1 x + w2 x^2, with the weights of D."""
    return D.w0 + (D.w1 + D.w2 * x) * x


def logit_slope(x: np.ndarray) -> np.ndarray:
    """d a / d (w0, w1, w2) at the points x, shape (3, n)."""
    return np.stack([np.ones_like(x), x, x * x])


def descent(generator: Model, D: Logit, z: Sample) -> np.ndarray:
    """Gradient of V with respect to the generator's (mu, rho), by noise z, D fixed; shape (2,)."""
    x = generate(generator, z).x
    dV_dx = -sigmoid(logit(D, x)) * (D.w1 + 2 * D.w2 * x)
    dx = np.stack([np.ones_like(x), generator.std * z.x])
    return dx @ (z.w * dV_dx)


def exactly(data: Normal) -> Draw:
    """Draw of expectations by quadrature instead of sampling: the same points every time."""
    t, dt = gauss_legendre(np.linspace(-9, 9, 129), 4)
    z = Sample(t, dt * Normal().pdf(t))
    x = Sample(data.mean + data.std * t, z.w)
    return lambda: (x, z)


def by_minibatch(data: Normal, m: int, rng: np.random.Generator) -> Draw:
    """Draw of means over m fresh samples of p_data and of p_z, as in Algorithm 1."""
    w = np.full(m, 1 / m)

    def draw():
        x, z = (source.sample(m, rng)[:, 0].astype(np.float64) for source in (data, Normal()))
        return Sample(x, w), Sample(z, w)

    return draw
