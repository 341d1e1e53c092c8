"""The three costs in real gradients: short games, with the claims of the papers."""

import math

import numpy as np
import pytest

from minigan.figures import costs
from minigan.figures.costs import Costs
from minigan.theory.likelihood import kl_gradient


@pytest.fixture(scope="module")
def run():
    """The first 100 steps of two starts."""
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        return Costs(seed=2).play()


def shorten(patch, steps=100):
    for name, value in {"STEPS": steps, "SEEDS": 2, "SAMPLES": (500, 5000)}.items():
        patch.setattr(costs, name, value)


def games(run, cost):
    return [game for game in run.games if game.cost == cost]


def test_both_costs_start_from_the_same_pairs(run):
    for minimax, heuristic in zip(games(run, "minimax"), games(run, "non-saturating"), strict=True):
        assert minimax.seed == heuristic.seed
        assert minimax.looks[0] == heuristic.looks[0]
        assert minimax.looks[0].mean_D == pytest.approx(0.5, abs=0.05)
    assert len({game.looks[0].mean_x for game in run.games}) == 2


def test_where_D_rejects_the_minimax_gradient_is_many_times_weaker(run):
    for game in games(run, "minimax"):
        early = [look for look in game.looks if look.mean_D < 0.1]
        assert len(early) >= 5
        for look in early:
            assert look.norms["non-saturating"] > 5 * look.norms["minimax"]
            assert look.norms["max-likelihood"] < 3 * look.norms["minimax"]


def test_the_non_saturating_game_arrives_while_minimax_is_rejected(run):
    for game in run.report()["games"]:
        if game["cost"] == "non-saturating":
            assert game["arrived"] <= 100
        else:
            assert game["arrived"] is None
            assert game["mean_D"] < 0.15
            assert game["ratio"] > 5


def test_looking_does_not_disturb_the_game(run, monkeypatch):
    shorten(monkeypatch)
    monkeypatch.setattr(costs, "LOOK_EVERY", 50)
    for often, seldom in zip(run.games, Costs(seed=2).play().games, strict=True):
        assert seldom.looks[-1] == often.looks[-1]


def test_noise_and_share_have_their_closed_forms(run):
    for row in run.report()["noise"]:
        chi_square = math.expm1(row["distance"] ** 2)
        assert row["share"] == pytest.approx(1 / (1 + chi_square))
        assert row["max-likelihood"] == pytest.approx(math.sqrt(chi_square), rel=1e-6)
        assert row["non-saturating"] < row["minimax"] < row["max-likelihood"]


def test_samples_find_half_the_gradient_of_kl(run):
    found = run.report()["likelihood"]
    exact = found.pop("exact")
    assert exact == pytest.approx(kl_gradient(*costs.PAIR) / 2)
    assert list(found) == ["likelihood", "score", "pathwise"]
    for estimate in found.values():
        assert (
            np.abs(np.subtract(estimate["mean"], exact)) < 4.5 * np.array(estimate["error"])
        ).all()


def test_the_text_has_the_measured_numbers(run):
    report = run.report()
    text = run.text()
    ratio = np.median([game["ratio"] for game in report["games"] if game["cost"] == "minimax"])
    assert f"{ratio:.1f}" in text
    assert "> 100" in text
    assert f"{report['likelihood']['exact'][0]:.4f}" in text


def test_a_gradient_that_rounded_to_0_is_infinitely_weaker():
    look = costs.Look(1, 0.0, 0.0, {"minimax": 0.0, "non-saturating": 1.0})
    assert look.ratio == math.inf


@pytest.mark.slow
def test_in_the_end_minimax_arrives_too():
    run = Costs().play()
    arrived = {cost: [] for cost in costs.PLAYED}
    for game in run.report()["games"]:
        arrived[game["cost"]].append(game["arrived"] or costs.STEPS)
    assert max(arrived["non-saturating"]) < 100 < np.median(arrived["minimax"]) < costs.STEPS
