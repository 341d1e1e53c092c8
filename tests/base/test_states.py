"""The state of something else is refused, with the place named."""

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.base.states import expect_like, fill, snapshot

OWN = {"class": "Adam", "t": 3, "m": np.zeros(4, "f4"), "deep": {"x": 1.5}}


def test_other_numbers_of_the_same_kind_are_welcome():
    expect_like("it", {"class": "Adam", "t": 0, "m": np.ones(4, "f4"), "deep": {"x": -1.0}}, OWN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"class": "SGD"}, "it.class: expected 'Adam', got 'SGD'"),
        ({"t": 3.0}, "it.t: expected int, got float"),
        ({"t": True}, "it.t: expected int, got bool"),
        (
            {"m": np.zeros(5, "f4")},
            r"it.m: expected numpy float32 \(4,\), got numpy float32 \(5,\)",
        ),
        ({"m": np.zeros(4)}, r"it.m: expected numpy float32 \(4,\), got numpy float64 \(4,\)"),
        ({"m": [0, 0, 0, 0]}, r"it.m: expected numpy float32 \(4,\), got list"),
        ({"deep": {}}, "it.deep: expected x, got nothing"),
        ({"deep": None}, "it.deep: expected a dict with x, got NoneType"),
        ({"v": 1}, "it: expected class, t, m, deep, got class, t, m, deep, v"),
    ],
)
def test_what_is_another_thing_is_named(change, message):
    with pytest.raises(InputError, match=message):
        expect_like("it", OWN | change, OWN)


def test_a_snapshot_does_not_change_with_the_array(xp):
    array = xp.zeros(3, "f4")
    taken = snapshot(array)
    array += 1
    assert isinstance(taken, np.ndarray)
    assert np.array_equal(taken, np.zeros(3))


def test_an_array_is_filled_in_its_place(xp):
    array = xp.zeros(3, "f4")
    view = array[1:]
    fill(array, np.array([1, 2, 3], "f4"))
    assert np.array_equal(snapshot(view), [2, 3])
