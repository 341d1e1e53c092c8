"""Figure 20: all three rules learn the data, each in its own way."""

import math

import pytest

from minigan.figures import update_rules
from minigan.figures.update_rules import UpdateRules


@pytest.fixture(scope="module")
def run():
    return UpdateRules(seed=7).play()


def test_exactly_played_all_three_learn_the_data(run):
    for one in run.report()["exact"].values():
        assert (one["mean"], one["std"], one["c"]) == pytest.approx((1.0, 0.6, 0), abs=1e-4)
        assert one["kl"] < 1e-7
        assert one["near"] < 300


def test_by_minibatch_they_come_near(run):
    for one in run.report()["sampled"].values():
        assert 1e-9 < one["kl"] < 0.03


def test_only_nce_leaves_D_winning(run):
    values = {name: one["value"] for name, one in run.report()["exact"].items()}
    assert values["MLE"] == pytest.approx(-math.log(4), abs=1e-6)
    assert values["GAN"] == pytest.approx(-math.log(4), abs=1e-6)
    assert values["NCE"] > -1


def test_maximum_likelihood_is_fastest_and_the_gan_slowest(run):
    near = {name: one["near"] for name, one in run.report()["exact"].items()}
    assert near["MLE"] <= near["NCE"] < near["GAN"]


def test_near_is_where_it_stays(run):
    for name, turns in run.exact.items():
        near = run.report()["exact"][name]["near"]
        assert update_rules.distance(turns[near - 1]) >= update_rules.NEAR
        assert all(update_rules.distance(turn) < update_rules.NEAR for turn in turns[near:])


def test_a_game_that_does_not_come_near_says_so(monkeypatch):
    monkeypatch.setattr(update_rules, "STEPS", 3)
    run = UpdateRules().play()
    assert {one["near"] for one in run.report()["exact"].values()} == {None}
    assert "-" in run.text().splitlines()[4]


def test_the_text_has_every_game(run):
    report = run.report()
    text = run.text()
    for how in ("exact", "sampled"):
        for one in report[how].values():
            assert f"{one['std']:.4f}" in text


def test_the_seed_moves_the_minibatches_and_nothing_else(monkeypatch):
    monkeypatch.setattr(update_rules, "STEPS", 5)
    first, again, other = (UpdateRules(seed).play() for seed in (1, 1, 2))
    assert first.sampled == again.sampled != other.sampled
    assert first.exact == other.exact
