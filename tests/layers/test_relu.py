"""ReLU: its values, and its derivative at the corner."""

import numpy as np

from minigan import ReLU

X = np.array([[-2.0, -0.0, 0.0, 1e-300, 3.0]])


def test_forward_by_hand():
    y, _ = ReLU().forward(X)
    assert y.tolist() == [[0, 0, 0, 1e-300, 3]]


def test_backward_passes_only_what_was_positive_and_nothing_at_zero():
    _, cache = ReLU().forward(X)
    assert ReLU().backward(np.full((1, 5), 7.0), cache).tolist() == [[0, 0, 0, 7, 7]]


def test_forward_and_backward_are_pytorchs(torch, rng):
    x, dy = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = ReLU().forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.relu(tx)
    ty.backward(torch.tensor(dy))
    assert np.array_equal(y, ty.detach())
    assert np.array_equal(ReLU().backward(dy, cache), tx.grad)
