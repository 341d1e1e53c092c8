"""JSD, C(G), V(G, D) and the distance to D* against integrals by scipy and against samples."""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from minigan import (
    Dropout,
    Examples,
    InputError,
    IrwinHall,
    Linear,
    Maxout,
    Mixture,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    Uniform,
    initialisers,
    ring,
)
from minigan.theory import GeneratorState, PushForward, optimal_discriminator
from minigan.theory.densities import Density1D

U, N = Uniform(-1, 1), Normal()


class Law(NamedTuple):
    """p_data, once as a distribution of minigan and once written out."""

    data: Normal | Uniform | IrwinHall
    pdf: Callable
    edges: tuple[float, ...]  # where it begins, bends, ends


class Known(NamedTuple):
    """A generator with its p_g written out: in x, and at z (better near a fold)."""

    G: Callable
    noise: Uniform | Normal
    p_g: Callable
    p_g_at: Callable
    folds: tuple[float, ...]  # in z, with the ends of the noise
    edges: tuple[float, ...]  # in x: where p_g begins, jumps, is infinite, or ends
    flat: float = 0.0  # probability of an atom


def normal_pdf(mean, std):
    return lambda x: math.exp(-(((x - mean) / std) ** 2) / 2) / std / math.sqrt(2 * math.pi)


def bell_pdf(x):
    """Sum of three uniform numbers, by truncated powers."""
    return sum((-1) ** k * math.comb(3, k) * max(x - k, 0) ** 2 for k in range(4)) / 2


LAWS = {
    "normal": Law(Normal(0.5, 0.7), normal_pdf(0.5, 0.7), (-5.8, 0.5, 6.8)),
    "bell": Law(
        IrwinHall(0.5, 1.0),
        lambda x: bell_pdf((x - 0.5) / 2 + 1.5) / 2 if -2.5 < x < 3.5 else 0.0,
        (-2.5, -0.5, 0.5, 1.5, 3.5),
    ),
    "uniform": Law(Uniform(-0.3, 2), lambda x: 1 / 2.3 if -0.3 < x < 2 else 0.0, (-0.3, 2)),
}
bell0, TURN = normal_pdf(0, 1), math.asin(math.sin(3)) / 3


def affine(slope, shift):
    return lambda z: (slope * z + shift, np.full_like(z, slope))


def absolute(z):
    return np.abs(z), np.sign(z)


def bend(z):
    return z + np.maximum(z - 0.3, 0), 1.0 + (z > 0.3)


def bent_fold(z):  # |z|, and twice as steep from z = 0.31 on
    return np.abs(z) + np.maximum(z - 0.31, 0), np.sign(z) + (z > 0.31)


def sine(z):
    return np.sin(3 * z), 3 * np.cos(3 * z)


def sine_p_g_at(z):
    return (2 - (abs(math.sin(3 * z)) < math.sin(3))) / 6 / abs(math.cos(3 * z))


def bent_fold_p_g(x):
    return (1.0 if x < 0.31 else 0.75 if x < 1 else 0.25) * (0 < x < 1.69)


