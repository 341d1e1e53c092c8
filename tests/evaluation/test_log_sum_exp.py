"""Terms that matter: the screens against all terms, the cases in which each is taken, the work."""

import numpy as np
import pytest
from devices import put, take
from scipy.special import logsumexp

from minigan.evaluation import log_density
from minigan.evaluation import log_sum_exp as terms
from minigan.evaluation.distances import exact_half_squares

from . import oracles


@pytest.fixture
def pairs(monkeypatch):
    """How many distances were computed exactly, in a list that grows."""
    numbers = []

    def count(points, centres, i, j):
        numbers.append(len(i))
        return exact_half_squares(points, centres, i, j)

    monkeypatch.setattr(terms, "exact_half_squares", count)
    return numbers


@pytest.fixture
def data(rng):
    """Thirty points and two thousand centres in fifty dimensions."""
    return rng.random((30, 50)), rng.random((2000, 50))


def needed(points, centres, sigma):
    """How many terms are large enough to be seen in the sum."""
    h = oracles.half_squares(points, centres)
    return (h <= h.min(axis=1)[:, None] + sigma**2 * np.log(len(centres) / terms.LEFT_OUT)).sum()


def test_where_few_terms_matter_only_those_are_computed_exactly(data, pairs):
    log_density(*data, 0.05)
    assert needed(*data, 0.05) <= sum(pairs) < 1.01 * needed(*data, 0.05) + 30


def test_where_many_matter_hardly_any_has_to_be_exact(data, pairs):
    assert needed(*data, 10.0) == 30 * 2000
    log_density(*data, 10.0)
    assert 30 <= sum(pairs) <= 60  # the nearest, in either tile


def test_where_float64_products_are_too_coarse_all_that_matter_are_exact(rng, pairs):
    centres = 1 + 1e-9 * rng.normal(size=(200, 10))
    centres[0] = 0  # far away: large numbers are subtracted for the others
    log_density(centres[1:4], centres, 1e-9)
    assert sum(pairs) == 3 * 199


@pytest.mark.parametrize("widest", [0.02, 0.5, 1e3])
@pytest.mark.parametrize("flat", [False, True])
def test_sum_exp_is_the_sum(xp, rng, widest, flat):
    above = rng.exponential(size=(40, 900))
    above[:, 0] = 0
    sigmas = widest * np.array([1.0, 0.2, 0.02])
    expected = [np.exp(-above / sigma**2).sum(axis=1) for sigma in sigmas]
    row = None
    if flat:
        row, above = put(xp, np.repeat(np.arange(40), 900)), above.ravel()
    sums = terms.sum_exp(put(xp, above), row, 40, sigmas, 900)
    np.testing.assert_allclose(take(sums), expected, rtol=1.1 * terms.LEFT_OUT)


def test_terms_left_inexact_cannot_change_a_sum_by_more_than_the_tolerance(rng):
    # The worst that may happen: every term beyond the reach has the error, all in one direction.
    m, sigma, error = 3000, 0.3, np.array([1e-12, 1e-11, 1e-7, 1e-2])
    reach = terms.inexact_from(error, m, np.array([sigma]))
    h = np.sort(rng.exponential(0.5, size=(4, m)), axis=1)
    h -= h.min(axis=1)[:, None]
    wrong = h - error[:, None] * (h > reach[:, None])
    off = logsumexp(-wrong / sigma**2, axis=1) - logsumexp(-h / sigma**2, axis=1)
    assert (off <= terms.INEXACT).all()
    assert (reach >= 2 * error).all()
    alone = [terms.inexact_from(error, m, np.array([s])) for s in (1.0, 0.1, 1e-4)]
    together = terms.inexact_from(error, m, np.array([1.0, 0.1, 1e-4]))
    assert np.array_equal(together, np.max(alone, axis=0))
