"""The contract that every layer signs, beyond its formulas: its form, and what a pass may touch.

A layer takes the arguments and returns the shapes that a network counts on, leaves alone what is
not its own, works in the dtype that it is given, adds to ``grads`` instead of replacing them, and
does not touch them when asked not to. What it claims is true: a network stacks real and generated
examples into one batch if its layers say that rows do not see one another. Training breaks silently
when one of these does not hold, or ends in a TypeError elsewhere; here it is one sentence.
"""

import copy
import inspect

import numpy as np

from minigan.base.randomness import generator
from minigan.checks.compare import alike, close
from minigan.checks.numeric import EPS, STEP, along, slope
from minigan.checks.passes import Pass
from minigan.checks.trials import Tally
from minigan.layers.base import Layer

IN_BACKWARD = "move running statistics in backward with param_grads=True, from the cache"


def check_arguments(tally: Tally, layer: Layer) -> None:
    """Require the arguments with which a network calls a layer."""
    for method, names, given, keyword in (
        (layer.forward, "x, *, train=True, rng=None", 1, {"train": True, "rng": None}),
        (layer.backward, "dy, cache, *, param_grads=True", 2, {"param_grads": True}),
    ):
        try:
            inspect.signature(method).bind(*[None] * given, **keyword)
        except TypeError as error:
            what, found = method.__name__, inspect.signature(method)
            tally.fail(f"{layer}: expected {what}(self, {names}), got {what}{found}: {error}")


def check_form(tally: Tally, layer: Layer, x: np.ndarray, train: bool) -> None:
    """Require (y, cache) with y (batch, n_out), and dx of the shape of x."""
    tally.require(
        (layer.n_in is None) == (layer.n_out is None),
        f"n_in is {layer.n_in} and n_out {layer.n_out}: give both, or None twice if any width "
        f"passes through",
    )
    result = layer.forward(x.copy(), train=train, rng=generator(0))
    tally.require(
        isinstance(result, tuple) and len(result) == 2,
        f"forward returns {type(result).__name__}, expected two things: y, cache",
    )
    y, cache = result
    check_shape(tally, y, len(x), x.shape[1] if layer.n_out is None else layer.n_out)
    dx = layer.backward(np.ones_like(y), cache, param_grads=True)
    tally.require(dx is not None, "backward returns None, expected the gradient at x: return dx")
    tally.require(
        np.shape(dx) == x.shape, f"backward gives dx of shape {np.shape(dx)} for x of {x.shape}"
    )


def check_shape(tally: Tally, y, batch: int, n_out: int) -> None:
    """Require that an output is an array (batch, n_out)."""
    tally.require(
        isinstance(y, np.ndarray) and y.shape == (batch, n_out),
        f"forward gives y of shape {np.shape(y)}, expected (batch, n_out) = ({batch}, {n_out})",
    )


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


def check_mixes(tally: Tally, run: Pass, rng: np.random.Generator) -> None:
    """Require, of a layer that says ``mixes = False``, that row 0 of y depends on row 0 of x."""
    others = np.concatenate([run.x[:1], rng.standard_normal(run.x[1:].shape)])
    y, _ = run.plain.forward(others, train=run.train, rng=run.masks())
    tally.require(
        run.plain.mixes or np.allclose(y[0], run.y()[0], rtol=1e-9, atol=1e-12),
        "says mixes = False, but other rows of x change row 0 of y; say mixes = True, or "
        "real and generated examples will see one another in one batch",
    )


def check_draws(tally: Tally, run: Pass) -> None:
    """Require ``draw`` of a layer that says ``mixes = False`` and draws random numbers."""
    rng = run.masks()
    run.plain.forward(run.x.copy(), train=run.train, rng=rng)
    tally.require(
        run.plain.mixes or hasattr(run.plain, "draw") or rng.random() == run.masks().random(),
        "says mixes = False, but forward draws from rng; draw in a method draw(rng, shape, "
        "dtype), as Dropout does, or say mixes = True: the order of the draws would be another",
    )


def check_test_time(tally: Tally, run: Pass) -> None:
    """Require that a pass with ``train=False`` needs no random numbers and is not random."""
    try:
        y, _ = run.plain.forward(run.x.copy(), train=False, rng=None)
    except Exception as error:
        tally.fail(f"forward with train=False and without rng raises {error!r}")
    another, _ = run.plain.forward(run.x.copy(), train=False, rng=generator(1))
    tally.require(alike(y, another), "forward with train=False is random; noise is for train=True")


def check_memory(tally: Tally, run: Pass) -> None:
    """Require that passes change nothing remembered, but backward with ``param_grads=True``."""

    def memory():  # as seen in state(), and in a pass at test time
        y, _ = run.plain.forward(run.x.copy(), train=False, rng=None)
        return [layer.state() for layer in run.network.layers], np.array(y)

    states, y = before = memory()
    kept = copy.deepcopy(states)
    _, cache = run.open()
    tally.require(alike(before, memory()), f"forward changes a memory: {IN_BACKWARD}")
    run.plain.backward(run.R.copy(), cache, param_grads=False)
    tally.require(
        alike(before, memory()),
        f"backward with param_grads=False changes a memory, that of D in G's turn: {IN_BACKWARD}",
    )
    run.plain.backward(run.R.copy(), cache)
    tally.require(alike(states, kept), "state() returns the layer's own arrays: return copies")
    for layer, state in zip(run.network.layers, states, strict=True):
        layer.restore(state)
    tally.require(
        alike((kept, y), memory()),
        "restore(state()) does not bring back what a backward pass has changed: return from "
        "state all that is remembered, and write it back in restore",
    )


def check_equal_inputs(tally: Tally, run: Pass, rng: np.random.Generator) -> None:
    """Compare gradients at whole numbers, where inputs tie, along directions of -1, 0 and 1.

    There is no derivative at a tie, and finite differences say so: a kink, along most directions.
    But if what ties moves together, y is smooth along the way, and whichever of the equals wins
    has the same slope. So every output without a kink is compared. A gradient that goes to all of
    the equals is then too large by a multiple; one that goes to none is 0.
    """
    before = [block.copy() for block in run.blocks]
    for block in run.blocks:
        block[...] = rng.integers(-2, 3, block.shape)
    for k, block in enumerate(run.blocks):
        with np.errstate(all="ignore"):  # a layer may divide by its input
            u = rng.integers(-1, 2, block.shape).astype(float)
            numeric = slope(along(run.y, block, u))
            y, cache = run.open()
            size = np.abs(numeric.value) + np.abs(y)
            smooth = numeric.bend <= 1e-7 * size + 16 * numeric.rounding
            R = np.where(smooth, run.R, 0.0)
            analytic = float(np.sum(run.close(cache, R)[k] * u))
            expected = float(np.sum(np.where(smooth, R * numeric.value, 0.0)))
            off = abs(R) * (1e-6 * size + 64 * EPS * abs(y) / STEP)
            allowed = np.sum(np.where(smooth, off, 0.0))
        # not finite: a root or a logarithm at 0, where nothing is to be learnt
        tally.require(
            abs(analytic - expected) <= allowed or not np.isfinite(analytic),
            f"where inputs are equal, backward gives {analytic:.6g} along a direction in "
            f"{run.labels[k]}, finite differences give {expected:.6g}; of equals only one, such as "
            f"the first that argmax finds, may receive dy",
        )
    for block, values in zip(run.blocks, before, strict=True):
        block[...] = values
