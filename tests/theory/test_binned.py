"""Bin masses: the third route. It loses, never gains, and never more than its bound says."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from minigan import Examples, InputError, Mixture, Normal, Uniform, ring
from minigan.theory.binned import (
    bin_masses,
    grid_masses,
    js_loss_bound,
    js_masses,
    kl_loss_bound,
    kl_masses,
    log_ratio_range,
    tv_loss_bound,
    tv_masses,
)
from minigan.theory.densities import Cauchy, Density1D, StudentT
from minigan.theory.divergences import jensen_shannon, kl, total_variation

EDGES = np.linspace(-6, 6, 49)

# Masses.

LAWS = {
    "Normal": (Normal(1, 0.5), stats.norm(1, 0.5)),
    "Uniform": (Uniform(-1.1, 2.3), stats.uniform(-1.1, 3.4)),
    "Cauchy": (Cauchy(-1, 2), stats.cauchy(-1, 2)),
    "Student": (StudentT(2.5, 0.3), stats.t(2.5, 0.3)),
    "your own": (Density1D(lambda x: np.exp(-x), 0, math.inf), stats.expon()),
}


@pytest.mark.parametrize(("law", "scipys"), LAWS.values(), ids=LAWS)
def test_masses_are_scipys_and_sum_to_one(law, scipys):
    cuts = np.concatenate([[-np.inf], EDGES, [np.inf]])
    masses = bin_masses(law, EDGES)
    assert masses.shape == (50,)
    assert masses.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(masses, np.diff(scipys.cdf(cuts)), atol=2e-13)


def test_mixture_masses_are_the_weighted_masses_of_its_modes():
    law = Mixture([-1.0, 2.0], 0.5, [0.3, 0.7])
    parts = 0.3 * bin_masses(Normal(-1, 0.5), EDGES) + 0.7 * bin_masses(Normal(2, 0.5), EDGES)
    np.testing.assert_allclose(bin_masses(law, EDGES), parts, rtol=1e-14)


@pytest.mark.parametrize("law", [Normal(), Mixture([0.0], 1), Cauchy(), StudentT(3)])
def test_both_tails_keep_their_digits(law):
    masses = bin_masses(law, np.arange(-20.0, 21.0))
    np.testing.assert_allclose(masses, masses[::-1], rtol=1e-12)
    assert (masses > 0).all()


# Sums over masses.


def random_masses(rng, shape):
    return [m / m.sum() for m in rng.random((2, *shape))]


@pytest.mark.parametrize("shape", [(7,), (4, 5), (2, 3, 2)])
def test_sums_are_scipys(shape, rng):
    p, q = random_masses(rng, shape)
    assert kl_masses(p, q) == pytest.approx(stats.entropy(p.ravel(), q.ravel()), rel=1e-12)
    assert js_masses(p, q) == pytest.approx(jensenshannon(p.ravel(), q.ravel()) ** 2, rel=1e-12)
    assert tv_masses(p, q) == pytest.approx(np.abs(p - q).sum() / 2, rel=1e-14)
    assert kl_masses(p, p) == js_masses(p, p) == tv_masses(p, p) == 0


def test_zeros():
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5])
    assert kl_masses(p, q) == math.inf
    assert kl_masses(np.array([0.0, 1.0, 0.0]), q) == math.log(2)
    assert js_masses(p, q) == pytest.approx(math.log(2) / 2, rel=1e-15)
    assert js_masses(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == math.log(2)


# What binning loses: at least nothing, at most the bound.


def turn(p, q):
    """Where log p/q of two Gaussians, a parabola, turns."""
    v, w = p.std**2, q.std**2
    return [] if v == w else [(p.mean * w - q.mean * v) / (w - v)]


def turns_of_cauchys(p, q):
    """The derivative of log p/q is 0 at the roots of a quadratic."""
    a, s, b, r = p.location, p.scale, q.location, q.scale
    cubic = np.polysub(
        np.polymul([1, -a], [1, -2 * b, b * b + r * r]),
        np.polymul([1, -b], [1, -2 * a, a * a + s * s]),
    )
    return np.roots(cubic).real


def pairs():
    n, c = Normal(0, 1), Cauchy(0, 1)
    return {
        "Gaussians, equal width": (n, Normal(1, 1), []),
        "Gaussians": (n, Normal(1, 1.5), turn(n, Normal(1, 1.5))),
        "Gaussians, the other way": (Normal(1, 1.5), n, turn(n, Normal(1, 1.5))),
        "Cauchys": (c, Cauchy(1, 2), turns_of_cauchys(c, Cauchy(1, 2))),
        "uniform in uniform": (Uniform(0, 1), Uniform(-1.3, 2.2), [0, 1, -1.3, 2.2]),
        "uniform, overlapping": (Uniform(0, 1), Uniform(0.4, 2.2), [0, 1, 0.4, 2.2]),
        "disjoint in one bin": (Uniform(0, 0.1), Uniform(0.12, 0.2), [0, 0.1, 0.12, 0.2]),
    }


@pytest.mark.parametrize(("p", "q", "turns"), pairs().values(), ids=pairs())
@pytest.mark.parametrize("bins", [3, 8, 33, 140])
def test_loss_lies_between_zero_and_the_bound(p, q, turns, bins):
    edges = np.linspace(-5, 5, bins)
    P, Q = bin_masses(p, edges), bin_masses(q, edges)
    low, high = log_ratio_range(p, q, edges, turns)
    rounding = 1e-13
    loss = jensen_shannon(p, q) - js_masses(P, Q)
    assert -rounding <= loss <= js_loss_bound(P, Q, low, high) + rounding
    loss = total_variation(p, q) - tv_masses(P, Q)
    assert -rounding <= loss <= tv_loss_bound(P, Q, low, high) + rounding
    if math.isfinite(kl(p, q)):
        loss = kl(p, q) - kl_masses(P, Q)
        assert -rounding <= loss <= kl_loss_bound(P, Q, low, high) + rounding
    else:
        assert kl_masses(P, Q) == math.inf or kl_loss_bound(P, Q, low, high) == math.inf


def test_half_hoeffding_would_be_no_bound():
    """The 1/8 is sharp: two points far apart, both of mass 1/2, as densities in one bin."""
    p = Uniform(0, 1)
    q = Density1D(lambda x: np.where(x < 0.5, 1.1, 0.9), 0, 1, [0.5])
    edges = np.array([0.0, 1.0])
    P, Q = bin_masses(p, edges), bin_masses(q, edges)
    bound = kl_loss_bound(P, Q, *log_ratio_range(p, q, edges, [0.5]))
    loss = kl(p, q) - kl_masses(P, Q)
    assert 0.99 * bound < loss <= bound


def test_the_bound_is_finite_where_a_support_ends_inside_a_bin():
    """There log p/q has no lower end, and Hoeffding's lemma has nothing to say."""
    p, q, edges = Uniform(0, 1), Uniform(-1.3, 2.2), np.array([-2.0, -0.5, 0.5, 3.0])
    P, Q = bin_masses(p, edges), bin_masses(q, edges)
    low, high = log_ratio_range(p, q, edges, [0, 1, -1.3, 2.2])
    assert low.min() == -math.inf
    assert kl_loss_bound(P, Q, low, high) == pytest.approx(kl(p, q) - kl_masses(P, Q), rel=1e-12)
    assert js_loss_bound(P, Q, low, high) < 2 * (jensen_shannon(p, q) - js_masses(P, Q))


