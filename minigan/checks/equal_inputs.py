"""Layers at whole numbers, where inputs are equal and a maximum has more than one winner.

There is no derivative at a tie, and finite differences say so: a kink, along most directions.
But if what ties moves together, y is smooth along the way, and whichever of the equals wins
has the same slope. So x, the parameters and the direction are drawn from a few whole numbers,
and every output without a kink is compared. A gradient that goes to all of the equals is then
too large by a multiple; one that goes to none is 0.
"""

from __future__ import annotations

import numpy as np

from minigan.checks.numeric import EPS, STEP, along, slope
from minigan.checks.passes import Pass
from minigan.checks.tally import Tally


def check_equal_inputs(tally: Tally, run: Pass, rng: np.random.Generator) -> None:
    """Compare gradients at whole numbers, along directions of -1, 0 and 1 in each block."""
    before = [block.copy() for block in run.blocks]
    with np.errstate(all="ignore"):  # a layer may divide by its input
        for block in run.blocks:
            block[...] = rng.integers(-2, 3, block.shape)
        for k, block in enumerate(run.blocks):
            _compare(tally, run, k, rng.integers(-1, 2, block.shape).astype(float))
    for block, values in zip(run.blocks, before, strict=True):
        block[...] = values


def _compare(tally: Tally, run: Pass, k: int, u: np.ndarray) -> None:
    numeric = slope(along(run.y, run.blocks[k], u))
    y, cache = run.open()
    size = np.abs(numeric.value) + np.abs(y)
    smooth = numeric.bend <= 1e-7 * size + 16 * numeric.rounding
    R = np.where(smooth, run.R, 0.0)
    analytic = float(np.sum(run.close(cache, R)[k] * u))
    expected = float(np.sum(np.where(smooth, R * numeric.value, 0.0)))
    allowed = np.sum(np.where(smooth, abs(R) * (1e-6 * size + 64 * EPS * abs(y) / STEP), 0.0))
    if not np.isfinite(analytic):  # a root or a logarithm at 0: nothing is to be learnt here
        return
    tally.require(
        abs(analytic - expected) <= allowed,
        f"where inputs are equal, backward gives {analytic:.6g} along a direction in "
        f"{run.labels[k]}, finite differences give {expected:.6g}; of equals only one, such as "
        f"the first that argmax finds, may receive dy",
    )
