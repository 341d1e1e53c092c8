"""The z of a minibatch chosen while G learns (2014, section 7.5: "during training").

    J_G = 1/m sum_i w_i (-1/2 log D(G(z_i))),    sum w_i = m

z may be spread evenly over its law, drawn in pairs (z, -z), or drawn and then judged by D as it
stands: w in proportion to e^a or e^-a, a the logit of D(G(z)), or 1 for the half of 2m that D
likes best or least, and 0 for the rest. The weights are given, as the z are: G does not learn
through them. z that are judged are for G's turn only; D's then takes z as they come.
"""

from typing import Any

import numpy as np

from minigan.base.backend import array_module
from minigan.base.errors import InputError
from minigan.base.numerics import logistic
from minigan.base.randomness import Streams
from minigan.base.types import Sampler
from minigan.distributions import Normal, Stratified
from minigan.game import DiscriminatorTurn, Game, Turn
from minigan.game.turns import check_players
from minigan.networks import Sequential
from minigan.variants import better_z

BATCH, MOST = 64, 5.0  # e^MOST is the largest weight, before they are divided by their mean


class Antithetic:
    """Sampler of z ~ N(0, 1) in pairs (z, -z)."""

    def sample(self, m: int, rng: np.random.Generator) -> np.ndarray:
        """m rows (m, 1), the second half the first with another sign."""
        z = rng.standard_normal((-(-m // 2), 1), dtype=np.float32)
        return array_module(z).concatenate([z, -z])[:m]


SPREAD: dict[str, Sampler] = {
    "independent": Normal(),
    "stratified": Stratified(Normal()),
    "antithetic": Antithetic(),
}
JUDGED = {  # the sign with which a is taken
    **{"weight e^a": 1, "weight e^-a": -1},
    **{"the half D likes best": 1, "the half D likes least": -1},
}
WAYS = (*SPREAD, *JUDGED)


class ChosenZ:
    """Sampler of z and weights, (m, 1) each, in one of `WAYS`."""

    def __init__(self, G: Sequential, D: Sequential, way: str):
        if way not in WAYS:
            raise InputError(f"way: expected one of {', '.join(WAYS)}, got {way!r}")
        self.G, self.D, self.way = G, D, way

    def sample(self, m: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """m rows z, and their weights, of mean 1."""
        halved = "half" in self.way
        z = SPREAD.get(self.way, Normal()).sample(2 * m if halved else m, rng)
        xp = array_module(z)
        w = xp.ones((m, 1), z.dtype)
        if self.way in SPREAD:
            return z, w
        a = JUDGED[self.way] * self.D(self.G(z.astype(self.G.dtype)))
        if halved:
            return z[xp.argsort(a[:, 0])[m:]], w
        w = xp.exp(xp.minimum(a, MOST))
        return z, w / w.mean()


class WeightedTurn(Turn):
    """G's turn, non-saturating, of z and weights that a `ChosenZ` gives it as "chosen"."""

    moves, draws = ("G",), ("chosen",)

    def __init__(self, G: Sequential, D: Sequential):
        check_players(G, D)
        self.G, self.D = G, D

    def gradients(self, rng, chosen):
        """Gradient of J_G into ``G.grads``. See `Turn.gradients`."""
        z, w = chosen
        x, G_cache = self.G.forward(z, rng=rng)
        a, D_cache = self.D.forward(x, rng=rng)
        minus_log_D, slope = logistic(-a)
        dx = self.D.backward(-w * slope / (2 * len(z)), D_cache, param_grads=False)
        self.G.backward(dx, G_cache, input_grad=False)
        return {"J_G": (w * minus_log_D).mean() / 2}


def chosen_game(way: str, steps: int, seed: Any) -> Game:
    """The game of `better_z.two_bells_game` with z chosen in one of `WAYS`, and m = 64."""
    streams = Streams(seed)
    G, D, optimizers = better_z.two_bells_players(steps, streams)
    of_D = DiscriminatorTurn(G, D)
    of_D.k = better_z.D_TURNS
    options: dict[str, Any] = {"optimizers": optimizers, "batch": BATCH, "seed": streams}
    options |= {"x": better_z.DATA, "z": SPREAD.get(way, Normal()), "chosen": ChosenZ(G, D, way)}
    return Game(of_D, WeightedTurn(G, D), **options)
