"""Sheets of images: every pixel in its place, as bright as it was."""

import io

import numpy as np
import pytest

from minigan import InputError

pytest.importorskip("matplotlib")

from minigan.plots.sheet import image_sheet


def picture(figure):
    """What is shown, (rows, columns, 3)."""
    (ax,) = figure.axes
    (image,) = ax.images
    return np.asarray(image.get_array())


@pytest.mark.parametrize(("channels", "n", "columns"), [(1, 7, 3), (3, 7, 3), (1, 2, 9)])
def test_images_stand_row_by_row_with_white_between(channels, n, columns, rng):
    h, w = 4, 5
    images = 0.9 * rng.random((n, channels * h * w), dtype=np.float32)
    shown = picture(image_sheet(images, (channels, h, w), columns))
    columns = min(columns, n)
    rows = -(-n // columns)
    assert shown.shape == (rows * (h + 1) - 1, columns * (w + 1) - 1, 3)
    white = np.ones(shown.shape, bool)
    for i, image in enumerate(images.reshape(n, channels, h, w)):
        top, left = i // columns * (h + 1), i % columns * (w + 1)
        part = np.s_[top : top + h, left : left + w]
        for channel in range(3):
            expected = image[channel if channels == 3 else 0]
            np.testing.assert_array_equal(shown[part][:, :, channel], expected)
        white[part] = False
    assert (shown[white] == 1).all()


def test_contrast_is_not_stretched_when_it_is_drawn():
    from PIL import Image

    images = np.full((1, 16), 0.4, np.float32)
    file = io.BytesIO()
    image_sheet(images, (1, 4, 4)).savefig(file, format="png")
    pixels = np.asarray(Image.open(file).convert("RGB"))
    assert pixels.shape[:2] == (800, 800)
    assert set(pixels.reshape(-1)) == {102}  # 0.4 * 255


@pytest.mark.parametrize(
    ("images", "shape", "message"),
    [
        (np.zeros((2, 5)), (1, 2, 2), r"expected images \(n, 4\) of shape \(1, 2, 2\)"),
        (np.zeros((0, 4)), (1, 2, 2), r"expected images \(n, 4\)"),
        (np.zeros(4), (1, 2, 2), r"expected images \(n, 4\)"),
        (np.zeros((2, 8)), (2, 2, 2), "expected 1 or 3 channels, got 2"),
        (np.full((1, 4), 1.5), (1, 2, 2), r"expected values in \[0, 1\], got 1.5 to 1.5"),
        (np.full((1, 4), -1.0), (1, 2, 2), r"expected values in \[0, 1\]"),
        (np.full((1, 4), np.nan), (1, 2, 2), r"expected values in \[0, 1\]"),
    ],
)
def test_what_cannot_be_shown_is_refused(images, shape, message):
    with pytest.raises(InputError, match=message):
        image_sheet(images, shape)


def test_the_number_of_columns_is_at_least_one():
    with pytest.raises(InputError, match="image_sheet: columns: expected a whole number >= 1"):
        image_sheet(np.zeros((1, 4)), (1, 2, 2), 0)
