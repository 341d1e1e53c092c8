"""Every cost against the formula of the papers, PyTorch, and the ends of the line."""

# ruff: noqa: SIM300 (J_D and the like are symbols, no constants)

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from minigan import (
    InputError,
    discriminator_cost,
    maximum_likelihood_cost,
    minimax_cost,
    non_saturating_cost,
    value,
)
from minigan.checks import check_cost
from minigan.costs import GENERATOR_COSTS, generator_cost

D_REAL = np.array([[0.9], [0.6], [0.5], [0.2]])  # D(x), a minibatch of four
D_FAKE = np.array([[0.1], [0.7], [0.5]])  # D(G(z)), one of three
A_REAL, A_FAKE = logit(D_REAL), logit(D_FAKE)

modest = settings(max_examples=50, deadline=None)
logits = st.lists(st.floats(-30, 30), min_size=1, max_size=6).map(lambda a: np.array(a)[:, None])


# The formulas, on given probabilities.


LOG_REAL, LOG_ONE_MINUS_FAKE = np.log(0.9 * 0.6 * 0.5 * 0.2) / 4, np.log(0.9 * 0.3 * 0.5) / 3
BY_HAND = {
    "value (2014, Eq. 1)": (value(A_REAL, A_FAKE), LOG_REAL + LOG_ONE_MINUS_FAKE),
    "discriminator (2016, Eq. 8)": (
        discriminator_cost(A_REAL, A_FAKE), -(LOG_REAL + LOG_ONE_MINUS_FAKE) / 2,
    ),
    "minimax": (minimax_cost(A_FAKE), LOG_ONE_MINUS_FAKE / 2),
    "non-saturating": (non_saturating_cost(A_FAKE), -0.5 * np.log(0.1 * 0.7 * 0.5) / 3),
    # D / (1 - D) = exp(sigmoid^-1(D))
    "max-likelihood": (maximum_likelihood_cost(A_FAKE), -0.5 * (1 / 9 + 7 / 3 + 1) / 3),
}  # fmt: skip


@pytest.mark.parametrize(("found", "by_hand"), BY_HAND.values(), ids=BY_HAND)
def test_a_cost_is_its_formula(found, by_hand):
    assert found[0] == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_value_is_a_python_float_which_json_can_write(dtype):
    a = np.zeros((4, 1), dtype)
    costs = [*GENERATOR_COSTS.values(), lambda a: value(a, a), lambda a: discriminator_cost(a, a)]
    for cost in costs:
        assert type(cost(a)[0]) is float
        assert json.loads(json.dumps(cost(a)[0])) == cost(a)[0]


# How the costs hang together.


def test_the_tutorials_discriminator_cost_is_minus_half_the_papers_value():
    V, dV_real, dV_fake = value(A_REAL, A_FAKE)
    J, dJ_real, dJ_fake = discriminator_cost(A_REAL, A_FAKE)
    assert J == -V / 2
    assert np.array_equal(dJ_real, -dV_real / 2)
    assert np.array_equal(dJ_fake, -dV_fake / 2)


def test_minimax_is_minus_the_discriminators_cost_without_the_half_that_g_cannot_move():
    J_D, _, da_fake = discriminator_cost(A_REAL, A_FAKE)
    J_G, da = minimax_cost(A_FAKE)
    assert J_G == pytest.approx(-J_D - 0.5 * np.log(D_REAL).mean(), rel=1e-14)
    assert np.array_equal(da, -da_fake)


def test_minimax_and_non_saturating_differ_by_half_the_mean_logit():
    # log(1 - D) - (-log D) = log D(1 - D) for the values, and D - 1/2 over m for the gradients
    J_minimax, da_minimax = minimax_cost(A_FAKE)
    J_non_saturating, da_non_saturating = non_saturating_cost(A_FAKE)
    difference = 0.5 * np.log(D_FAKE * (1 - D_FAKE)).mean()
    assert J_minimax - J_non_saturating == pytest.approx(difference, rel=1e-14)
    np.testing.assert_allclose(da_non_saturating - da_minimax, (D_FAKE - 0.5) / 3, atol=1e-16)
    assert not np.allclose(da_non_saturating, da_minimax)


def test_at_a_half_everywhere_the_value_is_minus_log_four():
    V, da_real, da_fake = value(np.zeros((5, 1)), np.zeros((3, 1)))
    assert V == pytest.approx(-np.log(4), rel=1e-15)
    assert np.array_equal(da_real, np.full((5, 1), 0.1))
    np.testing.assert_allclose(da_fake, np.full((3, 1), -1 / 6), rtol=1e-15)


def test_only_minimax_saturates_where_d_rejects_a_sample():
    a = np.array([[-20.0]])
    assert abs(minimax_cost(a)[1][0, 0]) < 1e-8
    assert non_saturating_cost(a)[1][0, 0] == pytest.approx(-0.5, rel=1e-8)


# Gradients.


