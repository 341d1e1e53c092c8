"""Parzen scores of MNIST itself, against figures computed independently in float64."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from minigan.evaluation import log_density, parzen, references

from . import oracles

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"

pytestmark = pytest.mark.skipif(
    not MNIST.is_dir(), reason="needs MNIST's four files in ../shared/data/mnist"
)


def images(name):
    """Pixels in [0, 1], float32, an image a row."""
    pixels = np.frombuffer(gzip.decompress((MNIST / name).read_bytes()), np.uint8, offset=16)
    return pixels.reshape(-1, 784) / np.float32(255)


@pytest.fixture(scope="module")
def train():
    return images("train-images-idx3-ubyte.gz")


@pytest.fixture(scope="module")
def test():
    return images("t10k-images-idx3-ubyte.gz")


def test_a_few_points_are_exact_at_every_bandwidth_of_the_grid(train, test):
    points, centres = test[:2], train[:1000]
    sigmas = np.logspace(-1, 0, 10)
    for sigma, ours in zip(sigmas, log_density(points, centres, sigmas), strict=True):
        error = abs(ours - oracles.log_density(points, centres, sigma)).astype(float)
        assert (error <= oracles.allowed(points, centres, sigma)).all()


@pytest.mark.slow
def test_training_images_score_as_computed_independently(train, test):
    # Computed beforehand in NumPy, exponents in float64, with no code in common.
    score = parzen(train[:10_000], train[50_000:51_000], test)
    expected = [-138.5, 147.2, 238.1, 212.3, 116.5, -21.3, -184.1, -362.0, -548.9, -741.1]
    np.testing.assert_allclose(score.valid_log_likelihood, expected, rtol=0, atol=0.051)
    assert score.sigma == pytest.approx(0.16681, abs=5e-6)
    assert score.test_log_likelihood == pytest.approx(241.19, abs=0.0051)
    assert score.standard_error == pytest.approx(2.13, abs=0.0051)
    assert not score.on_edge


@pytest.mark.slow
def test_off_the_grid_the_scores_are_as_computed_independently(train, test):
    expected = {0.15: 221.92, 0.17: 242.45, 0.18: 242.70, 0.20: 230.79}
    log_p = log_density(test, train[:10_000], list(expected))
    np.testing.assert_allclose(log_p.mean(axis=1), list(expected.values()), rtol=0, atol=0.0051)


@pytest.mark.slow
def test_random_training_images_score_as_the_true_distribution(train, test):
    # 243.56 +- 2.09: the 243 of Theis, van den Oord and Bethge (2016)
    centres = train[np.random.RandomState(0).permutation(50_000)[:10_000]]
    log_p = log_density(test, centres, 0.1 * 10 ** (2 / 9))
    assert log_p.mean() == pytest.approx(243.56, abs=0.0051)
    assert log_p.std() / 100 == pytest.approx(2.09, abs=0.0051)


@pytest.mark.slow
def test_more_centres_score_higher(train, test):
    log_p = log_density(test, train[:50_000], 0.1 * 10 ** (2 / 9))
    assert log_p.mean() == pytest.approx(318.43, abs=0.0051)


@pytest.mark.slow
def test_blurred_images_and_means_of_clusters_score_above_real_images(train, test):
    rows = references(train[:10_000], train[50_000:50_500], test[:500], shape=(28, 28), m=1000)
    images, *others = (row.score for row in rows)
    for other in others:
        apart = 3 * (images.standard_error + other.standard_error)
        assert other.test_log_likelihood - images.test_log_likelihood > apart
