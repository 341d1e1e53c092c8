"""Dropout and noise: the law of what is drawn, its independence, and when nothing is drawn."""

import math

import numpy as np
import pytest
from scipy import stats

from minigan import Dropout, GaussianNoise, InputError

ONES = np.ones((400, 250))
both = pytest.mark.parametrize("layer", [Dropout(0.5), GaussianNoise(0.5)], ids=str)
both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
@both_dtypes
def test_dropout_keeps_as_many_as_keep_says_and_divides_them_by_it(keep, dtype, rng):
    y, _ = Dropout(keep).forward(3 * ONES.astype(dtype), rng=rng)
    np.testing.assert_allclose(np.unique(y), [0, 3 / keep], rtol=1e-6)
    assert stats.binomtest(np.count_nonzero(y), y.size, keep).pvalue > 1e-3


@pytest.mark.parametrize("std", [0.1, 0.4, 3.0])
@both_dtypes
def test_noise_is_normal_with_the_given_deviation(std, dtype, rng):
    y, _ = GaussianNoise(std).forward(ONES.astype(dtype), rng=rng)
    assert stats.kstest((y - 1).ravel() / std, "norm").pvalue > 1e-3


@both
def test_every_number_is_drawn_independently(layer, rng):
    y = layer.forward(ONES, rng=rng)[0]
    for rows in (y[:40], y[:, :40].T):
        correlation = np.corrcoef(rows) - np.eye(40)
        assert np.abs(correlation).max() < 5 / math.sqrt(rows.shape[1])


def test_noise_does_not_depend_on_the_input(rng):
    x = rng.normal(size=ONES.shape)
    moved, alone = (
        GaussianNoise(0.5).forward(given, rng=np.random.default_rng(3))[0] for given in (x, 0 * x)
    )
    np.testing.assert_allclose(moved - x, alone, atol=1e-15)


@both
def test_the_stream_makes_the_numbers_and_goes_on(layer):
    again, rng = (np.random.default_rng(3) for _ in range(2))
    first, second = (layer.forward(ONES, rng=rng)[0] for _ in range(2))
    assert np.array_equal(first, layer.forward(ONES, rng=again)[0])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("layer", "train"),
    [(Dropout(0.5), False), (Dropout(1), True), (Dropout(1), False), (GaussianNoise(0.5), False)],
    ids=str,
)
def test_where_nothing_is_drawn_it_is_the_identity_and_needs_no_generator(layer, train, rng):
    before = rng.bit_generator.state
    for given in (rng, None):
        y, cache = layer.forward(ONES, train=train, rng=given)
        assert np.array_equal(y, ONES)
        assert np.array_equal(layer.backward(2 * ONES, cache), 2 * ONES)
        with pytest.raises(InputError, match=r"expected a gradient of shape \(400, 250\), got"):
            layer.backward(np.ones((400, 251)), cache)
    assert rng.bit_generator.state == before


@both
def test_training_needs_a_generator(layer):
    for wrong in (0, np.random.RandomState(0), np.random):
        with pytest.raises(InputError, match=r"^\w+\('\w+'\): expected rng as .*, got "):
            layer.forward(ONES, rng=wrong)
    with pytest.raises(InputError, match=r"^\w+\('\w+'\): expected rng= when train=True, got None"):
        layer.forward(ONES)


@pytest.mark.parametrize(
    ("kind", "number", "message"),
    [
        *((Dropout, keep, r"keep: .* number in \(0, 1\]") for keep in (0, -0.1, 1.1, math.nan)),
        *((GaussianNoise, std, "std: .* number >= 0") for std in (-0.1, math.nan, math.inf)),
    ],
)
def test_a_number_out_of_range_is_refused(kind, number, message):
    with pytest.raises(InputError, match=rf"^{kind.__name__}\('h1'\): {message}, got {number}$"):
        kind(number, name="h1")


def test_repr_tells_the_number():
    assert repr(Dropout(0.8, name="input")) == "Dropout(keep=0.8, name='input')"
    assert repr(GaussianNoise(0.4, name="input")) == "GaussianNoise(std=0.4, name='input')"
