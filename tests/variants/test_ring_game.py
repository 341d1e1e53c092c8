"""The ring benchmark's scores, against numbers known beforehand."""

import math

import numpy as np
import pytest

from minigan.base.randomness import Streams
from minigan.variants import ring_game


def test_the_data_score_as_they_should():
    x = ring_game.DATA.sample(200_000, np.random.default_rng(0))
    modes, quality, jsd = ring_game.score(x)
    assert modes == 8
    assert quality == pytest.approx(1 - math.exp(-9 / 2), abs=1e-3)  # a Rayleigh variable
    assert jsd < 1e-4


def test_one_mode_scores_as_a_collapse():
    x = ring_game.DATA.means[:1] + np.zeros((500, 2))
    p = (1 - math.exp(-4.5)) / 8  # p_data's mass there; p_g's is 1
    jsd = 0.5 * (p * math.log(2 * p / (1 + p)) + (1 - p) * math.log(2) + math.log(2 / (1 + p)))
    assert ring_game.score(x) == (1, 1.0, pytest.approx(jsd, rel=1e-12))


def test_samples_far_from_every_mode_are_none_of_theirs():
    assert ring_game.score(np.zeros((100, 2)))[:2] == (0, 0.0)
    assert ring_game.cells(np.array([[2.0, 0.29], [2.0, 0.31], [0.0, -2.0]])).tolist() == [
        *[1 / 3, 0, 0, 0, 0, 0, 1 / 3, 0],
        1 / 3,
    ]


def test_a_players_start_has_the_scale_that_is_said_and_is_its_own():
    G = ring_game.network(8, 2, "G", Streams(0))
    assert np.std(G.layers[2].W) == pytest.approx(1.4 / math.sqrt(48), rel=0.05)
    assert not G.layers[2].b.any()
    other = ring_game.network(8, 2, "H", Streams(0))
    assert not np.array_equal(G.params, other.params)
