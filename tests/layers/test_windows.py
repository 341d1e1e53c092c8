"""Windows of an image: how many, where, and that pasting is the transpose of cutting."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigan import InputError
from minigan.layers.windows import Windows

sizes = st.integers(1, 7)


@settings(max_examples=100, deadline=None)
@given(n=st.integers(1, 40), size=st.integers(1, 40), stride=sizes, pad=st.integers(0, 5))
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


def test_windows_of_a_small_image_by_hand():
    windows = Windows("here", (1, 3, 4), 2, 2, 1)
    x = np.arange(12.0)[None]
    assert windows.count == (2, 3)
    assert windows.cut(x).T.tolist() == [
        [0, 0, 0, 0],
        [0, 0, 1, 2],
        [0, 0, 3, 0],
        [0, 4, 0, 8],
        [5, 6, 9, 10],
        [7, 0, 11, 0],
    ]


def test_channels_are_the_slowest_in_a_window_and_images_in_a_row_of_windows():
    windows = Windows("here", (2, 2, 2), 2, 1)
    x = np.arange(16.0).reshape(2, 8)
    assert windows.cut(x).T.tolist() == x.tolist()


def test_pasting_what_was_cut_counts_the_windows_of_every_pixel():
    windows = Windows("here", (1, 3, 3), 2, 1)
    counts = windows.paste(windows.cut(np.ones((1, 9))))
    assert counts.reshape(3, 3).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@settings(max_examples=100, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), sizes, sizes),
    size=st.integers(1, 5),
    stride=st.integers(1, 4),
    pad=st.integers(0, 3),
    overhang=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_paste_is_the_transpose_of_cut(shape, size, stride, pad, overhang, seed):
    assume(size <= min(shape[1:]) + 2 * pad)
    windows = Windows("here", shape, size, stride, pad, overhang=overhang)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, math.prod(shape)))
    patches = rng.normal(size=windows.cut(x).shape)
    there, back = np.sum(windows.cut(x) * patches), np.sum(x * windows.paste(patches))
    np.testing.assert_allclose(there, back, rtol=1e-10, atol=1e-12)


def test_windows_larger_than_the_image_are_refused():
    Windows("here", (1, 5, 3), 5, 1, 1)
    message = r"^here: expected at most 5, for an image of 5 x 3 pixels and 1 more .*, got 6$"
    with pytest.raises(InputError, match=message):
        Windows("here", (1, 5, 3), 6, 1, 1)
