"""min max against max min: equal values, and generators that cover all modes or one."""

import math

import numpy as np
import pytest

from minigan import InputError
from minigan.theory import mode_collapse as mc
from minigan.theory.function_space import criterion, value

MODES = 8
EQUAL = np.full(MODES, 1 / MODES)


def test_the_best_single_point_is_the_heaviest_mode():
    p_data = np.array([0.2, 0.5, 0.3])
    assert mc.one_point_minimax(p_data) == criterion(p_data, np.array([0.0, 1.0, 0.0]))


def test_minimax_goes_to_the_data(rng):
    p_data = rng.dirichlet(np.ones(MODES))
    path = mc.minimax_path(p_data, rng.dirichlet(np.ones(MODES)), 0.5, 100)
    assert path.p_g.shape == path.logit.shape == (101, MODES)
    assert path.p_g[-1] == pytest.approx(p_data, abs=1e-9)
    assert path.logit[-1] == pytest.approx(0, abs=1e-8)  # D = 1/2
    c_of_g = [criterion(p_data, p) for p in path.p_g]
    assert (np.diff(c_of_g) <= 1e-15).all()
    assert c_of_g[-1] < c_of_g[0] - 0.01


@pytest.mark.parametrize("p_data", [EQUAL, np.array([0.4, 0.3, 0.2, 0.1])], ids=["equal", "not"])
def test_maximin_collapses_and_cycles_through_the_modes(rng, p_data):
    path = mc.maximin_path(p_data, rng.standard_normal(p_data.size), 0.1, 4000)
    assert mc.effective_modes(path.p_g) == pytest.approx(1)
    late = path.p_g[2000:]
    assert (late.argmax(axis=1)[1:] != late.argmax(axis=1)[:-1]).mean() > 0.5  # hardly stays
    assert late.mean(axis=0) == pytest.approx(p_data, abs=0.01)
    values = [mc.inner_minimum(p_data, logit) for logit in path.logit[2000:]]
    assert -math.log(4) - 0.05 < min(values) <= max(values) <= -math.log(4)


def test_each_maximin_step_climbs_the_value_in_d(rng):
    p_data, p_g, logit = (rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(5)), rng.normal(size=5))
    h = 1e-6
    for i, climb in enumerate(mc.discriminator_slope(p_data, p_g, logit)):
        e = h * np.eye(5)[i]
        rise = value(p_data, p_g, logit + e) - value(p_data, p_g, logit - e)
        assert climb == pytest.approx(rise / (2 * h), abs=1e-9)
    path = mc.maximin_path(p_data, logit, 0.3, 1)
    step = 0.3 * mc.discriminator_slope(p_data, mc.best_response(logit), logit)
    assert path.logit[1] == pytest.approx(logit + step, abs=1e-15)


def test_both_at_once_is_like_min_max_or_like_max_min(rng):
    start = rng.dirichlet(np.ones(MODES)), rng.standard_normal(MODES)
    d_faster = mc.simultaneous_path(EQUAL, *start, 0.1, 1.0, 200)
    g_faster = mc.simultaneous_path(EQUAL, *start, 1.0, 0.1, 200)
    assert mc.effective_modes(d_faster.p_g)[100:].min() > 7.5
    assert mc.effective_modes(g_faster.p_g)[100:].mean() < 4
    assert d_faster.p_g.sum(axis=1) == pytest.approx(1, abs=1e-12)


def test_both_players_move_from_where_the_other_was():
    p_g, logit = np.array([0.75, 0.25]), np.array([0.0, 1.0])
    path = mc.simultaneous_path(HALF, p_g, logit, 0.5, 2.0, 1)
    fake = p_g * (1 + np.exp(logit)) ** 0.5
    assert path.p_g[1] == pytest.approx(fake / fake.sum(), abs=1e-15)
    D = 1 / (1 + np.exp(-logit))
    assert path.logit[1] == pytest.approx(logit + 2 * (HALF * (1 - D) - p_g * D), abs=1e-15)


HALF = np.array([0.5, 0.5])


def test_effective_modes():
    assert mc.effective_modes(EQUAL) == pytest.approx(MODES)
    assert mc.effective_modes([[1.0, 0.0], [0.5, 0.5]]) == pytest.approx([1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mc.best_response([]), "logit: expected shape (cells,), got (0,)"),
        (lambda: mc.best_response([[1.0]]), "logit: expected shape (cells,), got (1, 1)"),
        (lambda: mc.best_response([math.nan]), "logit: expected numbers, got NaN"),
        (lambda: mc.inner_minimum(HALF, np.zeros(3)), "logit: expected shape (2,), got (3,)"),
        (lambda: mc.inner_minimum(HALF, [0, np.inf]), "logit: expected finite numbers"),
        (lambda: mc.one_point_minimax([0.5, 0.6]), "p_data: expected masses with a sum of 1"),
        (lambda: mc.minimax_path(HALF, HALF, 0, 5), "eta: expected a finite number > 0, got 0"),
        (lambda: mc.minimax_path(HALF, [1.0], 1, 5), "p_g: expected shape (2,), got (1,)"),
        (lambda: mc.maximin_path(HALF, [0.0], 1, 5), "logit: expected shape (2,), got (1,)"),
        (
            lambda: mc.simultaneous_path(HALF, HALF, [0.0], 1, 1, 1),
            "logit: expected shape (2,), got (1,)",
        ),
        (lambda: mc.simultaneous_path(HALF, HALF, HALF, 1, -1, 1), "eta: expected a finite"),
        (lambda: mc.simultaneous_path(HALF, [1.0], HALF, 1, 1, 1), "gradient: expected shape (1,)"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
