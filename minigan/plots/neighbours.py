"""Figure 2 of the 2014 paper: samples, and beside each row its last one's nearest neighbour.

If the neighbour in the training data is the sample, the generator has learned it by heart.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from minigan.plots.sheet import image_sheet

FRAME = "#F0C000"  # yellow, around what comes from the training data


def draw_samples(
    samples: np.ndarray, neighbours: np.ndarray, shape: tuple[int, int, int]
) -> Figure:
    """Rows of samples, each with a framed training image at its right end.

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
    rows = len(neighbours)
    grid = np.concatenate([samples.reshape(rows, -1, samples.shape[1]), neighbours[:, None]], 1)
    columns = grid.shape[1]
    figure = image_sheet(grid.reshape(rows * columns, -1), shape, columns)
    ax = figure.axes[0]
    bottom, right = ax.images[0].get_size()
    height, width = shape[1:]
    gap = (bottom - rows * height) / max(rows - 1, 1)
    for row in range(rows):
        corner = right - width - 0.5, row * (height + gap) - 0.5  # pixels are centred on numbers
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=FRAME, linewidth=4))
    return figure
