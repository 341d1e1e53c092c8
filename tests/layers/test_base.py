"""A layer of one's own: what the base class gives it, and what it demands."""

import numpy as np
import pytest

from minigan import InputError, Layer, Sequential


class Scale(Layer):
    """y = x * s + t, a number each: the smallest layer with two parameters."""

    def parameter_shapes(self):
        return {"s": (1,), "t": (2, 1)}

    def initialise(self, rng):
        self.s[...] = 3
        self.t[...] = [[0.25], [0.5]]

    def constrain(self):
        np.clip(self.s, -1, 1, out=self.s)

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        return x * self.s + self.t.sum(), x

    def backward(self, dy, cache, *, param_grads=True):
        if param_grads:
            self.ds += np.sum(dy * cache)
            self.dt += dy.sum()
        return dy * self.s


def test_forward_and_backward_must_be_written():
    class Half(Layer):
        def forward(self, x, *, train=True, rng=None):
            return x / 2, None

    with pytest.raises(TypeError, match="backward"):
        Half()


def test_a_network_gives_a_new_layer_memory_by_name_and_end_to_end():
    net = Sequential([Scale()])
    layer = net.layers[0]
    assert net.params.tolist() == [3, 0.25, 0.5]
    assert layer.t.shape == layer.dt.shape == (2, 1)
    assert layer.params["s"] is layer.s
    assert layer.grads["t"] is layer.dt
    assert list(layer.params) == list(layer.grads) == ["s", "t"]
    layer.flat_params[...] = [7, 8, 9]
    layer.flat_grads[...] = [1, 2, 3]
    assert (layer.s[0], layer.t[1, 0], layer.ds[0], layer.dt[0, 0]) == (7, 9, 1, 2)


def test_a_layer_by_hand_may_keep_x_itself_and_a_network_keeps_a_copy():
    for fast in (True, False):
        net = Sequential([Scale()], dtype="float64", fast=fast)
        for forward, backward, ds in (
            (net.forward, net.backward, 2),
            (net[0].forward, net[0].backward, 20),  # as `Layer.forward` warns
        ):
            x = np.ones((1, 2))
            _, cache = forward(x)
            x[...] = 10
            net.zero_grads()
            backward(np.ones((1, 2)), cache)
            assert net[0].ds == ds


class Backwards(Layer):
    """y = x with its columns in reverse order: a view of x."""

    def forward(self, x, *, train=True, rng=None):
        return x[:, ::-1], None

    def backward(self, dy, cache, *, param_grads=True):
        return dy[:, ::-1]


def test_what_a_network_gives_is_the_callers_own_though_its_layers_give_views():
    net, x = Sequential([Backwards()]), np.array([[1.0, 2.0]])
    y, cache = net.forward(x)
    dx, again = net.backward(x, cache), net(x)
    y[...] = dx[...] = again[...] = 7
    assert x.tolist() == [[1, 2]]


def test_a_layer_of_ones_own_starts_at_finite_numbers():
    class Unfilled(Scale):
        def initialise(self, rng):
            self.t[...] = [[1], [np.nan]]

    with pytest.raises(InputError, match=r"^Unfilled\('unfilled1'\): expected finite .* of t, got"):
        Sequential([Unfilled()])


def test_a_new_layer_plays_with_the_others():
    net = Sequential([Scale(), Scale()], dtype="float64")
    y, caches = net.forward(np.array([[1.0, 2.0]]))
    assert y.tolist() == [[(3 + 0.75) * 3 + 0.75, (6 + 0.75) * 3 + 0.75]]
    assert net.backward(np.ones((1, 2)), caches).tolist() == [[9, 9]]
    assert net.grads.tolist() == [9, 6, 6, 3.75 + 6.75, 2, 2]


def test_the_networks_constrain_reaches_the_layer():
    net = Sequential([Scale()])
    net.constrain()
    assert net.params.tolist() == [1, 0.25, 0.5]


def test_a_layer_without_a_constraint_ignores_constrain():
    class Same(Layer):
        def forward(self, x, *, train=True, rng=None):
            return x, None

        def backward(self, dy, cache, *, param_grads=True):
            return dy

    net = Sequential([Same()])
    net.constrain()
    assert net.params.shape == (0,)
    assert (net.n_in, net.n_out) == (None, None)


def test_before_it_is_in_a_network_a_layer_with_parameters_says_so():
    with pytest.raises(InputError, match=r"Scale\('scale'\): has no parameters yet; put it in a"):
        Scale().forward(np.zeros((2, 2)))


def test_the_input_must_have_the_dtype_of_the_parameters():
    layer = Sequential([Scale()], dtype="float32").layers[0]
    with pytest.raises(InputError, match=r"Scale\('scale1'\): expected float32 input, got float64"):
        layer.forward(np.zeros((2, 2)))
