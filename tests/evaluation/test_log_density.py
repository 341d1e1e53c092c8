"""log_density: the definition in extended precision, SciPy, closed forms, memory, bad input."""

import tracemalloc

import numpy as np
import pytest
from devices import put, take
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import norm

from minigan import InputError
from minigan.evaluation import log_density

from . import oracles


def assert_exact(points, centres, sigmas, **options):
    """Within 1e-10 nats of the definition, or the rounding of float64 where that is coarser."""
    for sigma, ours in zip(sigmas, log_density(points, centres, sigmas, **options), strict=True):
        error = abs(ours - oracles.log_density(points, centres, sigma)).astype(float)
        excess = error / oracles.allowed(points, centres, sigma)
        assert excess.max() <= 1, f"sigma {sigma}: off by {error[excess.argmax()]} nats"


@st.composite
def problems(draw):
    """Points, centres and bandwidths: of any scale, far from 0, with copies, in any precision."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m, d = draw(st.integers(1, 12)), draw(st.integers(1, 90)), draw(st.integers(1, 30))
    dtype = draw(st.sampled_from([np.float16, np.float32, np.float64]))
    scale = 1.0 if dtype == np.float16 else 10.0 ** draw(st.integers(-15, 15))
    away = draw(st.sampled_from([0.0, 1.0, 1e2, 1e4, 1e8]))
    if dtype == np.float16:
        away = min(away, 1e4)
    centres = rng.normal(size=(m, d))
    if draw(st.booleans()):  # clusters: many centres at nearly the same distance
        centres = rng.normal(size=(3, d))[rng.integers(0, 3, m)] + 1e-6 * centres
    points = rng.normal(size=(n, d))
    if draw(st.booleans()):  # points that are centres
        points[: n // 2 + 1] = centres[rng.integers(0, m, n // 2 + 1)]
    points, centres = (((rows + away) * scale).astype(dtype) for rows in (points, centres))
    powers = draw(st.lists(st.floats(-7, 5), min_size=1, max_size=4))
    return points, centres, [scale * 10.0**power for power in powers]


@settings(max_examples=100, deadline=None)
@given(problem=problems(), block=st.sampled_from([None, 1, 3, 64]))
def test_it_is_the_definition_in_extended_precision(problem, block):
    points, centres, sigmas = problem
    assert_exact(points, centres, sigmas, block=block)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    d=st.sampled_from([1, 7, 300]),
    power=st.floats(-2, 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_it_is_the_definition_for_many_centres(seed, d, power, dtype):
    rng = np.random.default_rng(seed)
    points, centres = (rng.random((n, d)).astype(dtype) for n in (2, 3000))
    assert_exact(points, centres, [10.0**power, 10.0 ** (power - 1)])


@pytest.mark.parametrize("sigma", [1e-6, 1e-2, 0.2, 1.0, 1e3])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_it_is_scipys_logsumexp_of_differences(rng, sigma, offset):
    points, centres = rng.random((20, 50)) + offset, rng.random((400, 50)) + offset
    squares = ((points[:, None] - centres) ** 2).sum(axis=2)
    theirs = logsumexp(-squares / (2 * sigma**2), axis=1) - np.log(400)
    theirs -= 50 * np.log(sigma * np.sqrt(2 * np.pi))
    largest = (squares.min(axis=1) / (2 * sigma**2)).max()
    ours = log_density(points, centres, sigma)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10 + 1e-14 * largest)


def test_one_centre_is_a_gaussian(rng):
    x, mu = rng.normal(size=(6, 4)), rng.normal(size=(1, 4))
    expected = norm.logpdf(x, loc=mu, scale=0.7).sum(axis=1)
    np.testing.assert_allclose(log_density(x, mu, 0.7), expected, rtol=1e-14)


HARD = {
    "differences that float32 cannot see": lambda rng: (
        1 + 1e-12 * rng.normal(size=(5, 6)), 1 + 1e-12 * rng.normal(size=(500, 6)), [1e-12, 1e-10]
    ),
    "a collapsed generator": lambda rng: (
        rng.random((4, 40)), rng.random(40) + 1e-7 * rng.normal(size=(600, 40)), [1e-9, 1e-3, 1.0]
    ),
    "one far centre": lambda rng: (
        *(rows.astype(np.float32) for rows in (rng.random((5, 8)), one_far(rng.random((300, 8))))),
        [1e-3, 0.1, 10],
    ),
    "sums whose rounding all points one way": lambda rng: (
        np.ones((1, 4096), np.float32), one_way(rng), [1e-2]
    ),
    "nearest first": lambda rng: (np.zeros((3, 4)), by_distance(rng), [1e-4, 0.5, 3.0]),
    "nearest last": lambda rng: (np.zeros((3, 4)), by_distance(rng)[::-1], [1e-4, 0.5, 3.0]),
    **{
        f"scale {scale}": lambda rng, scale=scale: (
            scale * rng.random((5, 9)), scale * rng.random((200, 9)), [scale / 10, scale]
        )
        for scale in (1e-55, 1e-30, 1e25, 1e40, 1e59)  # beyond float32
    },
}  # fmt: skip


def one_far(centres):
    centres[17] = 1e6
    return centres


def one_way(rng):
    """The nearest centre's product with a row of ones is rounded down at nearly every step."""
    signs = rng.choice([-1.0, 1.0], (200, 4096))
    signs[:2] = 1
    signs[0] += 0.4375 * 2.0**-17
    signs[1] += 2.0**-10  # a little further away, and its products are exact
    return np.concatenate([signs, -signs]).astype(np.float32)


