"""The exact p_g against closed forms, samples, and its own integrals."""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from minigan import (
    InputError,
    IrwinHall,
    LeakyReLU,
    Linear,
    Normal,
    ReLU,
    Sequential,
    Spherical,
    Tanh,
    Uniform,
    initialisers,
)
from minigan.theory import PushForward
from minigan.theory.densities import Cauchy
from minigan.theory.quadrature import adaptive

MISSING = math.pi - 3  # sin(t) for t in (-3, 3): a turn of 2 pi, without its two last bits


def sine_pdf(x):
    roots = 2 - (np.abs(x) < math.sin(3))
    return roots / 6 / np.sqrt(1 - x**2)


def sine_cdf(x):
    left, right = (np.clip(s * np.arcsin(x), 0, MISSING) for s in (-1, 1))
    return (math.pi + 2 * np.arcsin(x) - (MISSING - left + right)) / 6


class Known(NamedTuple):
    """A generator whose p_g can be written down: p_g and its moments, by hand or by scipy."""

    G: Callable
    noise: Uniform | Normal | IrwinHall
    pdf: Callable
    cdf: Callable
    moments: tuple[float, float]  # E[x], E[x^2]
    edges: tuple[float, ...]  # where p_g begins, jumps, is infinite, or ends
    atoms: tuple[tuple[float, float], ...] = ()


def scipys(law, *edges, G, noise):
    return Known(G, noise, law.pdf, law.cdf, (law.mean(), law.var() + law.mean() ** 2), edges)


def affine(slope, shift):
    return lambda z: (slope * z + shift, np.full_like(z, slope))


def absolute(z):
    return np.abs(z), np.sign(z)


def cube(z):
    return z**3, 3 * z**2


def sine(z):
    return np.sin(3 * z), 3 * np.cos(3 * z)


def hinge(bend):
    return lambda z: (np.maximum(z - bend, 0), (z > bend).astype(float))


U, N = Uniform(-1, 1), Normal()
SIN3 = math.sin(3)
KNOWN = {
    "rising, uniform": scipys(stats.uniform(-1, 4), -1, 3, G=affine(2, 1), noise=U),
    "falling, uniform": scipys(stats.uniform(-1, 4), -1, 3, G=affine(-2, 1), noise=U),
    "rising, normal": scipys(stats.norm(1, 2), -15, 17, G=affine(2, 1), noise=N),
    "falling, normal": scipys(stats.norm(1, 2), -15, 17, G=affine(-2, 1), noise=N),
    "falling, bell": scipys(  # the bell has std 1, the sum of three uniforms 1/2
        stats.irwinhall(3, -4, 4), -4, 8, G=affine(-2, 2), noise=IrwinHall()
    ),
    "fold, uniform": scipys(stats.uniform(0, 1), 0, 1, G=absolute, noise=U),
    "fold, uneven": Known(
        absolute, Uniform(-1, 2),
        lambda x: np.where(x < 1, 2, 1) / 3, lambda x: (x + np.minimum(x, 1)) / 3,
        (5 / 6, 1), (0, 1, 2),
    ),
    "fold, normal": scipys(stats.halfnorm(), 0, 8, G=absolute, noise=N),
    "cube, uniform": Known(
        cube, U,
        lambda x: np.abs(x) ** (-2 / 3) / 6, lambda x: (1 + np.cbrt(x)) / 2,
        (0, 1 / 7), (-1, 0, 1),
    ),
    "cube, normal": Known(
        cube, N,
        lambda x: stats.norm.pdf(np.cbrt(x)) / (3 * np.cbrt(x) ** 2),
        lambda x: stats.norm.cdf(np.cbrt(x)),
        (0, 15), (-500, 0, 500),
    ),
    "sine, uniform": Known(
        sine, U, sine_pdf, sine_cdf, (0, (1 - math.sin(6) / 6) / 2), (-1, -SIN3, SIN3, 1)
    ),
    "exponential, normal": scipys(
        stats.lognorm(0.5), 0.02, 50, G=lambda z: (np.exp(z / 2), np.exp(z / 2) / 2), noise=N
    ),
    "nearly constant": Known(
        affine(1e-9, 3), U,
        lambda x: np.full_like(x, 0.5e9), lambda x: ((x - 3) / 1e-9 + 1) / 2,
        (3, 9 + 1e-18 / 3), (3 - 1e-9, 3 + 1e-9),
    ),
    "bend": Known(
        lambda z: (z + np.maximum(z - 0.3, 0), 1.0 + (z > 0.3)), U,
        lambda x: np.where(x < 0.3, 0.5, 0.25),
        lambda x: np.where(x < 0.3, (x + 1) / 2, 0.65 + (x - 0.3) / 4),
        (0.49 / 4, (0.3**3 + 1) / 6 + (1.7**3 - 0.3**3) / 12), (-1, 0.3, 1.7),
    ),
    "half flat": Known(
        hinge(0), U,
        lambda x: np.full_like(x, 0.5), lambda x: (1 + x) / 2, (1 / 4, 1 / 6), (0, 1), ((0, 0.5),),
    ),
}  # fmt: skip
every_known = pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)


