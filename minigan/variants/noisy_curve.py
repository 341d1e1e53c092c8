"""A G of one z in the plane, with the exact p_g that its noisy last layer gives it.

Data are (1.5 t, sin 2t) + 0.2 eps, t ~ N(0, 1). p_g(x) = E_z N(x; G(z), e^2s) is a sum over z.
Without the noise p_g sits on a curve, of which p_data sees nothing: JSD = log 2 for every G.
"""

import math
from copy import copy
from typing import Any

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Normal
from minigan.game import Algorithm1
from minigan.layers import Tanh
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.schedules import late_decay
from minigan.theory.binned import js_masses
from minigan.variants.conditional_toys import network
from minigan.variants.learned_noise import LearnedNoise

STD, START = 0.2, 0.6  # of the data's noise, and of G's at the start
X, Y = np.linspace(-5.5, 5.5, 111), np.linspace(-2.6, 2.6, 79)
Z = np.linspace(-5, 5, 1201)
WEIGHTS = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()
D_TURNS = 2


def curve(t):
    """The middle of the data, (n, 2), at t of shape (n,)."""
    return np.stack([1.5 * t, np.sin(2 * t)], axis=1)


class Data:
    """Sampler of the data."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows (m, 2)."""
        t, noise = rng.standard_normal(m), rng.standard_normal((m, 2))
        return (curve(t) + STD * noise).astype(np.float32)


def noise_game(steps: int, seed: int) -> Algorithm1:
    """The game of G, 1-32-32-2 and noise, and D, 2-48-48-1, set up to play ``steps`` steps."""
    streams = Streams(seed)
    layers = map(copy, network((1, 32, 32, 2), Tanh, 1.0, seed=0).layers)
    G = Sequential([*layers, LearnedNoise(2, START)], seed=streams["init_G"], name="G")
    D = network((2, 48, 48, 1), Tanh, 1.3, seed=streams["init_D"], name="D")
    G_adam = Adam(G, late_decay(1e-3, steps, 2e-5), beta1=0.5)
    D_adam = Adam(D, late_decay(2e-3, steps * D_TURNS, 4e-5), beta1=0.5)
    play: Any = {"data": Data(), "noise": Normal(), "k": D_TURNS, "seed": streams}
    return Algorithm1(G, D, G_optimizer=G_adam, D_optimizer=D_adam, **play)


def law(G: Sequential) -> tuple[np.ndarray, np.ndarray]:
    """Parts of p_g: G(z) at `Z` without the noise, and the noise's standard deviations."""
    return G(Z[:, None].astype(np.float32)).astype(np.float64), np.exp(G.layers[-1].params["s"])


def masses(middle, std) -> np.ndarray:
    """E_z N(x; middle(z), std^2) at the points of the grid, as masses with sum 1."""
    of_x, of_y = (
        np.exp(-(((at[:, None] - middle[:, i]) / std[i]) ** 2) / 2) for i, at in enumerate((X, Y))
    )
    density = ((of_x * WEIGHTS) @ of_y.T).ravel()
    return density / density.sum()


def on_cells(middle: np.ndarray, side: float) -> float:
    """JSD of p_data and of p_g on the curve ``middle``, over square cells of the plane."""
    t = np.linspace(Z[0], Z[-1], 200_001)
    points = np.stack([np.interp(t, Z, middle[:, i]) for i in range(2)], axis=1)
    cells, which = np.unique(np.floor(points / side), axis=0, return_inverse=True)
    p_g = np.bincount(which.ravel(), np.exp(-(t**2) / 2))
    far = (((cells + 0.5) * side)[:, None] - curve(Z)) / STD
    p_data = side**2 * (np.exp(-(far**2).sum(axis=2) / 2) @ WEIGHTS) / (2 * math.pi * STD**2)
    return js_masses(np.append(p_data, 1 - p_data.sum()), np.append(p_g / p_g.sum(), 0))
