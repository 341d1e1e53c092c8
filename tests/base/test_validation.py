"""Which numbers are taken, and what is said of the others."""

import math

import numpy as np
import pytest

from minigan import InputError
from minigan.base.validation import known_name, real_number, whole_number


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(1)])
def test_whole_numbers_are_taken_as_int(value):
    taken = whole_number("k", value)
    assert taken == value and type(taken) is int


@pytest.mark.parametrize("value", [0, -1, 1.0, 2.5, True, "3", None, np.float32(2), [1]])
def test_what_is_no_whole_number_from_1_on_is_refused(value):
    with pytest.raises(InputError, match="k: expected a whole number >= 1, got"):
        whole_number("k", value)


def test_the_smallest_whole_number_can_be_chosen():
    assert whole_number("frames", 0, low=0) == 0
    with pytest.raises(InputError, match=">= 0, got -1"):
        whole_number("frames", -1, low=0)


@pytest.mark.parametrize("value", [0, 0.5, 1, np.float32(0.25), np.int64(1)])
def test_real_numbers_in_the_range_are_taken_as_float(value):
    taken = real_number("lr", value, 0, 1)
    assert taken == value and type(taken) is float


@pytest.mark.parametrize(
    "value", [-0.1, 1.1, math.nan, math.inf, 10**400, True, "0.5", None, 1j, [0.5]]
)
def test_what_is_outside_or_no_number_is_refused(value):
    with pytest.raises(InputError, match=r"lr: expected a finite number in \[0, 1\], got"):
        real_number("lr", value, 0, 1)


def test_open_ends_are_left_out():
    for value in (0, 1):
        with pytest.raises(InputError, match=r"in \(0, 1\), got"):
            real_number("keep", value, 0, 1, low_open=True, high_open=True)


def test_a_range_without_an_upper_end_is_named_by_its_lower_one():
    with pytest.raises(InputError, match="expected a finite number > 0, got 0"):
        real_number("std", 0, 0, low_open=True)
    with pytest.raises(InputError, match="expected a finite number, got inf"):
        real_number("mean", math.inf)


@pytest.mark.parametrize("value", [np.zeros((20, 20)), "two\nlines", ["a long list"] * 99])
def test_whatever_is_given_the_message_is_one_short_line(value):
    for check in (whole_number, real_number):
        with pytest.raises(InputError) as caught:
            check("k", value)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("given", "near"), [("gail", "GAIL"), ("GIAL", "GAIL"), ("pear", "Pearson"), ("xyz", None)]
)
def test_a_name_that_is_not_known_is_refused_with_the_one_that_is_near(given, near):
    with pytest.raises(InputError) as caught:
        known_name("kind", given, ("GAIL", "AIRL", "Pearson"))
    said = f"kind: expected one of GAIL, AIRL, Pearson, got {given!r}"
    assert str(caught.value) == said + (f"; did you mean {near}?" if near else "")
    assert known_name("kind", "AIRL", ("GAIL", "AIRL")) == "AIRL"
