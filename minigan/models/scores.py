"""Scores of a model on data whose states can all be listed: exact, from its probabilities q.

KL(p_data || q) is infinite where q misses a state that p_data has, and is not clipped. Mass that
lies outside of all states, as of a flow, counts as one more state, which p_data never shows.
"""

from typing import NamedTuple

import numpy as np

from minigan.theory.binned import js_masses, kl_masses


class Scores(NamedTuple):
    """How near q comes to p_data, and which of its patterns it has."""

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
