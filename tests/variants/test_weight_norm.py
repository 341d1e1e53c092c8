"""Weight normalisation: lengths apart from directions."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_layer
from minigan.variants.weight_norm import WeightNormLinear


def test_the_gradients_are_right():
    assert check_layer(WeightNormLinear(3, 4), seeds=range(3)).passed


def test_the_length_of_a_column_is_e_to_the_g_whatever_v_is():
    layer = WeightNormLinear(3, 2)
    mg.Sequential([layer], seed=0, dtype="float64")
    start = layer.forward(np.eye(3))[0]
    assert start == pytest.approx(layer.v)  # it starts as an ordinary layer
    layer.v *= 7
    assert layer.forward(np.eye(3))[0] == pytest.approx(start)
    layer.g[:] = [0, np.log(2)]
    assert np.linalg.norm(layer.forward(np.eye(3))[0], axis=0) == pytest.approx([1, 2])


def test_the_gradient_of_v_is_orthogonal_to_v():
    layer = WeightNormLinear(3, 2)
    mg.Sequential([layer], seed=0, dtype="float64")
    _, cache = layer.forward(np.random.default_rng(0).standard_normal((5, 3)))
    layer.backward(np.ones((5, 2)), cache)
    assert abs((layer.v * layer.dv).sum(axis=0)).max() < 1e-12
    assert abs(layer.dv).max() > 0.1


def test_no_width_is_refused():
    with pytest.raises(mg.InputError, match="n_out: expected"):
        WeightNormLinear(3, 0)
