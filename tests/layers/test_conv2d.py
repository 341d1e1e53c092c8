"""Conv2D: plain loops, PyTorch, what is refused."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigan import Conv2D, InputError, Linear, Sequential
from minigan.layers.initialisers import glorot, uniform

grid = {
    "shape": st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    "channels": st.integers(1, 3),
    "kernel": st.integers(1, 4),
    "stride": st.integers(1, 3),
    "pad": st.integers(0, 3),
    "tied_bias": st.booleans(),
    "seed": st.integers(0, 2**32 - 1),
}


def drawn(shape, channels, kernel, seed, **options):
    """A layer with random parameters, an input and a gradient at its output."""
    layer = Conv2D(shape, channels, kernel, bias=uniform(1.0), **options)
    Sequential([layer], seed=seed, dtype="float64")
    rng = np.random.default_rng(seed)
    return layer, rng.normal(size=(2, layer.n_in)), rng.normal(size=(2, layer.n_out))


def all_of(layer, x, dy):
    """y, dx, dW, db."""
    y, cache = layer.forward(x)
    return y, layer.backward(dy, cache), layer.dW, layer.db


def by_loops(layer, x, dy):
    """y, dx, dW, db of the definition, one output number at a time."""
    k, s, p = layer.kernel, layer.stride, layer.pad
    batch, c_in = len(x), layer.shape_in[0]
    margin = ((0, 0), (0, 0), (p, p), (p, p))
    padded = np.pad(x.reshape(batch, *layer.shape_in), margin)
    dpadded = np.zeros_like(padded)
    bias = layer.b.reshape(layer.shape_out[0], -1)  # one for each channel, or for each pixel
    bias = np.broadcast_to(bias, (layer.shape_out[0], np.prod(layer.shape_out[1:])))
    bias = bias.reshape(layer.shape_out)
    y, dy = np.zeros((batch, *layer.shape_out)), dy.reshape(batch, *layer.shape_out)
    dW, dbias = np.zeros_like(layer.W), np.zeros(layer.shape_out)
    for i, o, r, c in np.ndindex(y.shape):
        window = i, slice(None), slice(r * s, r * s + k), slice(c * s, c * s + k)
        kernel = layer.W[:, o].reshape(c_in, k, k)
        y[i, o, r, c] = np.sum(padded[window] * kernel) + bias[o, r, c]
        dpadded[window] += dy[i, o, r, c] * kernel
        dW[:, o] += dy[i, o, r, c] * padded[window].ravel()
        dbias[o, r, c] += dy[i, o, r, c]
    _, rows, columns = layer.shape_in
    dx = dpadded[:, :, p : p + rows, p : p + columns]
    db = dbias.sum(axis=(1, 2)) if layer.tied_bias else dbias.ravel()
    return y.reshape(batch, -1), dx.reshape(batch, -1), dW, db


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_convolution_is_the_definition_written_as_loops(
    shape, channels, kernel, stride, pad, tied_bias, seed
):
    assume(kernel <= min(shape[1:]) + 2 * pad)
    layer, x, dy = drawn(shape, channels, kernel, seed, stride=stride, pad=pad, tied_bias=tied_bias)
    for ours, expected in zip(all_of(layer, x, dy), by_loops(layer, x, dy), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-12)


def by_torch(torch, layer, x, dy):
    """y, dx, dW, db of torch.nn.functional.conv2d, in the layer's layout."""
    k, channels, c_in = layer.kernel, layer.shape_out[0], layer.shape_in[0]
    tx = torch.tensor(x.reshape(len(x), *layer.shape_in), requires_grad=True)
    tW = torch.tensor(layer.W.T.reshape(channels, c_in, k, k).copy(), requires_grad=True)
    tb = torch.tensor(layer.b, requires_grad=True)
    ty = torch.nn.functional.conv2d(
        tx, tW, tb if layer.tied_bias else None, stride=layer.stride, padding=layer.pad
    )
    if not layer.tied_bias:
        ty = ty + tb.reshape(layer.shape_out)
    ty.backward(torch.tensor(dy.reshape(ty.shape)))
    dW = tW.grad.numpy().reshape(channels, -1).T
    return ty.detach().numpy().reshape(len(x), -1), tx.grad.numpy().reshape(x.shape), dW, tb.grad


@settings(max_examples=40, deadline=None)
@given(**grid)
def test_convolution_is_pytorchs(torch, shape, channels, kernel, stride, pad, tied_bias, seed):
    assume(kernel <= min(shape[1:]) + 2 * pad)
    layer, x, dy = drawn(shape, channels, kernel, seed, stride=stride, pad=pad, tied_bias=tied_bias)
    for ours, theirs in zip(all_of(layer, x, dy), by_torch(torch, layer, x, dy), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_the_first_convolution_of_the_paper_is_pytorchs_in_float32(torch):
    layer = Conv2D((3, 32, 32), 64, 8, pad=4, weights=uniform(0.005))
    Sequential([layer])
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, layer.n_in)).astype("float32")
    dy = rng.normal(size=(4, layer.n_out)).astype("float32")
    results = all_of(layer, x, dy)
    assert {array.dtype for array in results} == {np.dtype("float32")}
    for ours, theirs in zip(results, by_torch(torch, layer, x, dy), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * np.abs(ours).max())


