"""The Parzen score: each number by its definition, the bandwidth chosen, bad input."""

import numpy as np
import pytest
from devices import put

from minigan import InputError
from minigan.evaluation import ParzenScore, log_density, parzen

from . import oracles


@pytest.fixture
def data(rng):
    """Samples, validation and test examples in [0, 1]."""
    return tuple(rng.random((n, 6)) for n in (200, 40, 50))


def test_every_number_is_what_its_name_says(data):
    samples, valid, test = data
    score = parzen(*data, sigmas=[0.05, 0.2, 0.8])
    of_valid = [oracles.log_density(valid, samples, s).mean() for s in score.sigmas]
    of_test = oracles.log_density(test, samples, score.sigma)
    assert score.sigmas == (0.05, 0.2, 0.8)
    np.testing.assert_allclose(score.valid_log_likelihood, np.array(of_valid, float), atol=1e-10)
    assert score.sigma == 0.2
    assert score.test_log_likelihood == pytest.approx(float(of_test.mean()), abs=1e-10)
    assert score.test_log_likelihood == log_density(test, samples, score.sigma).mean()
    squares = (of_test - of_test.mean()) ** 2
    assert score.standard_error == pytest.approx(float((squares.sum() / 50 / 50) ** 0.5))


def test_the_default_grid_is_that_of_the_original_code(data):
    # parzen_ll.py: ten points of logspace(-1, 0)
    grid = [0.1, 0.1292, 0.1668, 0.2154, 0.2783, 0.3594, 0.4642, 0.5995, 0.7743, 1.0]
    np.testing.assert_allclose(parzen(*data).sigmas, grid, atol=5e-5)


def test_the_bandwidth_is_chosen_by_the_validation_examples(rng):
    samples, near = rng.normal(size=(60, 3)), 0.01 * rng.normal(size=(60, 3))
    wide, narrow = 3 * rng.normal(size=(30, 3)), samples[:30] + near[:30]
    chosen = [parzen(samples, valid, wide, sigmas=[0.02, 2.0]).sigma for valid in (wide, narrow)]
    assert chosen == [2.0, 0.02]


@pytest.mark.parametrize(
    ("sigmas", "on_edge"),
    [([0.1, 0.2, 0.4, 0.8], False), ([0.4, 0.8], True), ([0.01, 0.02], True), ([0.2], False)],
)
def test_a_bandwidth_on_the_edge_of_the_grid_is_noted(data, sigmas, on_edge):
    score = parzen(*data, sigmas=sigmas)
    assert score.on_edge is on_edge
    assert isinstance(score.on_edge, bool)


def test_on_a_device_the_score_is_the_same_and_on_the_host(xp, data):
    score = parzen(*(put(xp, rows) for rows in data))
    expected = parzen(*data)
    assert isinstance(score, ParzenScore)
    assert (score.sigma, score.sigmas, score.on_edge) == (
        expected.sigma,
        expected.sigmas,
        expected.on_edge,
    )
    assert all(type(value) is float for value in score.valid_log_likelihood)
    np.testing.assert_allclose(
        [*score.valid_log_likelihood, score.test_log_likelihood, score.standard_error],
        [*expected.valid_log_likelihood, expected.test_log_likelihood, expected.standard_error],
        rtol=0,
        atol=1e-10,
    )


GOOD = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((GOOD.astype(np.uint8), GOOD, GOOD), r"samples: expected floats.*got numpy uint8"),
        ((GOOD, GOOD.reshape(3, 2, 1), GOOD), r"valid: expected floats.*\(3, 2, 1\)"),
        ((GOOD, GOOD, GOOD + np.nan), "test: expected finite numbers, got NaN or infinity"),
        ((GOOD - np.inf, GOOD, GOOD), "samples: expected finite numbers, got NaN or infinity"),
        ((GOOD, GOOD, GOOD[:, :1]), "samples and test: expected rows of one width"),
        ((GOOD, GOOD[:0], GOOD), "valid: expected floats, an example a row, got numpy"),
        ((GOOD.tolist(), GOOD, GOOD), "samples: expected floats, an example a row, got list"),
    ],
)
def test_arrays_that_do_not_fit_are_named(arrays, message):
    with pytest.raises(InputError, match=f"^{message}"):
        parzen(*arrays)


@pytest.mark.parametrize("sigmas", [[], [0.0], ["wide"]])
def test_bandwidths_that_do_not_fit_are_refused(sigmas):
    with pytest.raises(InputError, match=r"^sigmas: expected"):
        parzen(GOOD, GOOD, GOOD, sigmas=sigmas)


def test_of_bandwidths_that_are_equally_good_the_first_is_taken():
    # -h / s^2 - log s is largest, and flat, at s = 1: a last bit of s does not change it.
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    for sigmas in ([1 + 2**-30, 1.0, 3.0], [1.0, 1 + 2**-30, 3.0], [0.5, 1.0, 1 - 2**-30]):
        score = parzen(zero, one, one, sigmas=sigmas)
        best = max(score.valid_log_likelihood)
        assert score.valid_log_likelihood.count(best) == 2
        assert score.sigma == sigmas[score.valid_log_likelihood.index(best)]


def test_the_ends_of_what_is_taken(data):
    samples, valid, test = data
    assert parzen(*data, sigmas=(s for s in (0.1, 0.2))).sigmas == (0.1, 0.2)  # one by one
    assert parzen(samples, valid, test[:1]).standard_error == 0
