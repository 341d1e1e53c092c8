"""What every layer promises: caches belong to the caller, gradients add up, dtypes stay."""

import re

import numpy as np
import pytest

from minigan import (
    Dropout,
    GaussianNoise,
    InputError,
    LeakyReLU,
    Linear,
    Maxout,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
)

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
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


def network(make, dtype="float64"):
    return Sequential([make()], seed=2, dtype=dtype)


def two_passes(net, rng):
    """Two batches of different size, with their outputs' gradients and forward passes."""
    x1, x2 = rng.normal(size=(5, 4)), rng.normal(size=(7, 4))
    y1, cache1 = net.forward(x1, rng=rng)
    y2, cache2 = net.forward(x2, rng=rng)
    return (rng.normal(size=y1.shape), cache1), (rng.normal(size=y2.shape), cache2)


@every_layer
def test_passes_can_be_differentiated_in_either_order(make, rng):
    net = network(make)
    first, second = two_passes(net, rng)
    dx2, dx1 = net.backward(*second), net.backward(*first)
    backwards = net.grads.copy()
    net.grads[...] = 0
    assert np.array_equal(net.backward(*first), dx1)
    assert np.array_equal(net.backward(*second), dx2)
    np.testing.assert_allclose(net.grads, backwards, rtol=1e-14, atol=1e-15)


@every_layer
def test_a_pass_can_be_differentiated_twice(make, rng):
    net = network(make)
    (dy, cache), _ = two_passes(net, rng)
    assert np.array_equal(net.backward(dy, cache), net.backward(dy, cache))


@every_layer
def test_a_later_forward_pass_does_not_disturb_an_earlier_cache(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(5, 4)), np.ones((5, net.n_out or 4))
    _, cache = net.forward(x, rng=np.random.default_rng(0))
    undisturbed = net.backward(dy, cache)
    _, cache = net.forward(x, rng=np.random.default_rng(0))
    net.forward(-x, rng=rng)
    assert np.array_equal(net.backward(dy, cache), undisturbed)


@every_layer
def test_backward_adds_to_the_gradients(make, rng):
    net = network(make)
    first, second = two_passes(net, rng)
    parts = []
    for dy, cache in (first, second):
        net.grads[...] = 0
        net.backward(dy, cache)
        parts.append(net.grads.copy())
    net.backward(*first)
    np.testing.assert_allclose(net.grads, parts[0] + parts[1], rtol=1e-13, atol=1e-14)


@every_layer
def test_without_param_grads_the_gradients_stay_and_dx_is_the_same(make, rng):
    net = network(make)
    (dy, cache), _ = two_passes(net, rng)
    net.grads[...] = 7
    dx = net.backward(dy, cache, param_grads=False)
    assert np.all(net.grads == 7)
    assert np.array_equal(dx, net.backward(dy, cache))


@every_layer
def test_backward_is_linear_in_dy(make, rng):
    net = network(make)
    (dy, cache), _ = two_passes(net, rng)
    other = rng.normal(size=dy.shape)
    together = net.backward(2 * dy - 3 * other, cache)
    apart = 2 * net.backward(dy, cache) - 3 * net.backward(other, cache)
    np.testing.assert_allclose(together, apart, rtol=1e-12, atol=1e-13)


@every_layer
@both_dtypes
def test_dtype_follows_the_network(make, dtype):
    net = network(make, dtype)
    x = np.linspace(-2, 2, 12, dtype=dtype).reshape(3, 4)
    y, cache = net.forward(x, rng=np.random.default_rng(0))
    dx = net.backward(np.ones_like(y), cache)
    assert {y.dtype, dx.dtype, net.grads.dtype} == {np.dtype(dtype)}
    assert net.forward(x, train=False)[0].dtype == np.dtype(dtype)


@every_layer
def test_dx_has_the_shape_of_x(make, rng):
    net = network(make)
    for batch in (1, 6):
        y, cache = net.forward(rng.normal(size=(batch, 4)), rng=rng)
        assert y.shape == (batch, net.n_out or 4)
        assert net.backward(np.ones_like(y), cache).shape == (batch, 4)


@every_layer
def test_inputs_are_not_written_to(make, rng):
    net = network(make)
    x = rng.normal(size=(5, 4))
    x.flags.writeable = False
    y, cache = net.forward(x, rng=rng)
    dy = np.ones_like(y)
    dy.flags.writeable = False
    net.backward(dy, cache)