GENERATORS = {
    "affine, uniform": Known(
        affine(2, 1), U, lambda x: 0.25 * (-1 < x < 3), lambda z: 0.25, (-1, 1), (-1, 3)
    ),
    "affine, normal": Known(
        affine(-1.5, 1), N,
        normal_pdf(1, 1.5), lambda z: bell0(z) / 1.5, (-8, 0, 8), (-11, 1, 13),
    ),
    "fold, uniform": Known(
        absolute, U, lambda x: 1.0 * (0 < x < 1), lambda z: 1.0, (-1, 0, 1), (0, 1)
    ),
    "fold, normal": Known(
        absolute, N, lambda x: 2 * bell0(x) * (x > 0), lambda z: 2 * bell0(z), (-8, 0, 8), (0, 8)
    ),
    "cube, uniform": Known(
        lambda z: (z**3, 3 * z**2), U,
        lambda x: abs(x) ** (-2 / 3) / 6 if 0 < abs(x) < 1 else 0.0, lambda z: 1 / (6 * z * z),
        (-1, 0, 1), (-1, 0, 1),
    ),
    "sine, uniform": Known(
        sine, U,
        lambda x: sine_p_g_at(math.asin(x) / 3) if abs(x) < 1 else 0.0, sine_p_g_at,
        (-1, -math.pi / 6, -TURN, TURN, math.pi / 6, 1), (-1, -math.sin(3), math.sin(3), 1),
    ),
    "half flat, uniform": Known(
        lambda z: (np.maximum(z, 0), (z > 0).astype(float)), U,
        lambda x: 0.5 * (0 < x < 1), lambda z: 0.5, (0, 1), (0, 1), flat=0.5,
    ),
    "bend": Known(
        bend, U,
        lambda x: (0.5 if x < 0.3 else 0.25) * (-1 < x < 1.7), lambda z: 0.5 if z < 0.3 else 0.25,
        (-1, 0.3, 1), (-1, 0.3, 1.7),
    ),
    "bent fold": Known(
        bent_fold, U,
        bent_fold_p_g, lambda z: bent_fold_p_g(abs(z) + max(z - 0.31, 0)),
        (-1, -0.31, 0, 0.31, 0.655, 1), (0, 0.31, 1, 1.69),
    ),
}  # fmt: skip
smooth = pytest.mark.parametrize("law", [LAWS["normal"], LAWS["bell"]], ids=["normal", "bell"])


