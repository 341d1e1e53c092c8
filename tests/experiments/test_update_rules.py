"""Figure 20 as an experiment: all three rules learn the data, each in its own way."""

import json
import math

import pytest

from minigan.experiments import update_rules


@pytest.fixture(scope="module")
def run():
    return update_rules.play(seed=7)


def test_exactly_played_all_three_learn_the_data(run):
    for one in update_rules.report(run)["exact"].values():
        assert (one["mean"], one["std"], one["c"]) == pytest.approx((1.0, 0.6, 0), abs=1e-4)
        assert one["kl"] < 1e-7
        assert one["near"] < 300


def test_by_minibatch_they_come_near(run):
    for one in update_rules.report(run)["sampled"].values():
        assert 1e-9 < one["kl"] < 0.03


def test_only_nce_leaves_D_winning(run):
    values = {name: one["value"] for name, one in update_rules.report(run)["exact"].items()}
    assert values["MLE"] == pytest.approx(-math.log(4), abs=1e-6)
    assert values["GAN"] == pytest.approx(-math.log(4), abs=1e-6)
    assert values["NCE"] > -1


def test_maximum_likelihood_is_fastest_and_the_gan_slowest(run):
    near = {name: one["near"] for name, one in update_rules.report(run)["exact"].items()}
    assert near["MLE"] <= near["NCE"] < near["GAN"]


def test_near_is_where_it_stays(run):
    for name, turns in run.exact.items():
        near = update_rules.report(run)["exact"][name]["near"]
        assert update_rules.distance(turns[near - 1]) >= update_rules.NEAR
        assert all(update_rules.distance(turn) < update_rules.NEAR for turn in turns[near:])


def test_a_game_that_does_not_come_near_says_so(monkeypatch):
    monkeypatch.setattr(update_rules, "STEPS", 3)
    report = update_rules.report(update_rules.play())
    assert {one["near"] for one in report["exact"].values()} == {None}
    assert "-" in update_rules.text(report).splitlines()[4]


def test_the_report_is_ready_for_json_and_the_text_has_it(run):
    report = update_rules.report(run)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    text = update_rules.text(report)
    for how in ("exact", "sampled"):
        for one in report[how].values():
            assert f"{one['std']:.4f}" in text
    assert max(map(len, text.splitlines())) < 100


def test_the_seed_moves_the_minibatches_and_nothing_else(monkeypatch):
    monkeypatch.setattr(update_rules, "STEPS", 5)
    first, again, other = (update_rules.play(seed) for seed in (1, 1, 2))
    assert first.sampled == again.sampled != other.sampled
    assert first.exact == other.exact


def test_the_picture_is_written_whole(run, tmp_path):
    assert update_rules.save(run, tmp_path) == [tmp_path / "update_rules.png"]
    assert (tmp_path / "update_rules.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("finished", [0, 4])
def test_interrupted_it_keeps_the_finished_games(monkeypatch, tmp_path, finished):
    def progress(iterable, total):
        assert total == len(iterable) == 6
        yield from iterable[:finished]
        raise KeyboardInterrupt

    monkeypatch.setattr(update_rules, "STEPS", 10)
    run = update_rules.play(progress=progress)
    assert run.interrupted
    assert len(run.exact) + len(run.sampled) == finished
    assert update_rules.text(update_rules.report(run))
    if not finished:  # with nothing to draw, drawing is hardest
        assert update_rules.save(run, tmp_path)
