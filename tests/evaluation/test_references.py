"""What a score is worth: blur, k-means and the table, on data where the answer is known."""

from itertools import pairwise

import numpy as np
import pytest
from memory import little_memory
from scipy.ndimage import uniform_filter

from minigan import InputError
from minigan.evaluation import Reference, log_density, parzen, references
from minigan.evaluation.distances import Centres
from minigan.evaluation.references import box_blur, k_means, nearest, table

MIB = 1 << 20


def test_blur_is_scipys(rng):
    images = rng.random((5, 2 * 6 * 7)).astype(np.float32)
    blurred = box_blur(images, (2, 6, 7))
    expected = uniform_filter(images.reshape(5, 2, 6, 7), (1, 1, 3, 3), mode="constant")
    assert blurred.dtype == np.float32
    np.testing.assert_allclose(blurred, expected.reshape(5, -1), rtol=1e-5)


def test_nearest_is_the_smallest_distance(rng):
    points, centres = rng.random((300, 5)), rng.random((2100, 5))
    squares = ((points[:, None] - centres) ** 2).sum(axis=2)
    assert np.array_equal(nearest(points, Centres(centres)), squares.argmin(axis=1))


def test_k_means_is_lloyds_algorithm_by_hand():
    points = np.array([[0.0], [1.0], [5.0], [9.0]])
    # step 1: {0, 1}, {5, 9}; step 2: the same; the far mean has no points and stays
    means = k_means(points, np.array([[1.0], [6.0], [100.0]]), 2)
    assert means.tolist() == [[0.5], [7.0], [100.0]]


def test_k_means_never_moves_away_from_its_points(rng):
    points = rng.random((3000, 8))
    spreads = []
    for steps in range(5):
        means = k_means(points, points[:50], steps)
        spreads.append(((points - means[nearest(points, Centres(means))]) ** 2).sum())
    assert all(after < before for before, after in pairwise(spreads))


def test_large_images_take_little_more_memory_than_a_copy(rng):
    images = rng.random((160, 1 << 17), dtype=np.float32)
    with little_memory(110 * MIB):
        log_density(images, images, 1.0)
    images = images[:80]  # 40 MiB
    with little_memory(70 * MIB):
        box_blur(images, (2, 256, 256))
    with little_memory(120 * MIB):
        k_means(images, images[:70], 1)


@pytest.fixture
def strokes(rng):
    """Function that draws images 6 x 6 with a bright stroke, a little of it noise."""

    def draw(n):
        images = 0.05 * rng.random((n, 6, 6))
        images[np.arange(n), rng.integers(0, 6, n)] += rng.random((n, 1))
        return images.reshape(n, 36)

    return draw


@pytest.fixture
def rows(strokes):
    return references(strokes(3000), strokes(200), strokes(200), shape=(6, 6), m=150)


def test_blur_scores_worse_and_means_score_better_than_thin_strokes(rows):
    assert all(isinstance(row, Reference) for row in rows)
    names = ["training images", "the same, blurred 3 x 3", "means of clusters, 4 steps"]
    assert [row.name for row in rows] == names
    images, blurred, means = (row.score.test_log_likelihood for row in rows)
    assert blurred < images < means  # unlike MNIST's, these strokes are a pixel wide
    lines = table(rows).split("\n")
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    for row, line in zip(rows, lines[1:], strict=True):
        assert line.startswith(row.name)
        assert f"{row.score.test_log_likelihood:.2f}" in line


def test_a_seed_makes_the_table(strokes):
    train, valid, test = strokes(300), strokes(20), strokes(20)
    first, again, other = (
        references(train, valid, test, shape=(6, 6), m=50, steps=1, seed=seed) for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_all_training_images_are_scored_as_they_are(strokes):
    train, valid, test = strokes(100), strokes(20), strokes(20)
    row = references(train, valid, test, shape=(6, 6), m=100, steps=0, sigmas=[0.1, 0.2])[0]
    expected = parzen(train, valid, test, sigmas=[0.1, 0.2])
    assert row.score.test_log_likelihood == pytest.approx(expected.test_log_likelihood, abs=1e-10)


IMAGES = np.zeros((5, 36))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"m": 6}, "m: expected at most the 5 training images, got 6"),
        ({"m": 0}, "m: expected a whole number >= 1, got 0"),
        ({"steps": -1}, "steps: expected a whole number >= 0, got -1"),
        ({"shape": (6, 7)}, r"shape: expected numbers whose product is 36, got \(6, 7\)"),
        ({"shape": (36,)}, r"shape: expected numbers whose product is 36, got \(36,\)"),
        ({"seed": -1}, "seed: expected a whole number >= 0, got -1"),
        ({"sigmas": []}, "sigmas: expected at least one bandwidth, got none"),
        ({"valid": IMAGES[:, :5]}, "train and valid: expected rows of one width"),
        ({"test": IMAGES + np.nan}, "test: expected finite numbers"),
        ({"train": IMAGES.astype(int)}, "train: expected floats"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    arguments = {"train": IMAGES, "valid": IMAGES, "test": IMAGES, "shape": (6, 6), "m": 5}
    with pytest.raises(InputError, match=f"^{message}"):
        references(**arguments | options)
