"""Mode collapse by the order of play: which orders cover all modes, and which one at a time."""

import json
import math

import pytest

from minigan import InputError
from minigan.experiments import mode_collapse


@pytest.fixture(scope="module")
def run():
    return mode_collapse.play()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_play_decides(seed):
    orders = mode_collapse.report(mode_collapse.play(seed))["orders"]
    assert list(orders) == ["min max", "D faster", "G faster", "max min"]
    assert orders["min max"]["modes_at_once"] == pytest.approx(8, abs=1e-6)
    assert orders["min max"]["c_of_g"] == pytest.approx(-math.log(4), abs=1e-6)
    assert orders["D faster"]["modes_at_once"] > 7.5
    assert orders["G faster"]["modes_at_once"] < 4
    assert orders["max min"]["modes_at_once"] == pytest.approx(1)
    assert orders["max min"]["modes_over_time"] > 7.9


def test_the_report_is_ready_for_json_and_the_text_for_people(run):
    report = mode_collapse.report(run)
    assert json.loads(json.dumps(report)) == report
    assert report["one_point_minimax"] == pytest.approx(report["orders"]["max min"]["c_of_g"])
    text = mode_collapse.text(report)
    assert "-0.3924" in text
    assert max(map(len, text.splitlines())) < 100
    assert not run.interrupted


def test_the_picture_is_written_whole(run, tmp_path):
    assert mode_collapse.save(run, tmp_path) == [tmp_path / "mode_collapse.png"]
    assert (tmp_path / "mode_collapse.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("options", [{"steps": 0}, {"seed": -1}])
def test_bad_options_are_refused(options):
    with pytest.raises(InputError, match=f"^{next(iter(options))}: expected"):
        mode_collapse.play(**options)
