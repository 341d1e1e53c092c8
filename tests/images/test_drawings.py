"""Drawings: every pixel in its place and as bright as it was, every number on its curve."""

import io
import math

import numpy as np
import pytest
from memory import little_memory

from minigan import InputError

pytest.importorskip("matplotlib")

from minigan.images import draw_curves, draw_samples, image_sheet

MB = 1 << 20


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


@pytest.mark.parametrize("shape", [(1, 1, 3072), (1, 30_720, 1), (3, 600, 600), (1, 10, 60_000)])
def test_a_sheet_has_a_limit_whatever_the_shape_of_its_images(shape):
    images = np.broadcast_to(np.float32(0.5), (100, np.prod(shape)))
    with little_memory(160 * MB):
        image_sheet(images, shape).savefig(io.BytesIO(), format="png")


def test_of_a_large_image_every_other_pixel_is_drawn_and_its_frame_fits():
    image = np.arange(1001 * 1500, dtype=np.float32).reshape(1, -1) / 2e6
    whole = image_sheet(image, (1, 1001, 1500))
    np.testing.assert_array_equal(picture(whole)[:, :, 0], image.reshape(1001, 1500))
    (ax,) = draw_samples(np.repeat(image, 4, 0), np.repeat(image, 2, 0), (1, 1001, 1500)).axes
    thin = image.reshape(1001, 1500)[::2, ::2]
    gap = 31  # a sixteenth of 501
    for i, frame in enumerate(ax.patches):
        assert frame.get_bbox().bounds == (2 * (750 + gap) - 0.5, i * (501 + gap) - 0.5, 750, 501)
    np.testing.assert_array_equal(picture(ax.figure)[-501:, -750:, 0], thin)


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
    with pytest.raises(InputError, match="image_sheet: columns: expected a whole number >= 1"):
        image_sheet(np.zeros((1, 4)), (1, 2, 2), 0)


# Figure 2.


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 8, 16)])
def test_each_row_ends_in_its_neighbour_and_that_is_framed(rows, shape, rng):
    h, w = shape[1:]
    samples = 0.9 * rng.random((rows * 5, np.prod(shape)))
    neighbours = 0.9 * rng.random((rows, np.prod(shape)))
    (ax,) = draw_samples(samples, neighbours, shape).axes
    shown = np.asarray(ax.images[0].get_array())
    assert shown.shape == (rows * (h + 1) - 1, 6 * (w + 1) - 1, 3)
    assert len(ax.patches) == rows  # frames
    for row in range(rows):
        expected = [*samples[5 * row : 5 * row + 5], neighbours[row]]
        for column, image in enumerate(expected):
            top, left = row * (h + 1), column * (w + 1)
            part = shown[top : top + h, left : left + w]
            original = np.broadcast_to(np.moveaxis(image.reshape(shape), 0, 2), (h, w, 3))
            np.testing.assert_allclose(part, original, rtol=1e-6)


# Curves.


def a_table(epochs, every=2):
    rng = np.random.default_rng(0)
    lines = []
    for epoch in range(1, epochs + 1):
        names = ("J_D", "J_G", "real_accuracy", "fake_accuracy")
        line = {"epoch": epoch, "step": 3 * epoch, "seconds": 0.1 * epoch}
        line |= dict(zip(names, rng.random(4).tolist(), strict=True))
        if epoch % every == 0:
            line |= {"valid_log_likelihood": -10.0 + epoch, "sigma": 0.1}
        lines.append(line)
    return lines


def drawn(ax):
    """{label: (x, y)} of the curves, without the horizontal lines."""
    return {
        line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist())
        for line in ax.lines
        if line.get_linestyle() != ":"
    }


def test_each_column_is_a_curve_over_epochs():
    lines = a_table(9)
    costs, accuracy, likelihood = draw_curves(lines).axes
    epochs = list(range(1, 10))
    for ax, names in (
        (costs, {"$J_D$": "J_D", "$J_G$": "J_G"}),
        (accuracy, {"of data": "real_accuracy", "of samples": "fake_accuracy"}),
    ):
        expected = {
            label: (epochs, [line[name] for line in lines]) for label, name in names.items()
        }
        assert drawn(ax) == expected
    ((x, y),) = drawn(likelihood).values()
    assert (x, y) == ([2, 4, 6, 8], [-8, -6, -4, -2])
    for ax, values in ((costs, [math.log(2), math.log(2) / 2]), (accuracy, [0.5])):
        dotted = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert [set(line.get_ydata()) for line in dotted] == [{value} for value in values]


def test_a_number_that_was_not_finite_is_left_out_and_without_a_look_a_panel_is_empty():
    lines = a_table(3, every=5)
    lines[1]["J_D"] = None
    costs, _, likelihood = draw_curves(lines).axes
    assert drawn(costs)["$J_D$"][0] == [1, 3]
    assert drawn(costs)["$J_G$"][0] == [1, 2, 3]
    ((x, y),) = drawn(likelihood).values()
    assert x == y == []