def inside(known, n=400):
    """Points strictly between the edges."""
    ends = itertools.pairwise(known.edges)
    return np.concatenate([np.linspace(low, high, n + 2)[1:-1] for low, high in ends])


def network(activation, seed, last=(), dtype="float64"):
    """Random generator 1-16-16-1 with folds."""
    first = Linear(1, 16, weights=initialisers.normal(1.5), bias=initialisers.normal(1.0))
    rest = [activation(), Linear(16, 16), activation(), Linear(16, 1), *last]
    return Sequential([first, *rest], seed=seed, dtype=dtype)


def worst_z_score(G, noise, n, seed=0, bins=60):
    """Largest deviation of a histogram of G(z) from n times cdf differences, in std."""
    p_g, rng = PushForward(G, noise), np.random.default_rng(seed)
    value = (lambda z: G(z[:, None])[:, 0]) if isinstance(G, Sequential) else lambda z: G(z)[0]
    pilot = value(noise.sample(2000, rng).astype(float)[:, 0])
    edges = np.unique(np.quantile(pilot, np.linspace(0, 1, bins + 1)[1:-1]))
    counts = np.zeros(edges.size + 1)
    for _ in range(0, n, 200_000):
        x = value(noise.sample(200_000, rng).astype(float)[:, 0])
        counts += np.bincount(np.searchsorted(edges, x), minlength=counts.size)
    p = np.diff(p_g.cdf(edges), prepend=0, append=1)
    expected = counts.sum() * p
    sizable = expected > 50
    assert sizable.sum() > 10
    return np.max(np.abs(counts - expected)[sizable] / np.sqrt(expected * (1 - p))[sizable])


# Closed forms.


@every_known
def test_density_and_distribution_function_are_the_closed_forms(known):
    p_g, x = PushForward(known.G, known.noise), inside(known)
    np.testing.assert_allclose(p_g.pdf(x), known.pdf(x), rtol=1e-6)
    np.testing.assert_allclose(p_g.cdf(x), known.cdf(x), rtol=0, atol=3e-7)
    assert p_g.atoms == list(known.atoms)


@every_known
def test_outside_of_the_range_of_g_there_is_nothing(known):
    p_g = PushForward(known.G, known.noise)
    low, high = p_g.values.min(), p_g.values.max()
    outside = np.array([low - 1, low - 1e-6, high + 1e-6, high + 1])
    assert np.array_equal(p_g.pdf(outside), np.zeros(4))
    np.testing.assert_allclose(p_g.cdf(outside), [0, 0, 1, 1], rtol=0, atol=1e-13)


