"""The curves of Figure 16: the tutorial's formulas in D against the engine's in logits."""

import numpy as np
import pytest

from minigan import InputError, costs
from minigan.theory.saturation import effective_share, logit_slope, sample_cost, slope

EVERY = pytest.mark.parametrize("name", costs.GENERATOR_COSTS)
A = np.linspace(-6, 6, 49)
D = 1 / (1 + np.exp(-A))


@EVERY
def test_the_formula_in_D_is_what_the_engine_computes_from_logits(name):
    engine = [costs.GENERATOR_COSTS[name](np.array([a]))[0] for a in A]
    np.testing.assert_allclose(sample_cost(name, D), engine, rtol=1e-12)


@EVERY
def test_slopes_are_derivatives(name):
    h = 1e-6
    differences = (sample_cost(name, D[8:-8] + h) - sample_cost(name, D[8:-8] - h)) / (2 * h)
    np.testing.assert_allclose(slope(name, D[8:-8]), differences, rtol=1e-6)


def test_slopes_at_one_half_and_where_only_one_of_the_three_does_not_saturate():
    sent = {name: logit_slope(name, np.array([0.0, -20.0])) for name in costs.GENERATOR_COSTS}
    assert {name: at[0] for name, at in sent.items()} == {
        "minimax": -0.25,
        "non-saturating": -0.25,
        "max-likelihood": -0.5,
    }
    assert sent["non-saturating"][1] == pytest.approx(-0.5, abs=1e-8)
    assert max(abs(sent[name][1]) for name in ("minimax", "max-likelihood")) < 2e-9


def test_logit_slope_has_the_shape_of_a_minibatch_and_no_mean_in_it():
    one = logit_slope("minimax", np.array([0.3]))
    np.testing.assert_array_equal(
        logit_slope("minimax", np.full((4, 2), 0.3)), np.tile(one, (4, 2))
    )


@pytest.mark.parametrize("function", [sample_cost, slope])
def test_what_is_no_probability_or_no_cost_is_refused(function):
    for bad in (0.0, 1.0, -0.1, np.nan):
        with pytest.raises(InputError, match="strictly between 0 and 1"):
            function("minimax", np.array([0.5, bad]))
    with pytest.raises(InputError, match="expected one of"):
        function("least-squares", np.array([0.5]))
    with pytest.raises(InputError, match="expected one of"):
        logit_slope("least-squares", np.array([0.5]))


def test_share_of_equal_slopes_is_1_and_of_a_single_one_1_over_m():
    assert effective_share(np.full(8, -0.3)) == pytest.approx(1)
    assert effective_share(np.array([0.0, 0, 0, -5])) == pytest.approx(1 / 4)
    assert effective_share(np.array([-1.0, -3])) == effective_share(np.array([-2.0, -6]))
    assert effective_share(np.array([-1.0, -3]), np.array([3.0, 1])) == pytest.approx(36 / 48)
    assert np.isnan(effective_share(np.zeros(3)))