def by_distance(rng):
    centres = rng.normal(size=(300, 4))
    return centres[np.argsort((centres**2).sum(axis=1))]


@pytest.mark.parametrize("block", [None, 14])
@pytest.mark.parametrize("case", HARD)
def test_it_is_the_definition_in_hard_cases(rng, case, block):
    points, centres, sigmas = HARD[case](rng)
    assert_exact(points, centres, sigmas, block=block)
    for sigma in sigmas:
        assert_exact(points, centres, [sigma], block=block)


def test_the_extremes_of_what_is_allowed_give_finite_numbers():
    points, centres = np.full((1, 3), 1e60), np.full((2, 3), -1e60)
    assert np.isfinite(log_density(points, centres, [1e-60, 1e60])).all()


@pytest.mark.parametrize("sigmas", [0.05, [2.0, 0.05, 0.4]])
def test_neither_blocks_nor_groups_change_the_result(rng, monkeypatch, sigmas):
    points, centres = rng.random((17, 20)), rng.random((101, 20))
    whole = log_density(points, centres, sigmas)
    for block in (1, 4, 17, 1000):
        blocked = log_density(points, centres, sigmas, block=block)
        np.testing.assert_allclose(blocked, whole, rtol=0, atol=1.1e-10)
    monkeypatch.setattr("minigan.evaluation.window.GROUP", 7)
    np.testing.assert_allclose(log_density(points, centres, sigmas), whole, rtol=0, atol=1.1e-10)


def test_bandwidths_share_a_call_in_any_order(rng):
    points, centres = rng.random((9, 30)), rng.random((300, 30))
    sigmas = [0.3, 0.01, 5.0, 0.3]
    together = log_density(points, centres, sigmas)
    assert together.shape == (4, 9)
    for row, sigma in zip(together, sigmas, strict=True):
        np.testing.assert_allclose(row, log_density(points, centres, sigma), rtol=0, atol=1e-10)


@pytest.mark.parametrize("sigmas", [0.05, [0.05, 1.0]])
def test_on_a_device_it_is_the_same_and_stays_there(xp, rng, sigmas):
    points, centres = rng.random((30, 20)), rng.random((400, 20))
    log_p = log_density(put(xp, points), put(xp, centres), sigmas)
    assert isinstance(log_p, xp.ndarray)
    assert log_p.dtype == np.float64
    expected = log_density(points, centres, sigmas)
    np.testing.assert_allclose(take(log_p), expected, rtol=0, atol=1e-10)


