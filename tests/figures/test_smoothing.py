"""Label smoothing's figure: the steps that it costs."""

import pytest

from minigan.figures import smoothing
from minigan.figures.smoothing import Smoothing


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 10])
def test_against_a_trained_d_two_sided_smoothing_takes_three_times_as_long(seed, monkeypatch):
    monkeypatch.setattr(smoothing, "STARTS", (4.0,))
    trained = Smoothing(seed).play().numbers()["trained"]
    assert 0.75 < trained["one-sided"]["ratio"] < 1.25
    assert trained["two-sided"]["ratio"] >= 3
    assert trained["none"]["largest_logit"] > 4
    assert trained["one-sided"]["largest_logit"] < 4
