"""Better distributions to sample z from (2014, section 7.5), for a generator that stands still.

With r(x) = p_data / p_g = e^a, a the logit of D*, z taken with weight r(G(z)) gives p_data on what
G can make. If that has probability c under p_data, no choice of z comes below

    floor(c) = JSD(p_data, p_data given what G makes)
             = 1/2 [c log(2c / (1 + c)) + (1 - c) log 2 + log(2 / (1 + c))].

Rejection accepts z with probability min(1, r / M), of which c / M are accepted if M = max r;
Metropolis-Hastings moves to another z' with probability min(1, r' / r), and needs no M; a learned z
has a softmax over slices of z. All are exact here: laws are masses of cells of the line. D's own
e^a in place of r is what one has in practice.
"""

import math
from typing import Any

import numpy as np
from scipy.special import ndtri, xlogy

from minigan.base.randomness import Streams
from minigan.distributions import Mixture, Normal
from minigan.game import Algorithm1
from minigan.layers import Tanh
from minigan.networks import Sequential
from minigan.optimizers import Adam
from minigan.variants.conditional_toys import late_adam, network
from minigan.variants.discrete import softmax

DATA = Mixture([-2.0, 2.0], 0.5)
EDGES = np.arange(-8, 8.001, 0.02)  # of the cells of the line
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
SLICES, PIECES = 32, 200  # slices of z of equal mass, and pieces of a slice on which G is straight
BATCH, D_TURNS, RATE_G, RATE_D = 128, 3, 1e-3, 4e-3
_LEAST = 1e-9  # what G makes with less probability than this in a cell, it does not make


def two_bells_players(steps: int, streams: Streams) -> tuple[Sequential, Sequential, list[Adam]]:
    """G, 1-16-16-1, and D, 1-32-32-1, and their optimizers for ``steps`` steps."""
    G = network((1, 16, 16, 1), Tanh, 1.0, seed=streams["init_G"], name="G")
    D = network((1, 32, 32, 1), Tanh, 1.6, seed=streams["init_D"], name="D")
    return G, D, [late_adam(G, RATE_G, steps), late_adam(D, RATE_D, steps * D_TURNS)]


def two_bells_game(steps: int, seed: Any) -> Algorithm1:
    """A GAN on two bells, set up to play ``steps`` steps."""
    streams = Streams(seed)
    G, D, (of_G, of_D) = two_bells_players(steps, streams)
    game: Any = {"data": DATA, "noise": Normal(), "batch": BATCH, "k": D_TURNS, "seed": streams}
    return Algorithm1(G, D, G_optimizer=of_G, D_optimizer=of_D, **game)


def masses_between(x: np.ndarray) -> np.ndarray:
    """Masses of the cells for points x (n + 1,) and n straight, equally likely pieces between."""
    x = np.clip(x.astype(np.float64), EDGES[0], EDGES[-1])
    low, high = np.sort([x[:-1], x[1:]], axis=0)[..., None]
    below = (EDGES - low) / np.maximum(high - low, 1e-9)
    return np.diff(np.clip(below, 0, 1).mean(axis=0))


def quantiles(pieces: int) -> np.ndarray:
    """Ends (pieces + 1, 1) of intervals of one probability under N(0, 1), the outermost finite."""
    u = np.clip(np.linspace(0, 1, pieces + 1), 1e-9, 1 - 1e-9)
    return ndtri(u)[:, None].astype(np.float32)


def slice_laws(G: Sequential) -> np.ndarray:
    """Masses of the cells for z in each slice, (SLICES, cells); their mean over slices is p_g."""
    x = G(quantiles(SLICES * PIECES).astype(G.dtype))[:, 0]
    starts = range(0, SLICES * PIECES, PIECES)
    return np.array([masses_between(x[i : i + PIECES + 1]) for i in starts])


def covered(p_data: np.ndarray, p_g: np.ndarray) -> float:
    """c, the probability under p_data of the cells in which p_g is not 0."""
    return float(p_data[p_g > _LEAST].sum())


def ratio(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """r = p_data / p_g of each cell, 0 where p_g is."""
    return np.where(p_g > _LEAST, p_data / np.maximum(p_g, _LEAST), 0.0)


def floor(c: float) -> float:
    """JSD(p_data, p_data given a set of probability c), in nats: the least that better z reach."""
    return float(xlogy(c, 2 * c / (1 + c)) + (1 - c) * math.log(2) + math.log(2 / (1 + c))) / 2


def rejection(p_g: np.ndarray, r: np.ndarray, share: float = 1.0) -> tuple[np.ndarray, float]:
    """Masses of what is accepted with probability min(1, r / M), and the share of z accepted.

    M is the quantile of r at ``share`` under p_g; its largest value for 1.
    """
    order = np.argsort(r)
    reached = np.searchsorted(np.cumsum(p_g[order]), share * p_g.sum() - _LEAST)
    M = r[order[min(reached, r.size - 1)]] if share < 1 else r[p_g > _LEAST].max()
    kept = p_g * np.minimum(1, r / M)
    return kept / kept.sum(), float(kept.sum())


def metropolis(p_g: np.ndarray, r: np.ndarray, proposals: int) -> np.ndarray:
    """Masses after that many proposals from p_g, the first draw being one of p_g's own."""
    inside = p_g > _LEAST
    q, s = p_g[inside], np.maximum(r[inside], 1e-300)
    move = q * np.minimum(1, s / s[:, None])  # from row to column
    np.fill_diagonal(move, move.diagonal() + 1 - move.sum(axis=1))
    law = np.zeros_like(p_g)
    law[inside] = q @ np.linalg.matrix_power(move, proposals)
    return law


def slope_of_slices(l: np.ndarray, p_data: np.ndarray, laws: np.ndarray) -> np.ndarray:  # noqa: E741
    """dV/dl at D* for z's slices with probabilities w = softmax(l): w_c (v_c - w v).

    v_c = E[log(1 - D*(G(z))) | z in slice c]. D* is the best answer to w, so this is dC/dl too.
    """
    w = softmax(l)
    p_g = w @ laws
    both = np.maximum(p_data + p_g, 1e-300)
    v = laws @ np.log(np.maximum(p_g / both, 1e-300))
    return w * (v - w @ v)


def learned_z(p_data: np.ndarray, laws: np.ndarray, steps: int = 4000) -> np.ndarray:
    """Probabilities of z's slices after steps of length 20 down `slope_of_slices`."""
    l = np.zeros(len(laws))  # noqa: E741
    for _ in range(steps):
        l = l - 20 * slope_of_slices(l, p_data, laws)  # noqa: E741
    return softmax(l)
