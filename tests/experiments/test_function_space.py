"""Proposition 2 beside Algorithm 1: the one falls at every step, the other does not."""

import json
import math

import numpy as np
import pytest

from minigan import InputError
from minigan.base.randomness import sequence
from minigan.experiments import function_space
from minigan.experiments.toy import DATA, NOISE, players
from minigan.theory import GeneratorState


@pytest.fixture(scope="module")
def run():
    return function_space.play(steps=1000)


def test_function_space_falls_at_every_step_to_the_data(run):
    numbers = function_space.report(run)["functions"]
    assert numbers["rises"] == 0
    assert numbers["largest_rise"] < 0
    assert numbers["jsd"] <= 1e-10
    assert numbers["looks"] == numbers["steps"] == run.functions.c_of_g.size - 1


def test_parameter_space_goes_up_and_down(run):
    numbers = function_space.report(run)["parameters"]
    assert numbers["looks"] == 40
    assert numbers["rises"] >= 5
    assert numbers["largest_rise"] > 1e-3
    assert 1e-4 < numbers["jsd"] < numbers["jsd_start"]


def test_both_start_from_the_untrained_generator(run):
    init, _ = sequence(0).spawn(2)
    state = GeneratorState(players(init)[0], NOISE, DATA)
    assert run.parameters.c_of_g[0] == state.c_of_g
    start = run.functions.frames[0]
    assert start.min() > 0
    assert np.abs(start - run.parameters.frames[0]).sum() < 3e-6
    assert run.functions.c_of_g[0] == pytest.approx(state.c_of_g, abs=0.005)


def test_kept_densities_belong_to_their_steps(run):
    assert list(run.functions.frames) == [0, 2, 5, 10, 20, 40]
    assert list(run.parameters.frames) == [0, 50, 200, 1000]
    for game in (run.functions, run.parameters):
        for step, p in game.frames.items():
            c = -np.log1p(p / np.where(run.p_data > 0, run.p_data, np.inf)) @ run.p_data
            c -= np.log1p(run.p_data / np.where(p > 0, p, np.inf)) @ p
            assert c == pytest.approx(game.c_of_g[list(game.steps).index(step)], abs=0.005)


def test_the_report_is_ready_for_json_and_the_text_for_people(run):
    report = function_space.report(run)
    assert json.loads(json.dumps(report)) == report
    assert report["seed"] == 0
    text = function_space.text(report)
    assert "0 of 89 times" in text
    assert max(map(len, text.splitlines())) < 100


def test_the_picture_is_written_whole(run, tmp_path):
    assert function_space.save(run, tmp_path) == [tmp_path / "function_space.png"]
    assert (tmp_path / "function_space.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("stop", [10, 60])
def test_an_interrupted_run_keeps_what_it_saw(stop, tmp_path):
    def progress(records, total):
        for record in records:
            yield record
            if record.step == stop:
                raise KeyboardInterrupt

    run = function_space.play(steps=500, progress=progress)
    assert run.interrupted
    numbers = function_space.report(run)["parameters"]
    assert numbers["steps"] == 25 * (stop // 25)
    assert math.isfinite(numbers["largest_rise"])
    assert function_space.text(function_space.report(run))
    assert function_space.save(run, tmp_path)


@pytest.mark.parametrize("options", [{"steps": 24}, {"eta": 1.1}, {"eta": 0}, {"seed": -1}])
def test_bad_options_are_refused(options):
    with pytest.raises(InputError, match=f"^{next(iter(options))}: expected"):
        function_space.play(**options)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_whole_run_on_other_seeds(seed):
    report = function_space.report(function_space.play(seed))
    assert report["functions"]["rises"] == 0
    assert report["functions"]["jsd"] <= 1e-10
    assert report["parameters"]["rises"] >= 10
    assert report["seconds"] < 60
