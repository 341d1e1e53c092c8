"""Claims of a layer that a network relies on: ``mixes``, test time, and what it remembers.

A network stacks real and generated examples into one batch if its layers say that rows do not
see one another. A false claim is no error anywhere; the game is just another one.
"""

from __future__ import annotations

import copy

import numpy as np

from minigan.base.randomness import generator
from minigan.checks.compare import alike
from minigan.checks.passes import Pass
from minigan.checks.tally import Tally

IN_BACKWARD = "move running statistics in backward with param_grads=True, from the cache"


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
    """Require that passes change nothing remembered, but backward with ``param_grads=True``.

    What is remembered is seen in ``state()``, and in what a pass with ``train=False`` gives.
    """

    def memory():
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
