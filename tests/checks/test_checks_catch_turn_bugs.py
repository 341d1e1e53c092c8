"""Every planted bug in a turn is caught, and the message says what is wrong."""

import numpy as np
import planted_turns as planted
import pytest
from layers_of_ones_own import BatchNorm
from planted_turns import DTurn, GTurn, bug
from turns_of_papers import MovingBaselineTurn, ReinforceTurn

from minigan import Dropout, Linear, Maxout, ReLU, Sequential, Spherical, Tanh
from minigan.checks import GradientError, check_game, check_turn
from minigan.costs import discriminator_cost
from minigan.distributions import Normal
from minigan.variants.bigan import EncoderGeneratorTurn, FallingNoise

D_W, G_W = (
    r"d J_D / d D\.maxout1\.W\[0, \d\]: backward gives",
    r"d J_G / d G\.linear1\.W\[0, \d\]: ",
)
AFTER = "after a call at another point, the {} are others .* kept on self"
BUGS = [
    (bug("RealHalfForgotten", DTurn, back=lambda t, r, f, c: t.D.backward((None, f), c)), D_W),
    (bug("SignOfFakeFlipped", DTurn, back=lambda t, r, f, c: t.D.backward((r, -f), c)), D_W),
    (bug("TupleOrderSwapped", DTurn, back=lambda t, r, f, c: t.D.backward((f, r), c)), D_W),
    (
        bug(
            "MeanForgotten",
            DTurn,
            back=lambda t, r, f, c: t.D.backward((r * len(r), f * len(f)), c),
        ),
        rf"{D_W}.*relative error 8e-01\).*batch 5",
    ),
    (
        bug(
            "BatchSizeFrozen",
            DTurn,
            back=lambda t, r, f, c: t.D.backward((r * len(r) / 5, f * len(f) / 5), c),
        ),
        rf"{D_W}.*batch (1|17)",
    ),
    (
        bug(
            "GradientAddedTwice",
            DTurn,
            back=lambda t, r, f, c: [t.D.backward((r, f), c) for _ in "12"],
        ),
        rf"{D_W}.*relative error 5e-01",
    ),
    (planted.ZeroesItself, "does not double the gradients; a turn adds"),
    (
        bug(
            "FastIsAnother", DTurn, back=lambda t, r, f, c: t.D.backward((r, f * (1 + t.D.fast)), c)
        ),
        rf"{D_W}.*, fast passes\)",
    ),
    (
        bug(
            "FastCostIsAnother", DTurn, fake=lambda t, rng, z, x: t.G.forward(z)[0] * (1 + t.D.fast)
        ),
        r"figures are \{'J_D': .* by fast passes and",
    ),
    (
        bug(
            "CentresItsData",
            DTurn,
            fake=lambda t, rng, z, x: t.G.forward(z)[0] + np.subtract(x, 1, out=x),
        ),
        "changes its minibatch x in place",
    ),
    (
        bug("NoiseInPlace", DTurn, fake=lambda t, rng, z, x: t.G.forward(np.tanh(z, out=z))[0]),
        "changes its minibatch z in place",
    ),
    (planted.OwnRandomNumbers, "draw random numbers from rng only"),
    (planted.FakesOfTheFirstCall, AFTER.format("figures")),
    (planted.CopyOfGMadeInTheFirstCall, AFTER.format("figures")),
    (planted.CopyOfGMadeAtTheStart, "no figure depends on G; .* an old copy of it kept"),
    (bug("DSeesTheNoise", DTurn, fake=lambda t, rng, z, x: z), "no figure depends on G;"),
    (planted.RealHalfOnlyValueToo, "no figure depends on G;"),
    (planted.GoesOnIntoG, "changes G.grads, but moves only D"),
    (planted.CacheOfRealForFake, D_W),
    (planted.MeanOverTheWrongBatch, D_W),
    (bug("NotThroughD", GTurn, through_D=lambda t, da, c: da.copy()), f"{G_W}backward gives"),
    (
        bug("TouchesD", GTurn, through_D=lambda t, da, c: t.D.backward(da, c)),
        r"changes D.grads, but moves only G; in D.backward, say param_grads=False",
    ),
    (
        bug("Ascends", GTurn, through_D=lambda t, da, c: t.D.backward(-da, c, param_grads=False)),
        rf"{G_W}.*relative error 2e\+00",
    ),
    (planted.FirstCacheKept, "after a call at another point, this is raised: .* kept on self"),
    (planted.CopyOfDMadeInTheFirstCall, AFTER.format("figures")),
    (planted.NeverTrains, "does not double|backward gives 0, "),
    (planted.AnswersWithItsFirstCost, AFTER.format("figures")),
    (planted.ConstantCost, f"{G_W}.*finite differences give 0 "),
    (planted.UpdatesInItsTurn, "changes G.params; the game moves parameters"),
    (planted.UpdatesD, "changes D.params"),
    (planted.GradientOfAnotherCost, G_W),
    (planted.ValueOfAnotherCost, G_W),
    (planted.ReturnsAFloat, "expected a dict of figures"),
    (planted.ReturnsACostAnExample, r"expected one number as J_G, got ndarray \(5, 1\)"),
    (planted.ReturnsFloat, r"looks at a number \(float.*return it among the figures, the game"),
    (planted.BranchesOnAMean, r"looks at a number \(if,.*choose without looking"),
    (planted.PrintsItsCost, r"looks at a number \(format"),
    (planted.GWithTheCostOfD, G_W),
    (planted.DLearnsFromG, D_W),
]


