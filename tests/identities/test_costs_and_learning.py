"""The table about learning: every line holds, and would not if something were wrong."""

import math

import numpy as np
import pytest

from minigan import costs
from minigan.identities.costs_and_learning import identities
from minigan.theory import likelihood, saturation, update_rules, which_kl


def broken(seed=0):
    return [one.statement for one in identities(seed) if not one.holds]


@pytest.mark.parametrize("seed", range(5))
def test_every_identity_holds(seed):
    assert broken(seed) == []


def test_every_line_says_what_where_and_how_well():
    lines = list(identities())
    assert len(lines) >= 12
    assert len({one.statement for one in lines}) == len(lines)
    for one in lines:
        assert one.statement.isascii()
        assert len(one.statement) < 75
        assert "tutorial" in one.source or "paper" in one.source or "20" in one.source
        assert 0 < one.tolerance <= 1e-6
        assert math.isfinite(one.left)
        assert math.isfinite(one.right)


def test_another_seed_tries_other_distributions():
    first, second = (list(identities(seed)) for seed in (0, 1))
    assert [one.statement for one in first] == [one.statement for one in second]
    assert sum(a.left != b.left for a, b in zip(first, second, strict=True)) >= 12


def scaled(function, factor):
    def wrong(*arguments, **options):
        result = function(*arguments, **options)
        return (
            tuple(factor * part for part in result)
            if isinstance(result, tuple)
            else factor * result
        )

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
