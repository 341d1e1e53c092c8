"""Assigning to a network's flat vectors copies in: the layers never lose sight of them."""

import numpy as np
import pytest

from minigan import InputError, Linear, Sequential, Sigmoid


def network():
    return Sequential([Linear(2, 3), Sigmoid()], seed=0, dtype="float64")


def test_assigned_parameters_are_the_layers_own():
    net, saved = network(), np.arange(9.0)
    net.params = saved
    assert np.array_equal(net.layers[0].W.ravel(), saved[:6])
    assert np.array_equal(net.layers[0].b, saved[6:])


def test_an_augmented_assignment_moves_the_layers():
    net = network()
    before = net.layers[0].W.copy()
    net.params += 1
    net.grads = 2
    assert np.array_equal(net.layers[0].W, before + 1)
    assert np.array_equal(net.layers[0].db, [2, 2, 2])


@pytest.mark.parametrize("bias", [None, float("nan"), "zero", [1.0, float("inf"), 0.0]])
def test_a_bias_is_made_of_finite_numbers(bias):
    with pytest.raises(InputError, match=r"Linear\('linear'\): expected a finite bias, got"):
        Linear(2, 3, bias=bias)


@pytest.mark.parametrize("weights", [0, [], np.ones((2, 3))], ids=str)
def test_weights_are_an_initialiser(weights):
    with pytest.raises(InputError, match="expected an initialiser as weights, got"):
        Linear(2, 3, weights=weights)


@pytest.mark.parametrize("dy", [[[1.0, 2.0, 3.0]], 1.0, None], ids=str)
def test_a_gradient_that_is_no_array_is_refused(dy):
    net = network()
    _, caches = net.forward(np.zeros((1, 2)))
    with pytest.raises(InputError, match=r"expected a gradient of shape \(1, 3\), got"):
        net.backward(dy, caches)
