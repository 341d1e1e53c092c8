"""Many images on one sheet, as they are: no smoothing, no stretching of contrast."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from minigan.base.errors import InputError
from minigan.base.validation import whole_number

DPI = 100
WIDTH = 8.0  # inches
GAP = 1 / 16  # between images, of an image's width
PAPER = 1.0  # white


def image_sheet(images: np.ndarray, shape: tuple[int, int, int], columns: int = 10) -> Figure:
    """Draw images row by row on a white sheet.

    Parameters
    ----------
    images : array, shape (n, pixels)
        In [0, 1]: 0 is black, 1 is white or the full colour.
    shape : tuple of int
        (channels, rows, columns) of one image, with 1 or 3 channels; channel, row, column is
        also the order of its pixels.
    columns : int
        Images in a row, >= 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no image, or one does not fit the shape or leaves [0, 1].
    """
    columns = whole_number("image_sheet: columns", columns)
    images = np.asarray(images)
    if images.ndim != 2 or len(images) == 0 or images.shape[1] != np.prod(shape):
        raise InputError(
            f"image_sheet: expected images (n, {np.prod(shape)}) of shape {shape}, "
            f"got {images.shape}"
        )
    if shape[0] not in (1, 3):
        raise InputError(f"image_sheet: expected 1 or 3 channels, got {shape[0]}")
    if not (images.min() >= 0 and images.max() <= 1):
        raise InputError(
            f"image_sheet: expected values in [0, 1], got {images.min():.4g} to {images.max():.4g}"
        )
    sheet = _assemble(images.reshape(-1, *shape), columns)
    height = WIDTH * sheet.shape[0] / sheet.shape[1]
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.imshow(sheet, interpolation="nearest")
    ax.set_axis_off()
    return figure


def _assemble(images: np.ndarray, columns: int) -> np.ndarray:
    """Images (n, channels, h, w) on one picture (rows, columns, 3), with gaps."""
    n, _, h, w = images.shape
    columns = min(columns, n)
    rows = -(-n // columns)
    gap = max(1, round(w * GAP))
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, 3), PAPER, np.float32)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = np.moveaxis(image, 0, 2)  # grey: to all three
    return sheet
