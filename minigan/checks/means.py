"""Checks of estimators: gradients that are right in the mean over random numbers.

Where G's examples are discrete, J_G does not change as theta_G moves a little, and then jumps;
REINFORCE's gradient of one minibatch is then no derivative of its cost. But the mean of the
cost over the random numbers is smooth in theta_G, and the gradient in the mean is its slope.
Both means are estimated from the same random numbers, the slope by a central difference with
a wide step, since the jumps of one difference are of variance 1 / h; so there are error bars.
"""

from functools import partial

import numpy as np

from minigan.checks.calls import Call, cost_of
from minigan.checks.numeric import along
from minigan.checks.passes import parameter_blocks
from minigan.checks.trials import DoubtError, Tally

STEP = 0.1  # along a direction of length 1: of f' it makes an error of h^2 f''' / 6
MOST = 4096  # calls
ERRORS, FRACTION = 4.0, 0.1  # of a standard error; of the largest mean along a direction


def check_mean(tally: Tally, call: Call, seen: set[str], rng: np.random.Generator) -> None:
    """Require that the means agree to 4 standard errors, each at most 1/10 of the largest mean.

    More random numbers are drawn until the errors are so small; DoubtError if 4,096 do not do.
    """
    figures, _ = call.gradients()
    probes: list[tuple] = []
    pairs: list[list] = []  # of gradient and central difference along each probe, by seed
    for name, network in call.moves.items():
        seen.add(name)
        for block in parameter_blocks(network, f"{name}."):
            u = rng.standard_normal(block.values.shape)
            probes.append((name, cost_of(name, call.turn, figures), block, u / np.linalg.norm(u)))
    precise = False
    while not precise and len(pairs) < MOST:
        for _ in range(max(64, len(pairs))):  # twice as many
            seed, rows = call.seed + len(pairs) + 1, []
            _, grads = call.gradients(seed=seed)
            for name, J, block, u in probes:
                f = along(partial(call.value, J, seed), block.values, u)
                along_u = float(np.sum(block.of(grads[name]) * u))
                rows.append((along_u, (f(STEP) - f(-STEP)) / (2 * STEP)))
            pairs.append(rows)
        calls = np.array(pairs)  # (calls, probes, 2)
        means = calls.mean(axis=0)
        errors = np.subtract(calls[..., 0], calls[..., 1]).std(axis=0, ddof=1) / len(pairs) ** 0.5
        precise = bool(errors.max() <= FRACTION * np.abs(means).max())
    if not precise:  # the mean gradient may be nearly 0 here: another point is drawn
        raise DoubtError(f"{MOST} calls leave the mean gradient too uncertain")
    for (_, J, block, _), (a, n), error in zip(probes, means, errors, strict=True):
        tally.directions += 1
        tally.require(
            abs(a - n) <= ERRORS * error,
            f"the mean of d {J} / d {block.label} along a direction is {a:.4g} by backward and "
            f"{n:.4g} by differences of the mean cost, +- {error:.2g} (standard error of "
            f"{len(pairs)} calls)",
        )