@every_known
def test_the_quadrature_gives_mass_mean_and_square(known):
    x, w, _ = PushForward(known.G, known.noise).quadrature()
    assert np.all(w >= 0)
    assert w.sum() == pytest.approx(1, abs=1e-10)
    assert (w @ x, w @ x**2) == pytest.approx(known.moments, rel=3e-8, abs=1e-10)


@every_known
def test_the_quadrature_knows_the_density_at_its_points(known):
    p_g = PushForward(known.G, known.noise)
    x, _, density = p_g.quadrature()
    apart = np.min(np.abs(x[:, None] - np.array(known.edges)), axis=1) > 1e-3 * np.ptp(x)
    apart &= (x > known.edges[0]) & (x < known.edges[-1])
    assert apart.sum() > 500
    np.testing.assert_allclose(density[apart], known.pdf(x[apart]), rtol=1e-6)


# Folds, jumps, atoms.


def test_a_fold_is_a_critical_value():
    np.testing.assert_allclose(PushForward(sine, U).critical, [-1, -SIN3, SIN3, 1], rtol=1e-14)


def test_a_sharp_fold_is_found_to_the_last_bit():
    p_g = PushForward(lambda z: (np.abs(z - 0.3), np.sign(z - 0.3)), U)
    np.testing.assert_allclose(p_g.critical, [0, 0.7, 1.3], rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(p_g.pdf(np.array([1e-12, 0.69, 0.71])), [1, 1, 0.5], rtol=1e-12)


def test_the_density_is_infinite_where_g_is_level():
    p_g = PushForward(lambda z: (z**2, 2 * z), U)
    assert p_g.pdf(np.array([0.0]))[0] == math.inf


def test_the_logarithm_of_the_density_is_finite_there():
    p_g, x = PushForward(lambda z: (z**2, 2 * z), U), np.array([-0.5, 0.0, 0.25])
    log_p = p_g.logpdf(x)
    assert log_p[0] == -math.inf
    assert 0 < log_p[1] < math.inf
    assert log_p[2] == pytest.approx(math.log(p_g.pdf(x)[2]), rel=1e-15)


def test_rounding_is_no_fold():
    def G(z):
        return 3 + 1e-12 * z + 1e-15 * np.sin(1e9 * z), np.full_like(z, 1e-12)

    p_g = PushForward(G, U)
    assert p_g.critical.size == 2


@pytest.mark.parametrize("activation", [Tanh, ReLU], ids=lambda kind: kind.__name__)
def test_no_point_of_the_quadrature_is_lost_to_rounding_beside_a_fold(activation):
    for seed in (5, 8, 27):
        _, w, density = PushForward(network(activation, seed), U).quadrature()
        assert np.all(density[w > 0] > 0)


def test_more_cells_find_narrower_folds():
    def G(z):  # rises at all ends of four cells, and falls in between
        return z + 0.3 * np.sin(8 * np.pi * z), 1 + 2.4 * np.pi * np.cos(8 * np.pi * z)

    x = np.array([-0.4, 0.1])
    exact = np.mean(G(np.linspace(-1, 1, 2_000_001))[0][:, None] <= x, axis=0)
    coarse, fine = (PushForward(G, U, cells=cells).cdf(x) for cells in (4, 64))
    np.testing.assert_allclose(fine, exact, atol=2e-6)
    assert np.abs(coarse - exact).max() > 0.02


def test_a_constant_generator_is_one_atom():
    p_g = PushForward(affine(0.0, 3.0), N)
    x, w, density = p_g.quadrature()
    assert (x.tolist(), w.tolist(), density.tolist()) == ([3], [1], [math.inf])
    assert p_g.atoms == [(3, 1)]
    assert p_g.cdf(np.array([2.9, 3.0, 3.1])).tolist() == [0, 1, 1]
    assert p_g.pdf(np.array([2.9, 3.1])).tolist() == [0, 0]


@pytest.mark.parametrize(("bend", "mass"), [(0, 0.5), (0.3, 0.65)])
def test_a_flat_stretch_is_an_atom_and_ends_where_g_begins_to_rise(bend, mass):
    p_g = PushForward(hinge(bend), U)
    assert p_g.atoms == [(0, pytest.approx(mass, abs=1e-12))]
    x, w, density = p_g.quadrature()
    assert w[x == 0].tolist() == [p_g.atoms[0][1]]
    assert density[x == 0].tolist() == [math.inf]
    assert w.sum() == pytest.approx(1, abs=1e-12)


def test_a_saturated_tanh_is_two_atoms_and_loses_no_mass():
    net = Sequential([Linear(1, 1), Tanh()], dtype="float64")
    net.params[...] = 1e9, 1e8  # jumps from -1 to 1 at z = -0.1
    p_g = PushForward(net, U)
    assert [value for value, _ in p_g.atoms] == [-1, 1]
    assert [mass for _, mass in p_g.atoms] == pytest.approx([0.45, 0.55], abs=1e-3)
    assert p_g.quadrature()[1].sum() == pytest.approx(1, abs=1e-9)


def test_the_weights_sum_to_one_for_a_network_that_ends_in_a_relu():
    _, w, _ = PushForward(network(ReLU, seed=2, last=[ReLU()]), N).quadrature()
    assert w.sum() == pytest.approx(1, abs=1e-12)


# Jumps.


def leap(z):
    return np.where(z < 0.1, z, z + 2), np.ones_like(z)


def test_what_g_jumps_over_has_no_density():
    p_g = PushForward(leap, U)
    x = np.array([-1.01, -0.5, 0.0999, 0.1001, 1.0, 2.0999, 2.1001, 2.9, 3.01])
    assert p_g.pdf(x).tolist() == [0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5, 0]
    np.testing.assert_allclose(p_g.critical, [-1, 0.1, 2.1, 3], rtol=1e-14)
    assert p_g.cdf(np.array([0.1, 1.0, 2.0])) == pytest.approx([0.55, 0.55, 0.55], abs=1e-15)
    assert p_g.quadrature()[1].sum() == pytest.approx(1, abs=1e-12)
    assert p_g.interval() == (-1, 3)


def test_a_staircase_is_made_of_atoms():
    p_g = PushForward(lambda z: (np.floor(4 * z) / 4, np.zeros_like(z)), U)
    values, masses = zip(*p_g.atoms, strict=True)
    assert values == (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75)
    assert masses == pytest.approx([1 / 8] * 8, abs=1e-12)
    assert not p_g.pdf(np.linspace(-1, 1, 101)).any()


@pytest.mark.parametrize("where", [0.0, 0.3, -1 / 3, 0.99])
def test_a_fall_in_the_midst_of_a_rise_is_a_jump_not_a_fold(where):
    p_g = PushForward(lambda z: (z - (z > where), np.ones_like(z)), U)
    x = np.linspace(-1.995, 0.985, 200)
    a = (x > -1) & (x < where)  # reached from the left of the jump
    b = (x > where - 1) & (x < 0)  # and from its right
    assert p_g.pdf(x) == pytest.approx(0.5 * a + 0.5 * b, abs=1e-12)


def test_the_knots_of_a_network_of_corners_are_its_corners():
    net = Sequential([Linear(1, 3), ReLU(), Linear(3, 1)], dtype="float64")
    net.params[...] = 1, 1, 1, 0.5, -0.1, -0.3, 1, 2, -0.5, 0  # bends at -0.5, 0.1 and 0.3
    p_g = PushForward(net, Uniform(-1, 1))
    at_bends = np.array([0, 0.6, 0.6 + 0.2 + 0.4])
    near = np.abs(p_g.breakpoints()[:, None] - at_bends).min(axis=0)
    assert near == pytest.approx(np.zeros(3), abs=1e-14)


def test_a_density_of_p_g_integrates_to_one_over_x():
    for seed in range(4):
        p_g = PushForward(network(ReLU if seed % 2 else Tanh, seed), U)
        edges = np.unique(np.concatenate([p_g.breakpoints(), np.linspace(*p_g.interval(), 9)]))
        panels = adaptive(lambda x, p_g=p_g: p_g.pdf(x)[None], edges)
        assert panels.sums.sum() == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize(("weight", "share"), [(0.0, 0.0), (5.0, 0.0), (30.0, 0.37)])
def test_a_tanh_saturates_where_its_values_differ_by_less_than_2_to_the_minus_36(weight, share):
    # 1 - tanh(30 z) = 2 exp(-60 z) changes by that much a cell of 1 / 1024 from z = 0.37 on, and
    # by less than the last bit of 1, which makes an atom, from z = 0.588 on
    p_g = PushForward(lambda z: (np.tanh(weight * z), weight / np.cosh(weight * z) ** 2), U)
    assert p_g.saturated() == pytest.approx(share, abs=0.03)


# Networks.


def test_a_network_is_the_function_that_it_computes():
    net = network(Tanh, seed=1)
    W1, b1, W2, b2, W3, b3 = (p for layer in net.layers for p in layer.params.values())

    def G(z):
        h1 = np.tanh(z[:, None] @ W1 + b1)
        h2 = np.tanh(h1 @ W2 + b2)
        slope = (((1 - h1**2) * W1) @ W2 * (1 - h2**2)) @ W3
        return (h2 @ W3 + b3)[:, 0], slope[:, 0]

    by_network, by_hand = PushForward(net, N), PushForward(G, N)
    low, high = by_hand.values.min(), by_hand.values.max()
    x = np.linspace(low, high, 501)[1:-1]
    np.testing.assert_allclose(by_network.pdf(x), by_hand.pdf(x), rtol=1e-6)
    np.testing.assert_allclose(by_network.cdf(x), by_hand.cdf(x), atol=1e-12)


@pytest.mark.parametrize("activation", [Tanh, ReLU, LeakyReLU], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("noise", [U, N, IrwinHall()], ids=lambda law: type(law).__name__)
def test_samples_of_a_network_fall_where_they_should(activation, noise):
    assert worst_z_score(network(activation, seed=3), noise, 200_000) < 4.5


def test_a_network_in_float32_is_taken_in_float64():
    net = network(Tanh, seed=2, dtype="float32")
    single, double = PushForward(net, U), PushForward(net.copy(dtype="float64"), U)
    x = np.linspace(-3, 3, 101)
    assert np.array_equal(single.pdf(x), double.pdf(x))
    assert single.pdf(x).dtype == np.float64
    assert np.array_equal(single.values, double.values)


def test_a_network_is_not_changed_and_may_change_later():
    net, x = network(Tanh, seed=2), np.linspace(-3, 3, 101)
    net.grads[...] = 7
    params = net.params.copy()
    p_g = PushForward(net, U)
    p_g.quadrature()
    assert np.array_equal(net.params, params)
    assert np.all(net.grads == 7)
    before = p_g.pdf(x)
    net.params[...] = 0
    assert before.any()
    assert np.array_equal(p_g.pdf(x), before)


# Shapes.


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (0,)])
def test_the_answer_has_the_shape_of_the_question(shape):
    p_g = PushForward(affine(2.0, 1.0), U)
    x = np.full(shape, 2.0)
    assert np.array_equal(p_g.pdf(x), np.full(shape, 0.25))
    assert np.array_equal(p_g.cdf(x), np.full(shape, 0.75))


