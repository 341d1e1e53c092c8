"""Bars and stripes, the list of all states, and the measures on them."""

import math

import numpy as np
import pytest

import minigan as mg
from minigan.distributions import BarsAndStripes, all_states
from minigan.distributions.states import state_index
from minigan.models.scores import scores


def test_states_are_listed_in_the_order_of_their_numbers():
    states = all_states(5)
    assert [int("".join(map(str, row)), 2) for row in states.astype(int)] == list(range(32))
    assert (state_index(states) == np.arange(32)).all()


def test_bars_and_stripes_have_their_probabilities():
    data = BarsAndStripes(3)
    assert data.entropy == pytest.approx(12 / 16 * math.log(16) + 2 / 8 * math.log(8), abs=1e-15)
    assert sorted(data.pmf[data.pmf > 0] * 16) == [1] * 12 + [2] * 2
    for state in data.states[data.pmf > 0].reshape(-1, 3, 3):
        assert (state == state[:, :1]).all() or (state == state[:1]).all()
    assert (data.pmf @ data.states == 0.5).all()
    assert BarsAndStripes(4).entropy == pytest.approx(3.379093, abs=1e-6)


def test_samples_follow_the_probabilities():
    data = BarsAndStripes(3)
    x = data.sample(20_000, np.random.default_rng(0))
    assert x.dtype == np.float32
    counts = np.bincount(state_index(x), minlength=512) / len(x)
    assert counts[data.pmf == 0].sum() == 0
    assert np.abs(counts - data.pmf).max() < 0.01


def test_scores_of_the_uniform_model_are_the_zero_of_the_scale():
    p = BarsAndStripes(3).pmf
    of_uniform = scores(p, np.full(512, 1 / 512))
    assert of_uniform.kl == pytest.approx(9 * math.log(2) - 2.599302, abs=1e-6)
    assert of_uniform.jsd == pytest.approx(0.6305, abs=1e-4)
    assert of_uniform.patterns == 0 and of_uniform.valid == pytest.approx(14 / 512)
    assert scores(p, p) == (0, 0, 14, 1)


def test_a_pattern_that_is_missed_is_infinite_and_mass_elsewhere_counts():
    p = BarsAndStripes(2).pmf
    missed = np.where(np.arange(16) == 0, 0, p)
    assert scores(p, missed / missed.sum()).kl == math.inf
    half = scores(p, p / 2)
    assert half.kl == pytest.approx(math.log(2)) and half.valid == 0.5
    m = 0.75
    jsd = (math.log(1 / m) + 0.5 * math.log(0.5 / m) + 0.5 * math.log(2)) / 2
    assert half.jsd == pytest.approx(jsd)


@pytest.mark.parametrize("refused", [lambda: BarsAndStripes(5), lambda: all_states(17)])
def test_what_cannot_be_listed_is_refused(refused):
    with pytest.raises(mg.InputError, match=r"2\^(25|17) states"):
        refused()