COSTS = [value, discriminator_cost, *GENERATOR_COSTS.values()]


@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.__name__)
def test_gradients_are_those_of_finite_differences(cost):
    assert check_cost(cost).passed


PYTORCHS = {
    value: lambda torch, D: D[0].log().mean() + (1 - D[1]).log().mean(),
    discriminator_cost: lambda torch, D: -(D[0].log().mean() + (1 - D[1]).log().mean()) / 2,
    minimax_cost: lambda torch, D: (1 - D[0]).log().mean() / 2,
    non_saturating_cost: lambda torch, D: -D[0].log().mean() / 2,
    maximum_likelihood_cost: lambda torch, D: -(D[0].logit().exp()).mean() / 2,
}


@pytest.mark.parametrize("cost", PYTORCHS, ids=lambda cost: cost.__name__)
def test_values_and_gradients_are_pytorchs(cost, torch, rng):
    logits = [3 * rng.normal(size=(m, 1)) for m in (7, 4)][: 2 if cost in COSTS[:2] else 1]
    inputs = [torch.tensor(a, requires_grad=True) for a in logits]
    J = PYTORCHS[cost](torch, [torch.sigmoid(a) for a in inputs])
    J.backward()
    found, *gradients = cost(*logits)
    assert found == pytest.approx(J.item(), rel=1e-12)
    for ours, a in zip(gradients, inputs, strict=True):
        np.testing.assert_allclose(ours, a.grad, rtol=1e-11)


# Signs and monotonicity, anywhere.


@modest
@given(logits, logits)
def test_the_value_is_negative_and_its_gradients_push_apart(a_real, a_fake):
    V, da_real, da_fake = value(a_real, a_fake)
    assert V <= 0
    assert np.all(da_real >= 0)
    assert np.all(da_fake <= 0)


@modest
@given(logits, st.floats(0.01, 5))
def test_every_generator_cost_falls_as_the_logits_rise(a, rise):
    for cost in GENERATOR_COSTS.values():
        assert cost(a + rise)[0] < cost(a)[0]
        assert np.all(cost(a)[1] < 0)


@modest
@given(logits)
def test_the_signs_of_the_generators_costs(a):
    assert minimax_cost(a)[0] < 0 < non_saturating_cost(a)[0]
    assert maximum_likelihood_cost(a)[0] < 0


# Stability.


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("error")
def test_costs_of_logistic_kind_are_finite_at_wide_logits(dtype):
    a = np.array([[-1e4], [1e4]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for outputs in (
            value(a, a),
            discriminator_cost(a, a),
            minimax_cost(a),
            non_saturating_cost(a),
        ):
            for output in outputs:
                assert np.isfinite(output).all()


def test_values_at_wide_logits_are_the_logits_themselves():
    up, down = np.float32([[1e4]]), np.float32([[-1e4]])
    assert value(up, down)[0] == 0  # D is certain and right
    assert value(down, up)[0] == -2e4  # certain and wrong
    assert minimax_cost(up)[0] == -5e3
    assert non_saturating_cost(down)[0] == 5e3
    assert minimax_cost(down)[0] == non_saturating_cost(up)[0] == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("error")
def test_maximum_likelihood_is_minus_infinity_or_zero_at_wide_logits(dtype):
    assert maximum_likelihood_cost(np.array([[1e4]], dtype))[0] == -np.inf
    J, da = maximum_likelihood_cost(np.array([[-1e4]], dtype))
    assert J == 0
    assert da.tolist() == [[0]]


def test_a_nan_logit_makes_a_nan_cost():
    a = np.array([[0.0], [np.nan]])
    assert np.isnan(value(a, np.zeros((1, 1)))[0])
    assert all(np.isnan(cost(a)[0]) for cost in GENERATOR_COSTS.values())


# Shapes, dtypes, refusals.


@pytest.mark.parametrize(
    "bad", [np.zeros((0, 1)), np.zeros((3, 1), int), [[0.5]], 0.5, None, np.zeros((2, 1), complex)]
)
@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.__name__)
def test_what_are_no_logits_is_refused(cost, bad):
    good = np.zeros((3, 1))
    message = f"^{cost.__name__}: expected floating-point logits \\(batch, 1\\), got"
    for logits in [(bad, good), (good, bad)] if cost in COSTS[:2] else [(bad,)]:
        with pytest.raises(InputError, match=message):
            cost(*logits)


def test_costs_are_found_by_the_papers_names():
    assert generator_cost("minimax") is minimax_cost
    assert generator_cost("non-saturating") is non_saturating_cost
    assert generator_cost("max-likelihood") is maximum_likelihood_cost


@pytest.mark.parametrize("name", ["wasserstein", "", "Minimax", None])
def test_an_unknown_cost_lists_the_known_ones(name):
    with pytest.raises(
        InputError, match="one of minimax, non-saturating, max-likelihood, or a function"
    ):
        generator_cost(name)