@every_layer
def test_any_memory_layout_will_do(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, net.n_out or 4))
    y, cache = net.forward(x, train=False)
    dx = net.backward(dy, cache)
    y_strided, cache = net.forward(np.repeat(x, 2, axis=0)[::2], train=False)
    assert np.array_equal(y_strided, y)
    y_fortran, cache = net.forward(np.asfortranarray(x), train=False)
    np.testing.assert_allclose(y_fortran, y, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(
        net.backward(np.asfortranarray(dy), cache), dx, rtol=1e-13, atol=1e-15
    )


@every_layer
def test_examples_do_not_see_each_other(make, rng):
    net = network(make)
    x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, net.n_out or 4))
    y, cache = net.forward(x, train=False)
    dx = net.backward(dy, cache)
    for i in range(6):
        y_i, cache = net.forward(x[i : i + 1], train=False)
        np.testing.assert_allclose(y_i[0], y[i], rtol=1e-13, atol=1e-15)
        dx_i = net.backward(dy[i : i + 1], cache)
        np.testing.assert_allclose(dx_i[0], dx[i], rtol=1e-13, atol=1e-15)


@every_layer
@both_dtypes
@pytest.mark.filterwarnings("error")
def test_wide_inputs_do_no_harm(make, dtype):
    net = network(make, dtype)
    x = np.array([[-1e4, 1e4, 0, -0.0], [1e4, 1e4, 1e4, 1e4], [-1e4, -1e4, -1e4, -1e4]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, cache = net.forward(x, rng=np.random.default_rng(0))
        dx = net.backward(np.ones_like(y), cache)
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()
    assert np.isfinite(net.grads).all()


@every_layer
@pytest.mark.parametrize(
    "x",
    [np.zeros(4), np.zeros((2, 4, 1)), np.zeros((0, 4)), [[0.0] * 4], np.zeros((2, 4), int), None],
    ids=["one axis", "three axes", "empty", "a list", "whole numbers", "None"],
)
def test_what_is_no_batch_is_refused_by_name(make, x, rng):
    layer = network(make).layers[0]
    kind = type(layer).__name__
    with pytest.raises(InputError, match=rf"^{kind}\('{kind.lower()}1'\): expected .*, got "):
        layer.forward(x, rng=rng)


@every_layer
@pytest.mark.parametrize("rows, extra", [(5, 1), (4, 0), (1, 0), (6, 0)])
def test_a_gradient_of_another_shape_is_refused_by_name(make, rows, extra, rng):
    net = network(make)
    y, cache = net.forward(rng.normal(size=(5, 4)), rng=rng)
    width = y.shape[1]
    layer = re.escape(str(net.layers[0]))
    message = (
        rf"^{layer}: expected a gradient of shape \(5, {width}\), got \({rows}, {width + extra}\)$"
    )
    with pytest.raises(InputError, match=message):
        net.backward(np.ones((rows, width + extra)), cache)
    assert not net.grads.any()


@every_layer
@pytest.mark.parametrize("shape", [(), (5,), (5, 1), (5, 4, 1)])
def test_a_gradient_that_numpy_would_spread_out_is_refused(make, shape, rng):
    net = network(make)
    _, cache = net.forward(rng.normal(size=(5, 4)), rng=rng)
    with pytest.raises(InputError, match=r": expected a gradient of shape \(5, [34]\), got \("):
        net.backward(np.ones(shape), cache)


@pytest.mark.parametrize(("keep", "train"), [(1, True), (0.5, False)])
def test_dropout_that_hides_nothing_refuses_a_gradient_of_another_shape(keep, train, rng):
    net = network(lambda: Dropout(keep))
    _, cache = net.forward(rng.normal(size=(5, 4)), train=train, rng=rng)
    with pytest.raises(InputError, match=r"expected a gradient of shape \(5, 4\), got \(5, 5\)"):
        net.backward(np.ones((5, 5)), cache)


@every_layer
def test_the_text_of_a_layer_tells_its_kind_and_its_name(make):
    layer = network(make).layers[0]
    kind = type(layer).__name__
    assert str(layer) == f"{kind}('{kind.lower()}1')"
    assert repr(layer).startswith(f"{kind}(")
    assert f"name='{layer.name}'" in repr(layer)


@pytest.mark.parametrize("kind", [ReLU, Sigmoid, Softplus, Tanh])
def test_a_layer_can_be_named(kind):
    assert kind(name="h1").name == "h1"
    assert kind().name == kind.__name__.lower()
