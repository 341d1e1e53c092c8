"""Second derivatives along a direction, against closed forms, symmetry and finite differences."""

import numpy as np
import pytest

import minigan as mg
from minigan import InputError
from minigan.base.numerics import sigmoid
from minigan.networks.second import SecondOrderPass


def net(*layers):
    network = mg.Sequential(list(layers), seed=3, dtype="float64", name="D")
    network.params += 0.1 * np.random.default_rng(0).standard_normal(network.params.shape)
    return network


def deep(activation):
    layers = [mg.Linear(3, 7), activation(), mg.Dropout(0.8), mg.Maxout(7, 5, pieces=2)]
    return net(*layers, activation(), mg.Linear(5, 1))


X = np.random.default_rng(1).standard_normal((6, 3))


def gradient(D, x, v=0.0, u=0.0):
    """dx and dtheta of J = mean softplus(a) at theta + v, x + u, with the same dropout masks."""
    params = D.params.copy()
    D.params += v
    a, cache = D.forward(x + u, rng=np.random.default_rng(5))
    D.zero_grads()
    dx = D.backward(sigmoid(a) / len(a), cache)
    grads = D.grads.copy()
    D.params = params
    return dx, grads


def product(D, x, v=None, u=None):
    """R{dx} and R{dtheta} along v and u."""
    run = SecondOrderPass(D, x, np.random.default_rng(5))
    s = sigmoid(run.y)
    run.backward(s / len(x))
    Ra = run.forward_r(v, u)
    H, Rdx = run.backward_r(s * (1 - s) * Ra / len(x))
    return Rdx, H


@pytest.mark.parametrize("activation", [mg.Tanh, mg.Softplus, mg.Sigmoid, mg.ReLU, mg.LeakyReLU])
def test_a_product_is_the_difference_of_gradients(activation):
    D, rng = deep(activation), np.random.default_rng(2)
    v, u = rng.standard_normal(D.params.shape), rng.standard_normal(X.shape)
    h = 3e-6
    for along in ({"v": v}, {"u": u}, {"v": v, "u": u}):
        right, left = (
            gradient(D, X, **{name: t * d for name, d in along.items()}) for t in (h, -h)
        )
        for found, a, b in zip(product(D, X, **along), right, left, strict=True):
            assert found == pytest.approx((a - b) / (2 * h), abs=1e-9)


def test_the_hessian_is_symmetric_and_linear():
    D, rng = deep(mg.Tanh), np.random.default_rng(4)
    v, w = rng.standard_normal((2, *D.params.shape))
    (_, Hv), (_, Hw), (_, both) = (product(D, X, each) for each in (v, w, 2 * v - 3 * w))
    assert w @ Hv == pytest.approx(v @ Hw, rel=1e-12)
    assert both == pytest.approx(2 * Hv - 3 * Hw, abs=1e-13)


def test_a_linear_d_has_the_hessian_of_logistic_regression():
    D = net(mg.Linear(3, 1))
    s = sigmoid(D(X))
    rows = np.concatenate([X, np.ones((6, 1))], axis=1)  # [x, 1]
    hessian = rows.T @ (s * (1 - s) * rows) / 6
    for v, column in zip(np.eye(4), hessian.T, strict=True):
        assert product(D, X, v)[1] == pytest.approx(column, abs=1e-15)


def test_a_pass_adds_the_same_gradients_as_the_networks_own():
    D = deep(mg.Tanh)
    dx, grads = gradient(D, X)
    D.zero_grads()
    run = SecondOrderPass(D, X, np.random.default_rng(5))
    assert run.backward(sigmoid(run.y) / 6) == pytest.approx(dx, abs=1e-15)
    assert D.grads == pytest.approx(grads, abs=1e-15)


def test_a_layer_without_second_derivatives_is_named():
    class Cube(mg.Layer):
        def forward(self, x, *, train=True, rng=None):
            return x**3, x

        def backward(self, dy, cache, *, param_grads=True):
            return 3 * cache**2 * dy

    with pytest.raises(InputError, match=r"^D: expected layers with second .*, got Cube\('cube1'"):
        SecondOrderPass(net(mg.Linear(3, 1), Cube()), X)
