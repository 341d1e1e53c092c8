"""Proposition 2 beside Algorithm 1: the one falls at every step, the other does not."""

import math

import numpy as np
import pytest

from minigan.base.randomness import sequence
from minigan.figures.function_space import FunctionSpace
from minigan.figures.toy import DATA, NOISE, players
from minigan.theory import GeneratorState


@pytest.fixture(scope="module")
def run():
    return FunctionSpace(steps=1000).play()


def test_function_space_falls_at_every_step_to_the_data(run):
    numbers = run.report()["functions"]
    assert numbers["rises"] == 0
    assert numbers["largest_rise"] < 0
    assert numbers["jsd"] <= 1e-10
    assert numbers["looks"] == numbers["steps"] == run.functions.c_of_g.size - 1


def test_parameter_space_goes_up_and_down(run):
    numbers = run.report()["parameters"]
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
    # On cells a divergence is smaller: by up to 0.03, where G folds and p_g has a pole.
    assert state.c_of_g - 0.03 < run.functions.c_of_g[0] < state.c_of_g


def test_kept_densities_belong_to_their_steps(run):
    assert list(run.functions.frames) == [0, 2, 5, 10, 20, 40]
    assert list(run.parameters.frames) == [0, 50, 200, 1000]
    for game in (run.functions, run.parameters):
        for step, p in game.frames.items():
            c = -np.log1p(p / np.where(run.p_data > 0, run.p_data, np.inf)) @ run.p_data
            c -= np.log1p(run.p_data / np.where(p > 0, p, np.inf)) @ p
            exact = game.c_of_g[list(game.steps).index(step)]
            assert exact - 0.03 < c < exact + 1e-9


def test_text_and_titles_say_how_c_of_g_fell(run):
    steps = run.report()["functions"]["steps"]
    assert f"0 of {steps} times" in run.text()
    _, falls, _, rises = (ax.get_title() for ax in run.draw().axes)
    assert falls == f"C(G) falls at every one of {steps} steps"
    n = run.report()["parameters"]["rises"]
    assert rises == f"C(G) was higher than before at {n} of 40 looks"


@pytest.mark.parametrize("stop", [10, 60])
def test_an_interrupted_run_keeps_what_it_saw(stop, tmp_path):
    def progress(records, total):
        for record in records:
            yield record
            if record.step == stop:
                raise KeyboardInterrupt

    run = FunctionSpace(steps=500).play(progress)
    assert run.interrupted
    numbers = run.report()["parameters"]
    assert numbers["steps"] == 25 * (stop // 25)
    assert math.isfinite(numbers["largest_rise"])
    assert run.text()
    assert run.save(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_whole_run_on_other_seeds(seed):
    report = FunctionSpace(seed).play().report()
    assert report["functions"]["rises"] == 0
    assert report["functions"]["jsd"] <= 1e-10
    assert report["parameters"]["rises"] >= 10
    assert report["seconds"] < 60
