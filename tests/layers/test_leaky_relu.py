"""Leaky ReLU: its values, its slope at the corner, and its limits."""

import math

import numpy as np
import pytest

from minigan import InputError, LeakyReLU, ReLU

X = np.array([[-2.0, 0.0, 3.0]])


def test_forward_by_hand():
    y, _ = LeakyReLU(0.25).forward(X)
    assert y.tolist() == [[-0.5, 0, 3]]


def test_backward_by_hand_with_the_slope_at_zero():
    _, cache = LeakyReLU(0.25).forward(X)
    assert LeakyReLU(0.25).backward(np.full((1, 3), 8.0), cache).tolist() == [[2, 2, 8]]


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.2, 1.0, 3.0])
def test_forward_and_backward_are_pytorchs(slope, torch, rng):
    x, dy = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = LeakyReLU(slope).forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.nn.functional.leaky_relu(tx, slope)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-15)
    np.testing.assert_allclose(LeakyReLU(slope).backward(dy, cache), tx.grad, rtol=1e-15)


def test_the_slope_is_one_hundredth_by_default():
    assert LeakyReLU().slope == 0.01


def test_a_slope_of_zero_is_a_relu(rng):
    x = rng.normal(size=(4, 4))
    assert np.array_equal(LeakyReLU(0.0).forward(x)[0], ReLU().forward(x)[0])


@pytest.mark.parametrize("slope", [-0.1, math.nan, math.inf])
def test_a_slope_is_finite_and_not_negative(slope):
    message = rf"^LeakyReLU\('h1'\): slope: expected a finite number >= 0, got {slope}$"
    with pytest.raises(InputError, match=message):
        LeakyReLU(slope, name="h1")
