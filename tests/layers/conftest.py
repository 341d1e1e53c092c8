"""A layer by itself, with memory."""

import pytest

from minigan import Sequential


@pytest.fixture
def alone():
    """Function that gives a layer parameters of its own, in a network of one layer."""

    def bind(layer, dtype="float64"):
        Sequential([layer], seed=5, dtype=dtype)
        return layer

    return bind