@pytest.mark.parametrize(("turn", "message"), BUGS, ids=[turn.__name__ for turn, _ in BUGS])
@pytest.mark.parametrize("dropout", [False, True], ids=["plain D", "dropout in D"])
def test_turn_bug_is_caught_and_named(turn, message, dropout):
    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=1)
    hidden = [Maxout(1, 6, pieces=3), Dropout(0.8)] if dropout else [Maxout(1, 6, pieces=3)]
    D = Sequential([*hidden, Linear(6, 1)], seed=2)
    with pytest.raises(GradientError, match=rf"^{turn.__name__}\(G, D\): .*{message}"):
        check_turn(turn(G, D), seeds=range(3))


def test_layer_bug_is_caught_through_the_game():
    class Mean(Linear):
        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(dy / len(dy), cache, param_grads=param_grads)

    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=1)
    D = Sequential([Maxout(1, 6, pieces=3), Mean(6, 1)], seed=2)
    with pytest.raises(GradientError, match=r"d J_D / d D\.maxout1\.W"):
        check_game(G, D, seeds=[0])


def test_memory_of_D_that_Gs_turn_moves_is_caught():
    G = Sequential([Linear(2, 4)], seed=1)
    D = Sequential([Linear(4, 4), BatchNorm(4), Linear(4, 1)], seed=2)
    with pytest.raises(GradientError, match="remember that it does not move"):
        check_turn(planted.MovesWhatDRemembers(G, D))


def mlp(n_in, n_out, seed=1):
    return Sequential([Linear(n_in, 6), Tanh(), Linear(6, n_out)], seed=seed)


class PairsTurn(EncoderGeneratorTurn):
    """The turn of E and G, with the message to E in a function of its own."""

    def gradients(self, rng, x, z, noise):
        pairs, E_cache, G_cache = self.pairs(rng, x, z, noise)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J, da_fake, da_real = discriminator_cost(a_fake, a_real)
        d_real, d_fake = self.D.backward((da_real, da_fake), cache, param_grads=False)
        self.E.backward(self.to_E(d_real, x.shape[1]), E_cache)
        self.G.backward(d_fake[:, : x.shape[1]], G_cache)
        return {"J_GE": J}


THREE = [  # two networks move by one cost, and only one receives its gradient
    bug("EncoderForgotten", PairsTurn, to_E=lambda t, d, n: 0 * d[:, n:]),
    bug("SplitInTheWrongOrder", PairsTurn, to_E=lambda t, d, n: d[:, :n]),
]


@pytest.mark.parametrize("turn", THREE, ids=[t.__name__ for t in THREE])
def test_bug_in_a_game_of_three_is_caught(turn):
    samplers = {"x": Spherical(2), "z": Normal(dim=2), "noise": FallingNoise(8, 1.0, 10**6)}
    with pytest.raises(GradientError, match=r"d J_GE / d E\.linear1\.W\[\d, \d\]: backward gives"):
        check_turn(turn(mlp(2, 2), mlp(2, 2, 2), mlp(4, 1, 3)), seeds=range(3), **samplers)


@pytest.mark.parametrize("factor", [-1.0, 0.0, 0.5, 2.0])
def test_estimator_that_is_wrong_in_the_mean_is_caught(factor):
    turn = ReinforceTurn(mlp(2, 2), Sequential([Linear(2, 1)], seed=4))
    turn.factor = factor
    with pytest.raises(GradientError, match=r"the mean of d J_G / d G.* by backward and .* \+- "):
        check_turn(turn, seeds=[0])


def test_estimator_that_forgets_to_say_so_is_refused():
    class Reinforce(ReinforceTurn):
        estimator = False

    with pytest.raises(GradientError, match=r"backward gives|no point could be checked"):
        check_turn(Reinforce(mlp(2, 2), Sequential([Linear(2, 1)])), batch=17, seeds=[0])


def test_memory_without_a_state_is_caught():
    with pytest.raises(GradientError, match="parameters and rng differ"):
        check_turn(MovingBaselineTurn(mlp(2, 2), Sequential([Linear(2, 1)])), seeds=[0])
