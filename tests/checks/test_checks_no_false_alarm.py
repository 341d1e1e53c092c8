"""What is right is never called wrong: every layer, cost and game, many seeds."""

import numpy as np
import pytest

from minigan import Dropout, Layer, Linear, Maxout, ReLU, Sequential, layers
from minigan.base.numerics import sigmoid
from minigan.checks import (
    check_cost,
    check_layer,
    check_network,
    run_suite,
)
from minigan.checks.suite import rows

ROWS = rows()  # made once: fifty milliseconds


@pytest.mark.parametrize("row", ROWS)
def test_row_of_the_suite_over_two_seeds(row):
    report = ROWS[row](seeds=range(2))
    assert report.passed
    assert report.worst < 1e-6


@pytest.mark.slow  # seeds 0 to 19 are those of ``minigan check``
@pytest.mark.parametrize("row", ROWS)
def test_row_of_the_suite_over_60_seeds(row):
    assert ROWS[row](seeds=range(100, 160)).passed


@pytest.mark.slow
@pytest.mark.parametrize("row", [name for name in ROWS if name in vars(layers)])
def test_layer_at_wide_inputs(row):
    assert ROWS[row](scale=10, seeds=range(50)).worst < 1e-6


@pytest.mark.parametrize("row", [name for name in ROWS if name.startswith("cost")])
def test_cost_at_wide_logits(row):
    assert ROWS[row](scale=10, seeds=range(50)).worst < 1e-6


def test_layer_at_a_batch_of_one_and_at_width_one():
    assert check_layer(Linear(1, 1), shape=(1, 1)).passed
    assert check_layer(ReLU(), shape=(1, 1)).passed
    assert check_layer(Maxout(2, 1, pieces=1)).passed


def test_layer_of_a_users_own():
    class Swish(Layer):
        """y = x sigmoid(b x), with a parameter for each input."""

        n_in = n_out = 3

        def parameter_shapes(self):
            return {"b": (3,)}

        def initialise(self, rng):
            self.b[...] = 1

        def forward(self, x, *, train=True, rng=None):
            self.check_input(x)
            s = sigmoid(self.b * x)
            return x * s, {"x": x, "s": s}

        def backward(self, dy, cache, *, param_grads=True):
            x, s = cache["x"], cache["s"]
            slope = x * s * (1 - s)
            if param_grads:
                self.db += (dy * slope * x).sum(axis=0)
            return dy * (s + slope * self.b)

    report = check_layer(Swish())
    assert report.passed
    assert report.name == "Swish('swish1')"
    assert report.directions >= 20 * 2 * 2 * 2 * 2  # seeds, modes, passes, blocks, orders


def test_cost_with_a_corner_and_an_option():
    def hinge(a_real, a_fake, margin=1.0):
        real, fake = np.maximum(margin - a_real, 0), np.maximum(margin + a_fake, 0)
        J = real.mean() + fake.mean()
        da_real = np.where(real > 0, -1, 0).astype(real.dtype) / real.size
        return J, da_real, np.where(fake > 0, 1, 0).astype(fake.dtype) / fake.size

    assert check_cost(hinge, seeds=range(200)).worst < 1e-6


@pytest.mark.slow
def test_suite_yields_a_report_a_row():
    reports = list(run_suite(seeds=1))
    assert [report.name for report in reports] == list(ROWS)
    assert all(report.passed and not report.message for report in reports)
    exact = {report.name for report in reports if report.directions == 0}
    assert exact == {"Maxout ties", "ChannelMaxout ties", "MaxPool2D ties"}


def test_network_with_dropout_in_both_modes():
    network = Sequential([Dropout(0.8), Linear(4, 8), ReLU(), Dropout(0.5), Linear(8, 2)], seed=0)
    assert check_network(network, train=True).passed
    assert check_network(network, train=False).passed