# Flat, but for rounding.


def test_a_stretch_that_is_flat_but_for_rounding_is_an_atom():
    def G(z):  # 1/2 for z > 0, with a slope that ought to be 0
        return np.where(z > 0, 0.5 + 1e-17 * z, 0.5 + z), np.where(z > 0, 1e-17, 1.0)

    p_g = PushForward(G, U)
    assert [(x, pytest.approx(mass, abs=1e-9)) for x, mass in p_g.atoms] == [(0.5, 0.5)]
    assert p_g.quadrature()[1].sum() == pytest.approx(1, abs=1e-9)


def test_a_generator_that_folds_hundreds_of_times_is_refused_at_once():
    def saw(z):
        return (2000 * z) % 1, np.full_like(z, 2000.0)

    with pytest.raises(InputError, match=r"some dozens of times, got .* stretches|bends all over"):
        PushForward(saw, U)


# Refusals.


def network_of_nan():
    net = network(Tanh, seed=0)
    net.params[3] = np.nan
    return net


@pytest.mark.parametrize(
    ("G", "message"),
    [
        *((G, "expected a Sequential or a function, got") for G in (3, None, "G", np.zeros(3))),
        (Sequential([Linear(2, 1)]), "expected a generator of width 1 -> 1, got 2 -> 1$"),
        (Sequential([Linear(1, 2)]), "expected a generator of width 1 -> 1, got 1 -> 2$"),
        (Sequential([Tanh()]), "expected a generator of width 1 -> 1, got None -> None$"),
        *(
            (G, "expected G finite on the prior's range, got NaN or inf")
            for G in (
                lambda z: (np.where(z > 0.5, np.nan, z), np.ones_like(z)),
                lambda z: (np.where(z > 0.5, np.inf, z), np.ones_like(z)),
                lambda z: (z, np.full_like(z, np.nan)),
                lambda z: (z, np.where(z > 0, np.inf, 1.0)),
                network_of_nan(),
            )
        ),
        *(
            (G, r"expected G to return values and slopes, arrays \(2049,\), got")
            for G in (
                lambda z: z,
                lambda z: (z, 1.0),
                lambda z: (z[:, None], np.ones((z.size, 1))),
                lambda z: (z + 0j, np.ones_like(z)),
                lambda z: None,
            )
        ),
        (
            lambda z: (np.sin(z.astype(np.float32)).astype(float), np.cos(z)),
            "expected G smooth but for .*, and in float64, got one that bends all over",
        ),
    ],
)
def test_what_is_no_generator_of_one_variable_is_refused(G, message):
    with pytest.raises(InputError, match=f"^PushForward: {message}"):
        PushForward(G, U)


