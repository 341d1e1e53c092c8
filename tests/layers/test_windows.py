"""Windows of an image: how many, where, cut out and pasted back."""

import math

import numpy as np
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


@given(
    n=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    size=st.integers(1, 5),
    stride=st.integers(1, 4),
    pad=st.integers(0, 3),
    overhang=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_each_window_is_cut_where_it_lies_and_paste_is_the_transpose(
    n, size, stride, pad, overhang
):
    assume(size <= min(n) + 2 * pad)
    windows = Windows("here", (2, *n), size, stride, pad, overhang=overhang)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 2 * n[0] * n[1]))
    cut = windows.cut(x, beyond=-7.0).reshape(2, size, size, *windows.count, 3)
    images = np.pad(x.reshape(3, 2, *n), [(0, 0)] * 2 + [(pad, pad + 9)] * 2, constant_values=-7)
    for r, c in np.ndindex(windows.count):
        there = images[:, :, r * stride : r * stride + size, c * stride : c * stride + size]
        np.testing.assert_array_equal(cut[:, :, :, r, c], np.moveaxis(there, 0, -1))
    patches = rng.normal(size=windows.cut(x).shape)
    blank = windows.paste(patches)
    np.testing.assert_allclose((windows.cut(x) * patches).sum(), (x * blank).sum(), rtol=1e-12)
    np.testing.assert_allclose(windows.paste(patches, x.copy()), x + blank, rtol=1e-12)
