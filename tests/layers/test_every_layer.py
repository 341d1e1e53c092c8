"""What every layer promises: right gradients, the contract of the checks, and refusals by name."""

import re

import numpy as np
import pytest

from minigan import (
    BatchNorm,
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    GaussianNoise,
    InputError,
    LeakyReLU,
    Linear,
    Maxout,
    MaxPool2D,
    MinibatchFeatures,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
    VirtualBatchNorm,
)
from minigan.checks import check_layer

LAYERS = {
    "Linear": lambda: Linear(4, 3),
    "Maxout": lambda: Maxout(4, 3, pieces=3),
    "ReLU": ReLU,
    "LeakyReLU": lambda: LeakyReLU(0.2),
    "Sigmoid": Sigmoid,
    "Softplus": Softplus,
    "Tanh": Tanh,
    "Dropout": lambda: Dropout(0.5),
    "GaussianNoise": lambda: GaussianNoise(0.5),
    "MinibatchFeatures": lambda: MinibatchFeatures(4, features=3, dims=2),
    "BatchNorm": lambda: BatchNorm(4),
    "VirtualBatchNorm": lambda: VirtualBatchNorm(4, references=2),
}
IMAGE_LAYERS = {
    "Conv2D": lambda: Conv2D((2, 5, 4), 3, kernel=3, pad=1),
    "Conv2D, stride": lambda: Conv2D((2, 6, 5), 3, kernel=2, stride=3, tied_bias=False),
    "Conv2D, pad > kernel": lambda: Conv2D((1, 2, 2), 2, kernel=1, stride=2, pad=2),
    "ConvTranspose2D": lambda: ConvTranspose2D((3, 2, 3), 2, kernel=5, stride=3, tied_bias=False),
    "ConvTranspose2D, pad": lambda: ConvTranspose2D((3, 3, 2), 1, kernel=3, stride=2, pad=1),
    "ConvTranspose2D, gaps": lambda: ConvTranspose2D((2, 2, 2), 2, kernel=1, stride=3),
    "ChannelMaxout": lambda: ChannelMaxout((6, 2, 3), pieces=2),
    "MaxPool2D": lambda: MaxPool2D((2, 5, 4), pool=3, stride=2),
    "MaxPool2D, no overlap": lambda: MaxPool2D((1, 5, 5), pool=2),
    "BatchNorm, images": lambda: BatchNorm((2, 2, 3)),
}
ALL = LAYERS | IMAGE_LAYERS
every_layer = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


def network(make, dtype="float64"):
    return Sequential([make()], seed=2, dtype=dtype)


def drawn(net, rng, batch=5):
    """A batch, and a gradient at the output of its shape."""
    n_in = net.n_in or 4
    return rng.normal(size=(batch, n_in)), rng.normal(size=(batch, net.n_out or n_in))


@every_layer
def test_gradients_and_contract(make):
    report = check_layer(make(), seeds=range(6))
    assert report.passed
    assert report.directions >= 24
    layer = make()
    batch = 3 if layer.mixes else 1
    assert check_layer(layer, shape=(batch, layer.n_in or 4), seeds=range(3)).passed


@every_layer
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
@pytest.mark.parametrize("train", [True, False], ids=["train", "test"])
def test_no_array_that_goes_in_or_comes_out_is_shared_with_the_caller(make, fast, train, rng):
    net = network(make)
    net.fast = fast
    x, dy = drawn(net, rng)

    def passes(refill):
        net.zero_grads()
        given, message = x.copy(), dy.copy()
        y, cache = net.forward(given, train=train, rng=np.random.default_rng(1))
        found = y.copy()
        if refill:
            given[...] = y[...] = 7
        dx = net.backward(message, cache)
        found = [found, dx.copy(), net.grads.copy(), net(given)]
        dx[...] = found[-1][...] = 8
        assert (given == (7 if refill else x)).all()
        assert (message == dy).all()
        assert not (net.params == 8).any()
        return found[:-1]

    for undisturbed, disturbed in zip(passes(refill=False), passes(refill=True), strict=True):
        assert np.array_equal(undisturbed, disturbed)


@every_layer
def test_any_memory_layout_will_do(make, rng):
    net = network(make)
    x, dy = drawn(net, rng)
    y, cache = net.forward(x, train=False)
    dx = net.backward(dy, cache)
    for layout in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=0)[::2]):
        again, cache = net.forward(layout(x), train=False)
        np.testing.assert_allclose(again, y, rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(net.backward(layout(dy), cache), dx, rtol=1e-13, atol=1e-14)


@every_layer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("error")
def test_wide_inputs_do_no_harm(make, dtype):
    net = network(make, dtype)
    x = np.outer([1, -1, 1], np.resize([-1e4, 1e4, 0, -0.0], net.n_in or 4)).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, cache = net.forward(x, rng=np.random.default_rng(0))
        dx = net.backward(np.ones_like(y), cache)
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()
    assert np.isfinite(net.grads).all()


@every_layer
def test_what_is_no_batch_is_refused_by_name(make, rng):
    layer = network(make).layers[0]
    n, kind = layer.n_in or 4, type(layer).__name__
    wrong = [np.zeros(n), np.zeros((2, n, 1)), np.zeros((0, n)), [[0.0] * n], None]
    wrong += [np.zeros((2, n), int), *([np.zeros((2, n + 1))] if layer.n_in else [])]
    for x in wrong:
        with pytest.raises(InputError, match=rf"^{kind}\('{kind.lower()}1'\): expected .*, got "):
            layer.forward(x, rng=rng)


@every_layer
def test_a_gradient_of_another_shape_is_refused_by_name(make, rng):
    net = network(make)
    x, dy = drawn(net, rng)
    _, cache = net.forward(x, rng=rng)
    n = dy.shape[1]
    message = rf"^{re.escape(str(net.layers[0]))}: expected a gradient of shape \(5, {n}\), got "
    # those that NumPy would spread out are among them
    for shape in [(5, n + 1), (4, n), (1, n), (6, n), (), (5,), (5, 1), (5, n, 1)]:
        with pytest.raises(InputError, match=message + re.escape(str(shape))):
            net.backward(np.ones(shape), cache)
    for thing in (dy.tolist(), 1.0, None):
        with pytest.raises(InputError, match=message):
            net.backward(thing, cache)
    assert not net.grads.any()


@every_layer
def test_the_text_of_a_layer_tells_its_kind_its_name_and_its_shapes(make):
    layer = network(make).layers[0]
    kind = type(layer).__name__
    assert str(layer) == f"{kind}('{kind.lower()}1')"
    assert repr(layer).startswith(f"{kind}(")
    assert f"name='{layer.name}'" in repr(layer)
    if hasattr(layer, "shape_in"):
        assert f"{layer.shape_in} -> {layer.shape_out}" in repr(layer)


@pytest.mark.parametrize("kind", [ReLU, Sigmoid, Softplus, Tanh])
def test_a_layer_can_be_named(kind):
    assert kind(name="h1").name == "h1"
    assert kind().name == kind.__name__.lower()
