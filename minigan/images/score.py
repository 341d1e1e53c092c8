"""The number in Table 1 of the 2014 paper, for a run, beside those of real and blurred images.

10,000 samples are the centres of a Parzen window (fewer of large pictures, to save memory), its
bandwidth is chosen on 1,000 validation images, and the test images are scored. Beside it stand real
images, blurred ones, and means of clusters, scored in the same way: the means, though no good
samples, win.

Of data with folds, only what was held out of training can be scored. A generator of the
Olivetti faces has learned from the people of its fold, so that fold is all there is: for the
others, train others (``--fold``). One of the Toronto faces has learned from unlabelled images,
the same in every fold: so, as in the paper, every fold is scored with a bandwidth of its own, and
the standard error is that of the mean over folds.
"""

import json
import math
import os
from dataclasses import replace
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.files import write_whole
from minigan.data.datasets import KNOWN
from minigan.evaluation.parzen import ParzenScore, parzen
from minigan.evaluation.references import references
from minigan.images.run import ImageRun, Progress, most_samples
from minigan.images.settings import read_splits

NAME = "score.json"
SAMPLES, VALID = 10_000, 1_000  # as in the original code


def score(
    run: ImageRun,
    data_dir: str | os.PathLike | None = None,
    progress: Progress = lambda iterable, total: iterable,
) -> dict[str, Any]:
    """Score a run's generator as it is now, and write ``score.json``.

    The result has ``epoch, samples, fold, sigma, grid, valid_log_likelihood`` (for each point of
    the grid), ``test_log_likelihood, standard_error`` in nats, and ``references``, a list of the
    same for other sets of as many images as there are for training, 10,000 at most. If every
    fold is held out, there is also ``folds``: see `over_folds`. Other folds are read from
    ``data_dir``, as by `minigan.data.load`; ``progress(iterable, total)`` hands the iterable on.
    """
    rows, valid, test = run.splits
    valid = valid[:VALID]
    samples = run.sample(most_samples(SAMPLES, rows.pixels))
    of_run = parzen(samples, valid, test, progress=progress)
    fold, seed, m = run.settings.fold, run.settings.seed, min(len(samples), len(rows.X))
    found = {"epoch": run.epoch, "samples": len(samples), "fold": fold, **as_dict(of_run)}
    if run.settings.split != "train":
        found["folds"] = over_folds(run, samples, data_dir, progress)
    del samples  # the references are as large
    others = references(rows.X, valid, test, shape=rows.shape, m=m, seed=seed, progress=progress)
    if m == len(rows.X):
        others.pop()  # as many clusters as images: the means are the images
    found["references"] = [{"name": name, **as_dict(its)} for name, its in others]
    text = json.dumps(found, indent=1)
    write_whole(run.directory / NAME, lambda file: file.write(text.encode()))
    return found


def over_folds(
    run: ImageRun, samples: np.ndarray, data_dir: str | os.PathLike | None, progress: Progress
) -> dict[str, Any]:
    """Scores of samples (m, pixels) in every fold, of a data set none of which was trained on.

    ``scores`` has one a fold, as of `as_dict`; ``test_log_likelihood`` is the mean of theirs, and
    ``standard_error`` their standard deviation (ddof = 1) / sqrt(their number).
    """
    scores = []
    for fold in range(KNOWN[run.settings.source].folds):
        rows, valid, test = read_splits(replace(run.settings, fold=fold), data_dir)
        if not np.array_equal(rows.X, run.splits.rows.X):
            raise InputError(
                f"fold {fold}: expected the same unlabelled images as in fold "
                f"{run.settings.fold}, got others: some of them may have been trained on"
            )
        scores.append(as_dict(parzen(samples, valid[:VALID], test, progress=progress)))
    means = np.array([each["test_log_likelihood"] for each in scores])
    return {
        "scores": scores,
        "test_log_likelihood": float(means.mean()),
        "standard_error": float(means.std(ddof=1)) / math.sqrt(len(means)),
    }


def as_dict(found: ParzenScore) -> dict[str, Any]:
    """A score under the names that ``minigan parzen --json`` uses."""
    return {
        "sigma": found.sigma,
        "grid": list(found.sigmas),
        "valid_log_likelihood": list(found.valid_log_likelihood),
        "test_log_likelihood": found.test_log_likelihood,
        "standard_error": found.standard_error,
    }
