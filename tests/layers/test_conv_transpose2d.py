"""ConvTranspose2D: plain loops, PyTorch, and Conv2D's backward, which it is."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigan import Conv2D, ConvTranspose2D, InputError, Sequential
from minigan.layers.initialisers import uniform

grid = {
    "shape": st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
    "channels": st.integers(1, 3),
    "kernel": st.integers(1, 4),
    "stride": st.integers(1, 3),
    "pad": st.integers(0, 2),
    "tied_bias": st.booleans(),
    "seed": st.integers(0, 2**32 - 1),
}


def something_is_left(shape, kernel, stride, pad):
    return stride * (min(shape[1:]) - 1) + kernel > 2 * pad


def drawn(shape, channels, kernel, seed, **options):
    """A layer with random parameters, an input and a gradient at its output."""
    layer = ConvTranspose2D(shape, channels, kernel, bias=uniform(1.0), **options)
    Sequential([layer], seed=seed, dtype="float64")
    rng = np.random.default_rng(seed)
    return layer, rng.normal(size=(2, layer.n_in)), rng.normal(size=(2, layer.n_out))


def all_of(layer, x, dy):
    """y, dx, dW, db."""
    y, cache = layer.forward(x)
    return y, layer.backward(dy, cache), layer.dW, layer.db


def by_loops(layer, x, dy):
    """y, dx, dW, db of the definition: one input number after another paints its window."""
    k, s, p = layer.kernel, layer.stride, layer.pad
    channels, rows, columns = layer.shape_out
    batch, x = len(x), x.reshape(len(x), *layer.shape_in)
    painted = np.zeros((batch, channels, rows + 2 * p, columns + 2 * p))
    margin = ((0, 0), (0, 0), (p, p), (p, p))
    dy = dy.reshape(batch, *layer.shape_out)
    dpainted = np.pad(dy, margin)
    dx, dW = np.zeros_like(x), np.zeros_like(layer.W)
    for i, o, r, c in np.ndindex(x.shape):
        window = i, slice(None), slice(r * s, r * s + k), slice(c * s, c * s + k)
        paint = layer.W[o].reshape(channels, k, k)
        painted[window] += x[i, o, r, c] * paint
        dx[i, o, r, c] = np.sum(dpainted[window] * paint)
        dW[o] += x[i, o, r, c] * dpainted[window].ravel()
    y = painted[:, :, p : p + rows, p : p + columns].copy()
    y += layer.b[:, None, None] if layer.tied_bias else layer.b.reshape(layer.shape_out)
    db = dy.sum(axis=(0, 2, 3)) if layer.tied_bias else dy.sum(axis=0).ravel()
    return y.reshape(batch, -1), dx.reshape(batch, -1), dW, db


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_transposed_convolution_is_the_definition_written_as_loops(
    shape, channels, kernel, stride, pad, tied_bias, seed
):
    assume(something_is_left(shape, kernel, stride, pad))
    layer, x, dy = drawn(shape, channels, kernel, seed, stride=stride, pad=pad, tied_bias=tied_bias)
    for ours, expected in zip(all_of(layer, x, dy), by_loops(layer, x, dy), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_transposed_convolution_is_pytorchs(
    torch, shape, channels, kernel, stride, pad, tied_bias, seed
):
    assume(something_is_left(shape, kernel, stride, pad))
    layer, x, dy = drawn(shape, channels, kernel, seed, stride=stride, pad=pad, tied_bias=tied_bias)
    tx = torch.tensor(x.reshape(len(x), *shape), requires_grad=True)
    tW = torch.tensor(layer.W.reshape(shape[0], channels, kernel, kernel), requires_grad=True)
    tb = torch.tensor(layer.b, requires_grad=True)
    ty = torch.nn.functional.conv_transpose2d(tx, tW, stride=stride, padding=pad)
    ty = ty + (tb[:, None, None] if tied_bias else tb.reshape(layer.shape_out))
    ty.backward(torch.tensor(dy.reshape(ty.shape)))
    theirs = ty.detach(), tx.grad, tW.grad, tb.grad
    for mine, other in zip(all_of(layer, x, dy), theirs, strict=True):
        np.testing.assert_allclose(mine, other.reshape(mine.shape), rtol=1e-11, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_forward_is_the_backward_of_a_convolution(
    shape, channels, kernel, stride, pad, tied_bias, seed
):
    assume(something_is_left(shape, kernel, stride, pad))
    layer, x, dy = drawn(shape, channels, kernel, seed, stride=stride, pad=pad)
    conv = Conv2D(layer.shape_out, shape[0], kernel, stride=stride, pad=pad)
    Sequential([conv], dtype="float64")
    conv.W[...], layer.b[...] = layer.W.T, 0
    assert conv.shape_out == shape
    y_conv, cache = conv.forward(dy)
    y, transposed = layer.forward(x)
    np.testing.assert_allclose(y, conv.backward(x, cache), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.backward(dy, transposed), y_conv, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.dW, conv.dW.T, rtol=1e-12, atol=1e-13)


def test_two_pixels_by_hand():
    layer = ConvTranspose2D((1, 1, 2), 1, kernel=2, bias=0.5)
    Sequential([layer], dtype="float64")
    layer.W[...] = [[1, 10, 100, 1000]]
    y, _ = layer.forward(np.array([[2.0, 3]]))
    assert y.reshape(2, 3).tolist() == [[2.5, 23.5, 30.5], [200.5, 2300.5, 3000.5]]


def test_the_docstrings_formula_moves_channels_first(rng):
    rows, columns, channels, n_in = 2, 3, 4, 5
    W = rng.normal(size=(n_in, rows * columns * channels))  # to (row, column, channel)
    x = rng.normal(size=(1, n_in))
    expected = np.moveaxis((x @ W).reshape(rows, columns, channels), -1, 0).ravel()
    W = W.reshape(n_in, rows, columns, channels).transpose(0, 3, 1, 2).reshape(n_in, -1)
    np.testing.assert_allclose((x @ W)[0], expected, rtol=1e-13)
    formula = "W.reshape(n_in, rows, columns, channels).transpose(0, 3, 1, 2).reshape(n_in, -1)"
    assert formula in ConvTranspose2D.__doc__


WRONG = {
    "pad": (((1, 2, 2), 1, 2), {"pad": -1}, "pad: expected a whole number >= 0, got -1"),
    "nothing left": (((1, 2, 3), 1, 3), {"pad": 2}, "pad: expected less than .* 4 x 5 .*, got 2"),
    "stride": (((1, 2, 2), 1, 2), {"stride": 0}, "stride: expected a whole .* >= 1, got 0"),
    "kernel": (((1, 2, 2), 1, 0), {}, "kernel: expected a whole number >= 1, got 0"),
    "channels": (((1, 2, 2), 0, 1), {}, "channels: expected a whole number >= 1, got 0"),
    "a width": ((4, 1, 1), {}, r"shape_in: expected \(channels, .*\), got 4"),
    "bias": (((3, 2, 2), 2, 2), {"bias": [1, 2, 3]}, r"bias of shape \(2,\), got \(3,\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused(name):
    arguments, options, message = WRONG[name]
    with pytest.raises(InputError, match=rf"^ConvTranspose2D\('convtranspose2d'\): .*{message}"):
        ConvTranspose2D(*arguments, **options)