def expectation_of_data(f, law, known):
    """E[f(x)] under p_data by scipy, cut wherever p_data or p_g is not smooth."""
    low, high = law.edges[0], law.edges[-1]
    cuts = sorted({*law.edges, *(x for x in known.edges if low < x < high)})
    return sum(
        quad(lambda x: law.pdf(x) * f(x), a, b, epsabs=1e-11, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(cuts)
    )


def expectation_of_fake(f, law, known):
    """E[f(G(z), p_g(G(z)))] by scipy in z, where p_g has no singularity; the atom apart."""
    z = np.linspace(known.folds[0], known.folds[-1], 200_001)  # to find where G meets law.edges
    x = known.G(z)[0]
    meets = [
        z[i] + (e - x[i]) / (x[i + 1] - x[i]) * (z[i + 1] - z[i])
        for e in law.edges
        for i in np.flatnonzero(np.diff(np.sign(x - e)))
    ]
    cuts = sorted({*known.folds, *meets})

    def integrand(z):
        return known.noise.pdf(z) * f(float(known.G(np.array([z]))[0][0]), known.p_g_at(z))

    return sum(
        quad(integrand, a, b, epsabs=1e-11, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(cuts)
        if b - a > 1e-12
    )


def jsd_by_scipy(law, known):
    """Half of KL(p_data || m) and half of KL(p_g || m), m = (p_data + p_g) / 2."""

    def of_data(x):
        p, q = law.pdf(x), known.p_g(x)
        return math.log(2 * p / (p + q)) if p > 0 else 0.0

    def of_fake(x, q):
        return math.log(2 * q / (q + law.pdf(x)))

    fake = expectation_of_fake(of_fake, law, known) + known.flat * math.log(2)
    return (expectation_of_data(of_data, law, known) + fake) / 2


def random_discriminator(seed, scale=1.0):
    init = initialisers.normal(scale)
    layers = [Maxout(1, 6, 3, weights=init, bias=init), Linear(6, 6), Tanh(), Linear(6, 1)]
    net = Sequential(layers, seed=seed)
    net.layers[-1].W[...] *= scale
    return net


def linear(slope, shift):
    """The discriminator with logit slope x + shift."""
    net = Sequential([Linear(1, 1)], dtype="float64")
    net.params[...] = slope, shift
    return net


def generator(seed=3):
    first = Linear(1, 16, weights=initialisers.normal(1.5), bias=initialisers.normal(1.0))
    return Sequential([first, Tanh(), Linear(16, 1)], seed=seed)


# Divergences.


CASES = [(law, name, 1e-8) for law in ("normal", "bell") for name in GENERATORS]
CASES += [("uniform", "fold, uniform", 1e-10)]  # no sample crosses the edges of the data
CASES += [
    ("uniform", name, 1e-6) for name in ("affine, uniform", "affine, normal", "cube, uniform")
]


@pytest.mark.parametrize(("law", "name", "tolerance"), CASES)
def test_the_jsd_is_that_of_scipy_and_c_of_g_is_minus_log_four_plus_twice_it(law, name, tolerance):
    law, known = LAWS[law], GENERATORS[name]
    state, jsd = GeneratorState(known.G, known.noise, law.data), jsd_by_scipy(law, known)
    assert 0 < state.jsd < math.log(2)
    assert state.jsd == pytest.approx(jsd, abs=tolerance)
    assert state.c_of_g == pytest.approx(-math.log(4) + 2 * jsd, abs=2 * tolerance)


@pytest.mark.parametrize(
    ("G", "noise", "data"),
    [
        (affine(2.0, 1.0), U, Uniform(-1, 3)),
        (affine(-2.0, 1.0), U, Uniform(-1, 3)),
        (affine(1.0, 0.0), IrwinHall(), IrwinHall()),
        (affine(-0.5, 2.0), IrwinHall(), IrwinHall(2.0, 0.5)),
        (affine(3.0, -1.0), N, Normal(-1, 3)),
        (affine(1.0, 0.0), Mixture([-1, 1], 0.3), Mixture([-1, 1], 0.3)),
    ],
    ids=["uniform", "uniform, falling", "bell", "bell, falling", "normal", "mixture"],
)
def test_the_jsd_is_zero_where_the_generator_has_won(G, noise, data):
    state = GeneratorState(G, noise, data)
    assert state.jsd == pytest.approx(0, abs=1e-9)
    assert state.c_of_g == pytest.approx(-math.log(4), abs=1e-9)


@pytest.mark.parametrize("data", [Uniform(4, 5), Uniform(3, 5), Normal(60), IrwinHall(-9, 1)])
def test_the_jsd_is_log_two_where_p_data_and_p_g_do_not_meet(data):
    assert GeneratorState(affine(2, 1), U, data).jsd == pytest.approx(math.log(2), abs=1e-12)


def test_p_g_is_the_exact_distribution_of_the_generator():
    G, x = generator(), np.linspace(-2, 2, 101)
    p_g = GeneratorState(G, U, N).p_g
    assert isinstance(p_g, PushForward)
    assert np.array_equal(p_g.pdf(x), PushForward(G, U).pdf(x))


# Collapsed generators.


def saturated(weight):
    G = Sequential([Linear(1, 1), Tanh()])
    G.params[...] = weight, 0
    return G


@pytest.mark.parametrize(
    ("G", "allowed"),
    [
        *((affine(0.0, value), 0.0) for value in (0.5, 50.0)),
        *((affine(slope, 0.5), 20 * slope) for slope in (1e-3, 1e-9, 1e-14, 1e-200)),
        *((saturated(weight), 100 / weight) for weight in (1e3, 1e9, 1e30)),
        (saturated(0), 0.0),
    ],
)
def test_a_generator_that_is_constant_or_nearly_has_a_jsd_near_log_two(G, allowed):
    state = GeneratorState(G, U, N)
    assert state.jsd == pytest.approx(math.log(2), abs=allowed + 1e-12)
    assert np.isfinite(state.judge(random_discriminator(1))).all()


# V(G, D).


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.1, 1.0, 3.0]))
def test_no_discriminator_does_better_than_the_optimal_one(seed, scale):
    verdict = STATE.judge(random_discriminator(seed, scale))
    assert verdict.value <= STATE.c_of_g + 1e-8
    assert verdict.inner_gap == STATE.c_of_g - verdict.value


STATE = GeneratorState(generator(), U, N)


def test_a_discriminator_of_zeros_has_the_value_minus_log_four():
    D = random_discriminator(1)
    D.params[...] = 0
    verdict = STATE.judge(D)
    assert verdict.value == pytest.approx(-math.log(4), abs=1e-12)
    assert verdict.inner_gap == pytest.approx(2 * STATE.jsd, abs=1e-12)
    assert verdict.d_minus_half == 0
    assert (verdict.mean_on_data, verdict.mean_on_fake) == pytest.approx((0.5, 0.5), abs=1e-12)


