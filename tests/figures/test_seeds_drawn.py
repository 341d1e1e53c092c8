"""What is drawn of a sweep: a dot a game, the middle half, what the theory asks."""

import math

import numpy as np
import pytest

from minigan.figures.seeds import TICKS, draw

ROWS = [
    {"seed": 3, "jsd": 0.1, "near": 7},
    {"seed": 5, "jsd": 0.4, "near": None},
    {"seed": 8, "error": "step 8: J_D became nan"},
    {"seed": 900, "jsd": 0.2, "near": 9},
    {"seed": 901, "jsd": 0.7, "near": 11},
]
ASKED = {"jsd": 0.0, "near": None}


def marked(ax, marker):
    """Where the dots or crosses of a panel are."""
    (line,) = (line for line in ax.lines if line.get_marker() == marker)
    return np.column_stack(line.get_data()).tolist()


@pytest.fixture
def panels():
    return draw("a title", ROWS, ASKED).axes


def test_a_dot_is_a_game(panels):
    assert marked(panels[0], "o") == [[0, 0.1], [1, 0.4], [3, 0.2], [4, 0.7]]
    assert marked(panels[1], "o") == [[0, 7], [3, 9], [4, 11]]


def test_a_game_without_the_number_is_a_cross_at_the_bottom(panels):
    assert marked(panels[0], "x") == [[2, 0.03]]
    assert marked(panels[1], "x") == [[1, 0.03], [2, 0.03]]


def test_lines_are_the_median_and_what_the_theory_asks(panels):
    lines = [
        {line.get_label(): line.get_ydata()[0] for line in ax.lines if line.get_marker() == "None"}
        for ax in panels
    ]
    assert lines[0] == {"median": pytest.approx(0.3), "the theory asks": 0.0}
    assert lines[1] == {"median": 9}


def test_the_band_holds_the_middle_half(panels):
    (band,) = panels[0].patches
    low, high = band.get_y(), band.get_y() + band.get_height()
    assert (low, high) == pytest.approx((0.175, 0.475))  # quartiles of 0.1, 0.2, 0.4, 0.7


def test_titles_say_the_numbers(panels):
    assert panels[0].get_title() == "jsd\nmedian 0.3, the theory asks 0"
    assert panels[1].get_title() == "near\nmedian 9"
    assert panels[0].figure.get_suptitle() == "a title"


def test_seeds_are_named_below_their_dots(panels):
    labels = [tick.get_text() for tick in panels[0].get_xticklabels()]
    assert labels == ["3", "5", "8", "900", "901"]
    assert panels[0].get_xticks().tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("n", [1, 9, 10, 11, 25, 1000])
def test_of_many_seeds_a_few_are_named(n):
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


def test_one_legend_names_everything_once(panels):
    (legend,) = panels[0].figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert sorted(labels) == [
        "a game",
        "median",
        "middle half of the seeds",
        "no number",
        "the theory asks",
    ]


def test_where_all_games_failed_there_are_crosses_only(tmp_path):
    rows = [{"seed": 0, "error": "nan"}, {"seed": 1, "error": "nan"}]
    figure = draw("", rows, {"c_of_g": -math.log(4)})
    assert marked(figure.axes[0], "x") == [[0, 0.03], [1, 0.03]]
    figure.savefig(tmp_path / "sweep.png")