def test_a_kernel_is_not_turned_round():
    layer = Conv2D((1, 2, 3), 1, kernel=2)
    Sequential([layer], dtype="float64")
    layer.W[...], layer.b[...] = [[1], [10], [100], [1000]], 0.5
    y, _ = layer.forward(np.array([[1.0, 2, 3, 4, 5, 6]]))
    assert y.tolist() == [[5421.5, 6532.5]]


def test_filters_of_cuda_convnet_are_the_weights_reshaped(rng):
    filters = rng.normal(size=(2, 3, 3, 4))  # channels_in, rows, columns, channels
    layer, x, _ = drawn((2, 5, 5), 4, 3, 0)
    layer.W[...], layer.b[...] = filters.reshape(-1, 4), 0
    y = layer.forward(x)[0].reshape(2, 4, 3, 3)
    image = x.reshape(2, 2, 5, 5)
    expected = np.sum(image[1, :, 1:4, 2:5] * filters[..., 3])
    np.testing.assert_allclose(y[1, 3, 1, 2], expected, rtol=1e-12)


def test_initialisers_see_a_window_and_the_channels():
    shapes = []

    def watched(rng, shape):
        shapes.append(shape)
        return glorot()(rng, shape)

    layer = Conv2D((3, 6, 6), 5, kernel=4, weights=watched, bias=2.0, tied_bias=False)
    Sequential([layer])
    assert shapes == [(48, 5)]
    assert layer.parameter_shapes() == {"W": (48, 5), "b": (45,)}
    assert np.all(layer.b == 2)


def test_a_bias_for_every_pixel_can_be_given(rng):
    bias = rng.normal(size=12)
    layer = Conv2D((1, 4, 3), 1, kernel=3, pad=1, bias=bias, tied_bias=False)
    Sequential([layer], dtype="float64")
    layer.W[...] = 0
    assert np.array_equal(layer.forward(np.ones((2, 12)))[0], [bias, bias])


WRONG = {
    "channels": (((3, 4, 4), 0, 2), {}, "channels: expected a whole number >= 1, got 0"),
    "kernel": (((3, 4, 4), 2, 0), {}, "kernel: expected a whole number >= 1, got 0"),
    "kernel as text": (((3, 4, 4), 2, "3"), {}, "kernel: expected a whole .*, got '3'"),
    "two kernels": (((3, 4, 4), 2, (3, 3)), {}, r"kernel: expected a whole .*, got \(3, 3\)"),
    "large kernel": (((3, 4, 9), 2, 5), {}, "kernel: expected at most 4, .* 4 x 9 .*, got 5"),
    "large with pad": (((3, 4, 4), 2, 7), {"pad": 1}, "kernel: expected at most 6, .*, got 7"),
    "stride": (((3, 4, 4), 2, 2), {"stride": 0}, "stride: expected a whole .* >= 1, got 0"),
    "pad": (((3, 4, 4), 2, 2), {"pad": -1}, "pad: expected a whole number >= 0, got -1"),
    "half a pad": (((3, 4, 4), 2, 2), {"pad": 0.5}, "pad: expected a whole .*, got 0.5"),
    "rows": (((3, 0, 4), 2, 2), {}, "shape_in: expected a whole number >= 1, got 0"),
    "two axes": (((4, 4), 2, 2), {}, r"shape_in: expected \(channels, .*\), got \(4, 4\)"),
    "a width": ((48, 2, 2), {}, r"shape_in: expected \(channels, .*\), got 48"),
    "weights": (((3, 4, 4), 2, 2), {"weights": 0.1}, "expected an initialiser .*, got 0.1"),
    "bias": (((3, 4, 4), 2, 2), {"bias": [1, 2, 3]}, r"bias of shape \(2,\), got \(3,\)"),
    "untied bias": (
        ((3, 4, 4), 2, 2),
        {"bias": [1, 2], "tied_bias": False},
        r"bias of shape \(18,\), got \(2,\)",
    ),
    "nan": (((3, 4, 4), 2, 2), {"bias": np.nan}, "expected a finite bias, got nan"),
    "text": (((3, 4, 4), 2, 2), {"bias": "b"}, "expected a finite bias, got 'b'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused(name):
    arguments, options, message = WRONG[name]
    with pytest.raises(InputError, match=rf"^Conv2D\('conv2d'\): .*{message}"):
        Conv2D(*arguments, **options)


def test_an_image_of_another_width_is_refused_by_the_layer_and_by_the_network():
    layer = Conv2D((1, 4, 4), 2, 3)
    with pytest.raises(InputError, match=r"Conv2D.* expected n_in = 5 to follow .*, got 16"):
        Sequential([Linear(2, 5), layer])
    Sequential([layer], dtype="float64")
    with pytest.raises(InputError, match=r"expected \(batch, 16\) with .*, got \(2, 1, 4, 4\)"):
        layer.forward(np.zeros((2, 1, 4, 4)))
