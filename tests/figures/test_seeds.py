"""One experiment over many seeds: its numbers, its summary, its table for people."""

import statistics

import numpy as np
import pytest

from minigan import InputError, NonFiniteError
from minigan.figures import seeds
from minigan.figures.figure1 import Figure1
from minigan.figures.mode_collapse import ModeCollapse
from minigan.figures.seeds import TICKS, draw, numbers


@pytest.fixture
def played(tmp_path):
    """Five games of mode collapse."""
    return seeds.play(ModeCollapse, range(5), {"steps": 20}, directory=tmp_path, jobs=1)


def test_numbers_are_those_of_the_report_but_for_settings_text_lists_and_time(monkeypatch):
    report = {
        "seed": 3,
        "steps": 7,
        "seconds": 1.5,
        "cost": "minimax",
        "jsd": 0.25,
        "rises": 4,
        "near": None,
        "holds": True,
        "games": [1, 2],
        "panels": {"a": {"step": 5, "caption": "near"}, "seconds": 2.0},
    }
    monkeypatch.setattr(ModeCollapse, "report", lambda run: report)
    assert numbers(ModeCollapse, seed=3, steps=7) == {
        "jsd": 0.25,
        "rises": 4,
        "near": None,
        "holds": True,
        "panels.a.step": 5,
        "panels.seconds": 2.0,
    }


def test_a_run_that_was_interrupted_has_no_numbers(monkeypatch):
    monkeypatch.setattr(ModeCollapse, "run", lambda run, _: setattr(run, "interrupted", True))
    with pytest.raises(KeyboardInterrupt):
        numbers(ModeCollapse, seed=0)


def test_every_seed_has_the_numbers_of_a_single_run(played):
    rows = played.report()["rows"]
    assert [row["seed"] for row in rows] == [0, 1, 2, 3, 4]
    for row in rows:
        report = ModeCollapse(row["seed"], steps=20).play().report()
        for order, values in report["orders"].items():
            for name, value in values.items():
                assert row[f"orders.{order}.{name}"] == value


def test_a_summary_has_the_middle_and_the_ends(played):
    report = played.report()
    name = "orders.G faster.modes_at_once"
    values = [row[name] for row in report["rows"]]
    assert len(set(values)) == 5
    assert report["summary"][name] == {
        "games": 5,
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
    }
    assert report["settings"] == {"steps": 20, "seeds": [0, 1, 2, 3, 4]}
    assert report["experiment"] == "mode-collapse"


@pytest.fixture
def with_a_failure(tmp_path, monkeypatch):
    """Three games of a stand-in for Figure 1; the second fails, the third lacks a number."""

    def numbers(figure, seed):
        if seed == 1:
            raise NonFiniteError("step 8: J_D became nan", 8)
        shown = dict.fromkeys(Figure1.asked, seed / 4)
        return shown | {"d_gap": None if seed == 2 else 0.5}

    monkeypatch.setattr(seeds, "numbers", numbers)
    return seeds.play(Figure1, range(3), {}, directory=tmp_path, jobs=1)


def test_a_summary_leaves_out_what_is_missing(with_a_failure):
    report = with_a_failure.report()
    assert report["rows"][1] == {"seed": 1, "error": "step 8: J_D became nan"}
    assert report["summary"]["jsd"] == {"games": 2, "median": 0.25, "min": 0.0, "max": 0.5}
    assert report["summary"]["d_gap"] == {"games": 1, "median": 0.5, "min": 0.5, "max": 0.5}


def test_text_has_a_line_for_each_seed_and_what_the_theory_asks(with_a_failure):
    lines = with_a_failure.text().splitlines()
    assert lines[0] == "figure1: 3 seeds; 1 failed"
    assert lines[2].split() == ["seed", *Figure1.asked]
    assert lines[3].split() == ["0", "0", "0", "0", "0", "0.5", "0"]
    assert lines[4].split(maxsplit=1) == ["1", "step 8: J_D became nan"]
    assert lines[5].split() == ["2", "0.5", "0.5", "0.5", "0.5", "-", "0.5"]
    assert [line.split()[0] for line in lines[7:10]] == ["median", "min", "max"]
    assert lines[10].split()[:4] == ["the", "theory", "asks", "0"]
    assert len(lines) == 11


def test_an_interrupted_sweep_says_how_far_it_came(played):
    sweep = played.sweep._replace(games=played.sweep.games[:2], interrupted=True)
    text = played._replace(sweep=sweep).text()
    assert text.startswith("mode-collapse: 2 of 5 seeds, steps 20\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([-1], "seeds: expected a whole number >= 0, got -1"),
        ([0.5], "seeds: expected a whole number >= 0, got 0.5"),
        ([], "seed: expected one value at least, got none"),
        ([1, 2, 1], "settings: {'seed': 1} is given twice"),
    ],
)
def test_seeds_that_are_none_are_refused(given, message, tmp_path):
    with pytest.raises(InputError) as error:
        seeds.play(ModeCollapse, given, {}, directory=tmp_path / "out")
    assert str(error.value) == message
    assert not (tmp_path / "out").exists()


# The picture: a dot a game, the middle half, what the theory asks.

ROWS = [
    {"seed": 3, "jsd": 0.1, "near": 7},
    {"seed": 5, "jsd": 0.4, "near": None},
    {"seed": 8, "error": "step 8: J_D became nan"},
    {"seed": 900, "jsd": 0.2, "near": 9},
    {"seed": 901, "jsd": 0.7, "near": 11},
]
ASKED = {"jsd": 0.0, "near": None}
SEEDS = ["3", "5", "8", "900", "901"]


def marked(ax, marker):
    """Where the dots or crosses of a panel are."""
    (line,) = (line for line in ax.lines if line.get_marker() == marker)
    return np.column_stack(line.get_data()).tolist()


@pytest.fixture
def panels():
    return draw("a title", ROWS, ASKED).axes


def test_a_dot_is_a_game_a_cross_one_without_the_number_and_titles_say_the_median(panels):
    assert marked(panels[0], "o") == [[0, 0.1], [1, 0.4], [3, 0.2], [4, 0.7]]
    assert marked(panels[1], "o") == [[0, 7], [3, 9], [4, 11]]
    assert [at for at, _ in marked(panels[0], "x")] == [2]
    assert [at for at, _ in marked(panels[1], "x")] == [1, 2]
    assert panels[0].get_title() == "JSD\nmedian 0.3, the theory asks 0"
    assert panels[1].get_title() == "near\nmedian 9"
    assert panels[0].figure.get_suptitle() == "a title"


@pytest.mark.parametrize("n", [1, 10, 11, 1000])
def test_seeds_are_named_below_their_dots_of_many_a_few(panels, n):
    assert [tick.get_text() for tick in panels[0].get_xticklabels()] == SEEDS
    rows = [{"seed": seed, "jsd": 0.1} for seed in range(n)]
    (ax,) = draw("", rows, {"jsd": None}).axes
    assert 1 <= len(ax.get_xticks()) <= TICKS
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [str(i) for i in ax.get_xticks()]


@pytest.mark.parametrize("n", range(1, 8))
def test_there_is_a_panel_for_each_number_and_none_besides(n):
    names = [f"number {i}" for i in range(n)]
    figure = draw("", [{"seed": 0} | dict.fromkeys(names, 1.0)], dict.fromkeys(names))
    shown = [ax.get_title().split("\n")[0] for ax in figure.axes if ax.axison]
    assert shown == names
