"""Conditional games: G(c, z) and D(x, c) are shown a condition c (2014, section 7.1).

    V(G, D) = E_{c, x|c} log D(x, c) + E_{c, z} log(1 - D(G(c, z), c))

The c of generated examples is drawn from the data's own p(c), and D is shown the c that G was
given. At each c this is the game of the 2014 paper, so that

    D*(x, c) = p(x|c) / (p(x|c) + p_g(x|c)),    C(G) = -log 4 + 2 E_c JSD(p(.|c), p_g(.|c)).

Only D's x-input carries the message to G: c was given.
"""

from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.costs import discriminator_cost, generator_cost
from minigan.game import Turn
from minigan.networks import Sequential, join
from minigan.networks.logits import require_logit


class ConditionalDiscriminatorTurn(Turn):
    """D's turn: J_D on pairs (x, c) of the data, and on pairs (G(c, z), c).

    It draws "pairs" (a tuple x, c), "c" and "z".

    Parameters
    ----------
    G, D : Sequential
        G takes (c, z) side by side, D takes (x, c); or x alone, as a control: its game asks only
        for the marginal of x.
    k : int
        Turns in a step, >= 1.

    Raises
    ------
    InputError
        If D has neither width.
    """

    moves, draws = ("D",), ("pairs", "c", "z")

    def __init__(self, G: Sequential, D: Sequential, k: int = 1):
        _check(G, D)
        self.G, self.D, self.k = G, D, k

    def gradients(self, rng, pairs, c, z):
        """Gradient of J_D into ``D.grads``. See `Turn.gradients`."""
        (x, c_real) = pairs
        x_fake, _ = self.G.forward(join(c, z)[0], rng=rng)
        seen = seen_by(self.D, x, c_real), seen_by(self.D, x_fake, c)
        (a_real, a_fake), cache = self.D.forward(seen, rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        return {"J_D": J_D}


class ConditionalGeneratorTurn(Turn):
    """G's turn: J_G of G(c, z), through a D that is shown the same c. It draws "c" and "z".

    Parameters
    ----------
    G, D : Sequential
        As in `ConditionalDiscriminatorTurn`.
    cost : {"non-saturating", "minimax", "max-likelihood"} or callable
        ``a_fake -> (J_G, da_fake)``.
    """

    moves, draws = ("G",), ("c", "z")

    def __init__(self, G: Sequential, D: Sequential, cost: Any = "non-saturating"):
        _check(G, D)
        self.G, self.D, self.cost = G, D, generator_cost(cost)

    def gradients(self, rng, c, z):
        """Gradient of J_G, through D's x-input, into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(join(c, z)[0], rng=rng)
        a_fake, D_cache = self.D.forward(seen_by(self.D, x_fake, c), rng=rng)
        J_G, da_fake = self.cost(a_fake)
        dx_c = self.D.backward(da_fake, D_cache, param_grads=False)
        self.G.backward(dx_c[:, : self.G.n_out], G_cache, input_grad=False)
        return {"J_G": J_G}


class ConditionalSimultaneousTurn(Turn):
    """Both players' gradients at one point, as `SimultaneousTurn`: "pairs", "c" and "z"."""

    moves, draws = ("D", "G"), ("pairs", "c", "z")

    def __init__(self, G: Sequential, D: Sequential, cost: Any = "non-saturating"):
        _check(G, D)
        self.G, self.D, self.cost = G, D, generator_cost(cost)

    def gradients(self, rng, pairs, c, z):
        """Gradient of J_D into ``D.grads``, of J_G into ``G.grads``. See `Turn.gradients`."""
        (x, c_real) = pairs
        x_fake, G_cache = self.G.forward(join(c, z)[0], rng=rng)
        seen = seen_by(self.D, x, c_real), seen_by(self.D, x_fake, c)
        (a_real, a_fake), D_cache = self.D.forward(seen, rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        J_G, da_fake = self.cost(a_fake)
        _, dx_c = self.D.backward((None, da_fake), D_cache, param_grads=False)
        self.G.backward(dx_c[:, : self.G.n_out], G_cache, input_grad=False)
        return {"J_D": J_D, "J_G": J_G}


class SquaredErrorTurn(Turn):
    """The control: F(c) learns the mean E[x|c] by squared error, and no game. It draws "pairs"."""

    moves, draws = ("F",), ("pairs",)

    def __init__(self, F: Sequential):
        self.F = F

    def gradients(self, rng, pairs):
        """Gradient of J_F = mean |F(c) - x|^2 / 2 into ``F.grads``. See `Turn.gradients`."""
        x, c = pairs
        y, cache = self.F.forward(c, rng=rng)
        self.F.backward((y - x) / len(x), cache, input_grad=False)
        return {"J_F": ((y - x) ** 2).sum() / (2 * len(x))}


def seen_by(D: Sequential, x, c):
    """Columns (x, c) for a D that is as wide, x alone for one that is not: D's input."""
    return x if D.n_in == x.shape[1] else join(x, c)[0]


def at_condition(G: Sequential, c: float):
    """G(c, .) as a function of scalar z alone: values and slopes, as `PushForward` takes them."""
    net = G.copy(dtype="float64", device="cpu")

    def of_z(z):
        x, cache = net.forward(np.stack([np.full_like(z, c), z], axis=1), train=False)
        dz = net.backward(np.ones_like(x), cache, param_grads=False)[:, 1]
        return x[:, 0], dz

    return of_z


def _check(G: Sequential, D: Sequential) -> None:
    if D.n_in is not None and G.n_out is not None and D.n_in < G.n_out:
        raise InputError(
            f"expected D of G's output width {G.n_out}, for x alone, or wider by c, got {D.n_in}"
        )
    require_logit("D", D)
