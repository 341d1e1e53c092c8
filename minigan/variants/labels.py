"""Labels to both players: p(x | c) is learned in place of p(x), which keeps every mode.

    V(G, D) = E_{c, x | c} log D(x, c) + E_{c, z} log (1 - D(G(z, c), c))

(Mirza & Osindero 2014; section 4.1 of the NIPS 2016 tutorial.) Labels of generated examples are
drawn from the data's own p(c), and D is shown the label that G was given. Only D's gradient
at x goes on to G. Each c is a game of its own, so C(G) = -log 4 + 2 E_c JSD(p(. | c), p_g(. | c)).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.costs import discriminator_cost, generator_cost
from minigan.distributions import Mixture
from minigan.game.turn import Turn
from minigan.game.turns import accuracies
from minigan.networks import Sequential, join, require_logit


class LabelledTurn(Turn):
    """Both players' gradients at one point, of a D(x, c) and a G(z, c).

    Labels are rows (m, classes), one-hot as a rule; ``x`` draws pairs (x, c) of the data, ``c``
    the labels of generated examples. InputError if the widths of G and D do not fit.
    """

    moves, draws = ("D", "G"), ("z", "c", "x")

    def __init__(self, G: Sequential, D: Sequential, classes: int, cost: str | Callable):
        require_logit("D", D)
        self.G, self.D, self.cost = G, D, generator_cost(cost)
        classes = whole_number("classes", classes)
        if G.n_out is None or D.n_in != G.n_out + classes or D.n_out != 1:
            raise InputError(
                f"D: expected an input of {G.n_out} + {classes} numbers, G's example and its "
                f"label, and one logit, got {D.n_in} and {D.n_out}"
            )

    def gradients(self, rng, z, c, x):
        """Gradient of J_D into ``D.grads``, of J_G into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(join(z, c)[0], rng=rng)
        fake, split = join(x_fake, c)  # the label that G was given
        (a_real, a_fake), D_cache = self.D.forward((join(*x)[0], fake), rng=rng)
        J_D, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        J_G, da_G = self.cost(a_fake)
        dx_fake, _ = split(self.D.backward((None, da_G), D_cache, param_grads=False)[1])
        self.G.backward(dx_fake, G_cache, input_grad=False)
        return {"J_D": J_D, "J_G": J_G, **accuracies(a_real, a_fake)}


class OneHot:
    """Labels of equal probability as rows with one 1: ``sample(m, rng)`` is (m, classes)."""

    def __init__(self, classes: int):
        self.classes = whole_number("OneHot: classes", classes)

    def sample(self, m: int, rng: Any) -> np.ndarray:
        """m independent rows, float32."""
        labels = rng.integers(self.classes, size=m)
        return array_module(labels).eye(self.classes, dtype="float32")[labels]


class LabelledMixture:
    """A mixture whose modes of equal weight are the classes: ``sample`` gives pairs (x, c)."""

    def __init__(self, mixture: Mixture):
        self.mixture, self.labels = mixture, OneHot(len(mixture.means))

    def sample(self, m: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """x (m, dim) and the one-hot labels (m, modes) of their modes, float32."""
        c = self.labels.sample(m, rng)
        noise = rng.standard_normal((m, self.mixture.dim), dtype=np.float32)
        return c @ self.mixture.means.astype(np.float32) + self.mixture.std * noise, c
