"""Mode collapse by the order of play: which orders cover all modes, and which one at a time."""

import math

import pytest

from minigan.figures.mode_collapse import ModeCollapse


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_play_decides(seed):
    orders = ModeCollapse(seed).play().report()["orders"]
    assert list(orders) == ["min max", "D faster", "G faster", "max min"]
    assert orders["min max"]["modes_at_once"] == pytest.approx(8, abs=1e-6)
    assert orders["min max"]["c_of_g"] == pytest.approx(-math.log(4), abs=1e-6)
    assert orders["D faster"]["modes_at_once"] > 7.5
    assert orders["G faster"]["modes_at_once"] < 4
    assert orders["max min"]["modes_at_once"] == pytest.approx(1)
    assert orders["max min"]["modes_over_time"] > 7.9


def test_max_min_is_a_generator_of_one_point():
    run = ModeCollapse().play()
    report = run.report()
    assert report["one_point_minimax"] == pytest.approx(report["orders"]["max min"]["c_of_g"])
    assert "-0.3924" in run.text()
