"""Turns that are right pass, in any game; what is the user's stays as it was."""

import numpy as np
import pytest
import turns_of_papers as papers
from layers_of_ones_own import BatchNorm

import minigan as mg
from minigan.checks import GradientError, check_game, check_turn
from minigan.costs import discriminator_cost
from minigan.variants.bigan import PairDiscriminatorTurn
from minigan.variants.semi_supervised import FeatureMatchingTurn


def mlp(n_in, n_out, seed=1, **options):
    layers = [mg.Linear(n_in, 7), mg.Tanh(), mg.Linear(7, n_out)]
    return mg.Sequential(layers, seed=seed, **options)


class Pairs:
    """Rows, and their labels as unit vectors."""

    def sample(self, m, rng):
        return rng.standard_normal((m, 2)), np.eye(3)[rng.integers(0, 3, m)]


class FromSamplers(mg.Turn):
    """D on its own, with rows that the turn keeps in float32."""

    moves, draws = ("D",), ("x",)

    def __init__(self, D):
        self.D, self.reference = D, np.ones((1, D.n_in), "float32")

    def gradients(self, rng, x):
        a, cache = self.D.forward(x - self.reference, rng=rng)
        self.D.backward(a / a.size, cache, input_grad=False)
        return {"J_D": (a * a).mean() / 2}


class HeadTurn(mg.Turn):
    """A part of D moves, behind features that stand still."""

    moves, draws = ("head",), ("z",)

    def __init__(self, D):
        self.features, self.head, self.D = D[:-1], D[-1:], D

    def gradients(self, rng, z):
        h, _ = self.features.forward(z, rng=rng)
        a, cache = self.head.forward(h, rng=rng)
        self.head.backward(a / a.size, cache, input_grad=False)
        return {"J_head": (a * a).mean() / 2}


TURNS = {
    "feature matching": (FeatureMatchingTurn(mlp(3, 2), mlp(2, 1, 3), -1), ""),
    "pairs": (papers.LabelTurn(mlp(5, 1)), "pairs"),
    "rows of its own": (FromSamplers(mlp(2, 1)), ""),
    "a part of a network": (HeadTurn(mlp(2, 1)), ""),
    "plain networks": (mg.GeneratorTurn(mlp(3, 2, fast=False), mlp(2, 1, fast=False)), ""),
    "estimator": (papers.ReinforceTurn(mlp(2, 3), mlp(3, 1)), ""),
    "estimator with a baseline": (papers.SavedBaselineTurn(mlp(2, 3), mlp(3, 1)), ""),
}
SAMPLERS = {"x": mg.Spherical(2), "pairs": Pairs()}


def check(name, seeds):
    turn, drawn = TURNS[name]
    if turn.estimator:
        seeds = seeds[: max(1, len(seeds) // 20)]
    return check_turn(turn, seeds=seeds, **{n: SAMPLERS[n] for n in drawn.split()})


@pytest.mark.parametrize("name", TURNS)
def test_turn_of_another_game_passes(name):
    report = check(name, range(20))
    assert report.passed and report.worst < 1e-6 and report.redraws < 10
    assert report.name == str(TURNS[name][0])


@pytest.mark.slow
@pytest.mark.parametrize("name", TURNS)
def test_turn_of_another_game_over_200_seeds(name):
    assert check(name, range(100, 300)).passed


def label_smoothing(a_real, a_fake):
    J_smooth, da_wrong, _ = discriminator_cost(-a_real, a_fake)
    J, da_real, da_fake = discriminator_cost(a_real, a_fake)
    return 0.9 * J + 0.1 * J_smooth, 0.9 * da_real - 0.1 * da_wrong, da_fake


@pytest.mark.parametrize("cost", ["minimax", lambda a: (-a.mean(), -np.ones_like(a) / a.size)])
def test_game_with_costs_of_its_own(cost):
    hidden = [mg.GaussianNoise(0.3), mg.Maxout(2, 6), BatchNorm(6), mg.Dropout(0.8)]
    D = mg.Sequential([*hidden, mg.Linear(6, 1)], seed=2)
    report = check_game(mlp(3, 2), D, cost, D_cost=label_smoothing, x=mg.ring(), seeds=range(6))
    assert report.passed and report.name.startswith("game with ")


def test_wrong_cost_of_D_is_found_in_its_turn():
    def wrong(a_real, a_fake):
        J, da_real, da_fake = discriminator_cost(a_real, a_fake)
        return J, da_real, -da_fake

    with pytest.raises(GradientError, match=r"^DiscriminatorTurn\(G, D\): d J_D / d D.linear1.W"):
        check_game(mlp(3, 2), mlp(2, 1), D_cost=wrong)


def test_turn_and_networks_are_left_as_they_were():
    G, D = mlp(1, 1), mlp(1, 1, 2)
    turn = mg.SimultaneousTurn(G, D)
    before = [a.copy() for a in (G.params, G.grads, D.params, D.grads)]
    check_turn(turn, seeds=range(3))
    check_game(G, D, seeds=[0])
    after = (G.params, G.grads, D.params, D.grads)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert turn.G is G and turn.D is D and G.fast and G.dtype == "float32"


def test_batch_sizes_take_turns_with_the_seeds():
    sizes = []

    class Noted(mg.Normal):
        def sample(self, m, rng):
            sizes.append(m)
            return super().sample(m, rng)

        def __deepcopy__(self, memo):
            return self

    turn = mg.GeneratorTurn(mlp(1, 1), mlp(1, 1))
    check_turn(turn, seeds=range(3), z=Noted())
    assert set(sizes) == {1, 2, 5, 6, 17, 18}  # and one more, to be called with before
    sizes.clear()
    check_turn(turn, seeds=[7], batch=3, z=Noted())
    assert set(sizes) == {3, 4}


def test_report_prints_as_a_table():
    report = check_turn(mg.GeneratorTurn(mlp(1, 1), mlp(1, 1)), seeds=range(3))
    head, row = str(report).splitlines()
    assert head.split()[0] == "checked" and row.endswith("ok")


NONSENSE = {
    "no turn": (lambda: check_turn(mlp(1, 1)), "expected a Turn"),
    "batch 0": (lambda: check_turn(FromSamplers(mlp(1, 1)), batch=0), "batch: expected"),
    "another name": (lambda: check_turn(FromSamplers(mlp(1, 1)), y=mg.Normal()), r"draws \(x\)"),
    "an array": (lambda: check_turn(FromSamplers(mlp(1, 1)), x=np.ones(3)), r"sample\(m, rng\)"),
    "no width": (lambda: check_turn(papers.LabelTurn(mg.Sequential([mg.Tanh()]))), "pairs="),
    "another width": (
        lambda: check_turn(PairDiscriminatorTurn(mlp(3, 2), mlp(2, 3), mlp(5, 1))),
        r"drawn were x \(5, 5\), z \(5, 3\), noise \(5, 3\): give samplers",
    ),
    "a probability": (
        lambda: check_turn(FromSamplers(mg.Sequential([mg.Linear(2, 1), mg.Sigmoid()]))),
        "ends in a logit",
    ),
    "a probability in a game": (
        lambda: check_game(mlp(1, 2), mg.Sequential([mg.Linear(2, 1), mg.Sigmoid()])),
        "ends in a logit",
    ),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused(case):
    call, message = NONSENSE[case]
    with pytest.raises(mg.InputError, match=message):
        call()
