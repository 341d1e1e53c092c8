"""Noise: how much, where, when there is none, and that the gradient passes untouched."""

import math

import numpy as np
import pytest
from scipy import stats

from minigan import GaussianNoise, InputError

ONES = np.ones((400, 250))


@pytest.mark.parametrize("std", [0.1, 0.4, 3.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_added_is_normal_with_the_given_deviation(std, dtype, rng):
    y, _ = GaussianNoise(std).forward(ONES.astype(dtype), rng=rng)
    assert y.dtype == dtype
    assert stats.kstest((y - 1).ravel() / std, "norm").pvalue > 1e-3


def test_every_number_is_moved_independently(rng):
    e = GaussianNoise(0.5).forward(ONES, rng=rng)[0]
    for rows in (e[:40], e[:, :40].T):
        correlation = np.corrcoef(rows) - np.eye(40)
        assert np.abs(correlation).max() < 5 / math.sqrt(rows.shape[1])


def test_it_does_not_depend_on_the_input(rng):
    seeds = [np.random.default_rng(3) for _ in range(2)]
    x = rng.normal(size=ONES.shape)
    moved, moved_zero = (
        GaussianNoise(0.5).forward(given, rng=seed)[0]
        for given, seed in zip((x, 0 * x), seeds, strict=True)
    )
    np.testing.assert_allclose(moved - x, moved_zero, atol=1e-15)


def test_the_gradient_passes_untouched(rng):
    layer = GaussianNoise(0.5)
    _, cache = layer.forward(ONES, rng=rng)
    assert np.array_equal(layer.backward(2 * ONES, cache), 2 * ONES)


def test_without_training_it_is_the_identity_and_draws_nothing(rng):
    before = rng.bit_generator.state
    y, cache = GaussianNoise(0.5).forward(ONES, train=False, rng=rng)
    assert np.array_equal(y, ONES)
    assert np.array_equal(GaussianNoise(0.5).backward(2 * ONES, cache), 2 * ONES)
    assert rng.bit_generator.state == before


def test_training_needs_a_generator():
    message = r"GaussianNoise\('gaussiannoise'\): expected rng= when train=True, got None"
    with pytest.raises(InputError, match=message):
        GaussianNoise(0.5).forward(ONES)


@pytest.mark.parametrize("std", [-0.1, math.nan, math.inf])
def test_a_deviation_is_a_finite_number_from_zero_on(std):
    message = rf"^GaussianNoise\('x'\): std: expected a finite number >= 0, got {std}$"
    with pytest.raises(InputError, match=message):
        GaussianNoise(std, name="x")


def test_repr_tells_the_deviation():
    assert repr(GaussianNoise(0.4, name="input")) == "GaussianNoise(std=0.4, name='input')"
