"""The identities of costs and learning can fail."""

import numpy as np
import pytest

from minigan import costs
from minigan.identities.costs_and_learning import identities
from minigan.theory import likelihood, saturation, update_rules, which_kl


def broken(seed=0):
    return [one.statement for one in identities(seed) if not one.holds]


def scaled(function, factor):
    def wrong(*arguments, **options):
        result = function(*arguments, **options)
        if isinstance(result, tuple):
            return tuple(factor * part for part in result)
        return factor * result

    return wrong


@pytest.mark.parametrize(
    ("where", "name", "lines"),
    [
        (likelihood, "kl_gradient", 4),
        (likelihood, "score_gradient", 1),
        (likelihood, "pathwise_gradient", 3),
        (likelihood, "kl", 1),
        (likelihood, "chi_square", 1),
        (saturation, "logit_slope", 3),
        (saturation, "effective_share", 1),
        (which_kl, "divergence", 4),
        (which_kl, "empirical_kl", 1),
        (update_rules, "contrast", 2),
    ],
)
def test_a_wrong_factor_shows(monkeypatch, where, name, lines):
    monkeypatch.setattr(where, name, scaled(getattr(where, name), 1.01))
    assert len(broken()) >= lines


def test_a_cost_under_the_wrong_name_shows(monkeypatch):
    monkeypatch.setitem(costs.GENERATOR_COSTS, "minimax", costs.non_saturating_cost)
    assert len(broken()) >= 3


def test_nan_shows(monkeypatch):
    monkeypatch.setattr(likelihood, "kl", lambda p, q: np.nan)
    assert broken()