@pytest.mark.parametrize(("m1", "m2", "std"), [(0.0, 1.0, 1.0), (1.0, -2.0, 0.5), (0.0, 6.0, 1.0)])
def test_the_optimal_discriminator_of_two_normals_is_found_to_be_optimal(m1, m2, std):
    state = GeneratorState(affine(std, m2), N, Normal(m1, std))
    D = linear((m1 - m2) / std**2, (m2**2 - m1**2) / (2 * std**2))  # log p_data - log p_g
    verdict = state.judge(D)
    assert verdict.inner_gap == pytest.approx(0, abs=1e-9)
    assert verdict.d_gap == pytest.approx(0, abs=1e-9)
    x = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(state.D_star(x), 1 / (1 + np.exp(-D(x[:, None])[:, 0])), rtol=1e-12)


@smooth
@pytest.mark.parametrize("name", ["affine, normal", "cube, uniform", "sine, uniform"])
def test_means_of_a_discriminator_are_those_of_scipy(law, name):
    known, D = GENERATORS[name], linear(1.5, -0.75)
    verdict = GeneratorState(known.G, known.noise, law.data).judge(D)

    def D_of(x, *_):
        return 1 / (1 + math.exp(0.75 - 1.5 * x))

    def D_star(x, q):
        p = law.pdf(x)
        return p / (p + q) if p + q > 0 else 0.5

    def mean(f):
        data = expectation_of_data(lambda x: f(x, known.p_g(x)), law, known)
        return data, expectation_of_fake(f, law, known)

    on_data, on_fake = mean(D_of)
    assert verdict.mean_on_data == pytest.approx(on_data, abs=1e-8)
    assert verdict.mean_on_fake == pytest.approx(on_fake, abs=1e-8)
    gap = sum(mean(lambda x, q: abs(D_of(x) - D_star(x, q)))) / 2
    assert verdict.d_gap == pytest.approx(gap, abs=1e-7)
    above, below = mean(lambda x, *_: x > 0.5)[0], mean(lambda x, *_: x < 0.5)[1]
    assert verdict.accuracy == pytest.approx((above + below) / 2, abs=1e-7)
    half = sum(mean(lambda x, q: abs(D_of(x) - 0.5))) / 2
    assert verdict.d_minus_half == pytest.approx(half, abs=1e-7)
    value = expectation_of_data(lambda x: math.log(D_of(x)), law, known)
    value += expectation_of_fake(lambda x, q: math.log(1 - D_of(x)), law, known)
    assert verdict.value == pytest.approx(value, abs=1e-8)


def test_dropout_is_off():
    without = Sequential([Linear(1, 4), Linear(4, 1)], seed=1)
    with_dropout = Sequential([Linear(1, 4), Dropout(0.5), Linear(4, 1)], seed=1)
    assert STATE.judge(with_dropout) == STATE.judge(without)


def test_a_discriminator_is_not_changed():
    D = random_discriminator(1)
    D.grads[...] = 7
    before = D.params.copy()
    assert STATE.judge(D) == STATE.judge(D)
    assert np.array_equal(D.params, before)
    assert np.all(D.grads == 7)
    assert D.dtype == np.float32


# D*.


@pytest.mark.parametrize(
    ("p_data", "p_g", "D"),
    [
        ([1.0, 3.0, 0.2], [1.0, 1.0, 0.8], [0.5, 0.75, 0.2]),
        ([0.0], [0.0], [0.5]),  # nothing there
        ([2.0, 0.0, 1.0, 0.0], [0.0, 2.0, math.inf, math.inf], [1, 0, 0, 0]),
        ([1e-310], [1.0], [0.0]),
    ],
)
def test_the_optimal_discriminator_is_p_data_over_the_sum(p_data, p_g, D):
    found = optimal_discriminator(np.array(p_data), np.array(p_g))
    np.testing.assert_allclose(found, D, rtol=1e-15, atol=1e-300)


