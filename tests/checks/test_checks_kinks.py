"""Kinks are recognised from function values alone, redrawn, and never tolerated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigan import Layer, ReLU
from minigan.checks import GradientError, check_layer
from minigan.checks.numeric import STEP, along, relative_error, slope

TOLERANCE = 1e-6


@pytest.mark.parametrize("s", [-0.99, -0.5, -1 / 3, -1e-3, 0.0, 0.01, 0.2, 2 / 7, 1 / 3, 0.5, 0.9])
@pytest.mark.parametrize("size", [1.0, -0.01, 1e-4])
def test_kink_within_a_step_is_recognised(s, size):
    bent = slope(lambda t: t + size * max(t - s * STEP, 0.0))
    assert bent.doubt(TOLERANCE) == "kink"


@pytest.mark.parametrize("s", [-2.0, -1.01, 1.01, 5.0])
def test_kink_beyond_the_step_is_none(s):
    bent = slope(lambda t: t + max(t - s * STEP, 0.0))
    assert bent.doubt(TOLERANCE) is None
    assert bent.value == pytest.approx(2.0 if s < 0 else 1.0, rel=1e-9)


def test_kink_exactly_at_the_point_is_recognised_where_the_slopes_cancel():
    assert slope(abs).doubt(TOLERANCE) == "kink"


@given(s=st.floats(-1.2, 1.2), k=st.floats(-10, 10), a=st.floats(-10, 10))
def test_error_that_a_kink_makes_is_at_most_two_and_a_half_bends(s, k, a):
    bent = slope(lambda t: a * t + k * max(t - s * STEP, 0.0))
    error = min(abs(bent.value - a), abs(bent.value - a - k))  # of either side's derivative
    assert error <= 2.5 * bent.bend + 1e-12


@given(s=st.floats(-1.2, 1.2), k=st.floats(-10, 10), a=st.floats(-10, 10))
def test_what_is_trusted_is_right_to_the_tolerance(s, k, a):
    bent = slope(lambda t: 1.0 + a * t + k * max(t - s * STEP, 0.0))
    if bent.doubt(TOLERANCE) is None:
        right = min(relative_error(side, float(bent.value)) for side in (a, a + k))
        assert right <= TOLERANCE


SMOOTH = {
    "sin": (np.sin, np.cos),
    "cubic": (lambda t: t**3 - 2 * t, lambda t: 3 * t**2 - 2),
    "exp": (np.exp, np.exp),
    "tanh": (np.tanh, lambda t: 1 - np.tanh(t) ** 2),
    "narrow": (lambda t: np.tanh(20 * t), lambda t: 20 * (1 - np.tanh(20 * t) ** 2)),
    "parabola at its minimum": (lambda t: (t - 1) ** 2, lambda t: 2 * (t - 1)),
    "constant": (lambda t: 3.0 + 0 * t, lambda t: 0.0),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_function_is_never_called_a_kink(name):
    f, derivative = SMOOTH[name]
    for x in [0.0, 1.0, *np.random.default_rng(0).normal(size=2000)]:
        straight = slope(lambda t, x=x: f(x + t))
        doubt = straight.doubt(TOLERANCE)
        assert doubt in (None, "derivative lost in rounding")
        if doubt is None:
            assert relative_error(derivative(x), float(straight.value)) <= TOLERANCE


def test_derivative_of_nearly_nothing_is_doubted():
    assert slope(lambda t: 1.0 + 1e-6 * t).doubt(TOLERANCE) == "derivative lost in rounding"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_value_that_is_not_finite_is_doubted(value):
    assert slope(lambda t: np.float64(value)).doubt(TOLERANCE) == "value not finite"


def test_block_is_put_back_to_the_bit_even_after_an_error():
    block = np.random.default_rng(0).normal(size=(3, 2))
    before = block.copy()

    def f():
        if not np.array_equal(block, before):
            raise RuntimeError
        return 0.0

    moved = along(f, block, np.full((3, 2), 1 / 3))
    assert moved(0.0) == 0.0
    with pytest.raises(RuntimeError):
        moved(0.7)
    assert np.array_equal(block, before)


class Sawtooth(Layer):
    """y = x + a triangle wave of slope 1 in x: a kink every ``period`` / 2."""

    def __init__(self, period):
        super().__init__()
        self.period = period

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        phase = np.mod(x, x.dtype.type(self.period))
        falling = phase > self.period / 2
        y = x + np.where(falling, self.period - phase, phase).astype(x.dtype)
        return y, falling

    def backward(self, dy, cache, *, param_grads=True):
        return dy * (2 - 2 * cache.astype(dy.dtype))


def test_layer_of_many_kinks_is_redrawn_until_there_is_none():
    report = check_layer(Sawtooth(8e-4))
    assert report.passed
    assert report.redraws > 20
    assert report.worst < 1e-6


def test_layer_that_is_all_kinks_is_refused():
    with pytest.raises(GradientError, match=r"no point could be checked.*kink along x \(21 times"):
        check_layer(Sawtooth(4e-6))


def test_bug_does_not_pass_for_a_kink():
    class Buggy(Sawtooth):
        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(dy, cache) * dy.dtype.type(1.0001)

    with pytest.raises(GradientError, match="finite differences give 2 "):
        check_layer(Buggy(2e-3))


def test_bug_is_caught_at_the_first_point_without_a_kink():
    """What is called a kink does not depend on what backward says."""

    class Silent(Sawtooth):
        def backward(self, dy, cache, *, param_grads=True):
            return dy * 0

    for seed in range(5):
        redraws = check_layer(Sawtooth(2e-3), seeds=[seed], train=True).redraws
        with pytest.raises(GradientError, match="backward gives 0") as caught:
            check_layer(Silent(2e-3), seeds=[seed], train=True)
        assert caught.value.report.redraws <= redraws


def test_gradient_that_is_nan_is_caught():
    class NaN(ReLU):
        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(dy, cache) * dy.dtype.type(np.nan)

    with pytest.raises(GradientError, match="backward gives nan"):
        check_layer(NaN())


def test_output_that_is_nan_is_refused():
    class Broken(ReLU):
        def forward(self, x, *, train=True, rng=None):
            y, cache = super().forward(x)
            return y * x.dtype.type(np.nan), cache

    with pytest.raises(GradientError, match="value not finite along x"):
        check_layer(Broken())


def test_layer_with_r_passes_where_all_inputs_are_near_its_kink():
    report = check_layer(ReLU(), scale=2e-4)
    assert report.redraws > 0
    assert report.worst < 1e-6
