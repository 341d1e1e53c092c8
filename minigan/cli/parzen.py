"""``minigan parzen``: score a file of samples by the Parzen window of the 2014 paper.

Samples, validation and test examples are .npy or .npz files of floats, an example in each row.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan.base.errors import InputError
from minigan.base.strict_json import json_text
from minigan.cli.output import progress, remark

HELP = "score samples by the log-likelihood of test data under a Parzen window"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The three files, the bandwidths, and ``--json``."""
    parser.add_argument("samples", metavar="SAMPLES", help="what a generator made (.npy, .npz)")
    parser.add_argument("--valid", required=True, metavar="FILE", help="data to choose sigma by")
    parser.add_argument("--test", required=True, metavar="FILE", help="data to be scored")
    line = "bandwidths to choose from (ten from 0.1 to 1, in equal ratios)"
    parser.add_argument("--sigmas", type=float, nargs="+", metavar="S", help=line)
    parser.add_argument("--json", action="store_true", help="print the score as a JSON object")


def run(options: argparse.Namespace) -> int:
    """Read the files, score the samples, print the score; remarks go to standard error."""
    from minigan.evaluation import parzen  # each command imports what it needs

    rows = [read_rows(path) for path in (options.samples, options.valid, options.test)]
    score = parzen(
        *rows, sigmas=options.sigmas, progress=lambda jobs, n: progress(jobs, n, unit="block")
    )
    if options.json:
        names = ("sigma", "grid", "valid_log_likelihood", "test_log_likelihood", "standard_error")
        print(json_text(dict(zip(names, score, strict=False))))
    else:
        print(" sigma  log-likelihood of the validation examples, nats")
        for sigma, value in zip(score.sigmas, score.valid_log_likelihood, strict=True):
            print(f"{sigma:6.4f}  {value:10.2f}{'  chosen' if sigma == score.sigma else ''}")
        result = f"{score.test_log_likelihood:.2f} +- {score.standard_error:.2f}"
        print(f"\ntest log-likelihood {result} nats (mean, and its standard error)")
    if score.on_edge:
        remark(f"sigma {score.sigma:g} is at the edge of the grid: a better one may lie beyond")
    return 0


def read_rows(path: str) -> np.ndarray:
    """Examples (n, d) of a .npy file, or of a .npz file with one array: floats, one in each row.

    Of an array with more than two axes, such as (n, 28, 28), all but the first are made one. A
    remark says so, and another if values lie outside [0, 1].
    """
    from minigan.data.npy import read_npy, read_npz

    array = (read_npz if Path(path).suffix == ".npz" else read_npy)(Path(path))
    if array.dtype.kind != "f":
        raise InputError(
            f"{path}: expected floats, got {array.dtype}; pixels from 0 to 255 have to be "
            "divided by 255 first"
        )
    if array.ndim < 2:
        raise InputError(f"{path}: expected an example in each row, got an array {array.shape}")
    rows = array.reshape(len(array), -1)
    if array.ndim > 2:
        remark(f"{path}: {array.shape} read as {rows.shape}, an image in each row")
    low, high = float(rows.min()), float(rows.max())
    if low < 0 or high > 1:
        remark(
            f"{path}: values from {low:.9g} to {high:.9g}; nothing is rescaled, and only scores of "
            "data in [0, 1] compare with the paper's"
        )
    return rows
