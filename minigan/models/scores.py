"""Scores of a model: on states that can all be listed exact, from its probabilities q.

KL(p_data || q) is infinite where q misses a state that p_data has, and is not clipped. Mass that
lies outside of all states, as of a flow, counts as one more state, which p_data never shows.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from minigan.base.randomness import generator
from minigan.distributions import Mixture
from minigan.theory.binned import grid_jsd, js_masses, kl_masses
from minigan.variants import ring_game

OF_DATA = 5000  # samples of p_data, for KL in the plane


class Scores(NamedTuple):
    """KL and JSD of q from p_data, and the patterns that it covers."""

    kl: float
    jsd: float
    patterns: int
    valid: float


def scores(p: np.ndarray, q: np.ndarray) -> Scores:
    """Scores of q against p = p_data, both (states,); KL and JSD in nats.

    ``patterns`` counts the states of p_data with q >= p/10; ``valid`` is the mass of q on them.
    """
    elsewhere = max(1 - q.sum(), 0.0)
    both = np.append(p, 0.0), np.append(q, elsewhere)
    is_pattern = p > 0
    found = int((q[is_pattern] >= p[is_pattern] / 10).sum())
    return Scores(kl_masses(*both), js_masses(*both), found, float(q[is_pattern].sum()))


def ring_scores(model: Any, data: Mixture, seed: int = 0, m: int = 100_000) -> Scores:
    """Scores of a model in the plane against modes of equal weight, from m samples, in nats.

    JSD is that of the masses of 70 x 70 cells of [-3.5, 3.5]^2 and of the rest. KL is the mean of
    log p_data(x) - log p(x) over samples of p_data; NaN where the model has no density.
    ``patterns`` counts the modes with 1/10 of their share of samples within 3 std, ``valid`` is the
    share of samples within 3 std of some mode: of p_data itself 0.988.
    """
    rng = generator(seed)
    x, edges = model.sample(m, rng), np.linspace(-3.5, 3.5, 71)
    near = ring_game.cells(x, data)[:-1]
    found = int((near >= data.weights / 10).sum())
    real = data.sample(OF_DATA, rng).astype(np.float64)
    log_p = log_density(model, real)
    kl = math.nan if log_p is None else float((np.log(data.pdf(real)) - log_p).mean())
    return Scores(kl, grid_jsd(x, data, edges), found, float(near.sum()))


def log_density(model: Any, x: np.ndarray) -> np.ndarray | None:
    """log p(x) of rows x, exact or by quadrature; None of an implicit model."""
    for name in ("log_likelihood", "exact_log_likelihood"):
        if hasattr(model, name):
            return getattr(model, name)(x)
    return None
