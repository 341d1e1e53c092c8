"""Softplus layer: known values, and PyTorch's gradients."""

import numpy as np

from minigan import Softplus

X = np.log([[1.0, 3.0, 1 / 3]])


def test_forward_by_hand():
    y, _ = Softplus().forward(X)
    np.testing.assert_allclose(y, np.log([[2, 4, 4 / 3]]), rtol=1e-15)


def test_backward_by_hand():
    _, cache = Softplus().forward(X)
    dx = Softplus().backward(np.array([[8.0, 8, -8]]), cache)
    np.testing.assert_allclose(dx, [[4, 6, -2]], rtol=1e-14)


def test_forward_and_backward_are_pytorchs(torch, rng):
    x, dy = 5 * rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = Softplus().forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.nn.functional.softplus(tx, threshold=500)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13)
    np.testing.assert_allclose(Softplus().backward(dy, cache), tx.grad, rtol=1e-13)


def test_far_out_the_softplus_is_a_ramp():
    y, cache = Softplus().forward(np.array([[-1e4, 1e4]]))
    assert y.tolist() == [[0, 1e4]]
    assert Softplus().backward(np.ones((1, 2)), cache).tolist() == [[0, 1]]
