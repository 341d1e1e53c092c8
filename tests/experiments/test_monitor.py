"""The watched toy game: short here, at full length where it is slow."""

import json
import math

import numpy as np
import pytest

from minigan.base.randomness import sequence
from minigan.experiments import monitor
from minigan.experiments.toy import players, toy_game
from minigan.plots.monitor import draw


@pytest.fixture(scope="module")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "STEPS", 260)
        return monitor.play(seed=4)


def interrupt_after(n):
    def progress(iterable, total):
        for i, item in enumerate(iterable):
            if i == n:
                raise KeyboardInterrupt
            yield item

    return progress


def test_it_observes_the_game_that_would_have_been_played_without_it(run):
    init, main = sequence(4).spawn(2)
    alone = toy_game(*players(init), steps=260, seed=main)
    values = [-2 * record.J_D for record in alone.play(260)]
    np.testing.assert_array_equal(run.values, values)
    assert [one.step for one in run.observations] == [0, 250, 260]


def test_the_report_is_ready_for_json_and_says_what_watching_cost(run):
    report = monitor.report(run)
    assert json.loads(json.dumps(report)) == report
    assert (report["seed"], report["steps"], report["every"]) == (4, 260, 250)
    assert 0 < report["observing"] < report["seconds"]
    assert report["share"] == report["observing"] / (report["seconds"] - report["observing"])
    for one in report["observations"]:
        assert one["c_of_g"] == pytest.approx(-math.log(4) + 2 * one["jsd"])
        assert one["inner_gap"] == pytest.approx(one["c_of_g"] - one["value"])
        assert one["inner_gap"] > 0


def test_the_text_holds_the_last_numbers_against_the_theory(run):
    report = monitor.report(run)
    text = monitor.text(report)
    assert f"{report['observations'][-1]['jsd']:.4f} nats" in text
    assert "-1.3863" in text
    assert "at step 260" in text
    assert max(map(len, text.splitlines())) < 100


def test_interrupted_it_keeps_what_it_saw(monkeypatch, tmp_path):
    monkeypatch.setattr(monitor, "STEPS", 10)
    run = monitor.play(progress=interrupt_after(3))
    assert run.interrupted
    assert run.steps == run.observations[-1].step
    assert len(run.values) == 3
    assert monitor.save(run, tmp_path)
    assert monitor.text(monitor.report(run))


def test_the_picture_is_written_whole(run, tmp_path):
    assert monitor.save(run, tmp_path) == [tmp_path / "monitor.png"]
    assert (tmp_path / "monitor.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1


def test_the_curves_are_the_observations(run):
    distances, value, of_D = draw(run.observations).axes
    steps, jsd = distances.lines[0].get_data()
    np.testing.assert_array_equal(steps, [one.step for one in run.observations])
    np.testing.assert_array_equal(jsd, [one.jsd for one in run.observations])
    np.testing.assert_array_equal(
        value.lines[1].get_ydata(), [one.value for one in run.observations]
    )
    np.testing.assert_array_equal(
        of_D.lines[0].get_ydata(), [one.d_gap for one in run.observations]
    )


@pytest.mark.slow
def test_a_whole_run_brings_all_distances_down():
    run = monitor.play()
    first, last = run.observations[0], run.observations[-1]
    assert not run.interrupted
    assert last.jsd < 0.02 < first.jsd
    assert last.inner_gap < 0.02 < first.inner_gap
    assert last.d_gap < 0.05 < first.d_gap
