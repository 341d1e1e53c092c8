"""Chains with few states: closed forms, and what is refused."""

import math

import numpy as np
import pytest

import minigan as mg
from minigan.theory.chains import ReducibleError, mixing_time, second_eigenvalue, stationary


def two_states(a, b):
    """Chain that leaves state 0 with probability a and state 1 with b: lambda_2 = 1 - a - b."""
    return np.array([[1 - a, a], [b, 1 - b]])


def a_chain(n, seed):
    T = np.random.default_rng(seed).random((n, n)) ** 4
    return T / T.sum(axis=1, keepdims=True)


def test_two_states_have_closed_forms():
    a, b = 0.03, 0.01
    T, q = two_states(a, b), np.array([b, a]) / (a + b)
    assert stationary(T) == pytest.approx(q, abs=1e-15)
    assert second_eigenvalue(T) == pytest.approx(1 - a - b, abs=1e-14)
    far = max(q)  # TV from the worst start falls as far * lambda_2^n
    assert mixing_time(T, q, 0.05) == math.ceil(math.log(0.05 / far) / math.log(1 - a - b))


def test_the_law_is_kept_and_small_probabilities_keep_their_digits():
    T = a_chain(40, 0)
    q = stationary(T)
    assert np.abs(q @ T - q).max() < 1e-16
    assert stationary(two_states(1e-3, 1e-200))[0] == pytest.approx(1e-197, rel=1e-12)


def test_the_mixing_time_is_the_first_step_that_is_near_from_every_start():
    T = 0.9 * np.eye(20) + 0.1 * a_chain(20, 1)
    q = stationary(T)
    n = mixing_time(T, q, 0.02)
    for steps, is_near in ((n, True), (n - 1, False)):
        far = np.abs(np.linalg.matrix_power(T, steps) - q).sum(axis=1).max() / 2
        assert (far < 0.02) == is_near


def test_a_chain_that_goes_round_never_mixes():
    T = np.roll(np.eye(3), 1, axis=1)
    assert stationary(T) == pytest.approx(np.full(3, 1 / 3))
    assert second_eigenvalue(T) == pytest.approx(1)
    assert mixing_time(T, np.full(3, 1 / 3), 0.25) == math.inf


@pytest.mark.parametrize(
    "T",
    [np.eye(2), np.array([[1, 0], [0.5, 0.5]]), np.ones((2, 3)) / 3, np.ones((2, 2)), -np.eye(2)],
    ids=["reducible", "transient", "not square", "sums", "negative"],
)
def test_what_has_no_law_is_refused_in_one_line(T):
    for refuses in (stationary, lambda T: mixing_time(T, np.ones(2) / 2, 0.1)):
        with pytest.raises(mg.InputError) as error:
            refuses(T)
        assert "\n" not in str(error.value) and "expected" in str(error.value)


@pytest.mark.parametrize(
    "q",
    [np.ones(2) / 2, [1.0], [[0.25, 0.75]], [0.5, 1.5], [np.nan, 1.0], [-0.25, 1.25]],
    ids=["not its law", "short", "a row", "sums", "nan", "negative"],
)
def test_a_q_that_is_not_the_law_is_refused_in_one_line(q):
    with pytest.raises(mg.InputError, match="mixing_time: q: expected") as error:
        mixing_time(two_states(0.3, 0.1), np.array(q), 0.1)
    assert "\n" not in str(error.value) and not isinstance(error.value, ReducibleError)


def test_only_a_chain_that_is_one_is_reducible():
    with pytest.raises(ReducibleError):
        mixing_time(np.eye(2), np.ones(2) / 2, 0.1)
    with pytest.raises(mg.InputError) as error:
        mixing_time(2 * np.eye(2), np.ones(2) / 2, 0.1)
    assert not isinstance(error.value, ReducibleError)
