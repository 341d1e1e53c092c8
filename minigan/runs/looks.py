"""A look at a run on its way: how likely its samples make validation data, and how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minigan.base.files import write_whole
from minigan.evaluation.parzen import GRID
from minigan.evaluation.window import log_density

if TYPE_CHECKING:
    from minigan.runs.image_run import ImageRun

EXAMPLES = 1000  # of the validation data, as in the original code
SAMPLES = 10_000  # centres of the Parzen window
SHEET = 100  # images; at each look of the same noise


def look(run: ImageRun) -> dict[str, float]:
    """Draw the sheet ``samples/epoch-EPOCH.png``, and measure.

    Parameters
    ----------
    run : ImageRun

    Returns
    -------
    dict
        ``valid_log_likelihood``, the mean over validation images in nats under a Parzen window
        of 10,000 samples, at the bandwidth ``sigma`` of the grid for which it is largest.
    """
    from minigan.plots.sheet import image_sheet  # matplotlib: only to draw

    samples = run.sample(SAMPLES)
    of_valid = log_density(run.splits.valid[:EXAMPLES], samples, GRID).mean(axis=1)
    best = int(of_valid.argmax())
    sheet = image_sheet(run.recipe.picture(samples[:SHEET]), run.splits.rows.shape)
    name = run.directory / "samples" / f"epoch-{run.epoch:04d}.png"
    write_whole(name, lambda file: sheet.savefig(file, format="png"))
    return {"valid_log_likelihood": float(of_valid[best]), "sigma": GRID[best]}
