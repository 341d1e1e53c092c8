"""Annealed importance sampling: bounds of log p(x) for any decoder (Neal 2001; Wu et al. 2016).

A decoder G and noise of a standard deviation ``std`` are a density, p(x|z) = N(G(z), std^2) with
z ~ N(0, I). Chains go from the prior (beta = 0) to the posterior (beta = 1) through
p(z) p(x|z)^beta. Each step first adds to its weight, then moves by Hamiltonian Monte Carlo:

    log w += (beta' - beta) log p(x|z),   then z ~ a kernel that keeps p(z) p(x|z)^beta'.

The mean of w is p(x), so log mean w is a lower bound in expectation. From a z that x was made
with, the way back gives an upper bound (Grosse et al. 2015). Both need kernels that keep
their law: step sizes come from a pilot run and then stand still. If they follow the chain's own
acceptance, its weights are no longer unbiased, and the "lower bound" rises above log p(x).
"""

from itertools import pairwise
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import log_sum_exp, sigmoid
from minigan.base.randomness import require_rng
from minigan.base.validation import real_number, whole_number
from minigan.networks import Sequential

LEAPS = 10  # of a move
UP, DOWN = 1.02, 0.96  # what the pilot's step sizes are multiplied by


def ais(
    G: Sequential,
    x: np.ndarray,
    std: float,
    steps: int,
    rng: np.random.Generator,
    *,
    chains: int = 16,
    z: np.ndarray | None = None,
) -> np.ndarray:
    """Lower bound of log p(x) of each row x (n, d), in nats, (n,), for a G in float64.

    With z (n, k), that the rows were made with, an upper bound. Both tighten as ``steps``, the
    temperatures, grow; both are those of this ``std``, and change with it.
    """
    real_number("ais: std", std, 0, low_open=True)
    whole_number("ais: chains", chains)
    require_rng("ais", rng)
    if x.ndim != 2 or x.shape[1] != G.n_out or (z is not None and z.shape != (len(x), G.n_in)):
        raise InputError(f"ais: expected rows (n, {G.n_out}) and z (n, {G.n_in}), got {x.shape}")
    g = sigmoid(np.linspace(-4, 4, whole_number("ais: steps", steps, 2)))
    betas = (g - g[0]) / (g[-1] - g[0])
    rows = np.tile(x, (chains, 1))
    shape = (len(rows), G.n_in or 0)
    _, sizes = anneal(G, rows, rng.standard_normal(shape), std, betas, None, rng)
    if z is None:
        log_w, _ = anneal(G, rows, rng.standard_normal(shape), std, betas, sizes, rng)
        return log_sum_exp(log_w.reshape(chains, -1), axis=0) - np.log(chains)
    log_w, _ = anneal(G, rows, np.tile(z, (chains, 1)), std, betas[::-1], sizes[::-1], rng)
    return np.log(chains) - log_sum_exp(log_w.reshape(chains, -1), axis=0)


def anneal(
    G: Sequential, x: Any, z: Any, std: float, betas: Any, sizes: Any, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """log w (m,) of chains z (m, k) for rows x (m, d), and the mean step sizes, one a move.

    ``sizes`` are those of the moves; None is a pilot, whose chains adapt them: do not use its w.
    """
    log_w, own, used = np.zeros(len(z)), np.full(len(z), 0.05), []
    for i, (beta, following) in enumerate(pairwise(betas)):
        log_w += (following - beta) * _log_p(G, z, x, std)[0]
        size = own if sizes is None else np.full(len(z), sizes[i])
        used.append(size.mean())
        z, accepted = _move(G, x, z, std, following, size[:, None], rng)
        own = np.clip(own * np.where(accepted, UP, DOWN), 1e-4, 1.0)
    return log_w, np.array(used)


def _move(G, x, z, std, beta, size, rng):
    """Hamiltonian Monte Carlo: z after one move, and which chains accepted it.

    The energy is U = |z|^2 / 2 - beta log p(x|z), with dU/dz = z - beta dlog p/dz.
    """
    v = rng.standard_normal(z.shape)
    log_p, slope = _log_p(G, z, x, std)
    H = (z * z + v * v).sum(axis=1) / 2 - beta * log_p
    to = z
    for _ in range(LEAPS):
        v = v - size / 2 * (to - beta * slope)
        to = to + size * v
        log_p, slope = _log_p(G, to, x, std)
        v = v - size / 2 * (to - beta * slope)
    H_to = (to * to + v * v).sum(axis=1) / 2 - beta * log_p
    accepted = np.log(rng.random(len(z))) < H - H_to
    return np.where(accepted[:, None], to, z), accepted


def _log_p(G, z, x, std):
    """log p(x|z) of each row, (m,), and its gradient at z: J^T (x - G(z)) / std^2."""
    y, cache = G.forward(z, train=False)
    r = (x - y) / std
    log_p = -(r * r).sum(axis=1) / 2 - x.shape[1] * np.log(std * np.sqrt(2 * np.pi))
    return log_p, G.backward(r / std, cache, param_grads=False)
