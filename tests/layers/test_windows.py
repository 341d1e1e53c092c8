"""Windows of an image: how many, and where."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigan import InputError
from minigan.layers.windows import Windows


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 40), size=st.integers(1, 40), stride=st.integers(1, 7), pad=st.integers(0, 5)
)
def test_without_overhang_as_many_windows_as_fit(n, size, stride, pad):
    assume(size <= n + 2 * pad)
    down, across = Windows("here", (1, n, n), size, stride, pad).count
    begins = [begin for begin in range(-pad, n + pad, stride) if begin + size <= n + pad]
    assert down == across == len(begins)


@settings(max_examples=100, deadline=None)
@given(n=st.integers(1, 40), size=st.integers(1, 40), stride=st.integers(1, 40))
def test_with_overhang_every_pixel_is_covered_and_no_window_begins_outside(n, size, stride):
    assume(stride <= size <= n)
    down, _ = Windows("here", (1, n, n), size, stride, overhang=True).count
    assert down == math.ceil((n - size) / stride) + 1
    last = (down - 1) * stride
    assert last < n <= last + size
    assert down == 1 or last - stride + size < n  # one window less would not do


def test_windows_larger_than_the_image_are_refused():
    Windows("here", (1, 5, 3), 5, 1, 1)
    message = r"^here: expected at most 5, for an image of 5 x 3 pixels and 1 more .*, got 6$"
    with pytest.raises(InputError, match=message):
        Windows("here", (1, 5, 3), 6, 1, 1)
