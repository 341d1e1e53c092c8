"""Sigmoid layer: known values, and PyTorch's gradients."""

import numpy as np

from minigan import Sigmoid

X = np.log([[1.0, 3.0, 1 / 3, 9.0]])  # sigmoids 1/2, 3/4, 1/4, 9/10


def test_forward_by_hand():
    y, _ = Sigmoid().forward(X)
    np.testing.assert_allclose(y, [[0.5, 0.75, 0.25, 0.9]], rtol=1e-15)


def test_backward_by_hand():
    _, cache = Sigmoid().forward(X)
    dx = Sigmoid().backward(np.array([[16.0, 16, -16, 100]]), cache)
    np.testing.assert_allclose(dx, [[4, 3, -3, 9]], rtol=1e-14)


def test_forward_and_backward_are_pytorchs(torch, rng):
    x, dy = 5 * rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = Sigmoid().forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.sigmoid(tx)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-14)
    np.testing.assert_allclose(Sigmoid().backward(dy, cache), tx.grad, rtol=1e-12)


def test_far_out_the_sigmoid_is_zero_or_one_and_flat():
    y, cache = Sigmoid().forward(np.array([[-1e4, 1e4]]))
    assert y.tolist() == [[0, 1]]
    assert Sigmoid().backward(np.ones((1, 2)), cache).tolist() == [[0, 0]]
