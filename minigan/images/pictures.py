"""The pictures of a run: its curves, and Figures 2 and 3 of the 2014 paper.

The images in them are drawn at random from the run's seed; none is chosen.
"""

from pathlib import Path

import numpy as np

from minigan.evaluation.distances import Centres
from minigan.evaluation.references import nearest
from minigan.figures.style import PNG, PictureFiles, applied
from minigan.images.drawings import draw_curves, draw_samples, image_sheet
from minigan.images.log import read_log
from minigan.images.run import ImageRun

ROWS, COLUMNS = 4, 5  # of Figure 2; beside each row, the training image nearest to its last sample
WALKS, STEPS = 4, 10  # of Figure 3


def save_pictures(run: ImageRun, files: PictureFiles = PNG) -> list[Path]:
    """Draw ``curves.png``, ``figure2.png`` and ``figure3.png`` into the run's directory."""
    shape, picture = run.splits.rows.shape, run.recipe.picture
    samples, neighbours = figure2(run)
    sheet = draw_samples(picture(samples), picture(neighbours), shape)
    walks = image_sheet(picture(figure3(run)), shape, STEPS)
    return [
        *save_curves(run.directory, files),
        files.write(run.directory / "figure2", sheet),
        files.write(run.directory / "figure3", walks),
    ]


def save_curves(directory: Path, files: PictureFiles = PNG) -> list[Path]:
    """Draw the table in a run's directory as ``curves.png``; no file if no epoch is complete."""
    if not (lines := read_log(directory)):
        return []
    with applied():
        return [files.write(directory / "curves", draw_curves(lines))]


def figure2(run: ImageRun) -> tuple[np.ndarray, np.ndarray]:
    """Random samples of a run, and the training images nearest to the last of each row.

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
    """Samples of a run along straight lines between two random points of the noise.

    Returns
    -------
    array, shape (40, pixels)
        Four walks of ten.
    """
    start, stop = np.split(run.noise(2 * WALKS, seed=3)[:, None, :], 2)  # (walks, 1, width)
    t = np.linspace(0, 1, STEPS, dtype=start.dtype)[None, :, None]
    return run.generate(((1 - t) * start + t * stop).reshape(WALKS * STEPS, -1))
