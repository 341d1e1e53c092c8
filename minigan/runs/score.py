"""The number in Table 1 of the 2014 paper, for a run; and what that number is worth.

10,000 samples are the centres of a Parzen window, its bandwidth is chosen on 1,000 validation
images, and the test images are scored. Beside it stand real images, blurred ones, and means of
clusters, scored in the same way: the means, which nobody would take for a good generator, win.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from minigan.evaluation.parzen import ParzenScore, parzen
from minigan.evaluation.references import references
from minigan.files import write_whole

if TYPE_CHECKING:
    from minigan.runs.image_run import ImageRun

NAME = "score.json"
SAMPLES, VALID = 10_000, 1_000  # as in the original code

Progress = Callable[[Iterable, int], Iterable]


def score(run: ImageRun, progress: Progress = lambda iterable, total: iterable) -> dict[str, Any]:
    """Score a run's generator as it is now, and write ``score.json``.

    Parameters
    ----------
    run : ImageRun
    progress : callable
        ``progress(iterable, total)`` hands the iterable on, and may show how far it is.

    Returns
    -------
    dict
        ``epoch, samples, sigma, grid, valid_log_likelihood`` (for each point of the grid),
        ``test_log_likelihood, standard_error`` in nats, and ``references``, a list of the
        same for other sets of as many images as there are for training, 10,000 at most.
    """
    rows, valid, test = run.splits
    valid = valid[:VALID]
    of_run = parzen(run.sample(SAMPLES), valid, test, progress=progress)
    others = references(
        rows.X,
        valid,
        test,
        shape=rows.shape,
        m=min(SAMPLES, len(rows.X)),
        seed=run.settings.seed,
        progress=progress,
    )
    found = {"epoch": run.epoch, "samples": SAMPLES, **as_dict(of_run)}
    if len(rows.X) <= SAMPLES:
        others.pop()  # as many clusters as images: the means are the images
    found["references"] = [{"name": name, **as_dict(its)} for name, its in others]
    text = json.dumps(found, indent=1)
    write_whole(run.directory / NAME, lambda file: file.write(text.encode()))
    return found


def as_dict(found: ParzenScore) -> dict[str, Any]:
    """A score under the names that `minigan parzen --json` uses.

    Parameters
    ----------
    found : ParzenScore

    Returns
    -------
    dict
    """
    return {
        "sigma": found.sigma,
        "grid": list(found.sigmas),
        "valid_log_likelihood": list(found.valid_log_likelihood),
        "test_log_likelihood": found.test_log_likelihood,
        "standard_error": found.standard_error,
    }