# The plane.


def test_grid_of_a_gaussian_is_the_product_of_its_coordinates():
    law = Mixture([[0.5, -1.0]], std=0.7)
    grid = grid_masses(law, EDGES, EDGES[::2])
    assert grid.shape == (50, 26)
    product = np.outer(bin_masses(Normal(0.5, 0.7), EDGES), bin_masses(Normal(-1, 0.7), EDGES[::2]))
    np.testing.assert_allclose(grid, product, rtol=1e-13)


# Bad input.


def test_bad_masses():
    good = np.array([0.5, 0.5])
    for bad in ([0.5, 0.6], [1.5, -0.5], [np.nan, 1.0], [np.inf, 0.0], []):
        for divergence in (kl_masses, js_masses, tv_masses):
            with pytest.raises(InputError, match="masses: expected"):
                divergence(good if len(bad) else np.array(bad), np.array(bad))
    with pytest.raises(InputError, match="one shape"):
        kl_masses(good, good[None, :])


@pytest.mark.parametrize("edges", [[], [1.0, 0.0], [0.0, 0.0], [0.0, np.inf], [[0.0, 1.0]]])
def test_bad_edges(edges):
    with pytest.raises(InputError, match="edges"):
        bin_masses(Normal(), np.array(edges))


def test_bad_laws():
    with pytest.raises(InputError, match="with cdf"):
        bin_masses(Examples(np.ones((3, 1))), EDGES)
    with pytest.raises(InputError, match="one coordinate"):
        bin_masses(ring(), EDGES)
    for law in (Normal(), Mixture([0.0], 1.0)):
        with pytest.raises(InputError, match="in the plane"):
            grid_masses(law, EDGES, EDGES)


def test_js_of_the_smallest_number_is_finite():
    assert abs(js_masses(np.array([1.0, 0.0]), np.array([1.0, 5e-324]))) < 1e-300
