"""Batch normalisation: derivatives that are exactly 0, a coupled batch, and a memory."""

import batch_norm
import numpy as np
import pytest
from layers_of_ones_own import BatchNorm

from minigan import DiscriminatorTurn, GeneratorTurn, Linear, ReLU, Sequential, Tanh
from minigan.checks import GradientError, check_game, check_layer, check_network, check_turn
from minigan.checks.numeric import derivative


def net(*layers):
    """Linear, what is given, Tanh, Linear."""
    n = layers[0].n_out
    return Sequential([*layers, Tanh(), Linear(n, 1)], seed=2, name="D")


class OwnBias(Linear):
    """The bias receives 0.3 more than it should."""

    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        if param_grads:
            self.db += dx.dtype.type(0.3)
        return dx


@pytest.mark.slow
def test_correct_layer_passes_alone_in_a_network_and_in_a_game():
    assert check_layer(BatchNorm(3)).worst < 1e-6
    D = net(Linear(2, 6), BatchNorm(6))
    assert check_network(D).redraws < 10
    G = Sequential([Linear(2, 6), BatchNorm(6), ReLU(), Linear(6, 2)], seed=1)
    report = check_game(G, D)
    assert report.passed and report.redraws < 30


def test_wrong_bias_in_front_of_it_is_caught():
    with pytest.raises(GradientError, match=r"OwnBias|d y\[.*/ d b\[\d\]"):
        check_layer(OwnBias(2, 6))
    with pytest.raises(GradientError, match=r"/ d ownbias1.b\[\d\]: backward gives 0.3, .* 0 "):
        check_network(net(OwnBias(2, 6), BatchNorm(6)))
    G, D = Sequential([Linear(2, 2)], seed=1), net(OwnBias(2, 6), BatchNorm(6))
    with pytest.raises(GradientError, match=r"d J_D / d D.ownbias1.b\[\d\]: backward gives 0.6, "):
        check_turn(DiscriminatorTurn(G, D))
    assert check_turn(GeneratorTurn(G, D)).passed  # D's bias is not asked for


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_what_is_small_enough_for_0_depends_on_the_scale_of_f(scale):
    flat = derivative(lambda t: 3 * scale + 1e-16 * np.sin(t) * scale)
    assert flat.doubt(1e-6) is None and flat.value == 0
    assert flat.error(1e-11 * scale) == 0  # rounding
    assert flat.error(1e-8 * scale) == flat.error(0.3 * scale) == 1


@pytest.mark.parametrize("slope", [1e-6, 1e-10])
def test_small_derivative_is_not_taken_for_0(slope):
    doubt = derivative(lambda t: 1 + slope * t).doubt(1e-6)
    assert doubt == "derivative lost in rounding"
    assert derivative(lambda t: 1 + t * t).doubt(1e-6) == doubt  # at a minimum, not flat


MEMORY = [
    (batch_norm.SaysItDoesNotMix, "says mixes = False, but other rows of x change row 0 of y"),
    (batch_norm.MovesInForward, "forward changes a memory: move running statistics in backward"),
    (batch_norm.MovesInGsTurn, "param_grads=False changes a memory, that of D in G's turn"),
    (batch_norm.NeverSaved, "does not bring back what a backward pass has changed"),
    (batch_norm.HalfSaved, "does not bring back what a backward pass has changed"),
    (batch_norm.LendsItsState, "returns the layer's own arrays: return copies"),
    (batch_norm.MeanIsAConstant, r"/ d x\[\d, \d\]: backward gives"),
    (batch_norm.GradientOfItsOwn, r"/ d x\[\d, \d\]: backward gives"),
]


@pytest.mark.parametrize(("layer", "message"), MEMORY, ids=[layer.__name__ for layer, _ in MEMORY])
def test_wrong_batch_norm_is_caught(layer, message):
    with pytest.raises(GradientError, match=message):
        check_layer(layer(3))


def test_running_statistics_of_the_users_layer_stay():
    D = net(Linear(2, 6), BatchNorm(6))
    D.layers[1].mean[...] = 0.5
    check_network(D, seeds=[0])
    check_layer(D.layers[1], seeds=[0])
    check_turn(DiscriminatorTurn(Sequential([Linear(2, 2)]), D), seeds=[0])
    assert np.all(D.layers[1].mean == 0.5)
