"""Figure 2's sheet: samples in their rows, and a frame around each training image."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from minigan.plots.neighbours import draw_samples


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 8, 16)])
def test_each_row_ends_in_its_neighbour_and_that_is_framed(rows, shape, rng):
    h, w = shape[1:]
    samples = 0.9 * rng.random((rows * 5, np.prod(shape)))
    neighbours = 0.9 * rng.random((rows, np.prod(shape)))
    (ax,) = draw_samples(samples, neighbours, shape).axes
    shown = np.asarray(ax.images[0].get_array())
    assert shown.shape == (rows * (h + 1) - 1, 6 * (w + 1) - 1, 3)
    assert len(ax.patches) == rows
    for row, frame in enumerate(ax.patches):
        expected = [*samples[5 * row : 5 * row + 5], neighbours[row]]
        for column, image in enumerate(expected):
            top, left = row * (h + 1), column * (w + 1)
            part = shown[top : top + h, left : left + w]
            original = np.broadcast_to(np.moveaxis(image.reshape(shape), 0, 2), (h, w, 3))
            np.testing.assert_allclose(part, original, rtol=1e-6)
        # a pixel's middle is a whole number, so its edges are half of one away
        corner = 5 * (w + 1) - 0.5, row * (h + 1) - 0.5
        assert frame.get_xy() == corner
        assert (frame.get_width(), frame.get_height()) == (w, h)
        assert not frame.get_fill()
