"""Linear: y = x W + b on small numbers, and PyTorch's gradients."""

import numpy as np
import pytest

from minigan import InputError, Linear

W = np.array([[1.0, 2, 3], [4, 5, 6]])
B = np.array([0.5, -1, 0])
X = np.array([[1.0, 2], [3, 4]])
DY = np.array([[1.0, 0, -1], [2, 1, 0]])


@pytest.fixture
def layer(alone):
    layer = alone(Linear(2, 3))
    layer.W[...], layer.b[...] = W, B
    return layer


def test_forward_and_backward_by_hand(layer):
    y, cache = layer.forward(X)
    assert y.tolist() == [[9.5, 11, 15], [19.5, 25, 33]]
    assert layer.backward(DY, cache).tolist() == [[-2, -2], [4, 13]]
    assert layer.dW.tolist() == [[7, 3, -1], [10, 4, -2]]
    assert layer.db.tolist() == [3, 1, -1]


def test_forward_and_backward_are_pytorchs(alone, torch, rng):
    layer = alone(Linear(6, 4, bias=rng.normal(size=4)))
    x, dy = rng.normal(size=(9, 6)), rng.normal(size=(9, 4))
    y, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    tx, tW, tb = (torch.tensor(a, requires_grad=True) for a in (x, layer.W, layer.b))
    ty = torch.nn.functional.linear(tx, tW.T, tb)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13, atol=1e-14)
    for ours, theirs in ((dx, tx), (layer.dW, tW), (layer.db, tb)):
        np.testing.assert_allclose(ours, theirs.grad, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("width", [1, 3])
def test_a_batch_of_another_width_is_refused(layer, width):
    message = r"Linear\('linear1'\): expected \(batch, 2\) with batch >= 1, got \(64, "
    with pytest.raises(InputError, match=message + str(width)):
        layer.forward(np.zeros((64, width)))


@pytest.mark.parametrize(
    ("n_in", "n_out", "message"),
    [
        (0, 1, "n_in: expected a whole number >= 1, got 0"),
        (1.5, 1, "n_in: expected a whole number >= 1, got 1.5"),
        (True, 1, "n_in: expected a whole number >= 1, got True"),
        (1, 0, "width: expected a whole number >= 1, got 0"),
        (1, None, "width: expected a whole number >= 1, got None"),
    ],
)
def test_widths_are_whole_numbers_of_at_least_one(n_in, n_out, message):
    with pytest.raises(InputError, match=rf"^Linear\('h1'\): {message}$"):
        Linear(n_in, n_out, name="h1")
