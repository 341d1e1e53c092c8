"""Rows of ``minigan check`` for f-GAN, label smoothing and discrete outputs."""

from collections.abc import Callable
from functools import partial

from minigan.checks.costs import check_cost
from minigan.checks.layers import check_layer
from minigan.checks.turns import check_turn
from minigan.layers import Linear, Tanh
from minigan.networks import Sequential
from minigan.variants import discrete, f_gan
from minigan.variants.label_smoothing import Shift, smoothed_cost


def divergence_rows() -> dict[str, Callable]:
    """The checks by name; each waits for its ``seeds``."""
    rows: dict[str, Callable] = {"Shift": partial(check_layer, Shift(0.5))}
    for name, row in f_gan.ROWS.items():
        rows[f"f-GAN, cost of D: {name}"] = partial(check_cost, row.discriminator_cost, scale=1.5)
        rows[f"f-GAN, cost of G: {name}"] = partial(check_cost, row.generator_cost, scale=1.5)
    rows["cost: smoothed, .1 and .2"] = partial(check_cost, smoothed_cost(0.1, 0.2))
    G = Sequential([Linear(2, 1)], seed=5, dtype="float64", name="G")
    D = Sequential([Linear(1, 6), Tanh(), Linear(6, 1)], seed=6, dtype="float64", name="D")
    for turn in f_gan.turns(G, D, "squared Hellinger"):
        rows[f"f-GAN, turn of {turn.moves[0]}: squared Hellinger"] = partial(check_turn, turn)
    G = Sequential([Linear(2, 6)], seed=7, dtype="float64", name="G")
    D = Sequential([Linear(6, 5), Tanh(), Linear(5, 1)], seed=8, dtype="float64", name="D")
    strings = {
        "turn of D: strings": discrete.StringDiscriminatorTurn(G, D, 3),
        "turn of D: concrete strings": discrete.StringDiscriminatorTurn(G, D, 3, tau=0.7),
        "turn of G: concrete": discrete.ConcreteTurn(G, D, 3, tau=0.7),
        "turn of G: REINFORCE": discrete.ReinforceTurn(G, D, 3),
    }
    return rows | {name: partial(check_turn, turn) for name, turn in strings.items()}