def test_a_generator_that_goes_far_beyond_the_data_is_taken():
    known = GENERATORS["affine, uniform"]
    jsd = GeneratorState(affine(40.0, 0.0), known.noise, N).jsd
    assert jsd == pytest.approx(0.5726623958928263, abs=1e-9)  # scipy's quad, cut at +-9


def test_noise_with_a_gap_is_taken():
    gap = Mixture([-100, 100], 1.0)  # its density underflows to 0 in the middle
    assert GeneratorState(affine(1.0, 0.0), gap, N).jsd == pytest.approx(math.log(2), abs=1e-9)


def test_narrow_modes_far_apart_have_their_weight():
    modes = Mixture([-1000, 1000], 0.1)
    verdict = GeneratorState(affine(1.0, 0.0), N, modes).judge(linear(0, 0))
    assert verdict.mean_on_data == pytest.approx(0.5, abs=1e-6)


def test_an_atom_counts_as_fake():
    known = GENERATORS["half flat, uniform"]
    state = GeneratorState(known.G, known.noise, N)
    verdict = state.judge(linear(0, 100))  # D = 1: wrong about all that is fake
    assert verdict.mean_on_fake == pytest.approx(1, abs=1e-9)
    below = state.judge(linear(1e4, -100))  # D is 1 from x = 0.01 on, and 0 on the atom
    assert below.mean_on_fake == pytest.approx(0.495, abs=1e-7)


# Where G jumps, p_data has no end, or the one is far narrower than the other.


class NoEnd:
    """A Cauchy density of one's own, on the whole line."""

    def pdf(self, x):
        return 1 / (math.pi * (1 + np.square(x)))

    def cdf(self, x):
        return np.arctan(x) / math.pi + 0.5

    def interval(self):
        return -math.inf, math.inf


class Halved(Normal):
    """Half of a Gaussian: no density."""

    def pdf(self, x):
        return super().pdf(x) / 2

    def cdf(self, x):
        return super().cdf(x) / 2


def identity(z):
    return z, np.ones_like(z)


def leap(z):
    return np.where(z < 0.1, z, z + 2), np.ones_like(z)


def stairs(z):
    return np.floor(4 * z) / 4, np.zeros_like(z)


def jsd_by_quad(p, q, *cuts):
    """Half of KL(p || m) and half of KL(q || m), cut where they jump and around their peaks."""

    def integrand(x):
        a, b = p(x), q(x)
        m = (a + b) / 2
        return sum(f * math.log(f / m) for f in (a, b) if f > 0) / 2

    pieces = (
        quad(integrand, a, b, epsabs=1e-12, epsrel=1e-12, limit=400)[0]
        for a, b in itertools.pairwise(cuts)
    )
    return sum(pieces)


def box(*pieces):
    """Density of constant height on each (low, high, height)."""
    return lambda x: sum(height * (low < x < high) for low, high, height in pieces)


def modes(means, std):
    return lambda x: sum(normal_pdf(mean, std)(x) for mean in means) / len(means)


def around(mean, std):
    return [m + std * t for m in (-mean, mean) for t in (-9, -3, 0, 3, 9)]


