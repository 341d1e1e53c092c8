"""Where parameters start: ranges, variances, structure, and refusals."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from minigan import InputError
from minigan.layers.initialisers import (
    constant,
    glorot,
    he,
    marginal_bias,
    normal,
    orthogonal,
    sparse,
    uniform,
)

SHAPE = (200, 300)


@pytest.mark.parametrize(
    ("draw", "law"),
    [
        (uniform(0.05), stats.uniform(-0.05, 0.1)),
        (normal(0.02), stats.norm(0, 0.02)),
        (he(), stats.norm(0, math.sqrt(2 / 200))),
        (glorot(), stats.uniform(-math.sqrt(6 / 500), 2 * math.sqrt(6 / 500))),
    ],
    ids=["uniform", "normal", "he", "glorot"],
)
def test_draws_follow_their_law(draw, law, rng):
    W = draw(rng, SHAPE)
    assert W.shape == SHAPE
    assert stats.kstest(W.ravel(), law.cdf).pvalue > 1e-3


def test_constant_is_the_same_everywhere(rng):
    assert np.array_equal(constant(-2)(rng, (3, 2)), np.full((3, 2), -2.0))


def test_sparse_gives_every_unit_n_gaussian_weights(rng):
    W = sparse(10, std=0.5)(rng, SHAPE)
    assert np.array_equal(np.count_nonzero(W, axis=0), np.full(300, 10))
    assert stats.kstest(W[W != 0], stats.norm(0, 0.5).cdf).pvalue > 1e-3
    assert np.count_nonzero(sparse(4)(rng, (4, 6))) == 24


def test_sparse_chooses_every_input_equally_often(rng):
    chosen = np.count_nonzero(sparse(5)(rng, (20, 4000)), axis=1)
    assert stats.chisquare(chosen).pvalue > 1e-3


def test_sparse_refuses_more_weights_than_inputs(rng):
    with pytest.raises(InputError, match="sparse: expected n <= n_in = 4, got n = 5"):
        sparse(5)(rng, (4, 6))


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 1)])
def test_orthogonal_rows_or_columns_are_orthonormal_times_the_gain(shape, rng):
    W = orthogonal(1.4)(rng, shape)
    gram = W @ W.T if shape[0] <= shape[1] else W.T @ W
    assert W.shape == shape
    np.testing.assert_allclose(gram, 1.4**2 * np.eye(min(shape)), atol=1e-14)


def test_orthogonal_draws_reflections_and_rotations_alike(rng):
    signs = [np.sign(np.linalg.det(orthogonal()(rng, (3, 3)))) for _ in range(200)]
    assert 70 < signs.count(1.0) < 130


def test_orthogonal_entries_are_as_often_negative_as_positive(rng):
    entries = np.array([orthogonal()(rng, (3, 3)) for _ in range(500)])
    assert np.abs(entries.mean(axis=0)).max() < 0.1  # without the signs of R, W_00 is negative


def test_draws_are_reproducible_and_differ_from_each_other():
    rng, again = np.random.default_rng(4), np.random.default_rng(4)
    for draw in (uniform(1.0), normal(1.0), he(), glorot(), sparse(2), orthogonal()):
        first = draw(rng, (6, 5))
        assert np.array_equal(first, draw(again, (6, 5)))
        assert not np.array_equal(first, draw(rng, (6, 5)))
        draw(again, (6, 5))  # in step again


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize(
    ("recipe", "what"),
    [
        (uniform, "uniform: irange"),
        (normal, "normal: std"),
        (orthogonal, "orthogonal: gain"),
        (lambda std: sparse(3, std), "sparse: std"),
    ],
    ids=["uniform", "normal", "orthogonal", "sparse"],
)
def test_a_scale_must_be_positive_and_finite(recipe, what, number):
    with pytest.raises(InputError, match=f"^{what}: expected a finite number > 0, got {number}$"):
        recipe(number)


@pytest.mark.parametrize("n", [0, -1, 1.5, math.nan, True])
def test_sparse_weights_are_a_whole_number_a_unit(n):
    with pytest.raises(InputError, match=f"^sparse: n: expected a whole number >= 1, got {n}$"):
        sparse(n)


def test_marginal_bias_puts_a_sigmoid_at_the_pixel_means(rng):
    X = rng.random((50, 6), dtype=np.float32)
    np.testing.assert_allclose(expit(marginal_bias(X)), X.mean(axis=0, dtype=float), rtol=1e-12)
    bias = marginal_bias(np.array([[0.0, 1.0], [0.0, 1.0]]))  # pixels that never change
    np.testing.assert_allclose(bias, [math.log(1e-7), -math.log(1e-7)], rtol=1e-6)


@pytest.mark.parametrize(
    "X", [[[0.0, 1.1]], [[-0.1, 1.0]], [[math.nan]], [0.5, 0.5], np.zeros((0, 3)), np.zeros((3, 0))]
)
def test_marginal_bias_refuses_what_are_no_pixels(X):
    with pytest.raises(InputError, match="marginal_bias: expected data"):
        marginal_bias(X)
