"""Sigmoid and softplus against SciPy, and at the ends of the line."""

import numpy as np
import pytest
from scipy import special

from minigan.base.numerics import sigmoid, softplus


def test_sigmoid_is_scipys_expit_on_a_wide_grid():
    a = np.linspace(-700, 700, 1401)
    np.testing.assert_allclose(sigmoid(a), special.expit(a), rtol=1e-14)


def test_softplus_is_logaddexp_on_a_wide_grid():
    a = np.linspace(-700, 700, 1401)
    np.testing.assert_allclose(softplus(a), np.logaddexp(0, a), rtol=1e-14)


def test_softplus_keeps_its_relative_precision_where_it_is_tiny():
    a = np.float32([-10, -20, -40])
    np.testing.assert_allclose(softplus(a), np.exp(a.astype(float)), rtol=5e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("error")
def test_nothing_overflows_at_wide_logits(dtype):
    a = np.array([-1e4, 1e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert sigmoid(a).tolist() == [0, 1]
        assert softplus(a).tolist() == [0, 1e4]


def test_infinite_logits_give_the_limits_and_nan_stays_nan():
    a = np.array([-np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(sigmoid(a), [0, 1, np.nan])
    np.testing.assert_array_equal(softplus(a), [0, np.inf, np.nan])


@pytest.mark.parametrize("function", [sigmoid, softplus])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_shape_follow_the_input(function, dtype):
    y = function(np.zeros((2, 3, 1), dtype))
    assert (y.dtype, y.shape) == (np.dtype(dtype), (2, 3, 1))
