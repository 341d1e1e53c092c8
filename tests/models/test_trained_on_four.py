"""Bars and stripes of 4 x 4 pixels, 65,536 states and 30 patterns: exact scores one size up."""

import numpy as np
import pytest

from minigan.base.numerics import log_sum_exp
from minigan.distributions import BarsAndStripes
from minigan.models import fvbn, rbm, vae
from minigan.models.quadrature import Grid
from minigan.models.scores import scores

pytestmark = pytest.mark.slow

FOUR = BarsAndStripes(4)
IS_PATTERN = FOUR.pmf > 0
GRID = Grid.square(121, 6.0)


def on_four(model):
    """Scores by the probabilities of the patterns: all else counts as one more state."""
    return scores(FOUR.pmf[IS_PATTERN], model.pmf(FOUR.states[IS_PATTERN]))


def made(seed):
    return fvbn.on_bars(FOUR, seed, 4000, (100,))


def by_bound(seed, steps=12_000):
    model = vae.on_bars(FOUR, seed, steps)
    model.grid = GRID
    return model


def an_rbm(seed, steps=10_000, learning="pcd", rate=0.05):
    return rbm.on_bars(FOUR, seed, steps, learning, hidden=16, rate=rate)


def test_the_data_are_what_is_said_of_them():
    assert IS_PATTERN.sum() == 30 and FOUR.entropy == pytest.approx(3.379093, abs=1e-6)
    assert 16 * np.log(2) - FOUR.entropy == pytest.approx(7.7113, abs=1e-4)


def test_made_is_nearly_exact_here_too():
    model = made(0)
    assert abs(model.pmf(FOUR.states).sum() - 1) < 1e-10
    assert on_four(model).kl < 0.02


def test_more_training_makes_an_rbm_worse_and_smaller_steps_repair_it():
    short, long = (an_rbm(0, steps) for steps in (5000, 40_000))
    slow = an_rbm(0, 40_000, rate=0.01)
    assert on_four(long).kl > on_four(short).kl + 0.3
    assert on_four(long).valid > on_four(short).valid and on_four(long).patterns < 30
    assert on_four(slow).kl < 0.35 and on_four(slow).patterns == 30
    for model in (short, long, slow):
        assert abs(model.pmf(FOUR.states).sum() - 1) < 1e-10
        by_h = log_sum_exp(model.transposed().R(FOUR.states)[:, 0])
        assert model.log_Z() == pytest.approx(by_h, abs=1e-9)


def test_probabilities_of_a_vae_sum_to_one_over_all_states():
    model = by_bound(0, 300)
    assert abs(model.pmf(FOUR.states).sum() - 1) < 1e-10
