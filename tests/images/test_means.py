"""Means of an epoch's records, read when it suits, in a checkpoint or not."""

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.images.log import AT_ONCE, Means
from minigan.training.records import Record


def records(n, seed=0):
    rng = np.random.default_rng(seed)
    return [Record(step, *rng.random(6)) for step in range(1, n + 1)]


@pytest.mark.parametrize("n", [1, 7, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_means_are_those_of_all_steps(n):
    means, played = Means(), records(n)
    for record in played:
        means.add(record)
    assert means.count == n
    columns = np.array(played)[:, 1:5].mean(axis=0)
    found = means.values()
    assert list(found) == ["J_D", "J_G", "real_accuracy", "fake_accuracy"]
    np.testing.assert_allclose(list(found.values()), columns, rtol=1e-13)


def test_when_they_are_saved_changes_no_bit():
    once, often = Means(), Means()
    for record in records(AT_ONCE + 50):
        once.add(record)
        often.add(record)
        saved, often = often.state(), Means()
        often.restore(saved)
    assert once.values() == often.values()


def test_a_record_is_not_read_before_many_are_there():
    class Promise:
        def __getattr__(self, name):
            raise AssertionError(f"{name} was fetched")

    means = Means()
    for _ in range(AT_ONCE - 1):
        means.add(Promise())
    with pytest.raises(AssertionError, match="J_D was fetched"):
        means.add(Promise())


def test_clear_begins_again():
    means = Means()
    means.add(records(1)[0])
    means.clear()
    assert means.count == 0
    (other,) = records(1, seed=1)
    means.add(other)
    assert means.values()["J_D"] == other.J_D


@pytest.mark.parametrize(
    "state", [{}, {"count": 1}, {"count": 1.5, "sums": np.zeros(4)}, {"count": 1, "sums": [0]}]
)
def test_another_state_is_refused_and_nothing_changes(state):
    means = Means()
    means.add(records(1)[0])
    with pytest.raises(InputError, match="means"):
        means.restore(state)
    assert means.count == 1 and means.values()["J_D"] == records(1)[0].J_D
