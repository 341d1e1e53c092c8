"""Tanh layer: known values, and PyTorch's gradients."""

import numpy as np

from minigan import Tanh

X = np.log([[1.0, 3.0, 1 / 3]])  # tanh(log a) = (a^2 - 1) / (a^2 + 1)


def test_forward_by_hand():
    y, _ = Tanh().forward(X)
    np.testing.assert_allclose(y, [[0, 0.8, -0.8]], rtol=1e-15, atol=1e-16)


def test_backward_by_hand():
    _, cache = Tanh().forward(X)
    dx = Tanh().backward(np.array([[2.0, 100, -100]]), cache)
    np.testing.assert_allclose(dx, [[2, 36, -36]], rtol=1e-13)


def test_forward_and_backward_are_pytorchs(torch, rng):
    x, dy = 2 * rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = Tanh().forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.tanh(tx)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-14)
    np.testing.assert_allclose(Tanh().backward(dy, cache), tx.grad, rtol=1e-11)


def test_far_out_the_tanh_is_one_and_flat():
    y, cache = Tanh().forward(np.array([[-1e4, 1e4]]))
    assert y.tolist() == [[-1, 1]]
    assert Tanh().backward(np.ones((1, 2)), cache).tolist() == [[0, 0]]
