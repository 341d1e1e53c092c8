"""z chosen while G learns: what the samplers choose, and the turn of weighted z."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_turn
from minigan.figures import z_in_training
from minigan.variants import chosen_z


@pytest.fixture(scope="module")
def game():
    return chosen_z.chosen_game("independent", 10, seed=1)


def logits(game, z):
    return game.D(game.G(z))[:, 0]


@pytest.mark.parametrize("way", chosen_z.WAYS)
def test_every_way_gives_m_standard_normal_z_before_D_judges_and_weights_of_mean_1(game, way):
    z, w = chosen_z.ChosenZ(game.G, game.D, way).sample(4001, np.random.default_rng(0))
    assert z.shape == w.shape == (4001, 1)
    assert w.mean() == pytest.approx(1, abs=1e-5)
    if "half" not in way:
        assert [z.mean(), z.std()] == pytest.approx([0, 1], abs=0.05)


def test_halves_are_the_best_and_the_worst_of_twice_as_many(game):
    best, worst = (
        chosen_z.ChosenZ(game.G, game.D, f"the half D likes {which}").sample(
            50, np.random.default_rng(3)
        )[0]
        for which in ("best", "least")
    )
    assert logits(game, best).min() >= logits(game, worst).max()
    assert len(np.unique([best, worst])) == 100


@pytest.mark.parametrize(("way", "sign"), [("weight e^a", 1), ("weight e^-a", -1)])
def test_weights_are_in_proportion_to_the_ratio(game, way, sign):
    z, w = chosen_z.ChosenZ(game.G, game.D, way).sample(64, np.random.default_rng(3))
    assert np.ptp(np.log(w[:, 0]) - sign * logits(game, z)) < 1e-5


def test_pairs_have_mean_0_whatever_m():
    z = chosen_z.Antithetic().sample(8, np.random.default_rng(0))
    assert abs(z.mean()) < 1e-7
    assert chosen_z.Antithetic().sample(7, np.random.default_rng(0)).shape == (7, 1)


def test_with_equal_weights_it_is_the_generators_turn(game):
    z = mg.Normal().sample(16, np.random.default_rng(0))
    game.G.zero_grads()
    J = mg.GeneratorTurn(game.G, game.D).gradients(None, z)["J_G"]
    usual = game.G.grads.copy()
    game.G.zero_grads()
    turn = chosen_z.WeightedTurn(game.G, game.D)
    assert turn.gradients(None, (z, np.ones_like(z)))["J_G"] == pytest.approx(J, rel=1e-6)
    assert game.G.grads == pytest.approx(usual, rel=1e-5, abs=1e-8)


def test_the_turn_is_right_for_weights_that_differ(game):
    chosen = chosen_z.ChosenZ(game.G, game.D, "the half D likes best")
    assert check_turn(chosen_z.WeightedTurn(game.G, game.D), chosen=chosen, seeds=range(2)).passed


def test_an_unknown_way_is_refused(game):
    with pytest.raises(mg.InputError, match=r"^way: expected one of independent, strat"):
        chosen_z.ChosenZ(game.G, game.D, "best")


@pytest.mark.slow
def test_z_spread_evenly_end_near_p_data_and_z_that_D_dislikes_do_not(monkeypatch):
    monkeypatch.setattr(z_in_training, "SEEDS", 2)
    monkeypatch.setattr(chosen_z, "WAYS", ("stratified", "weight e^-a"))
    found = z_in_training.ZInTraining(seed=10).play().numbers()
    assert found["stratified"]["bad"] == 0
    assert found["weight e^-a"]["medians"][-1] > 2 * found["stratified"]["medians"][-1]