HARD = {
    "p_data without end": (
        identity, Uniform(0, 1), NoEnd(),
        jsd_by_quad(NoEnd().pdf, box((0, 1, 1)), -1e6, -100, -1, 0, 1, 100, 1e6), 1e-6,
    ),
    "half of the line": (
        identity, Uniform(0, 1), Density1D(lambda x: np.exp(-x), 0, math.inf),
        jsd_by_quad(lambda x: math.exp(-x), box((0, 1, 1)), 0, 1, 40), 1e-9,
    ),
    "a leap": (
        leap, U, N, jsd_by_quad(bell0, box((-1, 0.1, 0.5), (2.1, 3, 0.5)), -9, -1, 0.1, 2.1, 3, 9),
        1e-9,
    ),
    "stairs": (stairs, U, N, math.log(2), 1e-12),
    "two values": (lambda z: (np.sign(z), 0 * z), U, N, math.log(2), 1e-12),
    "modes far narrower than a cell": (
        identity, Normal(0, 20), Mixture([-50, 50], 0.01),
        jsd_by_quad(modes((-50, 50), 0.01), normal_pdf(0, 20), -180, *around(50, 0.01), 180),
        1e-8,
    ),
    "modes between the points of a cell": (
        identity, Normal(0, 20), Mixture([-33.333, 33.333], 5e-4),
        jsd_by_quad(
            modes((-33.333, 33.333), 5e-4), normal_pdf(0, 20), -180, *around(33.333, 5e-4), 180
        ),
        1e-8,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("G", "noise", "data", "jsd", "tolerance"), HARD.values(), ids=HARD)
def test_the_jsd_of_hard_cases_is_that_of_scipy(G, noise, data, jsd, tolerance):
    state = GeneratorState(G, noise, data)
    assert state.jsd == pytest.approx(jsd, abs=tolerance)
    assert state.c_of_g == pytest.approx(-math.log(4) + 2 * jsd, abs=2 * tolerance)
    assert abs(state.residual) <= state.accuracy < 1e-8


def test_three_modes_behind_a_network_of_corners_are_those_of_a_finer_cut():
    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=3)
    data = Mixture([-0.3, 0.1, 0.4], 0.0005)
    state = GeneratorState(G, N, data)
    x = np.linspace(-0.31, 0.41, 1_000_001)  # beyond, p_data is 0
    p, q = data.pdf(x), state.p_g.pdf(x)

    def half(p, q):
        seen = p > 1e-200
        return np.where(seen, p * np.log1p(q / np.where(seen, p, 1)), 0)

    payoff = -np.trapezoid(half(p, q) + half(q, p), x)
    assert state.c_of_g == pytest.approx(payoff, abs=1e-6)
    assert state.accuracy < 1e-8


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("activation", [Tanh, ReLU], ids=lambda kind: kind.__name__)
def test_both_routes_to_theorem_1_agree_for_random_generators(activation, seed):
    init = initialisers.normal([0.5, 1.0, 2.0][seed % 3])
    layers = [Linear(1, 16, weights=init, bias=init), activation(), Linear(16, 1, weights=init)]
    noise, data = [(U, IrwinHall(0.5)), (N, Uniform(-0.3, 2)), (N, Mixture([-1, 1], 0.05))][
        seed % 3
    ]
    state = GeneratorState(Sequential(layers, seed=seed), noise, data)
    assert state.residual == state.c_of_g + math.log(4) - 2 * state.jsd
    assert abs(state.residual) <= state.accuracy < 1e-6


def test_a_generator_that_saturates_has_no_integral_over_x_and_says_so():
    state = GeneratorState(saturated(30), U, N)
    assert state.residual is None
    assert state.c_of_g == pytest.approx(-math.log(4) + 2 * state.jsd, abs=1e-15)
    known = Known(
        lambda z: (np.tanh(30 * z), 30 / np.cosh(30 * z) ** 2), U, None,
        lambda z: math.cosh(30 * z) ** 2 / 60, (-1, -0.5, -0.1, 0, 0.1, 0.5, 1), (-1, 1),
    )  # fmt: skip
    fake = expectation_of_fake(
        lambda x, q: -math.log1p(bell0(x) / q), Law(N, bell0, (-9, 9)), known
    )
    data = 2 * quad(lambda x: -bell0(x) * math.log1p(1 / (60 * (1 - x * x) * bell0(x))), 0, 1)[0]
    assert state.c_of_g == pytest.approx(fake + data, abs=1e-7)


