"""Precision, recall and coverage on the ring, where it is known what is wrong with the samples."""

import numpy as np
import pytest

import minigan as mg
from minigan.evaluation import coverage, precision_recall

RING = mg.ring(8, 2.0, 0.2)


def draw(m=2000, seed=1):
    return RING.sample(m, np.random.default_rng(seed)).astype(np.float64)


REAL = draw(seed=0)


def four_modes():
    x = draw(5000)
    return x[np.arctan2(x[:, 1], x[:, 0]) > 0][:2000]


def blurred():
    return draw() + 0.6 * np.random.default_rng(2).standard_normal((2000, 2))


def sharpened():
    x = draw()
    middles = RING.means[((x[:, None] - RING.means) ** 2).sum(axis=2).argmin(axis=1)]
    return middles + 0.1 * (x - middles)


def with_outliers():
    x = draw()
    x[:20] = np.random.default_rng(2).uniform(-30, 30, (20, 2))
    return x


def repeated(m=500):
    return np.repeat(draw(m), 2000 // m, axis=0)


@pytest.mark.parametrize(
    ("samples", "precision", "recall"),
    [
        (draw, 0.97, 0.97),
        (four_modes, 0.97, 0.50),
        (blurred, 0.54, 0.98),
        (sharpened, 0.99, 0.06),
        (lambda: REAL, 1.0, 1.0),  # a copy of the data: nothing here can tell
        (repeated, 0.97, 0.96),  # neighbours are distinct, or recall would be 0
        (with_outliers, 0.96, 0.97),
    ],
)
def test_what_is_wrong_with_samples_of_a_ring(samples, precision, recall):
    assert precision_recall(REAL, samples()) == pytest.approx((precision, recall), abs=0.04)


def test_each_share_by_a_loop_over_all_pairs():
    rng, k = np.random.default_rng(0), 2
    real, samples = rng.standard_normal((60, 3)), 0.5 + rng.standard_normal((40, 3))

    def holds(centres, points):
        """Whether the ball of each centre holds each point."""
        for c in centres:
            radius = sorted(np.sqrt(((other - c) ** 2).sum()) for other in centres)[k]
            yield [np.sqrt(((point - c) ** 2).sum()) <= radius for point in points]

    of_real, of_samples = (np.array([*holds(*two)]) for two in ((real, samples), (samples, real)))
    found = precision_recall(real, samples, k)
    assert found == (of_real.any(axis=0).mean(), of_samples.any(axis=0).mean())
    assert coverage(real, samples, k) == of_real.any(axis=1).mean()


def test_exchanged_arguments_exchange_the_two():
    found, exchanged = precision_recall(REAL, four_modes()), precision_recall(four_modes(), REAL)
    assert exchanged == found[::-1] and found.recall < 0.55 < 0.9 < found.precision


def by_chance(n, m, k=3):
    """1 - P(the k nearest of n - 1 real points and m samples of one law are all real)."""
    i = np.arange(1, k + 1)
    return 1 - np.prod((n - i) / (n + m - i))


@pytest.mark.parametrize("k", [1, 5])
def test_coverage_of_the_same_law_is_a_matter_of_counting(k):
    assert coverage(REAL, draw(), k) == pytest.approx(by_chance(2000, 2000, k), abs=0.03)
    assert coverage(REAL, repeated(), k) == pytest.approx(by_chance(2000, 500, k), abs=0.04)
    half = by_chance(1000, 2000, k) / 2
    assert coverage(REAL, four_modes(), k) == pytest.approx(half, abs=0.03)


def test_coverage_sees_a_few_samples_far_apart_and_recall_does_not():
    few = 2 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1.0]])
    assert precision_recall(REAL, few) == (1, 1)
    assert coverage(REAL, few) < 0.02
    assert coverage(np.repeat(REAL, 3, axis=0), few) == coverage(REAL, few) > 0


def test_of_a_collapsed_generator_recall_is_what_it_equals():
    far, near = np.full((9, 2), 50.0), np.repeat(REAL[:1], 9, axis=0)
    assert precision_recall(REAL, far) == (0, 0)
    assert precision_recall(REAL, near) == (1, 1 / 2000)
    assert coverage(REAL, far) == 0 < coverage(REAL, near) < 0.02
    pair = np.array([[0.0], [1.0]]), np.array([[0.0], [1.0], [2.0], [9.0]])
    assert precision_recall(pair[1], pair[0]) == (1, 0.75)  # of 3 neighbours there is 1


@pytest.mark.parametrize(
    ("real", "samples", "k", "says"),
    [
        (REAL[:3], REAL, 3, "k: expected fewer than the 3 distinct real points, got 3"),
        (REAL, REAL, 0, "k: expected a whole number >= 1, got 0"),
        (REAL, REAL[:, :1], 3, "real and samples: expected rows of one width"),
        (REAL, REAL * np.nan, 3, "samples: expected finite numbers"),
        (REAL[0], REAL, 3, "real: expected floats, an example a row"),
    ],
)
def test_what_does_not_fit_is_refused(real, samples, k, says):
    with pytest.raises(mg.InputError, match=f"^{says}"):
        precision_recall(real, samples, k)
