"""Distances by products: their error bound against extended precision, and the exact ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigan.evaluation.distances import Centres
from minigan.evaluation.log_sum_exp import INEXACT

from . import oracles


def by_products(points, group, dtype, tile=7):
    """Half squared distances to all centres, and their bounds."""
    half_squares = group.half_squares_of(points)
    tiles = [h.copy() for _, h in group.products(points, half_squares, dtype, tile)]
    return np.concatenate(tiles, axis=1), group.error(half_squares, dtype)


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 8), st.integers(1, 20), st.integers(1, 500)),
    dtype=st.sampled_from([np.float32, np.float64]),
    away=st.sampled_from([0.0, 3.0, 1e5]),
    scale=st.sampled_from([1e-25, 1.0, 1e10]),
    spread=st.booleans(),
)
def test_no_distance_is_off_by_more_than_the_bound(seed, sizes, dtype, away, scale, spread):
    n, m, d = sizes
    rng = np.random.default_rng(seed)
    points, centres = rng.random((n, d)) * scale, (rng.random((m, d)) + away) * scale
    if spread:
        centres *= 10.0 ** rng.uniform(-6, 2, (m, 1))
    h, bound = by_products(points, Centres(centres), dtype)
    error = abs(h - oracles.half_squares(points, centres)).max(axis=1)
    assert (error <= bound).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bits", [6, 10])
def test_errors_that_all_point_one_way_stay_within_the_bound(dtype, bits):
    # A worst case rather than a random walk: while a sum of ones and a bit more is large enough,
    # the bit more is lost with every term; earlier in one long sum than in a product's several.
    u, d = np.finfo(dtype).eps / 2, 4096
    centres = np.full((2, d), 1 + 0.875 * u * 2.0**bits, dtype)
    centres[1] *= -1
    points, group = np.ones((1, d), dtype), Centres(centres)
    h, bound = by_products(points, group, dtype)
    exact = oracles.half_squares(points, centres)
    assert (abs(h - exact) <= bound[:, None]).all()
    squares = [group.half_squares_of(points), group.half_squares[:1]]
    terms = np.concatenate([-centres[0], *squares]).astype(dtype)
    in_order = np.add.accumulate(terms, dtype=dtype)[-1]
    assert abs(in_order - exact[0, 0]) <= bound[0]
    # and a bound that did not grow with d would be wrong
    assert abs(in_order - exact[0, 0]) > 20 * u * (2 * d)


def test_the_bound_is_small_enough_to_be_of_use(rng):
    points, centres = rng.random((5, 784)), rng.random((50, 784))
    group = Centres(centres)
    half_squares = group.half_squares_of(points)
    assert group.error(half_squares, np.float32).max() / 0.2**2 < 0.2  # nats, of about 33
    assert group.error(half_squares, np.float64).max() / 1.0**2 < INEXACT
