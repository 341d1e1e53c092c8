"""Drawings of images and runs: sheets of images, samples beside their neighbours, and curves.

Images are drawn as they are: no smoothing, no stretching of contrast; of images with more pixels
than can be seen, fewer are drawn. Matplotlib is imported only where something is drawn: training
does not need it.
"""

import math
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.figures.style import Axes, Picture, new_picture

DPI = 100
WIDTH = 8.0  # inches, of a sheet
HIGHEST, LEAST = 80.0, 0.1  # inches, of either side
MOST = 1 << 20  # pixels of the images on a sheet; of larger ones every second, third ... is drawn
GAP = 1 / 16  # between images, of an image's shorter side
PAPER = 1.0  # white
FRAME = "#F0C000"  # yellow, around training images
REAL, FAKE, VALID = "#0072B2", "#D55E00", "#009E73"  # of Okabe and Ito
FEW = 50  # points of a curve, of which each can be seen


def image_sheet(images: np.ndarray, shape: tuple[int, int, int], columns: int = 10) -> Picture:
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
    from matplotlib.figure import Figure

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
            f"image_sheet: expected values in [0, 1], got {images.min():.9g} to {images.max():.9g}"
        )
    step = _step(len(images), shape)
    images = images.reshape(-1, *shape)[:, :, ::step, ::step]
    n, (h, w) = len(images), images.shape[2:]
    columns, gap = min(columns, n), _gap(h, w)
    rows = -(-n // columns)
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, 3), PAPER, np.float32)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = np.moveaxis(image, 0, 2)  # grey: to all three
    scale = min(WIDTH / sheet.shape[1], HIGHEST / sheet.shape[0])  # inches a pixel
    height, width = (max(scale * pixels, LEAST) for pixels in sheet.shape[:2])
    figure = Figure(figsize=(width, height), dpi=DPI)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.imshow(sheet, interpolation="nearest")
    ax.set_axis_off()
    return figure


def _gap(height: int, width: int) -> int:
    return max(1, round(min(height, width) * GAP))


def _step(n: int, shape: tuple[int, int, int]) -> int:
    """Every how many-th row and column of n images are drawn, so that a sheet has a limit."""
    return max(1, math.isqrt(n * shape[1] * shape[2] // MOST))


def draw_samples(
    samples: np.ndarray, neighbours: np.ndarray, shape: tuple[int, int, int]
) -> Picture:
    """Figure 2 of the 2014 paper: rows of samples, each with a framed training image behind it.

    If the nearest image in the training data is the sample, G has learned it by heart.

    Parameters
    ----------
    samples : array, shape (rows * columns, pixels)
        In [0, 1], row by row.
    neighbours : array, shape (rows, pixels)
        The training image nearest to the last sample of each row.
    shape : (channels, rows, columns)
        Of one image.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.patches import Rectangle

    rows = len(neighbours)
    grid = np.concatenate([samples.reshape(rows, -1, samples.shape[1]), neighbours[:, None]], 1)
    columns = grid.shape[1]
    figure = image_sheet(grid.reshape(rows * columns, -1), shape, columns)
    step = _step(rows * columns, shape)
    height, width = -(-shape[1] // step), -(-shape[2] // step)
    gap = _gap(height, width)
    for row in range(rows):  # pixels are centred on numbers
        corner = (columns - 1) * (width + gap) - 0.5, row * (height + gap) - 0.5
        frame = Rectangle(corner, width, height, fill=False, edgecolor=FRAME, linewidth=4)
        figure.axes[0].add_patch(frame)
    return figure


def draw_curves(lines: list[dict[str, Any]]) -> Picture:
    """A training run by epochs: costs, D's accuracy, and the validation log-likelihood.

    Neither cost says how good the samples are: in a GAN each is measured against an opponent
    that moves. The accuracy says who is ahead; the third panel is about the samples.

    Parameters
    ----------
    lines : list of dict
        A run's table, at least one line: see `minigan.images.ImageRun.play`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_picture(3.9)
    costs, accuracy, likelihood = figure.subplots(1, 3)

    def draw(ax: Axes, name: str, color: str, label: str | None = None) -> None:
        points = [(line["epoch"], line[name]) for line in lines if line.get(name) is not None]
        marker = "o" if len(points) <= FEW else None
        epochs, values = np.reshape(points, (-1, 2)).T
        ax.plot(epochs, values, color=color, label=label, marker=marker, markersize=3)

    draw(costs, "J_D", REAL, "$J_D$")
    draw(costs, "J_G", FAKE, "$J_G$")
    for color, cost, times in (
        (REAL, "$J_D$ at D = 1/2: log 2", 1),
        (FAKE, "$J_G$: half of it", 0.5),
    ):
        costs.axhline(times * math.log(2), color=color, linestyle=":", label=cost)
    costs.set(title="costs, each against a moving opponent", ylabel="nats")
    costs.legend()

    draw(accuracy, "real_accuracy", REAL, "of data")
    draw(accuracy, "fake_accuracy", FAKE, "of samples")
    accuracy.axhline(0.5, color="black", linestyle=":", label="guessing")
    accuracy.set(title="what D gets right", ylabel="fraction", ylim=(-0.02, 1.02))
    accuracy.legend()

    draw(likelihood, "valid_log_likelihood", VALID)
    likelihood.set(title="Parzen window, validation data", ylabel="nats")
    for ax in (costs, accuracy, likelihood):
        ax.set(xlabel="epoch", xlim=(0, lines[-1]["epoch"] + 1))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.ticklabel_format(axis="y", useOffset=False)
    return figure
