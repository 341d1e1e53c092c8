"""What every layer of images promises: right gradients, rows in and out, nothing written to."""

import copy

import numpy as np
import pytest

from minigan import ChannelMaxout, Conv2D, ConvTranspose2D, InputError, MaxPool2D, Sequential
from minigan.checks import check_layer

LAYERS = {
    "Conv2D": lambda: Conv2D((2, 5, 4), 3, kernel=3, pad=1),
    "Conv2D, stride": lambda: Conv2D((2, 6, 5), 3, kernel=2, stride=3, tied_bias=False),
    "Conv2D, pad > kernel": lambda: Conv2D((1, 2, 2), 2, kernel=1, stride=2, pad=2),
    "ConvTranspose2D": lambda: ConvTranspose2D((3, 2, 3), 2, kernel=5, stride=3, tied_bias=False),
    "ConvTranspose2D, pad": lambda: ConvTranspose2D((3, 3, 2), 1, kernel=3, stride=2, pad=1),
    "ConvTranspose2D, gaps": lambda: ConvTranspose2D((2, 2, 2), 2, kernel=1, stride=3),
    "ChannelMaxout": lambda: ChannelMaxout((6, 2, 3), pieces=2),
    "MaxPool2D": lambda: MaxPool2D((2, 5, 4), pool=3, stride=2),
    "MaxPool2D, no overlap": lambda: MaxPool2D((1, 5, 5), pool=2),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def network(make, dtype="float64"):
    return Sequential([make()], seed=2, dtype=dtype)


@every_layer
def test_gradients_and_contract(make):
    report = check_layer(make())
    assert report.passed
    assert report.directions >= 160


@every_layer
def test_gradients_of_a_batch_of_one(make):
    layer = make()
    assert check_layer(layer, shape=(1, layer.n_in), seeds=range(3)).passed


@every_layer
def test_inputs_are_not_written_to(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(3, net.n_in)), rng.normal(size=(3, net.n_out))
    x.flags.writeable = dy.flags.writeable = False
    _, cache = net.forward(x)
    net.backward(dy, cache)


@every_layer
def test_outputs_are_rows_of_their_own(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(3, net.n_in)), rng.normal(size=(3, net.n_out))
    y, cache = net.forward(x)
    dx = net.backward(dy, cache)
    y[...] = dx[...] = 7
    assert not np.any(x == 7)
    assert not np.any(dy == 7)
    assert not np.any(net.params == 7)


@every_layer
def test_any_memory_layout_will_do(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(3, net.n_in)), rng.normal(size=(3, net.n_out))
    y, cache = net.forward(x)
    dx = net.backward(dy, cache)
    y_fortran, cache = net.forward(np.asfortranarray(x))
    np.testing.assert_allclose(y_fortran, y, rtol=1e-13, atol=1e-14)
    dx_fortran = net.backward(np.asfortranarray(dy), cache)
    np.testing.assert_allclose(dx_fortran, dx, rtol=1e-13, atol=1e-14)


@every_layer
def test_examples_do_not_see_each_other(make, rng):
    net = network(make)
    x = rng.normal(size=(4, net.n_in))
    y = net(x)
    for i in range(4):
        np.testing.assert_allclose(net(x[i : i + 1])[0], y[i], rtol=1e-12, atol=1e-14)


@every_layer
def test_float32_stays_float32(make, rng):
    net = network(make, "float32")
    x = rng.normal(size=(3, net.n_in)).astype("float32")
    y, cache = net.forward(x)
    assert y.dtype == net.backward(y, cache).dtype == net.grads.dtype == np.float32


@every_layer
def test_what_is_no_batch_of_such_images_is_refused(make, rng):
    layer = network(make).layers[0]
    for x in (np.zeros((0, layer.n_in)), np.zeros((2, layer.n_in + 1)), np.zeros(layer.n_in)):
        with pytest.raises(InputError, match=rf"{layer.name}.*: expected \(batch, {layer.n_in}\)"):
            layer.forward(x)
    _, cache = layer.forward(rng.normal(size=(2, layer.n_in)))
    for dy in (np.zeros((3, layer.n_out)), np.zeros((2, 1)), np.zeros((2, *layer.shape_out))):
        with pytest.raises(InputError, match=rf"expected a gradient of shape \(2, {layer.n_out}\)"):
            layer.backward(dy, cache)


@every_layer
def test_a_copy_computes_the_same(make, rng):
    net = network(make)
    x = rng.normal(size=(2, net.n_in))
    for twin in (net.copy(), copy.deepcopy(net)):
        assert np.array_equal(twin(x), net(x))


@every_layer
def test_the_text_of_a_layer_tells_its_shapes(make):
    layer = make()
    assert repr(layer).startswith(f"{type(layer).__name__}({layer.shape_in} -> {layer.shape_out}")
