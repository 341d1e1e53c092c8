"""The game V = x y as an experiment: its numbers, its words, its picture."""

import json

import numpy as np
import pytest

from minigan import InputError, NonFiniteError
from minigan.experiments import circling


@pytest.fixture(scope="module")
def run():
    return circling.play()


def test_every_method_goes_where_the_theory_says(run):
    methods = circling.report(run)["methods"]
    assert list(methods) == [
        *("continuous", "simultaneous", "alternating", "extragradient", "optimistic", "averaged")
    ]
    for name in ("continuous", "simultaneous", "extragradient", "optimistic"):
        assert methods[name]["growth"] == pytest.approx(methods[name]["asked"], abs=1e-9)
    assert methods["simultaneous"]["distance"] > 10
    assert 0.8 < methods["alternating"]["distance"] < 1.2
    assert methods["optimistic"]["distance"] < methods["extragradient"]["distance"] < 0.05
    assert methods["averaged"]["distance"] < 0.06
    assert methods["averaged"]["asked"] is None


def test_all_paths_start_at_one_point_at_distance_1(run):
    for path in run.paths.values():
        assert path.shape == (run.steps + 1, 2)
        assert path[0] == pytest.approx(run.paths["continuous"][0], abs=1e-15)
    assert np.hypot(*run.paths["continuous"][0]) == pytest.approx(1, abs=1e-15)


def test_the_report_is_ready_for_json(run):
    report = circling.report(run)
    assert json.loads(json.dumps(report)) == report
    assert report["seed"] == 0
    assert report["seconds"] < 5
    assert report["invariant_drift"] < 1e-12
    assert not run.interrupted


def test_the_text_holds_every_number_against_the_theory(run):
    lines = circling.text(circling.report(run)).splitlines()
    assert any(line.split()[:1] == ["simultaneous"] and "1.019804" in line for line in lines)
    assert max(map(len, lines)) < 100


def test_the_picture_is_written_whole(run, tmp_path):
    assert circling.save(run, tmp_path) == [tmp_path / "circling.png"]
    assert (tmp_path / "circling.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1


def test_the_seed_turns_the_start_and_progress_sees_every_method():
    seen = []
    run = circling.play(1, progress=lambda methods, total: seen.append(total) or methods)
    assert seen == [4]
    assert not np.allclose(run.paths["continuous"][0], circling.play(2).paths["continuous"][0])


@pytest.mark.parametrize("options", [{"eta": 0}, {"eta": -1}, {"steps": 1}, {"seed": -1}])
def test_bad_options_are_refused(options):
    with pytest.raises(InputError, match=f"^{next(iter(options))}: expected"):
        circling.play(**options)


def test_a_path_that_overflows_is_named():
    with pytest.raises(NonFiniteError):
        circling.play(eta=100.0, steps=1000)
