"""Maxout: its layout, its ties, a loop as reference, and PyTorch's gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigan import InputError, Maxout, Sequential


def bound(n_in, units, pieces, W=None, b=None):
    layer = Maxout(n_in, units, pieces)
    Sequential([layer], dtype="float64")
    if W is not None:
        layer.W[...] = W
    if b is not None:
        layer.b[...] = b
    return layer


def by_loops(x, W, b, units, pieces, dy):
    """y, dx, dW, db of the definition, one number at a time."""
    y = np.full((len(x), units), -np.inf)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    for i in range(len(x)):
        for u in range(units):
            winner = None
            for p in range(pieces):
                z = x[i] @ W[:, p * units + u] + b[p * units + u]
                if z > y[i, u]:
                    y[i, u], winner = z, p * units + u
            dx[i] += dy[i, u] * W[:, winner]
            dW[:, winner] += dy[i, u] * x[i]
            db[winner] += dy[i, u]
    return y, dx, dW, db


# By hand: one input, two units, three pieces; column p * 2 + u is piece p of unit u.
W = np.array([[1.0, -1, 2, -2, 0, 0]])
B = np.array([0.0, 0, -1, 1, 0.5, 4])


def test_forward_and_backward_by_hand():
    layer = bound(1, 2, 3, W, B)
    x = np.array([[3.0], [0.75], [-2]])  # unit 0 wins by piece 1, 0, 2; unit 1 by 2, 2, 1
    y, cache = layer.forward(x)
    assert y.tolist() == [[5, 4], [0.75, 4], [0.5, 5]]  # max(x, 2x - 1, 0.5), max(-x, -2x + 1, 4)
    dx = layer.backward(np.array([[1.0, 10], [2, 20], [4, 40]]), cache)
    assert dx.tolist() == [[2], [2], [-80]]
    assert layer.dW.tolist() == [[1.5, 0, 3, -80, -8, 45]]
    assert layer.db.tolist() == [2, 0, 1, 40, 4, 30]


@settings(max_examples=40, deadline=None)
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), seed=st.integers(0, 2**32 - 1), few=st.booleans())
def test_maxout_is_the_definition_written_as_loops(sizes, seed, few):
    batch, n_in, units, pieces = sizes
    rng = np.random.default_rng(seed)

    def draw(*shape):  # small whole numbers make many ties
        return rng.integers(-1, 2, shape).astype(float) if few else rng.normal(size=shape)

    x, W, b = draw(batch, n_in), draw(n_in, units * pieces), draw(units * pieces)
    dy = draw(batch, units)
    layer = bound(n_in, units, pieces, W, b)
    y, cache = layer.forward(x)
    outputs = y, layer.backward(dy, cache), layer.dW, layer.db
    for ours, expected in zip(outputs, by_loops(x, W, b, units, pieces, dy), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-13)


def test_forward_and_backward_are_pytorchs(torch, rng):
    layer = bound(6, 4, 5, b=rng.normal(size=20))
    x, dy = rng.normal(size=(9, 6)), rng.normal(size=(9, 4))
    y, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    tx, tW, tb = (torch.tensor(a, requires_grad=True) for a in (x, layer.W, layer.b))
    ty = (tx @ tW + tb).view(9, 5, 4).amax(dim=1)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13, atol=1e-14)
    for ours, theirs in ((dx, tx), (layer.dW, tW), (layer.db, tb)):
        np.testing.assert_allclose(ours, theirs.grad, rtol=1e-13, atol=1e-14)


def test_the_docstrings_formula_converts_weights_of_the_original_code(rng):
    n_in, units, pieces = 3, 4, 5
    theirs = rng.normal(size=(n_in, units * pieces))  # column u * pieces + p
    x = rng.normal(size=(6, n_in))
    expected = [(x @ theirs[:, u * pieces : (u + 1) * pieces]).max(axis=1) for u in range(units)]
    W = theirs.reshape(n_in, units, pieces).swapaxes(1, 2).reshape(n_in, -1)
    y, _ = bound(n_in, units, pieces, W, 0).forward(x)
    np.testing.assert_allclose(y, np.transpose(expected), rtol=1e-13)
    assert "W.reshape(n_in, units, pieces).swapaxes(1, 2).reshape(n_in, -1)" in Maxout.__doc__


def test_there_are_five_pieces_by_default():
    layer = Maxout(3, 2)
    assert layer.parameter_shapes() == {"W": (3, 10), "b": (10,)}
    assert (layer.n_in, layer.n_out, layer.pieces) == (3, 2, 5)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 1, 1), "n_in: expected a whole number >= 1, got 0"),
        ((1, 0, 1), "width: expected a whole number >= 1, got 0"),
        ((1, 1, 0), "pieces: expected a whole number >= 1, got 0"),
        ((1, 1, 2.5), "pieces: expected a whole number >= 1, got 2.5"),
        ((1, 1, True), "pieces: expected a whole number >= 1, got True"),
    ],
)
def test_sizes_are_whole_numbers_of_at_least_one(sizes, message):
    with pytest.raises(InputError, match=rf"^Maxout\('maxout'\): {message}$"):
        Maxout(*sizes)
