"""The game V = x y: every method goes where the theory says."""

import pytest

from minigan import NonFiniteError
from minigan.figures.circling import Circling


@pytest.fixture(scope="module")
def run():
    return Circling().play()


def test_every_method_goes_where_the_theory_says(run):
    report = run.report()
    methods = report["methods"]
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
    assert run.paths["averaged"][-1] == pytest.approx(run.paths["alternating"].mean(axis=0))
    assert report["invariant_drift"] < 1e-12
    assert "1.019804      1.019804" in run.text()


def test_titles_say_where_each_path_goes(run):
    titles = dict(ax.get_title().split("\n") for ax in run.draw().axes if ax.get_xlabel() == "x")
    assert titles == {
        "continuous": "goes round and round",
        "simultaneous": "goes out",
        "alternating": "goes round and round",
        "averaged (mean of alternating)": "goes in",
        "extragradient": "goes in",
        "optimistic": "goes in",
    }


def test_a_path_that_overflows_is_named():
    with pytest.raises(NonFiniteError):
        Circling(eta=100.0, steps=1000).play()
