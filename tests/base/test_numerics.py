"""Sigmoid and softplus against SciPy, their identities, and the ends of the line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from minigan.base.numerics import sigmoid, softplus

logits = st.floats(-700, 700)
modest = settings(max_examples=50, deadline=None)


def test_sigmoid_at_known_points():
    assert sigmoid(np.array([0.0]))[0] == 0.5
    np.testing.assert_allclose(sigmoid(np.array([np.log(3), -np.log(3)])), [0.75, 0.25], rtol=1e-15)


def test_softplus_at_known_points():
    np.testing.assert_allclose(
        softplus(np.array([0.0, np.log(3), -np.log(3)])), np.log([2, 4, 4 / 3]), rtol=1e-15
    )


def test_sigmoid_is_scipys_expit_on_a_wide_grid():
    a = np.linspace(-700, 700, 1401)
    np.testing.assert_allclose(sigmoid(a), special.expit(a), rtol=1e-14)


def test_softplus_is_logaddexp_on_a_wide_grid():
    a = np.linspace(-700, 700, 1401)
    np.testing.assert_allclose(softplus(a), np.logaddexp(0, a), rtol=1e-14)


def test_softplus_keeps_its_relative_precision_where_it_is_tiny():
    a = np.float32([-10, -20, -40])
    np.testing.assert_allclose(softplus(a), np.exp(a.astype(float)), rtol=5e-5)


@modest
@given(logits)
def test_sigmoids_of_a_logit_and_of_its_negative_sum_to_one(a):
    assert sigmoid(np.array(a)) + sigmoid(np.array(-a)) == pytest.approx(1, abs=1e-15)


@modest
@given(logits)
def test_softplus_falls_by_the_logit_under_a_change_of_sign(a):
    difference = softplus(np.array(a)) - softplus(np.array(-a))
    assert difference == pytest.approx(a, rel=1e-13, abs=1e-13)


@modest
@given(logits)
def test_softplus_lies_above_the_ramp_by_at_most_log_two(a):
    above = softplus(np.array(a)) - max(a, 0)
    assert 0 <= above <= np.log(2) + 1e-13


@modest
@given(st.floats(-30, 30), st.floats(1e-3, 10))
def test_both_increase(a, step):
    ends = np.array([a, a + step])
    assert np.all(np.diff(softplus(ends)) > 0)
    assert np.all(np.diff(sigmoid(ends)) >= 0)


@modest
@given(st.floats(-30, 30))
def test_log_sigmoid_is_minus_softplus_of_the_negative(a):
    assert np.log(sigmoid(np.array(a))) == pytest.approx(-softplus(np.array(-a)), rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("error")
def test_nothing_overflows_at_wide_logits(dtype):
    a = np.array([-1e4, 1e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert sigmoid(a).tolist() == [0, 1]
        assert softplus(a).tolist() == [0, 1e4]


def test_infinite_logits_give_the_limits():
    a = np.array([-np.inf, np.inf])
    assert sigmoid(a).tolist() == [0, 1]
    assert softplus(a).tolist() == [0, np.inf]


def test_nan_stays_nan():
    assert np.isnan(sigmoid(np.array([np.nan]))).all()
    assert np.isnan(softplus(np.array([np.nan]))).all()


@pytest.mark.parametrize("function", [sigmoid, softplus])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_shape_follow_the_input(function, dtype):
    y = function(np.zeros((2, 3, 1), dtype))
    assert (y.dtype, y.shape) == (np.dtype(dtype), (2, 3, 1))
