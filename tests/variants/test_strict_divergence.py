"""Games on a GPU, on the stand-in: a step waits for nothing and moves nothing."""

import numpy as np
import pytest
import strict_cupy

import minigan as mg
from minigan.base.backend import Device
from minigan.variants import chosen_z, f_gan, one_state
from minigan.variants.discrete import (
    ConcreteTurn,
    ReinforceTurn,
    StraightThroughTurn,
    StringDiscriminatorTurn,
)
from minigan.variants.label_smoothing import Shift, smoothed_cost
from minigan.variants.learned_noise import ConcatenatedNoise, LearnedNoise
from minigan.variants.weight_norm import WeightNormLinear

STRICT = Device("cuda", strict_cupy)


def network(layers, name):
    return mg.Sequential(layers, seed=1, device=STRICT, name=name)


def on_the_line(G_layer):
    D = network([mg.Linear(1, 4), mg.Tanh(), mg.Linear(4, 1)], "D")
    return network([G_layer], "G"), D


def of_strings(turn):
    G, D = network([mg.Linear(2, 6)], "G"), network([mg.Linear(6, 1)], "D")
    return [StringDiscriminatorTurn(G, D, 3), turn(G, D, 3)]


def of_row(name):
    return f_gan.turns(*on_the_line(mg.Linear(1, 1)), name)


def smoothed():
    G, D = on_the_line(Shift(1.0))
    return [mg.DiscriminatorTurn(G, D, smoothed_cost(0.1, 0.1)), mg.GeneratorTurn(G, D)]


def noisy():
    G, D = on_the_line(LearnedNoise(1, 0.5, multiplicative=True))
    return [mg.DiscriminatorTurn(G, D), mg.GeneratorTurn(G, D)]


def beside():
    G = network([mg.Linear(1, 3), ConcatenatedNoise(3), mg.Linear(4, 1)], "G")
    D = network([WeightNormLinear(1, 4), mg.Tanh(), WeightNormLinear(4, 1)], "D")
    return [mg.DiscriminatorTurn(G, D, one_state.critic_cost), mg.GeneratorTurn(G, D)]


def weighted():
    G, D = on_the_line(mg.Linear(1, 1))
    return [mg.DiscriminatorTurn(G, D), chosen_z.WeightedTurn(G, D)]


GAMES = {
    "learned noise": noisy,
    "noise beside, weight norm, a critic": beside,
    "weighted z": weighted,
    **{name: lambda name=name: of_row(name) for name in f_gan.ROWS},
    "smoothing": smoothed,
    **{
        turn.__name__: lambda turn=turn: of_strings(turn)
        for turn in (ReinforceTurn, ConcreteTurn, StraightThroughTurn)
    },
}


@pytest.mark.parametrize("make", GAMES.values(), ids=list(GAMES))
def test_a_step_waits_for_nothing(make, kernels):
    if kernels is not strict_cupy:
        pytest.skip("crossings are counted on the stand-in")
    turns = make()
    G, D = turns[0].G, turns[0].D
    chosen = chosen_z.ChosenZ(G, D, "the half D likes best")
    more = {"chosen": chosen} if "chosen" in turns[1].draws else {}
    game = mg.Game(
        *turns,
        optimizers=[mg.SGD(D, 0.01), mg.SGD(G, 0.01)],
        x=mg.Normal(dim=D.n_in),
        z=mg.Normal(dim=G.n_in),
        batch=8,
        seed=0,
        **more,
    )
    for net in (G, D):
        net.fast = False
    list(game.play(2))
    before = G.params.get()
    with strict_cupy.forbid_sync():
        game.step()
        game.step()
    assert np.isfinite(G.params.get()).all() and not np.array_equal(before, G.params.get())
