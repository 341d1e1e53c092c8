"""Arithmetic on z: the pictures, their judge, and sums that are known."""

import numpy as np
import pytest

from minigan import InputError
from minigan.figures.arithmetic import Arithmetic
from minigan.variants import arithmetic as sums


def drawn(hat, side, low):
    """A picture without noise, pixel by pixel."""
    x = np.full((8, 8), -0.8)
    if hat:
        x[1, 1:7] = 0.9
    columns = slice(4, 7) if side else slice(1, 4)
    x[3 + low : 6 + low, columns] = 0.9
    return x.ravel()


ALL = [drawn(hat, side, low) for hat in (0, 1) for side in (0, 1) for low in (0, 1)]


def test_the_judge_reads_the_attributes_and_its_distance_is_0_without_noise():
    assert sums.judge(np.array(ALL)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert sums.distance(np.array(ALL)) == pytest.approx(0, abs=1e-12)
    two_bodies = drawn(1, 0, 0) + drawn(1, 1, 0) + 0.8  # brighter than any, with a hat of 2.6
    assert sums.distance(two_bodies[None])[0] > 0.4


def test_the_data_have_every_attribute_half_the_time_and_the_noise_they_say():
    x = sums.Pictures().sample(8000, np.random.default_rng(0))
    assert np.bincount(sums.judge(x)) / 8000 == pytest.approx(np.full(4, 0.25), abs=0.02)
    assert sums.distance(x).mean() == pytest.approx(sums.BLUR, abs=2e-3)
    assert x.shape == (8000, 64)
    assert x.dtype == np.float32


def test_sums_of_pictures_without_nuisances_are_pictures():
    x = np.array(ALL)[::2]  # of one height
    for target in range(4):
        groups = sums.groups_for(target, sums.judge(x))
        chosen = sums.exemplars(groups, 2, 3, np.random.default_rng(0))
        assert sums.combined(x, chosen) == pytest.approx(np.tile(x[target], (3, 1)))


def test_each_term_is_the_mean_of_members_of_its_group():
    groups = [np.array([4, 6]), np.array([1]), np.array([2, 3])]
    plus, minus, other = sums.exemplars(groups, 5, 40, np.random.default_rng(0))
    assert plus.shape == (40, 5)
    assert [set(one.ravel()) for one in (plus, minus, other)] == [{4, 6}, {1}, {2, 3}]
    rows = np.arange(7.0)[:, None]
    expected = plus.mean(axis=1) - 1 + other.mean(axis=1)
    assert sums.combined(rows, [plus, minus, other])[:, 0] == pytest.approx(expected)


def test_no_exemplars_are_refused():
    groups = sums.groups_for(3, np.array([0, 0, 1]))  # no picture with a hat
    with pytest.raises(InputError, match=r"^exemplars: group 0: expected a sample with these"):
        sums.exemplars(groups, 1, 1, np.random.default_rng(0))
    with pytest.raises(InputError, match=r"^exemplars: n: expected"):
        sums.exemplars(groups, 0, 1, np.random.default_rng(0))


@pytest.mark.slow
def test_sums_come_out_right_more_often_the_more_exemplars_there_are():
    for seed in (0, 10):
        found = Arithmetic(seed=seed).play().numbers()["exemplars"]
        right = [one["right"] for one in found.values()]
        assert right == sorted(right)
        assert right[0] >= 0.40
        assert right[1] >= 0.55
        assert right[2] >= 0.80
