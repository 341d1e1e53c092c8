"""Label smoothing's figure: the slope that is lost, and the steps that it costs."""

import numpy as np
import pytest

from minigan.figures import smoothing
from minigan.figures.smoothing import FAR, SIDES, TWO, Smoothing, lost_slope, slope
from minigan.theory.optimum import optimal_logit


@pytest.mark.parametrize("sides", SIDES.values(), ids=list(SIDES))
def test_the_slope_is_that_of_log_d(sides):
    x, h = np.linspace(3, 6, 31), 1e-5
    log_D = [-np.logaddexp(0, -optimal_logit(TWO, FAR, *sides)(x + d)) for d in (-h, h)]
    np.testing.assert_allclose(slope(x, *sides), (log_D[1] - log_D[0]) / (2 * h), atol=1e-7)


def test_the_lost_slope():
    none, one, two = (lost_slope(*sides) for sides in SIDES.values())
    assert none == one
    assert none["force"] == pytest.approx(11.99, abs=0.01)
    assert none["still"] < 1e-5
    assert two["force"] == pytest.approx(0.0153, abs=1e-4)
    assert two["still"] == pytest.approx(0.93, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 10])
def test_against_a_trained_d_two_sided_smoothing_takes_three_times_as_long(seed, monkeypatch):
    monkeypatch.setattr(smoothing, "STARTS", (4.0,))
    trained = Smoothing(seed).play().numbers()["trained"]
    assert 0.75 < trained["one-sided"]["ratio"] < 1.25
    assert trained["two-sided"]["ratio"] >= 3
    assert trained["none"]["largest_logit"] > 4
    assert trained["one-sided"]["largest_logit"] < 4
