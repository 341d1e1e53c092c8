"""Checks of a layer's directional derivatives, ``forward_r`` and ``backward_r``, if any.

They say how y, dx and the parameters' gradients move as x, one parameter or dy moves along a
direction. Each is compared by itself with finite differences of forward and backward, so that
a term that was forgotten is named by what moves and by what is wrong.
"""

from functools import partial
from typing import Any

import numpy as np

from minigan.checks.numeric import STRETCH, along, derivative, relative_error
from minigan.checks.passes import Pass
from minigan.checks.trials import Tally
from minigan.networks.second import by_layer, has_r


def check_second(tally: Tally, run: Pass, rng: np.random.Generator, scale: float) -> None:
    """Compare R of everything along each direction by itself; ``run`` is of a single layer.

    ``scale`` is the size of x: where that is small, kinks are near, and R is 0 on short ways only.
    """
    layer: Any = run.network.layers[0]
    if not has_r(layer):
        return
    dy = run.R.copy()
    weights = [rng.standard_normal(block.shape) for block in (dy, *run.blocks)]
    names = ["y", "dx", *(f"d{label}" for label in run.labels[1:])]

    def sum_of(i: int) -> float:
        """A weighted sum of y, dx or a parameter's gradient."""
        y, cache = run.open()
        return float(np.sum(weights[i] * [y, *run.close(cache, dy)][i]))

    for k, (label, block) in enumerate(zip([*run.labels, "dy"], [*run.blocks, dy], strict=True)):
        u = rng.standard_normal(block.shape)
        found = _directional(run, layer, dy, k, u)
        for i, name in enumerate(names):
            numeric = derivative(along(partial(sum_of, i), block, u), min(STRETCH, scale / 20))
            analytic = float(np.sum(weights[i] * found[i]))
            if not tally.agrees(f"R of {name} along {label}", analytic, numeric):
                method = "backward_r" if i else "forward_r"
                n = float(numeric.value)
                tally.fail(
                    f"{method} gives {analytic:.6g} for R{{{name}}} as {label} moves along a "
                    f"direction, finite differences give {n:.6g}",
                    relative_error(analytic, n),
                )


def _directional(run: Pass, layer: Any, dy: np.ndarray, k: int, u: np.ndarray) -> list[np.ndarray]:
    """R of y, dx and each parameter's gradient, as block number k moves along u; the last is dy."""
    directions = [np.zeros_like(block) for block in (*run.blocks, dy)]
    directions[k] = u
    Rx, *own, Rdy = directions
    H = np.zeros_like(run.network.params)
    V = dict(zip(layer.params, own, strict=True))
    _, cache = run.open()
    Ry = layer.forward_r(Rx, cache, V)
    Rdx = layer.backward_r(dy, Rdy, Rx, cache, V, by_layer(run.network, H)[0])
    return [Ry, Rdx, *by_layer(run.network, H)[0].values()]
