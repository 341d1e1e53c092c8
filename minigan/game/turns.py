"""The turns of Algorithm 1, written as the paper writes them. This is the code that runs.

Each runs networks forward, takes the cost's gradient at the logits, and runs backward; ``grads``
of what moves then hold the gradient of its cost, and no parameter has moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.costs import discriminator_cost, generator_cost
from minigan.game.turn import Turn
from minigan.networks.logits import require_logit
from minigan.networks.sequential import Sequential


class DiscriminatorTurn(Turn):
    """D's turn: one stochastic gradient of J_D on data x and generated examples G(z).

    Parameters
    ----------
    G, D : Sequential
        Generator and discriminator.
    cost : callable
        ``(a_real, a_fake) -> (J_D, da_real, da_fake)``.

    Raises
    ------
    InputError
        If G does not feed D, D does not end in one logit, or the cost is no function.
    """

    moves, draws = ("D",), ("z", "x")

    def __init__(self, G: Sequential, D: Sequential, cost: Callable = discriminator_cost):
        check_players(G, D)
        self.G, self.D, self.cost = G, D, _function("D_cost", cost)

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``. See `Turn.gradients`."""
        x_fake, _ = self.G.forward(z, rng=rng)  # no backward through G: its turn comes later
        (a_real, a_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        return {"J_D": J_D, **accuracies(a_real, a_fake)}


class GeneratorTurn(Turn):
    """G's turn: one stochastic gradient of J_G on noise z, through a D that stands still.

    Parameters
    ----------
    G, D : Sequential
        Generator and discriminator.
    cost : {"non-saturating", "minimax", "max-likelihood"} or callable
        ``a_fake -> (J_G, da_fake)``.

    Raises
    ------
    InputError
        If G does not feed D, D does not end in one logit, or there is no such cost.
    """

    moves, draws = ("G",), ("z",)

    def __init__(self, G: Sequential, D: Sequential, cost: str | Callable = "non-saturating"):
        check_players(G, D)
        self.G, self.D, self.cost = G, D, generator_cost(cost)

    def gradients(self, rng, z):
        """Gradient of J_G, through D, into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(z, rng=rng)
        a_fake, D_cache = self.D.forward(x_fake, rng=rng)
        J_G, da_fake = self.cost(a_fake)
        dx_fake = self.D.backward(da_fake, D_cache, param_grads=False)  # D passes it on
        self.G.backward(dx_fake, G_cache, input_grad=False)
        return {"J_G": J_G}


class SimultaneousTurn(Turn):
    """Both players' gradients at one point, from the same minibatch and random numbers of layers.

    The 2014 paper's code moves in this way on each minibatch, and section 3.1 of the tutorial
    describes it. One forward pass through D on G(z) is differentiated twice.

    Parameters
    ----------
    G, D : Sequential
        Generator and discriminator.
    cost : {"non-saturating", "minimax", "max-likelihood"} or callable
        G's: ``a_fake -> (J_G, da_fake)``.
    D_cost : callable
        ``(a_real, a_fake) -> (J_D, da_real, da_fake)``.

    Raises
    ------
    InputError
        If G does not feed D, D does not end in one logit, or there is no such cost.
    """

    moves, draws = ("D", "G"), ("z", "x")

    def __init__(
        self,
        G: Sequential,
        D: Sequential,
        cost: str | Callable = "non-saturating",
        D_cost: Callable = discriminator_cost,
    ):
        check_players(G, D)
        self.G, self.D = G, D
        self.cost, self.D_cost = generator_cost(cost), _function("D_cost", D_cost)

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``, of J_G into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (a_real, a_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.D_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        J_G, da_G = self.cost(a_fake)
        _, dx_fake = self.D.backward((None, da_G), D_cache, param_grads=False)
        self.G.backward(dx_fake, G_cache, input_grad=False)
        return {"J_D": J_D, "J_G": J_G, **accuracies(a_real, a_fake)}


def accuracies(a_real, a_fake) -> dict[str, Any]:
    """Fractions of real and of generated examples that D puts on the right side of 1/2."""
    count = array_module(a_real).count_nonzero
    return {
        "real_accuracy": count(a_real > 0) / a_real.size,
        "fake_accuracy": count(a_fake < 0) / a_fake.size,
    }


def check_players(G: Sequential, D: Sequential) -> None:
    """Raise InputError unless G feeds D, and D ends in one logit."""
    for name, network in (("G", G), ("D", D)):
        if not isinstance(network, Sequential):
            raise InputError(f"{name}: expected a Sequential, got {network!r}")
    if G is D:
        raise InputError("expected two networks, got the same as G and as D")
    if G.n_out != D.n_in:
        raise InputError(
            f"expected G's output width to be D's input width, got {G.n_out} and {D.n_in}"
        )
    if D.n_out != 1:
        raise InputError(f"expected D to end in one logit, got n_out = {D.n_out}")
    require_logit("D", D)


def _function(where: str, cost: Callable) -> Callable:
    if not callable(cost):
        raise InputError(f"{where}: expected a function of logits, got {cost!r}")
    return cost