def test_any_layout_byte_order_and_precision_will_do_and_nothing_is_written_to(rng):
    points, centres = rng.random((5, 6)), rng.random((40, 6))
    before = points.copy(), centres.copy()
    expected = log_density(points, centres, 0.1)
    for points_again in (
        np.asfortranarray(points),
        points.astype(">f8"),
        points.astype(np.longdouble),
        points[::-1][::-1],
    ):
        again = log_density(points_again, centres[:, ::-1][:, ::-1], 0.1)
        np.testing.assert_allclose(again, expected, rtol=0, atol=1e-10)
    assert np.array_equal(points, before[0])
    assert np.array_equal(centres, before[1])


@pytest.mark.parametrize("case", ["few", "all", "collapsed"])
def test_temporary_memory_is_bounded(rng, case):
    points, centres = (rng.random((n, 784), np.float32) for n in (2100, 3000))
    if case == "collapsed":
        points, centres = rng.random((2100, 3)), 1e-9 * rng.normal(size=(5000, 3))
    sigmas = {"few": 0.2, "all": list(np.logspace(-1, 0, 10)), "collapsed": 1e-9}[case]
    tracemalloc.start()
    log_density(points, centres, sigmas)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


def test_progress_is_told_of_every_block(rng):
    seen = []

    def progress(jobs, total):
        seen.append(total)
        for job in jobs:
            seen.append("block")
            yield job

    log_density(rng.random((25, 2)), rng.random((9, 2)), 1.0, block=10, progress=progress)
    assert seen == [3, "block", "block", "block"]


GOOD = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("points", "centres", "sigmas", "message"),
    [
        (GOOD[0], GOOD, 1, r"points: expected floats, an example a row, got numpy float64 \(3,\)"),
        (GOOD, GOOD.astype(int), 1, r"centres: expected floats.*got numpy int64 \(2, 3\)"),
        (GOOD, [[0.0]], 1, "centres: expected floats, an example a row, got list"),
        (GOOD, GOOD[:0], 1, r"centres: expected floats.*got numpy float64 \(0, 3\)"),
        (GOOD + np.nan, GOOD, 1, "points: expected finite numbers, got NaN or infinity"),
        (GOOD, GOOD - np.inf, 1, "centres: expected finite numbers, got NaN or infinity"),
        (GOOD, GOOD - 2e60, 1, r"centres: expected numbers up to 1e\+60 in size, got 2e\+60"),
        (GOOD, GOOD[:, :2], 1, "points and centres: expected rows of one width on one device"),
        (GOOD, GOOD, 0, "sigmas: expected a finite number in"),
        (GOOD, GOOD, [1, -1], "sigmas: expected a finite number in"),
        (GOOD, GOOD, [1, np.nan], "sigmas: expected a finite number in"),
        (GOOD, GOOD, [], "sigmas: expected at least one bandwidth, got none"),
        (GOOD, GOOD, [[1.0]], "sigmas: expected a finite number in"),
        (GOOD, GOOD, "wide", "sigmas: expected a finite number in"),
    ],
)
def test_what_does_not_fit_is_one_line(points, centres, sigmas, message):
    with pytest.raises(InputError, match=f"^{message}") as caught:
        log_density(points, centres, sigmas)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("block", [0, -1, 1.5, True])
def test_a_block_is_a_whole_number(block):
    with pytest.raises(InputError, match=r"^block: expected a whole number >= 1, got"):
        log_density(GOOD, GOOD, 1.0, block=block)


def test_arrays_of_two_devices_are_refused(xp, rng):
    if xp is np:
        pytest.skip("there is one device only")
    with pytest.raises(InputError, match=r"^points and centres: expected rows of one width"):
        log_density(put(xp, GOOD), GOOD, 1.0)
