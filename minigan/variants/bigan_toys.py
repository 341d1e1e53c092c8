"""Two tasks for BiGAN with known answers, on the line and in the plane, and scores of fit.

x = T(u) with u ~ N(0, I), and z ~ N(0, I). On the line T(u) = u + 0.1 u^3, and G must be T(z) or
T(-z). In the plane T(u) = (u1, 0.6 u2 + 0.6 u1^2 - 0.6), and G = T o R for any R that keeps
N(0, I) as it is. E and G may be each other's inverse at the wrong scale: reconstruction is no fit.
"""

import math
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import Streams, generator
from minigan.distributions import Normal
from minigan.game import Game
from minigan.layers import Layer, LeakyReLU, Tanh
from minigan.networks import Sequential, join
from minigan.theory.binned import js_masses
from minigan.variants.bigan import (
    EncoderGeneratorTurn,
    FallingNoise,
    GaussianOutput,
    PairDiscriminatorTurn,
)
from minigan.variants.conditional_toys import late_adam, network

NOISE, NOISE_ENDS = 1.0, 0.9  # its std at first, and the share of the run at which it is 0
RINGS, SECTORS = 6, 8  # cells of the plane, each of mass 1/48 under N(0, I)
RADII = np.sqrt(-2 * np.log(1 - np.arange(1, RINGS) / RINGS))  # between the rings
SAMPLES = 20_000


class Task(NamedTuple):
    """T, and the settings of the game; as a sampler, rows x = T(u)."""

    T: Callable[[np.ndarray], np.ndarray]
    widths: tuple[int, ...]  # of E and G
    widths_D: tuple[int, ...]
    bend_D: Callable[[], Layer]
    gain_D: float
    batch: int
    k: int
    rate: float
    rate_D: float

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows x, float32, shape (m, n)."""
        return self.T(rng.standard_normal((m, self.widths[0]), dtype=np.float32))


def cubic(u):
    """T on the line."""
    return u + 0.1 * u**3


def bent(u):
    """T in the plane."""
    return join(u[:, :1], 0.6 * u[:, 1:] + 0.6 * u[:, :1] ** 2 - 0.6)[0]


def straight(x):
    """The inverse of `bent`."""
    return join(x[:, :1], (x[:, 1:] + 0.6 - 0.6 * x[:, :1] ** 2) / 0.6)[0]


LINE = Task(cubic, (1, 24, 1), (2, 48, 48, 1), Tanh, 1.3, 128, 2, 2e-3, 4e-3)
LEAKY = partial(LeakyReLU, 0.2)
PLANE = Task(bent, (2, 32, 32, 2), (4, 64, 64, 1), LEAKY, 1.6, 256, 3, 1e-3, 4e-3)


def bigan_game(
    task: Task, steps: int, seed: Any, noise: float = NOISE, *, draws: bool = False
) -> Game:
    """The game of E and G, set up to play ``steps`` steps; the noise on D's inputs falls to 0.

    E and G are deterministic, or draw their outputs, with standard deviations of 0.5 at first.
    """
    streams, (n, *_) = Streams(seed), task.widths
    make: Callable = drawing if draws else partial(network, task.widths, Tanh, 1.0)
    G, E = (make(seed=streams[f"init_{x}"], name=x) for x in "GE")
    of_D = task.widths_D, task.bend_D, task.gain_D
    D = network(*of_D, seed=streams["init_D"], name="D")
    rows = max(1, int(NOISE_ENDS * steps * (task.k + 1) * task.batch))
    return Game(
        PairDiscriminatorTurn(G, E, D, task.k),
        EncoderGeneratorTurn(G, E, D),
        optimizers=[
            *(late_adam(net, task.rate, steps) for net in (G, E)),
            late_adam(D, task.rate_D, steps * task.k),
        ],
        batch=task.batch,
        seed=streams,
        x=task,
        z=Normal(dim=n),
        noise=FallingNoise(4 * n, noise, rows),
    )


def drawing(**named: Any) -> Sequential:
    """A net for the plane, of means and logs of standard deviations, that draws its output."""
    inner = network((*PLANE.widths[:-1], 4), Tanh, 1.0).layers
    net = Sequential([*map(copy, inner), GaussianOutput(2)], **named)
    net.layers[-2].params["b"][2:] = math.log(0.5)
    return net


def scores_on_the_line(E: Sequential, G: Sequential) -> dict[str, float]:
    """Scores of E and G by a sum over 2,001 nodes of u, and of z: no sampling error.

    ``reconstruction``, E |G(E(x)) - x|^2 over var x; ``of_z``, E |E(G(z)) - z|^2; ``G_error``, mean
    square of G(z) - T(+-z) over var x, for the better sign; ``std_E`` of E(x) (asked: 1), and
    ``std_G`` of G(z) over that of x (asked: 1).
    """
    E, G = (net.copy(dtype="float64") for net in (E, G))
    z = np.linspace(-6, 6, 2001)[:, None]
    weights = np.exp(-(z[:, 0] ** 2) / 2)
    weights /= weights.sum()
    x, made = cubic(z), G(z)

    def mean_square(y):
        return float(weights @ y[:, 0] ** 2)

    def std(y):
        return mean_square(y - weights @ y) ** 0.5

    code, variance = E(x), mean_square(x)
    return {
        "reconstruction": mean_square(G(code) - x) / variance,
        "of_z": mean_square(E(made) - z),
        "G_error": min(mean_square(made - sign * x) for sign in (1, -1)) / variance,
        "std_E": std(code),
        "std_G": std(made) / variance**0.5,
    }


def cells(u: np.ndarray) -> np.ndarray:
    """Fractions of rows u (n, 2) in 48 cells of equal mass under N(0, I): 6 rings of 8 sectors."""
    ring = np.searchsorted(RADII, np.hypot(u[:, 0], u[:, 1]))
    angle = np.arctan2(u[:, 1], u[:, 0]) / (2 * np.pi) + 0.5
    sector = np.minimum((angle * SECTORS).astype(int), SECTORS - 1)
    counts = np.bincount(ring * SECTORS + sector, minlength=RINGS * SECTORS)
    return counts / len(u)


def jsd_to_normal(u: np.ndarray) -> float:
    """JSD of rows u (n, 2) and N(0, I) on the 48 cells: a lower bound, off by some 47 / 8n."""
    return js_masses(np.full(RINGS * SECTORS, 1 / (RINGS * SECTORS)), cells(u))


def scores_in_the_plane(E: Sequential, G: Sequential, seed: int = 0) -> dict[str, float]:
    """Scores of E and G from 20,000 samples each.

    ``reconstruction`` of x over var x, and ``of_z``; ``J_z``, JSD of E(x) and N(0, I) on 48 cells;
    ``J_x``, that of T^-1(G(z)); ``least`` and ``largest`` standard deviation of E(x) (asked: 1).
    """
    x, z = PLANE.sample(SAMPLES, rng := generator(seed)), Normal(dim=2).sample(SAMPLES, rng)

    def drawn(net, rows):
        return net.forward(rows, rng=rng)[0]

    code, made = drawn(E, x), drawn(G, z)
    stds = np.sqrt(np.linalg.eigvalsh(np.cov(code.T.astype(np.float64))))
    return {
        "reconstruction": float(((drawn(G, code) - x) ** 2).sum(1).mean() / x.var(0).sum()),
        "of_z": float(((drawn(E, made) - z) ** 2).sum(1).mean() / 2),
        "J_z": jsd_to_normal(code),
        "J_x": jsd_to_normal(straight(made)),
        "least": float(stds[0]),
        "largest": float(stds[1]),
    }
