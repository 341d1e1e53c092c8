"""The watched toy game: short here, at full length where it is slow."""

import math
from itertools import islice

import numpy as np
import pytest

from minigan.base.randomness import sequence
from minigan.figures import monitor
from minigan.figures.monitor import Monitored
from minigan.figures.toy import players, toy_game


@pytest.fixture(scope="module")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "STEPS", 260)
        return Monitored(seed=4).play()


def test_it_observes_the_game_that_would_have_been_played_without_it(run):
    init, main = sequence(4).spawn(2)
    alone = toy_game(*players(init), steps=260, seed=main)
    values = [-2 * record.J_D for record in alone.play(260)]
    np.testing.assert_array_equal(run.values, values)
    assert [one.step for one in run.observations] == [0, 250, 260]


def test_an_interrupted_game_is_observed_where_it_stopped(monkeypatch):
    def interrupt(records, total):
        yield from islice(records, 3)
        raise KeyboardInterrupt

    run = Monitored().play(interrupt)
    assert run.interrupted
    assert run.steps == run.observations[-1].step == len(run.values) == 3


def test_the_report_says_where_the_game_stood_and_what_watching_cost(run):
    report = run.report()
    assert (report["seed"], report["steps"], report["every"]) == (4, 260, 250)
    assert 0 < report["observing"] < report["seconds"]
    assert report["share"] == report["observing"] / report["seconds"]
    for one in report["observations"]:
        assert one["c_of_g"] == pytest.approx(-math.log(4) + 2 * one["jsd"])
        assert one["inner_gap"] == pytest.approx(one["c_of_g"] - one["value"])
        assert one["inner_gap"] > 0
    assert f"{one['jsd']:.4f} nats" in run.text()
    assert "at step 260" in run.text()


def test_the_curves_are_the_observations(run):
    value, distances, of_D = run.draw().axes
    steps, jsd = distances.lines[0].get_data()
    np.testing.assert_array_equal(steps, [one.step for one in run.observations])
    np.testing.assert_array_equal(jsd, [one.jsd for one in run.observations])
    np.testing.assert_array_equal(
        value.lines[3].get_ydata(), [one.value for one in run.observations]
    )
    np.testing.assert_array_equal(
        of_D.lines[0].get_ydata(), [one.d_gap for one in run.observations]
    )


@pytest.mark.slow
def test_a_whole_run_brings_all_distances_down():
    run = Monitored().play()
    first, last = run.observations[0], run.observations[-1]
    assert not run.interrupted
    assert last.jsd < 0.02 < first.jsd
    assert last.inner_gap < 0.02 < first.inner_gap
    assert last.d_gap < 0.05 < first.d_gap
