"""Figure 1: four moments of one run; what the run leaves, reports, and cannot be disturbed by."""

import math

import numpy as np
import pytest
from interrupts import interrupted_after

from minigan import InputError, NonFiniteError
from minigan.base.randomness import sequence
from minigan.figures import figure1, toy
from minigan.figures.figure1 import Figure1
from minigan.theory import GeneratorState

STEPS = 12
NUMBERS = {"jsd", "c_of_g", "residual", "value", "inner_gap", "d_gap", "d_minus_half"}
MEANS = {"mean_on_data", "mean_on_fake", "accuracy"}


@pytest.fixture(autouse=True)
def short_inner_loop(request, monkeypatch):
    """Panel (b) after ten updates of D: nowhere near D*, but soon."""
    if "slow" not in request.keywords:
        monkeypatch.setattr(figure1, "INNER", {8: 6, 16: 4})


@pytest.fixture(scope="module")
def run():
    """One short run that tests look at and do not change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure1, "INNER", {8: 6, 16: 4})
        return Figure1(seed=1, steps=STEPS).play()


@pytest.fixture(scope="module")
def report(run):
    """Its numbers."""
    return run.report()


def params(moment):
    return np.concatenate([moment.G.params, moment.D.params])


def same(first, second):
    """Whether two runs have the same moments, bit for bit."""
    return first.panels.keys() == second.panels.keys() and all(
        np.array_equal(params(first.panels[letter]), params(second.panels[letter]))
        for letter in first.panels
    )


# The four panels.


def test_four_panels_in_order_a_at_half_time_at_the_latest(run):
    assert list(run.panels) == ["a", "b", "c", "d"]
    a, b, c, d = run.panels.values()
    assert a.step == b.step == c.step <= STEPS / 2
    assert d.step == STEPS


def test_panel_a_comes_as_soon_as_p_g_is_near(monkeypatch):
    monkeypatch.setattr(figure1, "NEAR", math.log(2))
    monkeypatch.setattr(figure1, "LOOK_EVERY", 3)
    assert Figure1(steps=STEPS).play().panels["a"].step == 3


def test_in_panel_b_only_d_moves_and_in_panel_c_only_g(run):
    a, b, c, _ = run.panels.values()
    assert np.array_equal(b.G.params, a.G.params)
    assert not np.array_equal(b.D.params, a.D.params)
    assert np.array_equal(c.D.params, b.D.params)
    assert not np.array_equal(c.G.params, b.G.params)


def test_the_inner_loop_brings_d_nearer_to_the_optimal_one(monkeypatch):
    monkeypatch.setattr(figure1, "INNER", {128: 100, 256: 100})
    panels = Figure1(seed=1, steps=STEPS).play().report()["panels"]
    assert panels["b"]["inner_gap"] < panels["a"]["inner_gap"] / 2


def test_panels_are_copies(run):
    nets = [net for moment in run.panels.values() for net in (moment.G, moment.D)]
    assert len({id(net.params) for net in nets}) == 8
    for i, net in enumerate(nets):
        assert not any(np.shares_memory(net.params, other.params) for other in nets[:i])


# One game, from its first step to its last.


def test_the_run_is_algorithm_1_and_nothing_else(run):
    init, main, _ = sequence(1).spawn(3)
    G, D = toy.players(init)
    for _ in toy.toy_game(G, D, steps=STEPS, rate_G=figure1.RATE_G, seed=main).play(STEPS):
        pass
    assert np.array_equal(run.panels["d"].G.params, G.params)
    assert np.array_equal(run.panels["d"].D.params, D.params)


def test_panels_b_and_c_do_not_disturb_the_run(run, monkeypatch):
    monkeypatch.setattr(figure1, "_branch_off", lambda *_: {})
    without = Figure1(seed=1, steps=STEPS).play()
    assert np.array_equal(params(without.panels["d"]), params(run.panels["d"]))
    assert np.array_equal(params(without.panels["a"]), params(run.panels["a"]))


def test_a_film_does_not_disturb_the_run(run):
    assert same(Figure1(seed=1, steps=STEPS, frames=3).play(), run)


@pytest.mark.parametrize("options", [{"cost": "minimax"}, {"cost": "max-likelihood"}, {"k": 2}])
def test_other_costs_and_more_updates_of_d_lead_elsewhere(options, run):
    other = Figure1(seed=1, steps=STEPS, **options).play()
    assert np.isfinite(params(other.panels["d"])).all()
    assert not same(other, run)


def test_one_step_is_enough_for_a_figure():
    run = Figure1(steps=1).play()
    assert [moment.step for moment in run.panels.values()] == [1, 1, 1, 1]
    assert np.array_equal(params(run.panels["a"]), params(run.panels["d"]))


# Frames.


def test_frames_are_taken_from_the_first_step_to_the_last_closer_at_the_start():
    run = Figure1(steps=STEPS, frames=5).play()
    steps = [moment.step for moment in run.film]
    assert steps[0] == 1 and steps[-1] == STEPS
    assert len(steps) == 5
    gaps = np.diff(steps)
    assert np.all(gaps > 0) and np.all(np.diff(gaps) > 0)
    assert np.array_equal(params(run.film[-1]), params(run.panels["d"]))
    assert not np.array_equal(params(run.film[0]), params(run.film[1]))


@pytest.mark.parametrize(("frames", "steps"), [(50, [1, 2, 3]), (1, [1])])
def test_there_are_no_more_frames_than_steps_and_a_single_one_is_the_first(frames, steps):
    assert [moment.step for moment in Figure1(steps=3, frames=frames).play().film] == steps


# Ctrl-C.


@pytest.mark.parametrize("n", [1, 5, 9])
def test_an_interrupted_run_tells_what_was_reached(n):
    run = Figure1(seed=1, steps=STEPS).play(interrupted_after(n))
    assert run.interrupted is True
    assert run.steps == run.panels["d"].step == n
    assert run.panels["d"].caption == f"interrupted at step {n}"
    there = ["a", "b", "c", "d"] if n >= STEPS / 2 else ["d"]
    assert list(run.panels) == list(run.report()["panels"]) == there
    assert [line[1] for line in run.text().splitlines() if line.startswith("(")] == there
    assert (run.report()["d_gap"] is None) == (run.report()["inner_gap"] is None) == (n < 6)


def test_a_run_interrupted_in_the_inner_loop_has_panel_a(monkeypatch, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(figure1, "_branch_off", interrupt)
    run = Figure1(steps=10).play()
    assert (list(run.panels), run.steps, run.interrupted) == (["a", "d"], 5, True)
    assert run.report()["d_gap"] is None
    assert "(a)" in run.text()
    assert run.save(tmp_path)[0].exists()


# Numbers.


def test_the_report_has_the_numbers_that_are_asked_for(report):
    assert report.keys() >= NUMBERS | {"seed", "steps", "k", "cost", "seconds", "panels"}
    assert list(report["panels"]) == ["a", "b", "c", "d"]
    for panel in report["panels"].values():
        assert panel.keys() == NUMBERS | MEANS | {"step", "caption"}
    for name in NUMBERS:
        of_b = name in ("d_gap", "inner_gap")
        assert report[name] == report["panels"]["b" if of_b else "d"][name]


def test_the_numbers_are_those_of_the_theory(run, report):
    for letter, moment in run.panels.items():
        state, found = GeneratorState(moment.G, toy.NOISE, toy.DATA), report["panels"][letter]
        assert (found["jsd"], found["c_of_g"]) == (state.jsd, state.c_of_g)
        assert found.items() >= state.judge(moment.D)._asdict().items()


def test_the_text_has_a_row_for_each_panel_and_its_numbers(run, report):
    text = run.text()
    assert f"seed 1: {STEPS} steps of Algorithm 1 (k = 1, non-saturating)" in text
    rows = {line.split()[0]: line for line in text.splitlines() if line.startswith("(")}
    assert list(rows) == ["(a)", "(b)", "(c)", "(d)"]
    panels = report["panels"]
    assert rows["(a)"].endswith(f"{panels['a']['accuracy']:.3f}")
    assert rows["(b)"].endswith(f"{report['d_gap']:.4f}")
    assert rows["(c)"].endswith(f"-> {panels['c']['mean_on_fake']:.3f}")
    assert rows["(d)"].endswith(f"{report['jsd']:.4f} nats")


# Files.


def test_with_frames_a_film_is_saved_too(tmp_path):
    run = Figure1(steps=2, frames=2).play()
    files = [tmp_path / "figure1.png", tmp_path / "training.gif"]
    assert run.save(tmp_path) == files
    assert files[1].read_bytes().startswith(b"GIF89a")


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps: expected a whole number >= 1, got 0"),
        ({"steps": 2.5}, "steps: expected a whole number >= 1, got 2.5"),
        ({"steps": "60"}, "steps: expected a whole number >= 1, got '60'"),
        ({"k": 0}, "k: expected a whole number >= 1, got 0"),
        ({"k": True}, "k: expected a whole number >= 1, got True"),
        ({"seed": -1}, "seed: expected a whole number >= 0, got -1"),
        ({"seed": None}, "seed: expected a whole number >= 0, got None"),
        ({"cost": "wgan"}, "cost: expected one of minimax, non-saturating, max-likelihood, or a"),
        ({"frames": -1}, "frames: expected a whole number >= 0, got -1"),
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(InputError, match=f"^{message}"):
        Figure1(**{"steps": 2, **options}).play()


def test_a_cost_that_is_no_number_ends_the_run(monkeypatch):
    monkeypatch.setattr(toy, "RATE_D", 1e30)
    with pytest.raises(NonFiniteError, match=r"^step \d+: "):
        Figure1(steps=STEPS).play()


# The figure itself, at its full length.


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_at_full_length_the_theory_is_met(seed):
    report = Figure1(seed=seed).play().report()
    assert report["jsd"] <= 0.015
    assert report["d_gap"] <= 0.02
    assert report["inner_gap"] <= 0.002
    assert report["d_minus_half"] <= 0.04
    panels = report["panels"]
    assert panels["a"]["mean_on_data"] > panels["a"]["mean_on_fake"]
    assert panels["c"]["mean_on_fake"] > panels["b"]["mean_on_fake"]
