"""MaxPool2D: plain loops, PyTorch, windows that hang over the edge, ties."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigan import InputError, MaxPool2D

grid = {
    "shape": st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(1, 8)),
    "pool": st.integers(1, 5),
    "stride": st.integers(1, 5),
    "few": st.booleans(),
    "seed": st.integers(0, 2**32 - 1),
}


def drawn(layer, few, seed):
    """An input and a gradient at its output; small whole numbers make many ties."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, layer.n_in))
    return (x.round() if few else x), rng.normal(size=(2, layer.n_out))


def by_loops(layer, x, dy):
    """y and dx of the definition, one pixel at a time."""
    _, rows, columns = layer.shape_in
    x = x.reshape(len(x), *layer.shape_in)
    dy, dx = dy.reshape(len(x), *layer.shape_out), np.zeros_like(x)
    y = np.full(dy.shape, -np.inf)
    for i, ch, r, c in np.ndindex(y.shape):
        for u in range(r * layer.stride, min(r * layer.stride + layer.pool, rows)):
            for v in range(c * layer.stride, min(c * layer.stride + layer.pool, columns)):
                if x[i, ch, u, v] > y[i, ch, r, c]:
                    y[i, ch, r, c], winner = x[i, ch, u, v], (i, ch, u, v)
        dx[winner] += dy[i, ch, r, c]
    return y.reshape(len(x), -1), dx.reshape(len(x), -1)


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_pooling_is_the_definition_written_as_loops(shape, pool, stride, few, seed):
    assume(stride <= pool <= min(shape[1:]))
    layer = MaxPool2D(shape, pool, stride)
    x, dy = drawn(layer, few, seed)
    y, cache = layer.forward(x)
    expected_y, expected_dx = by_loops(layer, x, dy)
    assert np.array_equal(y, expected_y)
    np.testing.assert_allclose(layer.backward(dy, cache), expected_dx, rtol=1e-12, atol=1e-14)


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_pooling_is_pytorchs_in_ceil_mode(torch, shape, pool, stride, few, seed):
    assume(stride <= pool <= min(shape[1:]))
    layer = MaxPool2D(shape, pool, stride)
    x, dy = drawn(layer, few, seed)
    tx = torch.tensor(x.reshape(2, *shape), requires_grad=True)
    ty = torch.nn.functional.max_pool2d(tx, pool, stride, ceil_mode=True)
    assert tuple(ty.shape[1:]) == layer.shape_out
    ty.backward(torch.tensor(dy.reshape(ty.shape)))
    y, cache = layer.forward(x)
    assert np.array_equal(y, ty.detach().numpy().reshape(y.shape))
    expected = tx.grad.numpy().reshape(x.shape)
    np.testing.assert_allclose(layer.backward(dy, cache), expected, rtol=1e-12, atol=1e-14)


def test_where_pytorch_drops_a_window_cuda_convnet_would_place_it_outside(torch):
    n, pool, stride = 6, 1, 4  # windows at 0, 4 and 8; the image ends at 5
    ceil_mode = torch.nn.functional.max_pool2d(
        torch.zeros(1, 1, n, n), pool, stride, ceil_mode=True
    )
    assert math.ceil((n - pool) / stride) + 1 == 3
    assert ceil_mode.shape[-1] == 2
    with pytest.raises(InputError, match=r"stride: expected at most pool = 1, got 4$"):
        MaxPool2D((1, n, n), pool, stride)


def test_the_last_windows_hang_over_the_edge():
    layer = MaxPool2D((1, 3, 3), pool=2)
    y, cache = layer.forward(-np.arange(9.0)[None])  # all below zero: nothing beyond the edge wins
    assert layer.shape_out == (1, 2, 2)
    assert y.tolist() == [[0, -2, -6, -8]]
    dx = layer.backward(np.array([[1.0, 2, 3, 4]]), cache)
    assert dx.tolist() == [[1, 0, 2, 0, 0, 0, 3, 0, 4]]


def test_nan_is_not_lost():
    layer = MaxPool2D((1, 2, 4), pool=2)
    x = np.zeros((1, 8))
    x[0, 5] = np.nan
    y, _ = layer.forward(x)
    assert np.isnan(y[0, 0])
    assert y[0, 1] == 0


def test_minus_infinity_is_a_number_like_others():
    layer = MaxPool2D((1, 3, 3), pool=2)
    y, cache = layer.forward(np.full((1, 9), -np.inf))
    assert np.all(y == -np.inf)
    assert layer.backward(np.ones((1, 4)), cache).sum() == 4  # no gradient fell over the edge


WRONG = {
    "pool": (((1, 3, 3), 0), "pool: expected a whole number >= 1, got 0"),
    "large pool": (((1, 3, 5), 4), "pool: expected at most 3, for .* 3 x 5 .*, got 4"),
    "stride": (((1, 3, 3), 2, 0), "stride: expected a whole number >= 1, got 0"),
    "large stride": (((1, 3, 3), 2, 3), "stride: expected at most pool = 2, got 3"),
    "shape": (((3, 3), 2), r"shape_in: expected \(channels, rows, columns\), got \(3, 3\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused(name):
    arguments, message = WRONG[name]
    with pytest.raises(InputError, match=rf"^MaxPool2D\('maxpool2d'\): {message}"):
        MaxPool2D(*arguments)
