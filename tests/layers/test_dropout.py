"""Dropout: what is kept, how it is scaled, and when nothing is drawn at all."""

import math

import numpy as np
import pytest
from scipy import stats

from minigan import Dropout, InputError

ONES = np.ones((400, 250))


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
def test_kept_inputs_are_divided_by_keep_and_the_others_are_zero(keep, rng):
    y, _ = Dropout(keep).forward(3 * ONES, rng=rng)
    np.testing.assert_allclose(np.unique(y), [0, 3 / keep], rtol=1e-15)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_as_many_inputs_are_kept_as_keep_says(keep, dtype, rng):
    y, _ = Dropout(keep).forward(ONES.astype(dtype), rng=rng)
    assert stats.binomtest(np.count_nonzero(y), y.size, keep).pvalue > 1e-3


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
def test_the_mean_stays_where_it_was(keep, rng):
    y, _ = Dropout(keep).forward(2 * ONES, rng=rng)
    standard_error = 2 * math.sqrt((1 - keep) / keep / y.size)
    assert y.mean() == pytest.approx(2, abs=4 * standard_error)


def test_every_example_has_a_mask_of_its_own(rng):
    kept = Dropout(0.5).forward(ONES, rng=rng)[0] > 0
    correlation = np.corrcoef(kept[:40].astype(float)) - np.eye(40)
    assert np.abs(correlation).max() < 5 / math.sqrt(250)


def test_inputs_of_one_example_are_dropped_independently(rng):
    kept = Dropout(0.5).forward(ONES, rng=rng)[0] > 0
    correlation = np.corrcoef(kept[:, :40].astype(float).T) - np.eye(40)
    assert np.abs(correlation).max() < 5 / math.sqrt(400)


def test_backward_uses_the_mask_of_the_forward_pass(rng):
    layer = Dropout(0.25)
    y, cache = layer.forward(ONES, rng=rng)
    assert np.array_equal(layer.backward(ONES, cache), y)


def test_the_next_pass_draws_another_mask(rng):
    layer = Dropout(0.5)
    assert not np.array_equal(layer.forward(ONES, rng=rng)[0], layer.forward(ONES, rng=rng)[0])


def test_the_same_stream_gives_the_same_mask():
    masks = [Dropout(0.5).forward(ONES, rng=np.random.default_rng(3))[0] for _ in range(2)]
    assert np.array_equal(*masks)


@pytest.mark.parametrize(("keep", "train"), [(0.5, False), (1, True), (1, False)])
def test_without_training_or_with_keep_one_it_is_the_identity_and_draws_nothing(keep, train, rng):
    layer = Dropout(keep)
    before = rng.bit_generator.state
    y, cache = layer.forward(ONES, train=train, rng=rng)
    assert np.array_equal(y, ONES)
    assert np.array_equal(layer.backward(2 * ONES, cache), 2 * ONES)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize(("keep", "train"), [(0.5, False), (1, True)])
def test_where_nothing_is_drawn_no_generator_is_needed(keep, train):
    assert np.array_equal(Dropout(keep).forward(ONES, train=train)[0], ONES)


def test_training_needs_a_generator():
    message = r"Dropout\('dropout'\): expected rng= when train=True, got None"
    with pytest.raises(InputError, match=message):
        Dropout(0.5).forward(ONES)


@pytest.mark.parametrize("keep", [0, -0.1, 1.1, math.nan])
def test_keep_is_a_probability_above_zero(keep):
    message = rf"^Dropout\('h1'\): keep: expected a finite number in \(0, 1\], got {keep}$"
    with pytest.raises(InputError, match=message):
        Dropout(keep, name="h1")


def test_repr_tells_keep():
    assert repr(Dropout(0.8, name="input")) == "Dropout(keep=0.8, name='input')"
