"""The contract that every layer signs, beyond its formulas: what a pass may touch.

A layer leaves alone what is not its own, works in the dtype that it is given,
adds to ``grads`` instead of replacing them, and does not touch them when asked not
to. Training breaks silently when one of these does not hold.
"""

from __future__ import annotations

import copy

import numpy as np

from minigan.checks.compare import alike, close
from minigan.checks.passes import Pass
from minigan.checks.tally import Tally


def check_repeatable(tally: Tally, run: Pass) -> None:
    """Require the same y of the same x, parameters and rng, whatever ran before."""
    tally.require(
        alike(run.y(), run.y()),
        "two forward passes with the same x, parameters and rng differ; draw random "
        "numbers from rng only, and keep nothing of a pass on self",
    )


def check_hands_off(tally: Tally, run: Pass) -> None:
    """Require that forward leaves x alone; backward dy, x, the cache and the parameters."""
    x, dy, params = run.x.copy(), run.R.copy(), run.network.params.copy()
    _, cache = run.plain.forward(x, train=run.train, rng=run.masks())
    tally.require(alike(x, run.x), "forward modifies x in place")
    before = copy.deepcopy(cache)
    run.plain.backward(dy, cache)
    tally.require(alike(dy, run.R), "backward modifies dy in place")
    tally.require(
        alike(before, cache),
        "backward modifies its cache; a pass may be differentiated more than once",
    )
    tally.require(alike(x, run.x), "backward modifies x in place")
    tally.require(alike(params, run.network.params), "a pass changes the parameters")


def check_dtypes(tally: Tally, run: Pass) -> None:
    """Require that y and dx have the dtype of the input, float32 or float64."""
    for dtype in ("float32", "float64"):
        network = run.network.copy(dtype)
        y, cache = network.forward(run.x.astype(dtype), train=run.train, rng=run.masks())
        tally.require(y.dtype == dtype, f"{dtype} x gives {y.dtype} y")
        dx = network.backward(run.R.astype(dtype), cache)
        tally.require(dx.dtype == dtype, f"{dtype} dy gives {dx.dtype} dx")


def check_adds(tally: Tally, first: Pass, second: Pass) -> None:
    """Require that two backward passes of one network leave the sum of their gradients."""
    total = np.zeros_like(first.network.grads)
    for run in (first, second):
        run.close(run.open()[1], run.R)
        total += run.network.grads
    first.close(first.open()[1], first.R)
    first.plain.backward(second.R.copy(), second.open()[1])
    tally.require(
        close(first.network.grads, total),
        "backward does not add to grads: two passes do not leave the sum",
    )


def check_param_grads(tally: Tally, run: Pass) -> None:
    """Require that ``param_grads=False`` leaves grads alone, to the bit, and gives the same dx."""
    _, cache = run.open()
    dx = run.close(cache, run.R)[0]
    grads = run.network.grads
    grads[...] = np.arange(1.0, grads.size + 1)
    before = grads.copy()
    again = run.plain.backward(run.R.copy(), cache, param_grads=False)
    tally.require(alike(run.network.grads, before), "backward with param_grads=False changes grads")
    tally.require(
        close(again, dx),
        "a second backward of the same pass, with param_grads=False, gives another dx",
    )
