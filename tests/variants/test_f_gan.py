"""f-GAN: every row of the table against its definition, and its game against D_f."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import wrightomega

import minigan as mg
from minigan import InputError, Normal
from minigan.checks import check_cost, check_turn
from minigan.theory.f_divergences import f_divergence
from minigan.theory.quadrature import gauss_legendre
from minigan.variants import f_gan
from minigan.variants.f_gan import ROWS, STEEPEST

every_row = pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
V = np.linspace(-3, 3, 13)
U = np.exp(np.linspace(-16, 16, 200_001))
P, Q = Normal(0.4, 1.1), Normal(0.0, 1.0)


@every_row
def test_c_is_the_conjugate_at_t(row):
    """f*(t) = sup over u of u t - f(u), on a grid of u.

    kozistr/Awesome-GANs #22 has conjugates of total variation, JS and Hellinger that are not.
    """
    f = row.divergence.f(U)
    (T, dT), (C, dC) = row.T(V), row.C(V)
    for t, c, slope, dt in zip(T, C, dC, dT, strict=True):
        payoff = U * t - f
        assert c == pytest.approx(payoff.max(), abs=1e-6)
        if row.divergence.name != "total variation":  # C' = u T' at the u of the supremum
            assert slope == pytest.approx(U[payoff.argmax()] * dt, rel=1e-3, abs=1e-6)


@every_row
def test_t_is_the_tables_activation_and_c_the_tables_conjugate(row):
    """The reverse KL of progradeep/gan-pytorch #1 lacks the minus of g_f(v) = -exp(-v)."""
    T, _ = row.T(V)
    if row is not ROWS["Jeffrey over log u"]:
        np.testing.assert_allclose(T, row.divergence.activation(V), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(row.C(V)[0], row.divergence.conjugate(T), rtol=1e-9, atol=1e-12)


def outputs_at_the_optimum(row, u):
    """v with T(v) = f'(u), by bisection: T rises."""
    low, high = np.full_like(u, -200.0), np.full_like(u, 200.0)
    for _ in range(100):
        v = (low + high) / 2
        below = row.T(v)[0] < row.divergence.slope(u)
        low, high = np.where(below, v, low), np.where(below, high, v)
    return v


@every_row
def test_f_of_the_optimal_output_is_the_divergence(row):
    x, w = gauss_legendre(np.linspace(-9, 9, 1201), 5)
    p, q = P.pdf(x), Q.pdf(x)
    with np.errstate(over="ignore"):
        v = outputs_at_the_optimum(row, p / q)
        F = w @ (p * row.T(v)[0] - q * row.C(v)[0])
        assert f_divergence(P, Q, row.divergence) == pytest.approx(F, abs=2e-5)
        below = w @ (p * row.T(v + 0.1)[0] - q * row.C(v + 0.1)[0])
    assert below < F or row.divergence.name == "total variation"


def test_known_optimal_outputs():
    log_u = np.linspace(-3, 3, 7)
    for name, shift in (
        *(("GAN", 0.0), ("Jensen-Shannon", 0.0), ("Kullback-Leibler", 1.0)),
        *(("reverse Kullback-Leibler", 0.0), ("Jeffrey over log u", 0.0)),
    ):
        v = outputs_at_the_optimum(ROWS[name], np.exp(log_u))
        np.testing.assert_allclose(v, log_u + shift, atol=1e-9)


def test_gan_and_jensen_shannon_are_one_game_and_it_is_minigans():
    a, b = np.linspace(-5, 5, 8)[:, None], np.linspace(-3, 6, 6)[:, None]
    gan, js = ROWS["GAN"], ROWS["Jensen-Shannon"]
    for one, other in (
        (gan.discriminator_cost(a, b), js.discriminator_cost(a, b)),
        (gan.generator_cost(b), js.generator_cost(b)),
    ):
        for gradient, same in zip(one[1:], other[1:], strict=True):
            assert np.array_equal(gradient, same)
    assert js.value(a, b)[0] - gan.value(a, b)[0] == pytest.approx(np.log(4))
    for ours, theirs in (
        (gan.value(a, b), mg.value(a, b)),
        (gan.discriminator_cost(a, b), mg.discriminator_cost(a, b)),
        (gan.generator_cost(b), mg.minimax_cost(b)),
    ):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14, atol=1e-17)


def test_over_v_of_log_u_c_has_the_slope_u_times_that_of_t():
    row = ROWS["Jeffrey over log u"]
    np.testing.assert_allclose(row.C(V)[1], np.exp(V) * row.T(V)[1], rtol=1e-12)
    for curve, side in ((row.T, -1), (row.C, 1)):  # straight lines where they are steepest
        values, slopes = curve(side * np.array([10.0, 20.0, 30.0]))
        assert slopes == pytest.approx(STEEPEST)
        assert np.diff(values) == pytest.approx(10 * side * STEEPEST)


def test_jeffreys_lambert_function_is_scipys():
    v = np.linspace(-300, 60, 181)
    w = wrightomega(1 - v)
    np.testing.assert_allclose(ROWS["Jeffrey"].C(v)[1], 1 / w, rtol=1e-12)


@every_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_overflows_or_cancels_at_moderate_outputs_nor_is_nan_at_wide_ones(row, dtype):
    v = np.array([[-60.0], [-1.0], [60.0]], dtype)
    for number in (*row.value(v, v), *row.discriminator_cost(v, v), *row.generator_cost(v)):
        assert np.isfinite(number).all()
        assert number.dtype == dtype
    wide = 1e4 * v
    with np.errstate(all="ignore"):
        assert not any(np.isnan(curve(wide)[0]).any() for curve in (row.T, row.C))


@every_row
def test_gradients(row):
    for cost in (row.value, row.discriminator_cost, row.generator_cost):
        assert check_cost(cost, seeds=range(3), scale=1.5).passed


def players():
    G = mg.Sequential([mg.Linear(1, 1)], seed=0)
    return G, mg.Sequential([mg.Linear(1, 7), mg.Tanh(), mg.Linear(7, 1)], seed=1)


@pytest.mark.parametrize("name", ["total variation", "Pearson chi-square", "Jeffrey over log u"])
def test_turns(name):
    for turn in f_gan.turns(*players(), name):
        assert check_turn(turn, seeds=range(2)).passed


def test_a_penalty_pulls_outputs_to_zero_and_is_no_part_of_f():
    row = f_gan.Row(ROWS["GAN"].divergence, ROWS["GAN"].T, ROWS["GAN"].C, penalty=0.3)
    a, b = np.array([[1.0], [2.0]]), np.array([[3.0]])
    J, da, db = row.discriminator_cost(a, b)
    plain, da0, db0 = ROWS["GAN"].discriminator_cost(a, b)
    assert row.value(a, b)[0] == ROWS["GAN"].value(a, b)[0] == -2 * plain
    assert J - plain == pytest.approx(0.3 / 4 * (2.5 + 9))
    np.testing.assert_allclose(da - da0, 0.3 * a / 4)
    np.testing.assert_allclose(db - db0, 0.3 * b / 2)
    assert check_cost(row.discriminator_cost, seeds=range(3)).passed


@every_row
def test_games_survive_pickle_with_their_penalty(row):
    turns = pickle.loads(pickle.dumps(f_gan.turns(*players(), replace(row, penalty=0.5))))
    assert turns[0].row == replace(row, penalty=0.5)
    assert turns[1].cost.__self__.T is row.T


def test_an_unknown_divergence_lists_the_known_ones():
    with pytest.raises(
        InputError, match=r"one of total variation, .*did you mean squared Hellinger"
    ):
        f_gan.turns(*players(), "squared helinger")
