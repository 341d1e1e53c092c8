"""All conditionals p(x_S | x_not-S) with one set of parameters (2014, section 7.3).

G is shown x with the entries of a set S put to 0, the mask M of S (1 on S), and z, and fills in S:

    x~ = (1 - M) x + M G((1 - M) x, M, z);    D is shown (x, M) or (x~, M).

S is drawn anew for each example. There are 2^n - 1 sets; S = everything is the plain game.
"""

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.randomness import require_rng
from minigan.base.validation import whole_number
from minigan.costs import discriminator_cost, non_saturating_cost
from minigan.game import Turn
from minigan.networks import Sequential, join
from minigan.networks.logits import require_logit


class Masks:
    """Masks of random sets S, none of them empty: each of the 2^n - 1 is as likely.

    Parameters
    ----------
    n : int
        Entries of x, from 1 to 30.

    Raises
    ------
    InputError
        If n is out of range.
    """

    def __init__(self, n: int):
        self.n = whole_number("Masks: n", n)
        if n > 30:
            raise InputError(f"Masks: expected at most 30 entries, got {n}")

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m masks, float32, shape (m, n): 1 on S, 0 elsewhere."""
        require_rng("Masks", rng)
        return mask(rng.integers(1, 2**self.n, m), self.n)


def mask(sets, n: int):
    """Masks of sets that are numbers, entry i in S where bit i is set: float32, shape (m, n)."""
    xp = array_module(sets)
    return ((sets[:, None] >> xp.arange(n)) & 1).astype(np.float32)


def fill_in(G: Sequential, x, M, z, rng=None):
    """x~, and the cache of G's forward pass: S is made by G, the rest is x's own."""
    made, cache = G.forward(join((1 - M) * x, M, z)[0], rng=rng)
    return (1 - M) * x + M * made, cache


class MissingPartsDiscriminatorTurn(Turn):
    """D's turn: (x, M) of the data against (x~, M). It draws "x", "y", "M" and "z".

    y are other examples of the data, whose entries in S G replaces.

    Parameters
    ----------
    G, D : Sequential
        Widths 3 n -> n and 2 n -> 1, with n the width of x.
    k : int
        Turns in a step, >= 1.
    """

    moves, draws = ("D",), ("x", "y", "M", "z")

    def __init__(self, G: Sequential, D: Sequential, k: int = 1):
        _check(G, D)
        self.G, self.D, self.k = G, D, k

    def gradients(self, rng, x, y, M, z):
        """Gradient of J_D into ``D.grads``. See `Turn.gradients`."""
        filled, _ = fill_in(self.G, y, M, z, rng)
        (a_real, a_fake), cache = self.D.forward((join(x, M)[0], join(filled, M)[0]), rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        return {"J_D": J_D}


class MissingPartsGeneratorTurn(Turn):
    """G's turn: D's message reaches G where M is 1. It draws "y", "M" and "z".

    Parameters
    ----------
    G, D : Sequential
        As in `MissingPartsDiscriminatorTurn`.
    """

    moves, draws = ("G",), ("y", "M", "z")

    def __init__(self, G: Sequential, D: Sequential):
        _check(G, D)
        self.G, self.D = G, D

    def gradients(self, rng, y, M, z):
        """Gradient of the non-saturating J_G into ``G.grads``. See `Turn.gradients`."""
        filled, G_cache = fill_in(self.G, y, M, z, rng)
        a_fake, D_cache = self.D.forward(join(filled, M)[0], rng=rng)
        J_G, da_fake = non_saturating_cost(a_fake)
        d_filled = self.D.backward(da_fake, D_cache, param_grads=False)[:, : M.shape[1]]
        self.G.backward(M * d_filled, G_cache, input_grad=False)
        return {"J_G": J_G}


def _check(G: Sequential, D: Sequential) -> None:
    n = G.n_out
    if n is None or G.n_in != 3 * n or D.n_in != 2 * n:
        raise InputError(
            f"expected G of widths 3 n -> n and D of 2 n -> 1, got {G.n_in} -> {n} and {D.n_in}"
        )
    require_logit("D", D)
