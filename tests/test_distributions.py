"""Densities integrate to one; samples follow the densities; weights are what they say."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from minigan import (
    Examples,
    InputError,
    IrwinHall,
    Mixture,
    Normal,
    PiecewiseLinear,
    Sequential,
    Spherical,
    Uniform,
    ring,
)
from minigan.distributions import Stratified
from minigan.layers import Linear, Tanh
from minigan.theory import GeneratorState
from minigan.theory.divergences import kl

TWO_MODES = Mixture([-1.0, 2.0], std=0.5, weights=[0.3, 0.7])


def two_modes_cdf(x):
    return 0.3 * stats.norm.cdf(x, -1, 0.5) + 0.7 * stats.norm.cdf(x, 2, 0.5)


def irwin_hall_cdf(x):
    """Of a sum of three uniform numbers on (-1/2, 1/2), around 1; its deviation is 1/2."""
    s = np.clip(np.asarray(x, float) - 1 + 1.5, 0, 3)
    terms = [math.comb(3, k) * (-1) ** k * np.maximum(s - k, 0) ** 3 for k in range(4)]
    return sum(terms) / 6


TRIANGLES = PiecewiseLinear([-1, 0, 1, 2, 2.5, 3], [0, 4, 0, 0, 8, 0])  # of equal areas


def triangles_cdf(x):
    triangle = stats.triang
    return (triangle.cdf(x, 0.5, -1, 2) + triangle.cdf(x, 0.5, 2, 1)) / 2


ON_THE_LINE = {
    "unit uniform": (Uniform(), stats.uniform().cdf),
    "uniform": (Uniform(-math.sqrt(3), math.sqrt(3)), stats.uniform(-(3**0.5), 2 * 3**0.5).cdf),
    "standard normal": (Normal(), stats.norm().cdf),
    "normal": (Normal(2.0, 0.3), stats.norm(2.0, 0.3).cdf),
    "Irwin-Hall": (IrwinHall(1.0, 0.5), irwin_hall_cdf),
    "mixture": (TWO_MODES, two_modes_cdf),
    "triangles": (TRIANGLES, triangles_cdf),
}
on_the_line = pytest.mark.parametrize(("law", "cdf"), ON_THE_LINE.values(), ids=ON_THE_LINE)


# One coordinate: pdf, cdf, interval, sample.


@on_the_line
def test_density_integrates_to_one(law, cdf):
    low, high = law.interval()
    corners = [low + (high - low) * i / 24 for i in range(1, 24)]
    total, _ = integrate.quad(law.pdf, low, high, points=corners, limit=200, epsabs=1e-12)
    assert total == pytest.approx(1, abs=1e-10)


@on_the_line
def test_nothing_lies_outside_the_interval(law, cdf):
    low, high = law.interval()
    assert cdf(low) < 1e-18
    assert cdf(high) == 1
    assert law.pdf(low - 1e-3) < 1e-17
    assert law.pdf(high + 1e-3) < 1e-17


@on_the_line
def test_cdf_is_scipys(law, cdf):
    x = np.linspace(-4, 5, 181)
    np.testing.assert_allclose(law.cdf(x), cdf(x), rtol=1e-13, atol=1e-16)


@on_the_line
def test_density_is_the_slope_of_the_cdf(law, cdf):
    x = np.linspace(-1.51, 2.77, 97)
    slope = (cdf(x + 1e-6) - cdf(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(law.pdf(x), slope, atol=1e-8)


@on_the_line
def test_density_keeps_the_shape_of_its_points(law, cdf):
    assert law.pdf(np.zeros((4, 3))).shape == law.cdf(np.zeros((4, 3))).shape == (4, 3)
    assert np.ndim(law.pdf(0.25)) == np.ndim(law.cdf(0.25)) == 0
    assert law.pdf([0.25, 0.5]).shape == law.cdf([0.25, 0.5]).shape == (2,)


@on_the_line
def test_samples_are_reproducible_float32_columns_of_the_law(law, cdf):
    x = law.sample(20_000, np.random.default_rng(1))
    assert (x.shape, x.dtype) == ((20_000, 1), np.float32)
    assert np.array_equal(x, law.sample(20_000, np.random.default_rng(1)))
    assert stats.kstest(x[:, 0].astype(float), cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [
        (Uniform(-math.sqrt(3), math.sqrt(3), dim=4), 0, 1),
        (Normal(2.0, 0.5, dim=3), 2, 0.25),
        (Mixture([[0.0, 0.0, 0.0]], std=0.25), 0, 0.0625),
    ],
)
def test_coordinates_are_drawn_apart_with_one_mean_and_one_variance(law, mean, variance, rng):
    x = law.sample(50_000, rng)
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(x.T), variance * np.eye(law.dim), atol=0.02 * variance)


def test_uniform_density_is_one_over_its_width_and_zero_outside():
    law = Uniform(1.0, 5.0)
    assert law.pdf(np.array([0.99, 1.0, 3.0, 5.0, 5.01])).tolist() == [0, 0.25, 0.25, 0.25, 0]


# By points.


DRAWN = {
    "a box": ([-1, 2], [3, 3]),
    "an edge, a valley, an edge": ([-2, -1.5, 0, 0.1, 2], [1, 0.2, 0, 2, 1e-3]),
    "nothing at the ends": ([-3, -2, -1, 1, 2, 4], [0, 0, 1, 2, 0, 0]),
}


@pytest.mark.parametrize("points", DRAWN.values(), ids=DRAWN)
def test_a_density_by_points_is_linear_and_its_cdf_is_its_integral(points):
    law, (x, heights) = PiecewiseLinear(*points), map(np.array, points)
    np.testing.assert_allclose(law.pdf(x) * np.trapezoid(heights, x), heights, rtol=1e-14)
    assert law.pdf([x[0] - 1e-9, x[-1] + 1e-9]).tolist() == [0, 0]
    for end in np.linspace(x[0], x[-1], 13):
        pieces = itertools.pairwise([*x[x < end], end])
        total = sum(integrate.quad(law.pdf, a, b)[0] for a, b in pieces)
        assert law.cdf(end) == pytest.approx(total, abs=1e-14)
    drawn = law.sample(20_000, np.random.default_rng(2))[:, 0].astype(float)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert repr(eval(repr(law))) == repr(law)


@pytest.mark.parametrize("points", DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_theory_is_exact_for_a_density_by_points(points, seed):
    G = Sequential([Linear(1, 16), Tanh(), Linear(16, 1)], seed=seed)
    G.params[...] *= 3
    state = GeneratorState(G, Uniform(-1.5, 1.5), PiecewiseLinear(*points))
    assert abs(state.residual) < 1e-9


def test_a_narrow_peak_is_not_missed():
    peak = PiecewiseLinear([-1000, 0.3, 0.3005, 0.301, 1000], [0, 0, 1, 0, 0])
    entropy = 0.5 + math.log(0.001 / 2)  # of a triangle, by its base
    divergence = kl(peak, Uniform(-1000, 1000))
    assert divergence == pytest.approx(math.log(2000) - entropy, rel=1e-9)


@pytest.mark.parametrize(
    ("x", "heights", "message"),
    [
        ([0], [1], "expected 2 or more x and as many heights: 1 and 1"),
        ([0, 1, 2], [1, 1], "expected 2 or more x and as many heights: 3 and 2"),
        ([0, 1, 1], [1, 1, 1], r"expected x ascending, got \[0, 1, 1\]"),
        ([0, 1], [1, -0.5], "expected heights >= 0, got -0.5"),
        ([0, 1], [0, 0], "expected a height > 0"),
        ([0, 1e-320], [1, 1], "expected a height > 0, and x and heights of a size"),
        ([0, 1], [1e308, 1e308], "expected a height > 0, and x and heights of a size"),
        ([0, math.nan], [1, 1], r"expected finite numbers as x, got \[0, nan\]"),
        ([0, 1], [1, math.inf], "expected finite numbers as heights"),
        ([0, 1], ["a", 1], "expected finite numbers as heights"),
        ([0, 1], [10**400, 1], "expected finite numbers as heights"),
        (3, [1, 1], "expected finite numbers as x, got 3"),
    ],
)
def test_points_that_are_no_density_are_one_sentence(x, heights, message):
    with pytest.raises(InputError, match=f"^PiecewiseLinear: {message}"):
        PiecewiseLinear(x, heights)


# The sphere.


@pytest.mark.parametrize("dim", [1, 2, 100])
def test_spherical_samples_have_length_one(dim, rng):
    x = Spherical(dim).sample(500, rng)
    assert (x.dtype, x.shape) == (np.float32, (500, dim))
    np.testing.assert_allclose(np.linalg.norm(x.astype(float), axis=1), 1, rtol=1e-6)


def test_spherical_samples_point_in_every_direction_alike(rng):
    x = Spherical(2).sample(20_000, rng).astype(float)
    angle = np.arctan2(x[:, 1], x[:, 0])
    assert stats.kstest(angle, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
@pytest.mark.parametrize(
    "law",
    [Uniform(), Normal(), IrwinHall(), TWO_MODES, Spherical(2), Examples(np.ones((3, 1)))],
    ids=lambda law: type(law).__name__,
)
def test_what_is_no_generator_is_refused(law, rng):
    with pytest.raises(InputError, match=rf"^{type(law).__name__}: expected rng as .*, got "):
        law.sample(3, rng)


# Mixtures.


def test_a_mixture_keeps_copies_of_its_means_and_weights():
    means, weights = np.array([[0.0], [5.0]]), np.array([0.5, 0.5])
    law = Mixture(means, 0.1, weights)
    means[...] = weights[...] = 9
    assert law.pdf(np.array([5.0])) == pytest.approx(0.5 / (0.1 * np.sqrt(2 * np.pi)))


@pytest.mark.parametrize("weights", [None, [0.2, 0.3, 0.5]])
def test_modes_are_sampled_as_often_as_their_weights_say(weights, rng):
    law = Mixture([0.0, 10.0, 20.0], std=0.1, weights=weights)
    expected = weights or [1 / 3] * 3  # equal by default
    assert law.weights.tolist() == expected
    counts = np.bincount(np.rint(law.sample(30_000, rng)[:, 0] / 10).astype(int), minlength=3)
    assert stats.chisquare(counts, 30_000 * np.array(expected)).pvalue > 1e-3


def test_the_density_in_three_dimensions_is_scipys(rng):
    means = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0]])
    law = Mixture(means, std=0.7, weights=[0.25, 0.75])
    x = rng.normal(size=(4, 5, 3))
    by_hand = sum(
        w * stats.multivariate_normal(mean, 0.49 * np.eye(3)).pdf(x)
        for w, mean in zip([0.25, 0.75], means, strict=True)
    )
    np.testing.assert_allclose(law.pdf(x), by_hand, rtol=1e-12)


def test_samples_lie_around_the_modes(rng):
    law = ring(std=0.001)
    x = law.sample(1000, rng).astype(float)
    distance = np.linalg.norm(x[:, None] - law.means, axis=2).min(axis=1)
    assert 0.001 < distance.max() < 0.006


def test_the_ring_has_distinct_modes_at_equal_distances_and_equally_heavy(rng):
    law = ring()
    assert law.means.shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(law.means, axis=1), 2, rtol=1e-15)
    neighbours = np.linalg.norm(law.means - np.roll(law.means, 1, axis=0), axis=1)
    np.testing.assert_allclose(neighbours, 2 * 2 * math.sin(math.pi / 8), rtol=1e-14)
    assert law.weights.tolist() == [1 / 8] * 8
    x = law.sample(16_000, rng).astype(float)
    nearest = np.linalg.norm(x[:, None] - law.means, axis=2).argmin(axis=1)
    assert stats.chisquare(np.bincount(nearest, minlength=8)).pvalue > 1e-3
    law = ring(modes=4, radius=3.0, std=0.5)
    np.testing.assert_allclose(law.means, [[3, 0], [0, 3], [-3, 0], [0, -3]], atol=1e-15)
    assert law.std == 0.5


# Data sets.


def test_examples_draws_every_row_equally_often_as_it_is(rng):
    X = np.arange(10, dtype=np.float64)[:, None] * [1, 10]
    drawn = Examples(X).sample(20_000, rng)
    assert (drawn.dtype, drawn.shape) == (X.dtype, (20_000, 2))
    assert np.array_equal(drawn[:, 1], 10 * drawn[:, 0])
    counts = np.bincount(drawn[:, 0].astype(int), minlength=10)
    assert stats.chisquare(counts).pvalue > 1e-3


# Words.


def test_a_distribution_says_what_it_is_made_of():
    assert repr(Uniform(-1, 1, dim=3)) == "Uniform(low=-1.0, high=1.0, dim=3)"
    assert repr(Normal(2)) == "Normal(mean=2.0, std=1.0, dim=1)"
    assert repr(IrwinHall(std=0.5)) == "IrwinHall(mean=0.0, std=0.5)"
    assert repr(ring()) == "Mixture(8 modes, std=0.02, dim=2)"
    assert repr(TWO_MODES) == "Mixture([-1.0, 2.0], std=0.5, weights=[0.3, 0.7])"
    assert repr(Spherical(7)) == "Spherical(7)"
    assert repr(Examples(np.zeros((4, 7)))) == "Examples(numpy float64 (4, 7))"


# Refusals.


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (Uniform, (1, 1), "expected low < high, got 1, 1"),
        (Uniform, (2, 1), "expected low < high, got 2, 1"),
        (Uniform, (math.nan, 1), "low: expected a finite number, got nan"),
        (Uniform, (0, math.inf), "high: expected a finite number, got inf"),
        *(
            (bell, arguments, message)
            for bell in (Normal, IrwinHall)
            for arguments, message in (
                ((math.nan, 1), "mean: expected a finite number, got nan"),
                ((math.inf, 1), "mean: expected a finite number, got inf"),
                ((0, 0), "std: expected a finite number > 0, got 0"),
                ((0, -1), "std: expected a finite number > 0, got -1"),
                ((0, math.nan), "std: expected a finite number > 0, got nan"),
            )
        ),
        *(
            (Mixture, ([0.0], std), f"std: expected a finite number > 0, got {std}")
            for std in (0, math.inf)
        ),
        *((ring, (8, r), f"radius: expected a finite number > 0, got {r}") for r in (0.0, -1.0)),
    ],
)
def test_numbers_out_of_range_are_named(make, arguments, message):
    with pytest.raises(InputError, match=f"^{make.__name__}: {message}$"):
        make(*arguments)


@pytest.mark.parametrize("dim", [0, -1, 1.5, True, "2", None])
def test_a_dimension_is_a_whole_number_of_at_least_one(dim):
    message = f"expected a whole number >= 1, got {dim!r}$"
    for law in (Uniform, Normal, Spherical):
        with pytest.raises(InputError, match=f"^{law.__name__}: dim: {message}"):
            law(dim=dim)
    with pytest.raises(InputError, match=f"^ring: modes: {message}"):
        ring(modes=dim)


@pytest.mark.parametrize("means", [[], [[]], [math.nan], [math.inf], 1.0, np.zeros((2, 2, 2))])
def test_mixture_needs_finite_means(means):
    with pytest.raises(InputError, match="Mixture: expected finite means"):
        Mixture(means, 1.0)


@pytest.mark.parametrize(
    "weights", [[1.0], [0.5, 0.4], [1.0, 0.0], [1.5, -0.5], [math.nan, 1], [[0.5, 0.5]]]
)
def test_mixture_needs_one_positive_weight_a_mode_and_sum_one(weights):
    with pytest.raises(InputError, match="Mixture: expected 2 weights > 0 with sum 1"):
        Mixture([0.0, 1.0], 1.0, weights)


@pytest.mark.parametrize("question", ["interval", "cdf"])
def test_only_a_mixture_on_the_line_has_a_cdf_and_an_interval(question):
    arguments = [0.0] if question == "cdf" else []
    with pytest.raises(InputError, match=f"Mixture.{question}: expected one coordinate, got 2"):
        getattr(ring(), question)(*arguments)


BAD_ROWS = [np.zeros(3), np.zeros((0, 2)), np.zeros((2, 0)), np.zeros((2, 2), int), [["a"]]]


@pytest.mark.parametrize("X", [*BAD_ROWS, np.array([[math.nan]]), np.array([[math.inf]])])
def test_examples_needs_finite_floating_point_rows(X):
    with pytest.raises(InputError, match="Examples: expected finite floating-point rows"):
        Examples(X)


# One draw from each of m slices.


@pytest.mark.parametrize(
    ("law", "quantile"),
    [(Uniform(-1, 3), stats.uniform(-1, 4).ppf), (Normal(2, 0.5, dim=2), stats.norm(2, 0.5).ppf)],
)
def test_stratified_draws_lie_one_in_each_slice(law, quantile):
    m = 64
    x = np.sort(Stratified(law).sample(m, np.random.default_rng(0)), axis=0).astype(float)
    ends = quantile(np.arange(m + 1) / m)[:, None]
    assert (x >= ends[:-1] - 1e-6).all() and (x <= ends[1:] + 1e-6).all()


def test_stratified_rows_come_in_random_order_and_each_coordinate_by_itself():
    x = Stratified(Normal(dim=2)).sample(2000, np.random.default_rng(0))
    assert abs(np.corrcoef(np.arange(2000), x[:, 0])[0, 1]) < 0.1
    assert abs(np.corrcoef(x.T)[0, 1]) < 0.1


def test_stratified_means_differ_less_than_independent_ones():
    rng = np.random.default_rng(0)
    means = {law: np.std([law.sample(64, rng).mean() for _ in range(200)])
             for law in (Normal(), Stratified(Normal()))}  # fmt: skip
    independent, stratified = means.values()
    assert stratified < independent / 5


def test_stratified_is_for_uniform_and_normal():
    with pytest.raises(InputError, match=r"^Stratified: expected a Uniform or a Normal, got Irwin"):
        Stratified(IrwinHall())
