"""Streams are independent, reproducible, and refuse what is no seed."""

import copy

import numpy as np
import pytest

from minigan import InputError
from minigan.base.randomness import Streams, generator, require_rng, sequence

SEEDS = pytest.mark.parametrize("seed", [0, 7, 2**63, np.int64(5)])


@SEEDS
def test_a_seed_makes_the_numbers(seed):
    assert np.array_equal(generator(seed).random(100), generator(seed).random(100))
    assert not np.intersect1d(generator(seed).random(100), generator(1).random(100)).size


def test_generators_and_seed_sequences_are_passed_through():
    rng, root = np.random.default_rng(0), sequence(11)
    assert generator(rng) is rng
    assert root.entropy == 11
    assert sequence(root) is root
    assert np.array_equal(generator(root).random(9), generator(11).random(9))


NAMES = ("x", "z", "layers", "init_G", "init_D")


def drawn(seed, size, names=NAMES):
    """Uniform numbers of the streams of a seed, a row for each name."""
    streams = Streams(seed)
    return np.array([streams[name].random(size) for name in names])


def test_a_name_is_drawn_from_where_it_was_left():
    streams = Streams(3)
    first = streams["x"].random(5)
    assert np.array_equal([*first, *streams["x"].random(5)], Streams(3)["x"].random(10))


def test_the_streams_of_one_seed_are_uncorrelated():
    correlation = np.corrcoef(drawn(3, 10_000))
    assert np.abs(correlation - np.eye(5)).max() < 0.04  # four standard errors


def test_neighbouring_seeds_and_the_seed_itself_give_other_numbers():
    own = generator(3).random((1, 100))
    assert np.unique(np.concatenate([drawn(3, 100), drawn(4, 100), own])).size == 1100


def test_other_names_and_other_draws_do_not_shift_a_stream():
    alone, among = Streams(3), Streams(3)
    for name in ("a", "z", "y"):
        among[name].random(12_345)
    assert np.array_equal(alone["x"].random(100), among["x"].random(100))


def test_a_spawned_sequence_has_streams_of_its_own():
    first, second = np.random.SeedSequence(3).spawn(2)
    found = [Streams(seed)["x"].random(100) for seed in (first, second, 3)]
    assert np.unique(found).size == 300


def test_a_deep_copy_goes_on_by_itself():
    streams = Streams(3)
    streams["x"].random(7)
    twin = copy.deepcopy(streams)
    assert np.array_equal(streams["x"].random(9), twin["x"].random(9))


@pytest.mark.parametrize("seed", [-1, 1.0, "7", None, True, [1, 2], np.float64(3)])
def test_what_is_no_seed_is_refused(seed):
    for grow in (generator, sequence, Streams):
        with pytest.raises(InputError, match="seed: expected a whole number >= 0, got"):
            grow(seed)


class AsOnAGpu:
    """Enough of another library's generator."""

    def integers(self, low, high):
        return low


@pytest.mark.parametrize("rng", [0, None, "7", np.random.RandomState(0), np.random, [1, 2]])
def test_what_is_no_generator_is_refused_in_a_line(rng):
    with pytest.raises(InputError, match=r"^G: expected rng as .*default_rng.*, got ") as caught:
        require_rng("G", rng)
    assert "\n" not in str(caught.value)
    for good in (np.random.default_rng(0), generator(0), AsOnAGpu()):
        require_rng("G", good)


def test_a_random_state_is_no_seed():
    for grow in (generator, sequence, Streams):
        with pytest.raises(InputError, match=r"^seed: expected a whole number .*, got Random"):
            grow(np.random.RandomState(0))
