"""Penalties on the gradient of D at its input, whose own gradient is taken by second order.

With g_i = da/dx at example x_i, all of it, and the mean over the minibatch,

    R1            P = mean |g|^2 / 2         at real examples (Mescheder et al. 2018)
    one-centred   P = mean (|g| - 1)^2       between real and generated ones (Gulrajani et al. 2017)

and D descends J_D + weight P. With u_i = dP/dg_i, dP/dtheta is the derivative of sum_i u_i . g_i
at fixed u: Pearlmutter's R along Rx = u with dy = 1 and Rdy = 0 (`minigan.networks.second`).
For a linear D, a = w . x, P is |w|^2 / 2 or (|w| - 1)^2, and w its gradient or 2 (|w| - 1) w / |w|.

These games are younger than the tutorial. Each gradient is that of one example, so a D whose layers
mix has none; and |g| has no derivative at g = 0, where u is 0 here: a root there would make NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.validation import real_number
from minigan.costs import discriminator_cost
from minigan.game.turn import Turn
from minigan.game.turns import accuracies, check_players
from minigan.networks import Sequential
from minigan.networks.second import SecondOrderPass, require_r


def r1(g: Any) -> tuple[Any, Any]:
    """P = mean |g|^2 / 2 of gradients g (m, width), and u = dP/dg = g / m."""
    return (g * g).sum() / (2 * len(g)), g / len(g)


def one_centred(g: Any) -> tuple[Any, Any]:
    """P = mean (|g| - 1)^2 of g (m, width), and u = 2 (1 - 1/|g|) g / m, which is 0 at g = 0."""
    xp = array_module(g)
    norm = xp.sqrt((g * g).sum(axis=1, keepdims=True))
    safe = xp.where(norm > 0, norm, 1)
    return ((norm - 1) ** 2).sum() / len(g), 2 * (norm > 0) * (1 - 1 / safe) * g / len(g)


PENALTIES: dict[str, Callable] = {"R1": r1, "one-centred": one_centred}


def add_penalty(
    D: Sequential, x: Any, penalty: Callable, weight: float = 1.0, rng: Any = None
) -> Any:
    """P at x (m, n_in), of which weight times the gradient is added to ``D.grads``."""
    run = SecondOrderPass(D, x, rng)
    one = D.xp.ones_like(run.y)
    P, u = penalty(run.backward(one, param_grads=False))
    Ra = run.forward_r(Rx=u)
    H, _ = run.backward_r(D.xp.zeros_like(Ra))
    D.grads += weight * H
    return P


class PenalisedDiscriminatorTurn(Turn):
    """D's turn with J_D + weight P. "R1" is taken at x, "one-centred" between x and G(z).

    InputError if the weight is negative, there is no such penalty, or a layer of D mixes or has
    no second derivatives.
    """

    moves, draws = ("D",), ("z", "x")

    def __init__(self, G: Sequential, D: Sequential, penalty: str = "R1", *, weight: float = 1.0):
        check_players(G, D)
        if penalty not in PENALTIES:
            raise InputError(f"penalty: expected one of {', '.join(PENALTIES)}, got {penalty!r}")
        for layer in D:
            if layer.mixes:
                raise InputError(
                    f"D: expected layers that say mixes = False, for the gradient of each example "
                    f"is penalised by itself, got {layer}: leave it out of D"
                )
        require_r("D", D)
        self.G, self.D, self.penalty = G, D, penalty
        self.weight = real_number("weight", weight, 0)

    def gradients(self, rng, z, x):
        """Gradient of J_D + weight P into ``D.grads``. See `Turn.gradients`."""
        x_fake, _ = self.G.forward(z, rng=rng)
        (a_real, a_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        at = x if self.penalty == "R1" else between(x, x_fake, rng)
        P = add_penalty(self.D, at, PENALTIES[self.penalty], self.weight, rng)
        penalised = J_D + self.weight * P
        return {"J_D": penalised, "penalty": P, **accuracies(a_real, a_fake)}


def between(x: Any, x_fake: Any, rng: Any) -> Any:
    """A point on the line from each real to a generated example: one random number an example."""
    t = rng.random((len(x), 1), dtype=x.dtype)
    return t * x + (1 - t) * x_fake
