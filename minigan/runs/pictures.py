"""The pictures of a run: its curves, and Figures 2 and 3 of the 2014 paper.

What is shown is drawn at random from the run's seed; nothing is chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minigan.base.files import write_whole
from minigan.evaluation.distances import Centres
from minigan.evaluation.references import nearest
from minigan.runs.log import read_log

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from minigan.runs.image_run import ImageRun

ROWS, COLUMNS = 4, 5  # of Figure 2; beside each row, the training image nearest to its last sample
WALKS, STEPS = 4, 10  # of Figure 3


def save_pictures(run: ImageRun) -> list[Path]:
    """Draw ``curves.png``, ``figure2.png`` and ``figure3.png`` into the run's directory.

    Parameters
    ----------
    run : ImageRun

    Returns
    -------
    list of pathlib.Path
    """
    from minigan.plots.neighbours import draw_samples  # matplotlib: only to draw
    from minigan.plots.sheet import image_sheet

    shape, picture = run.splits.rows.shape, run.recipe.picture
    samples, neighbours = figure2(run)
    sheet = draw_samples(picture(samples), picture(neighbours), shape)
    walks = image_sheet(picture(figure3(run)), shape, STEPS)
    return [
        *save_curves(run.directory),
        _save(run.directory / "figure2.png", sheet),
        _save(run.directory / "figure3.png", walks),
    ]


def save_curves(directory: Path) -> list[Path]:
    """Draw a run's table as ``curves.png``; nothing if no epoch is complete.

    Parameters
    ----------
    directory : pathlib.Path
        Of the run.

    Returns
    -------
    list of pathlib.Path
    """
    from minigan.plots.curves import draw_curves  # matplotlib: only to draw

    lines = read_log(directory)
    return [_save(directory / "curves.png", draw_curves(lines))] if lines else []


def figure2(run: ImageRun) -> tuple[np.ndarray, np.ndarray]:
    """Random samples, and the training images nearest to the last of each row.

    Parameters
    ----------
    run : ImageRun

    Returns
    -------
    samples : array, shape (20, pixels)
        Four rows of five.
    neighbours : array, shape (4, pixels)
        The training image x that minimises ||x - G(z)||.
    """
    samples = run.sample(ROWS * COLUMNS, seed=2)
    X = run.splits.rows.X
    return samples, X[nearest(samples[COLUMNS - 1 :: COLUMNS], Centres(X))]


def figure3(run: ImageRun) -> np.ndarray:
    """Samples along straight lines between two random points of the noise.

    Parameters
    ----------
    run : ImageRun

    Returns
    -------
    array, shape (40, pixels)
        Four walks of ten.
    """
    start, stop = np.split(run.noise(2 * WALKS, seed=3)[:, None, :], 2)  # (walks, 1, width)
    t = np.linspace(0, 1, STEPS, dtype=start.dtype)[None, :, None]
    return run.generate(((1 - t) * start + t * stop).reshape(WALKS * STEPS, -1))


def _save(path: Path, figure: Figure) -> Path:
    write_whole(path, lambda file: figure.savefig(file, format="png"))
    return path
