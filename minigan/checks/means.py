"""Checks of estimators: gradients that are right in the mean over random numbers.

Where G's examples are discrete, J_G does not change as theta_G moves a little, and then jumps;
REINFORCE's gradient of one minibatch is then no derivative of its cost. But the mean of the
cost over the random numbers is smooth in theta_G, and the gradient in the mean is its slope.
Both means are estimated from the same random numbers, the slope by a central difference with
a wide step, since the jumps of one difference are of variance 1 / h; so there are error bars.
"""

from __future__ import annotations

import numpy as np

from minigan.checks.blocks import parameter_blocks
from minigan.checks.calls import Call, cost_of
from minigan.checks.numeric import along
from minigan.checks.tally import Tally

STEP = 0.1  # along a direction of length 1: of f' it makes an error of h^2 f''' / 6
MOST = 4096  # seeds of rng
ERRORS, FRACTION = 4.0, 0.05  # of a standard error; of the longest gradient of a block


def check_mean(tally: Tally, call: Call, seen: set[str], rng: np.random.Generator) -> None:
    """Require that the means agree to 4 standard errors, each at most 1/20 of the gradient.

    More random numbers are drawn until the errors are so small, or 4,096 were not enough.
    """
    figures, _ = call.gradients()
    probes = []
    for name, network in call.moves.items():
        J = cost_of(name, call.turn, figures)
        for block in parameter_blocks(network, f"{name}."):
            u = rng.standard_normal(block.values.shape)
            probes.append((name, J, block, u / np.linalg.norm(u)))
    pairs, sums = [], dict.fromkeys(call.moves, 0.0)
    while len(pairs) < MOST:
        for _ in range(max(64, len(pairs))):  # twice as many
            pairs.append(_pair(call, probes, sums, call.seed + len(pairs) + 1))
        analytic, numeric = np.array(pairs).transpose(2, 1, 0)  # (probes, seeds) each
        error = (analytic - numeric).std(axis=1, ddof=1) / np.sqrt(len(pairs))
        if error.max() <= FRACTION * _longest(probes, sums, len(pairs), numeric):
            break
    else:
        tally.fail(f"{MOST} calls leave the mean gradient too uncertain to be compared")
    for (name, J, block, _), a, n, e in zip(
        probes, analytic.mean(axis=1), numeric.mean(axis=1), error, strict=True
    ):
        tally.directions += 1
        seen.add(name)
        tally.require(
            abs(a - n) <= ERRORS * e,
            f"the mean of d {J} / d {block.label} along a direction is {a:.4g} by backward and "
            f"{n:.4g} by differences of the mean cost, +- {e:.2g} (standard error of {len(pairs)} "
            f"calls)",
        )


def _pair(call: Call, probes, sums: dict, seed: int) -> list[tuple[float, float]]:
    """Gradient and central difference along each probe, from one seed; adds to ``sums``."""
    figures, grads = call.gradients(seed=seed)
    for name in sums:
        sums[name] = sums[name] + grads[name]
    rows = []
    for name, J, block, u in probes:
        f = along(lambda J=J: call.gradients(seed=seed)[0][J], block.values, u)
        difference = (f(STEP) - f(-STEP)) / (2 * STEP)
        rows.append((float(np.sum(block.of(grads[name]) * u)), difference))
    return rows


def _longest(probes, sums: dict, n: int, numeric: np.ndarray) -> float:
    """Length of the longest mean gradient of a block, or the largest mean difference."""
    lengths = [np.linalg.norm(block.of(sums[name])) / n for name, _, block, _ in probes]
    return max(*lengths, *np.abs(numeric.mean(axis=1)))
