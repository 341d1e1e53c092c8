"""Every remedy plays the same ring, from the same starts."""

import numpy as np
import pytest

from minigan import InputError, MinibatchFeatures
from minigan.base.randomness import Streams
from minigan.variants import ring_game
from minigan.variants.ring_remedies import REMEDIES, LabelledRing, outcome, sampled


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_remedy_plays_and_is_scored(remedy):
    first, again, other = (outcome(remedy, seed, steps=3, samples=200) for seed in (1, 1, 2))
    assert first.samples.shape == (200, 2)
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)
    assert first.score == ring_game.score(first.samples)


def test_without_labels_all_start_from_the_same_players():
    games = {remedy: make(5) for remedy, make in REMEDIES.items() if remedy != "labels"}
    starts = {remedy: (game.G.params, game.D.params) for remedy, game in games.items()}
    G, D = starts.pop("none")
    assert np.array_equal(G, starts.pop("minibatch-features")[0])
    assert isinstance(games["minibatch-features"].D[-2], MinibatchFeatures)
    assert all(np.array_equal(G, g) and np.array_equal(D, d) for g, d in starts.values())


def test_a_control_differs_from_its_claim_in_one_thing():
    stopped, unrolled = (REMEDIES[n](0).turns[0] for n in ("unrolled-5-stopped", "unrolled-5"))
    assert (stopped.K, stopped.stopped, unrolled.K, unrolled.stopped) == (5, True, 5, False)
    plain, alternating, more = (
        REMEDIES[n](0) for n in ("none", "none-alternating", "more-D-steps")
    )
    assert plain.simultaneous
    assert (alternating.simultaneous, alternating.k) == (False, 1)
    assert [turn.k for turn in more.turns] == [1, 5]
    assert type(more.turns[0]) is type(plain.turns[0])


def test_labels_are_those_of_the_modes():
    x, c = LabelledRing().sample(4000, np.random.default_rng(0))
    assert np.array_equal(np.unique(c.sum(axis=1)), [1])
    assert x - c @ ring_game.DATA.means == pytest.approx(0, abs=6 * ring_game.STD)
    assert c.mean(axis=0) == pytest.approx(1 / 8, abs=0.03)
    assert ring_game.score(x).jsd < 2e-3


def test_samples_of_a_game_with_labels_are_of_all_labels():
    game = REMEDIES["labels"](0)
    game.G.params = 0
    game.G[-1].W[...] = 0
    game.G[0].W[:8] = np.eye(8, 48)  # a unit for each label
    game.G[2].W[...] = np.eye(48)
    game.G[4].W[:8] = ring_game.DATA.means / np.tanh(np.tanh(1))
    assert ring_game.score(sampled(game, 500, Streams(0)["s"])).modes == 8


def test_what_does_not_fit_is_one_line():
    with pytest.raises(InputError, match=r"^remedy: expected one of none, .*, got 'more'"):
        outcome("more", 0)


@pytest.mark.slow
def test_labels_and_more_steps_of_d_keep_all_modes_where_the_plain_game_does_not():
    """Two seeds of the eight that the command plays."""
    for seed in (0, 1):
        assert outcome("labels", seed).score.jsd < 0.02
        assert outcome("more-D-steps", seed).score.modes == 8
    assert min(outcome("none", seed).score.modes for seed in (0, 1)) < 8


@pytest.mark.slow
def test_unrolling_keeps_all_modes():
    assert outcome("unrolled-5", 1).score.modes == 8
