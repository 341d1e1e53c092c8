"""Schedules at the values of the 2014 experiments, at their ends, and out of range."""

import math

import numpy as np
import pytest

from minigan import InputError
from minigan.schedules import (
    constant,
    cosine,
    each_epoch,
    exponential_decay,
    late_decay,
    linear_ramp,
    schedule,
)

EPOCH = 500  # updates: 50,000 images in minibatches of 100


def test_constant_is_the_same_at_every_update():
    rate = constant(0.3)
    assert [rate(t) for t in (0, 1, 10**9)] == [0.3, 0.3, 0.3]


def test_the_learning_rate_of_2014():
    rate = exponential_decay(0.1)
    assert rate(0) == 0.1
    assert rate(250 * EPOCH) == pytest.approx(0.1 / 1.000004**125000, rel=1e-9)
    assert rate(2_878_000) > 1e-6
    assert rate(2_879_000) == rate(10**12) == 1e-6
    halved = exponential_decay(0.1, factor=2.0, floor=0.0)
    np.testing.assert_allclose(
        [halved(t) for t in range(4)], [0.1, 0.05, 0.025, 0.0125], rtol=1e-14
    )


def test_momentum_of_2014_goes_from_a_half_to_seven_tenths():
    momentum = linear_ramp(0.5, 0.7, 250 * EPOCH)
    assert momentum(0) == 0.5
    assert momentum(125 * EPOCH) == pytest.approx(0.6, rel=1e-14)
    assert momentum(250 * EPOCH) == pytest.approx(0.7, rel=1e-14)


def test_a_ramp_may_fall_and_stays_at_its_end():
    assert linear_ramp(3.0, 1.0, 4)(1) == 2.5
    assert linear_ramp(1.0, 0.0, 10)(11) == linear_ramp(1.0, 0.0, 10)(10**9) == 0.0


def test_cosine_at_its_ends_and_in_the_middle():
    rate = cosine(0.2, steps=100, final=0.1)
    assert rate(0) == pytest.approx(0.2, rel=1e-15)
    assert rate(50) == pytest.approx(0.15, rel=1e-15)
    assert rate(100) == pytest.approx(0.1, rel=1e-15)
    assert rate(1000) == rate(100)


def test_cosine_falls_to_nothing_by_default_by_a_quarter_after_a_third():
    assert cosine(0.2, steps=3)(3) == 0.0
    assert cosine(1.0, steps=3)(1) == pytest.approx(0.75, rel=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0,), "initial: expected a finite number > 0, got 0.0"),
        ((-0.1,), "initial: expected a finite number > 0, got -0.1"),
        ((math.nan,), "initial: expected a finite number > 0, got nan"),
        ((0.1, 0.99), "factor: expected a finite number >= 1, got 0.99"),
        ((0.1, math.nan), "factor: expected a finite number >= 1, got nan"),
        ((1e-7,), r"floor: expected a finite number in \[0, 1e-07\], got 1e-06"),
        ((0.1, 2.0, -1e-9), r"floor: expected a finite number in \[0, 0.1\], got -1e-09"),
    ],
)
def test_exponential_decay_names_what_it_expects(arguments, message):
    with pytest.raises(InputError, match=f"^exponential_decay: {message}$"):
        exponential_decay(*arguments)


@pytest.mark.parametrize("steps", [0, -5, math.nan])
def test_ramp_and_cosine_need_at_least_one_step(steps):
    message = f"steps: expected a whole number >= 1, got {steps}"
    with pytest.raises(InputError, match=f"^linear_ramp: {message}$"):
        linear_ramp(0.5, 0.7, steps)
    with pytest.raises(InputError, match=f"^cosine: {message}$"):
        cosine(0.1, steps)


@pytest.mark.parametrize("number", [2, np.float64(2), np.float32(2), np.int64(2)])
def test_schedule_turns_a_number_into_a_constant_and_passes_a_function_through(number):
    assert schedule("lr", number)(123) == 2.0
    assert schedule("lr", math.sqrt) is math.sqrt


@pytest.mark.parametrize("value", [-1e-12, math.nan, math.inf, "0.1", None, [0.1], 1j])
def test_schedule_rejects_what_is_no_rate(value):
    with pytest.raises(InputError, match=r"^lr: expected a finite number >= 0, got "):
        schedule("lr", value)


@pytest.mark.parametrize("value", [-0.1, 1.0, 1.5])
def test_schedule_rejects_what_leaves_a_half_open_range(value):
    message = rf"^momentum: expected a finite number in \[0, 1\), got {value}$"
    with pytest.raises(InputError, match=message):
        schedule("momentum", value, high=1.0)


def test_schedule_takes_the_closed_end_of_a_range():
    assert schedule("momentum", 0, high=1.0)(0) == 0.0


@pytest.mark.parametrize("value", [math.nan, math.inf, "0.1", None])
def test_a_ramp_and_a_cosine_are_of_finite_numbers(value):
    for name, make in (("linear_ramp", linear_ramp), ("cosine", cosine)):
        with pytest.raises(InputError, match=f"^{name}: initial: expected a finite number, got "):
            make(value, final=0.5, steps=3)
        with pytest.raises(InputError, match=f"^{name}: final: expected a finite number, got "):
            make(0.5, final=value, steps=3)


def test_an_epochs_schedule_may_be_a_number_and_is_nothing_else():
    assert each_epoch(0.25, 10)(123) == 0.25
    assert each_epoch(linear_ramp(0.0, 1.0, 2), 10)(19) == 0.5
    for wrong in (math.nan, "0.1", None, [0.1]):
        message = r"^each_epoch: of_epoch: expected a finite number >= 0, got "
        with pytest.raises(InputError, match=message):
            each_epoch(wrong, 10)


def test_late_decay_rests_for_half_and_then_falls_in_a_straight_line():
    rate = late_decay(0.2, steps=100, final=0.1)
    assert [rate(t) for t in (0, 25, 50)] == [0.2] * 3
    assert rate(75) == pytest.approx(0.15, rel=1e-15)
    assert rate(100) == rate(1000) == pytest.approx(0.1, rel=1e-15)
    with pytest.raises(InputError, match=r"^late_decay: steps: expected"):
        late_decay(0.2, 0)