@pytest.mark.parametrize("cells", [1, 0, -5, 2.5, "3", None])
def test_there_are_at_least_two_cells(cells):
    with pytest.raises(
        InputError, match=rf"^PushForward: cells: expected a whole .* >= 2, got {cells!r}"
    ):
        PushForward(affine(2.0, 1.0), U, cells=cells)


def test_noise_without_a_density_is_refused():
    with pytest.raises(InputError, match="noise: expected a distribution with"):
        PushForward(affine(2.0, 1.0), Spherical(1))


def test_noise_without_end_is_refused():
    with pytest.raises(InputError, match=r"finite interval\(\), got Cauchy.*, on \(-inf, inf\)"):
        PushForward(affine(2.0, 1.0), Cauchy())


def test_a_fold_where_the_noise_ends_does_no_harm():
    p_g = PushForward(lambda z: ((z - 3) ** 2, 2 * (z - 3)), IrwinHall())
    assert not np.isnan(p_g.pdf(np.array([0.0, 0.1]))).any()


def test_a_slope_too_small_to_divide_by_is_no_warning():
    p_g = PushForward(lambda z: (z**101, 101 * z**100), Uniform(-1, 1))
    assert p_g.pdf(np.array([0.5])) == pytest.approx(0.5 ** (1 / 101) / 101)  # 1/2 z / (101 x)


# Ten million samples.


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("activation", [Tanh, ReLU], ids=lambda kind: kind.__name__)
def test_ten_million_samples_of_a_network_fall_where_they_should(activation, seed):
    assert worst_z_score(network(activation, seed=10 + seed), U, 10_000_000) < 4.5
