"""Streams are independent, reproducible, and refuse what is no seed."""

import numpy as np
import pytest

from minigan import InputError
from minigan.base.randomness import Streams, generator, sequence, streams

SEEDS = pytest.mark.parametrize("seed", [0, 7, 2**63, np.int64(5)])


@SEEDS
def test_the_same_seed_gives_the_same_numbers(seed):
    assert np.array_equal(generator(seed).random(100), generator(seed).random(100))


def test_different_seeds_give_different_numbers():
    assert not np.intersect1d(generator(0).random(100), generator(1).random(100)).size


def test_a_generator_is_passed_through():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng


def test_a_seed_sequence_is_a_seed():
    sequence = np.random.SeedSequence(11)
    assert np.array_equal(generator(sequence).random(9), generator(11).random(9))


def test_a_sequence_is_grown_from_a_number_or_passed_through():
    root = sequence(11)
    assert root.entropy == 11
    assert sequence(root) is root


def test_there_is_a_stream_for_every_purpose():
    assert Streams._fields == ("init_g", "init_d", "data", "noise", "dropout")


@SEEDS
def test_the_streams_of_a_seed_are_reproducible(seed):
    for first, second in zip(streams(seed), streams(seed), strict=True):
        assert np.array_equal(first.random(50), second.random(50))


def test_the_streams_of_one_seed_share_no_numbers():
    drawn = np.concatenate([stream.random(1000) for stream in streams(3)])
    assert np.unique(drawn).size == drawn.size


def test_the_streams_of_one_seed_are_uncorrelated():
    correlation = np.corrcoef([stream.standard_normal(10_000) for stream in streams(3)])
    assert np.abs(correlation - np.eye(5)).max() < 0.04  # four standard errors


def test_neighbouring_seeds_give_other_streams():
    for first, second in zip(streams(3), streams(4), strict=True):
        assert not np.intersect1d(first.random(100), second.random(100)).size


def test_no_stream_repeats_the_generator_of_its_seed():
    own = generator(3).random(100)
    for stream in streams(3):
        assert not np.intersect1d(own, stream.random(100)).size


def test_drawing_more_noise_does_not_shift_the_data():
    quiet, loud = streams(3), streams(3)
    loud.noise.random(12_345)
    loud.dropout.random(11)
    assert np.array_equal(quiet.data.random(100), loud.data.random(100))


@pytest.mark.parametrize("seed", [-1, 1.0, "7", None, True, [1, 2], np.float64(3)])
def test_what_is_no_seed_is_refused(seed):
    for grow in (generator, sequence, streams):
        with pytest.raises(InputError, match="seed: expected a whole number >= 0, got"):
            grow(seed)