def test_jsd_and_gap_are_spread_over_x_and_nothing_is_lost():
    D = linear(1.0, -0.5)
    edges = -9 + 18 * np.arange(400, 657, 32) / 1024  # at ends of panels, of which none is cut
    state = GeneratorState(lambda z: (np.maximum(z, 0), 1.0 * (z > 0)), U, N)
    jsd, gap = state.spread(D, edges)
    assert jsd.sum() == pytest.approx(state.jsd, abs=1e-9)
    assert gap.sum() == pytest.approx(state.judge(D).inner_gap, abs=1e-6)
    low, high = edges[1:3]  # below 0: data only, D* = 1
    between = quad(lambda x: bell0(x) * math.log(2), low, high)[0] / 2
    assert jsd[1] == pytest.approx(between, abs=1e-8)
    between = quad(lambda x: bell0(x) * math.log1p(math.exp(0.5 - x)), low, high)[0]
    assert gap[1] == pytest.approx(between, abs=1e-8)
    place = np.searchsorted(edges, 0.0, side="right") - 1
    assert jsd[place] > 0.5 * math.log(2) / 2  # the atom at 0


def test_more_cells_see_what_hides_in_one():
    def hidden(z):  # far away, on a hundredth of a cell
        away = (z > 0.30001) & (z < 0.30011)
        return np.where(away, 5.0, z), np.where(away, 0.0, 1.0)

    coarse, fine = (GeneratorState(hidden, U, N, cells=cells) for cells in (64, 60_000))
    assert coarse.p_g.atoms == []
    assert fine.p_g.atoms == [(5.0, pytest.approx(5e-5, abs=1e-9))]
    assert fine.c_of_g > coarse.c_of_g


def test_a_steep_discriminator_is_judged_to_the_last_digits():
    verdict = GeneratorState(identity, Uniform(0, 1), N).judge(linear(1e5, -3e4))
    with_data = quad(lambda x: (0.3 - x) * bell0(x), -9, 0.3, epsabs=1e-13)[0]
    bend = math.pi**2 / 6 / 1e5  # what softplus adds to a ramp, at its corner
    value = -1e5 * (with_data + 0.7**2 / 2) - bend * (bell0(0.3) + 1)
    assert verdict.value == pytest.approx(value, rel=1e-9)


# Refusals.


@pytest.mark.parametrize(
    ("G", "data", "message"),
    [
        (
            affine(1, 0),
            Examples(np.zeros((3, 1))),
            r"^data: expected a distribution with pdf\(\), got",
        ),
        (affine(1, 0), None, r"^data: expected a distribution with pdf\(\), got None"),
        (affine(1, 0), ring(), "expected one coordinate, got 2"),
        (Sequential([Linear(2, 1)]), N, "expected a generator of width 1 -> 1, got 2 -> 1"),
        (lambda z: (2 * z, np.ones_like(z)), N, "PushForward: expected .* integrates to 1, got 2"),
        (saturated(50), Halved(), r"C\(G\) to 0.0001 nats, got it to 0.5 \(p_data holds 0.5,"),
    ],
    ids=["data set", "nothing", "plane", "width", "wrong slope", "half a density"],
)
def test_what_has_no_jsd_is_refused_rather_than_misjudged(G, data, message):
    with pytest.raises(InputError, match=message):
        GeneratorState(G, U, data)


@pytest.mark.parametrize("widths", [(2, 1), (1, 2)])
def test_a_discriminator_goes_from_one_variable_to_one_logit(widths):
    message = f"^expected a discriminator 1 -> 1, got {widths[0]} -> {widths[1]}$"
    with pytest.raises(InputError, match=message):
        STATE.judge(Sequential([Linear(*widths)]))


def test_a_state_says_what_it_is_made_of():
    state = GeneratorState(Sequential([Linear(1, 1)], name="G"), U, N)
    p_g = f"PushForward(G([Linear(1, 1, name='linear1')]), {U!r})"
    assert repr(state) == f"GeneratorState({p_g}, data={N!r}, jsd={state.jsd:.6g})"
    assert repr(PushForward(absolute, U)) == f"PushForward(absolute, {U!r})"


def test_a_discriminator_that_ends_in_a_sigmoid_is_refused():
    G = Sequential([Linear(1, 1)], seed=1)
    D = Sequential([Linear(1, 1), Sigmoid()], seed=2)
    with pytest.raises(InputError, match="judge: expected a network that ends in a logit, got"):
        GeneratorState(G, Uniform(), Normal()).judge(D)
