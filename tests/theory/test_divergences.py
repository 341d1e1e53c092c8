"""KL, JSD and TV: quadrature against closed forms, against scipy, and where they are infinite."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from minigan import InputError, IrwinHall, Mixture, Normal, Uniform, ring
from minigan.theory import divergences as of
from minigan.theory.densities import Cauchy, Density1D, StudentT
from minigan.theory.divergences import HalfAndHalf, jensen_shannon, kl, total_variation

LOG2 = math.log(2)


def exponential(rate):
    return Density1D(
        lambda x: rate * np.exp(-rate * x),
        0,
        math.inf,
        logpdf=lambda x: math.log(rate) - rate * x,
    )


def laplace(mean, scale):
    def log_p(x):
        return -np.abs(x - mean) / scale - math.log(2 * scale)

    return Density1D(lambda x: np.exp(log_p(x)), -math.inf, math.inf, [mean], log_p)


# Closed form against quadrature: relative error at most 1e-9.

FAMILIES = {
    "Gaussian": (Normal, of.kl_normals),
    "Laplace": (laplace, of.kl_laplaces),
    "Cauchy": (Cauchy, of.kl_cauchys),
}
PARAMETERS = [
    (0, 1, 1, 2),
    (0, 10, 0, 1),  # the second's tails underflow where the first has mass
    (0, 1, 0, 10),
    (0, 1, 40, 1),
    (3, 0.01, -5, 2),
    (0, 1, 0.01, 1),
    (0, 1e-3, 5, 1e3),
    (1e4, 1, 1e4 + 1, 1.5),
]


@pytest.mark.parametrize(("family", "formula"), FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("four", PARAMETERS, ids=str)
def test_kl_of_bells(family, formula, four):
    p, q = family(*four[:2]), family(*four[2:])
    assert kl(p, q) == pytest.approx(formula(*four), rel=1e-9)
    assert kl(q, p) == pytest.approx(formula(*four[2:], *four[:2]), rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1, 3), (3, 1), (1e-2, 1), (1, 1.001)])
def test_kl_of_exponentials(a, b):
    exact = of.kl_exponentials(a, b)
    assert kl(exponential(a), exponential(b)) == pytest.approx(exact, rel=1e-9)


def test_kl_of_nearly_equal_gaussians_to_1e_16_nats():
    for shift in (1e-3, 1e-4, 1e-5, 1e-8):
        assert kl(Normal(0), Normal(shift)) == pytest.approx(shift**2 / 2, rel=1e-9, abs=2e-16)


INTERVALS = [(0, 1, 0, 2), (0, 1, 0.5, 1.5), (0, 1, 1, 2), (0, 1, 2, 3), (0, 3, 1, 1.5)]


@pytest.mark.parametrize("four", INTERVALS, ids=str)
def test_uniforms(four):
    p, q = Uniform(*four[:2]), Uniform(*four[2:])
    assert kl(p, q) == pytest.approx(of.kl_uniforms(*four), rel=1e-12)
    assert kl(q, p) == pytest.approx(of.kl_uniforms(*four[2:], *four[:2]), rel=1e-12)
    assert jensen_shannon(p, q) == pytest.approx(of.jsd_uniforms(*four), rel=1e-12)


@pytest.mark.parametrize("four", PARAMETERS, ids=str)
def test_jsd_of_cauchys(four):
    p, q = Cauchy(*four[:2]), Cauchy(*four[2:])
    assert jensen_shannon(p, q) == pytest.approx(of.jsd_cauchys(*four), rel=1e-9)


@pytest.mark.parametrize("shift", [1e-6, 0.1, 1.0, 5.0, 100.0])
def test_total_variation_of_equal_widths(shift):
    for scale in (0.3, 4.0):
        normals = total_variation(Normal(1, scale), Normal(1 + shift, scale))
        cauchys = total_variation(Cauchy(1, scale), Cauchy(1 + shift, scale))
        assert normals == pytest.approx(of.tv_normals(1, 1 + shift, scale), rel=1e-9)
        assert cauchys == pytest.approx(of.tv_cauchys(1, 1 + shift, scale), rel=1e-9)


# The same numbers by scipy.integrate.quad, from nothing but pdf().

MIXED = {
    "mixture, Gaussian": (Mixture([-2.0, 1.0], 0.5, [0.3, 0.7]), Normal(0, 1.5)),
    "Cauchy, Gaussian": (Cauchy(0, 1), Normal(1, 2)),
    "Student, Laplace": (StudentT(4), laplace(1, 1)),
    "Irwin-Hall, Cauchy": (IrwinHall(0, 1), Cauchy(1, 0.5)),
    "exponential, Student": (exponential(1), StudentT(2, 1)),
    "uniform, mixture": (Uniform(-1, 1), Mixture([-1.0, 1.0], 0.3)),
}


def by_scipy(integrand):
    points = [-math.inf, *np.arange(-12, 12.5, 0.5), math.inf]  # every jump and kink is a point
    return sum(
        integrate.quad(integrand, a, b, epsabs=1e-13, limit=200)[0] for a, b in pairwise(points)
    )


def plogp_q(p, q):
    return p * math.log(p / q) if p > 0 else 0.0


@pytest.mark.parametrize("pair", MIXED)
def test_agrees_with_scipy(pair):
    p, q = MIXED[pair]
    jsd = by_scipy(
        lambda x: sum(plogp_q(a(x), (p.pdf(x) + q.pdf(x)) / 2) for a in (p.pdf, q.pdf)) / 2
    )
    tv = by_scipy(lambda x: abs(p.pdf(x) - q.pdf(x)) / 2)
    assert jensen_shannon(p, q) == pytest.approx(jsd, abs=1e-10)
    assert total_variation(p, q) == pytest.approx(tv, abs=1e-9)
    if pair not in ("Cauchy, Gaussian", "Student, Laplace"):  # these need more than pdf()
        theirs = by_scipy(lambda x: plogp_q(p.pdf(x), q.pdf(x)))
        assert kl(p, q) == pytest.approx(theirs, rel=1e-9)


def test_kl_of_student_from_gaussian_is_its_entropy_and_its_moment():
    """KL(p || N(0, 1)) = -H(p) + log(2 pi) / 2 + E[x^2] / 2, with E[x^2] = nu / (nu - 2)."""
    from scipy import stats

    for nu in (2.2, 3.0, 10.0):
        exact = -stats.t(nu).entropy() + math.log(2 * math.pi) / 2 + nu / (nu - 2) / 2
        assert kl(StudentT(nu), Normal()) == pytest.approx(exact, rel=1e-8)


# Infinite where mathematics says so.


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Normal(), Uniform(-8, 8)),  # 1e-15 of the mass lies outside
        (Uniform(0, 1), Uniform(2, 3)),
        (Cauchy(), Normal()),
        (StudentT(2), Normal()),  # by a hair: E[x^2] diverges as a logarithm
        (StudentT(1), exponential(1)),
        (Normal(), exponential(1)),
        (Uniform(0, 1), Density1D(lambda x: np.where(x < 0.5, 2.0, 0.0), 0, 1)),
    ],
)
def test_kl_is_infinite(p, q):
    assert kl(p, q) == math.inf


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Uniform(0, 1), Uniform(2, 3)),
        (Uniform(0, 1), Uniform(1, 2)),
        (IrwinHall(0, 1), IrwinHall(6, 1)),
        (Normal(0, 1), Normal(1000, 1)),
        (exponential(1), Uniform(-2, -1)),
        (Mixture([0.0, 10.0], 0.01), Mixture([5.0, 20.0], 0.01)),
    ],
)
def test_supports_that_do_not_meet(p, q):
    assert jensen_shannon(p, q) == pytest.approx(LOG2, abs=1e-13)
    assert jensen_shannon(p, q) == pytest.approx(jensen_shannon(q, p), abs=1e-15)
    assert total_variation(p, q) == pytest.approx(1, abs=1e-13)


# 0 for equal densities, however they are written.


def test_equal_densities_in_other_words():
    same = [
        Normal(1, 2),
        Mixture([1.0, 1.0], 2),
        Density1D(lambda x: np.exp(-(((x - 1) / 2) ** 2) / 2) / math.sqrt(8 * math.pi), -99, 99),
    ]
    for p in same:
        for q in same[:2]:
            assert 0 <= kl(p, q) < 1e-14
            assert 0 <= jensen_shannon(p, q) < 1e-14


# What cannot be answered is refused.


def test_underflow_is_not_taken_for_zero():
    """A pdf that is 0 at 39 standard deviations: zero, or too small for a float?"""

    def bell(x):
        return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    without_log = Density1D(bell, -math.inf, math.inf)
    with pytest.raises(InputError, match="expected logpdf, or a finite end of the support"):
        kl(StudentT(3), without_log)
    with_log = Density1D(
        bell, -math.inf, math.inf, logpdf=lambda x: -x * x / 2 - math.log(2 * math.pi) / 2
    )
    assert kl(StudentT(3), with_log) == pytest.approx(kl(StudentT(3), Normal()), rel=1e-12)
    assert jensen_shannon(StudentT(3), without_log) == pytest.approx(
        jensen_shannon(StudentT(3), Normal()), rel=1e-12
    )
    assert kl(StudentT(3), Density1D(bell, -38, 38)) == math.inf  # it ends there: zero


class Broken:
    """Half a Gaussian's mass, a whole one's, or worse."""

    def __init__(self, factor):
        self.factor = factor

    def pdf(self, x):
        return self.factor * Normal().pdf(x)

    def interval(self):
        return -9.0, 9.0


@pytest.mark.parametrize("divergence", [kl, jensen_shannon, total_variation])
@pytest.mark.parametrize(
    ("factor", "message"), [(0.5, "integrates to 1"), (-1, ">= 0"), (math.nan, ">= 0")]
)
def test_broken_densities_are_refused_on_either_side(divergence, factor, message):
    for pair in ((Broken(factor), Normal()), (Normal(), Broken(factor))):
        with pytest.raises(InputError, match=message):
            divergence(*pair)
    assert divergence(Broken(1), Normal()) == pytest.approx(0, abs=1e-14)


def test_what_has_no_answer_is_refused_not_guessed():
    linear = Density1D(lambda x: 2 * x, 0, 1)
    assert kl(Uniform(0, 1), linear) == pytest.approx(1 - LOG2, rel=1e-12)
    with pytest.raises(InputError, match="not settled near x = 0"):
        of.integral(Uniform(0, 1), linear, lambda at: at.p**2 / at.q)  # 1 / 2x
    with pytest.raises(InputError, match="both directions"):
        of.integral(Normal(), Normal(), lambda at: np.where(at.x > 0, math.inf, -math.inf))
    with pytest.raises(InputError, match="one coordinate"):
        kl(ring(), ring())


def test_half_and_half_is_a_density():
    m = HalfAndHalf(Normal(0, 1), Cauchy(3))
    x = np.array([-3.0, 0.0, 4.0])
    np.testing.assert_allclose(m.pdf(x), (Normal().pdf(x) + Cauchy(3).pdf(x)) / 2)
    np.testing.assert_allclose(np.exp(m.logpdf(x)), m.pdf(x), rtol=1e-14)
    np.testing.assert_allclose(m.cdf(x), (Normal().cdf(x) + Cauchy(3).cdf(x)) / 2)
    assert m.interval() == (-math.inf, math.inf)
    assert repr(m) == f"HalfAndHalf({Normal(0, 1)!r}, Cauchy(location=3.0, scale=1.0))"
    assert repr(Density1D(np.ones_like, 0, 1)) == "Density1D(ones_like, 0.0, 1.0)"


# Peaks that are far away, or narrow, and atoms.


def bump(x, mean, std):
    return np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))


class FarPeak:
    """A Gaussian of mass 1 - 9e-7, and one of 9e-7, a million away, which nothing points at."""

    def pdf(self, x):
        return (1 - 9e-7) * bump(x, 0, 1) + 9e-7 * bump(x, 1e6, 0.01)

    def interval(self):
        return -math.inf, math.inf


def test_a_peak_that_was_missed_is_refused_and_is_counted_if_it_is_named():
    with pytest.raises(InputError, match=r"FarPeak: .* to 1, got 0.9999991 \(narrow peaks"):
        kl(FarPeak(), Normal())
    named = FarPeak()
    named.breakpoints = lambda: [-4, 0, 4, *(1e6 + 0.01 * np.arange(-9, 10, 3))]
    log_ratio = math.log(9e-7 / 0.01) + 1e12 / 2  # of the far peak, nearly: log p - log q
    assert kl(named, Normal()) == pytest.approx(9e-7 * log_ratio, rel=1e-9)


def test_a_narrow_mixture_of_far_modes_is_no_reason_to_refuse():
    p, q = Mixture([0, 1e6], 0.01), Normal(0, 1e5)
    at_0, at_1 = q.pdf(np.array([0, 1e6]))  # q hardly changes across a mode
    t, w = np.polynomial.hermite_e.hermegauss(60)
    lost = sum(
        0.5 * w / math.sqrt(2 * math.pi) @ np.log1p(q_at / (0.5 * bump(0.01 * t, 0, 0.01)))
        for q_at in (at_0, at_1)
    )
    x = np.linspace(-0.12, 0.12, 200_001)
    of_q = np.trapezoid(at_0 * np.log1p(0.5 * bump(x, 0, 0.01) / at_0), x)
    assert jensen_shannon(p, q) == pytest.approx(LOG2 - (lost + of_q) / 2, abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_no_pair_of_built_in_densities_is_refused(seed):
    rng = np.random.default_rng(seed)

    def draw():
        mean, std = rng.choice([0, 1, -1]) * 10 ** rng.uniform(-6, 6), 10 ** rng.uniform(-6, 6)
        return [
            lambda: Normal(mean, std),
            lambda: Uniform(mean, mean + std),
            lambda: IrwinHall(mean, std),
            lambda: Mixture([mean, mean + std * 10 ** rng.uniform(-6, 6)], std, [0.999, 0.001]),
            lambda: Cauchy(mean, std),
            lambda: StudentT(rng.uniform(0.6, 5), mean, std),
        ][rng.integers(6)]()

    p, q = draw(), draw()
    jsd, tv = jensen_shannon(p, q), total_variation(p, q)
    assert 0 <= tv**2 / 2 - 1e-9 <= jsd + 1e-9 <= LOG2 * tv + 2e-9  # Lin 1991; Pinsker


class Atomic:
    """Half of a uniform on (0, 1), and an atom of 1/2 at a point."""

    def __init__(self, at):
        self.atoms = [(at, 0.25), (at, 0.25)]

    def pdf(self, x):
        return np.where((x >= 0) & (x <= 1), 0.5, 0.0)

    def interval(self):
        return 0.0, 1.0


def test_an_atom_is_what_no_density_has():
    p, q, uniform = Atomic(0.5), Atomic(0.25), Uniform(0, 1)
    assert kl(p, uniform) == math.inf
    assert kl(uniform, p) == pytest.approx(LOG2, abs=1e-12)
    # m is 3/4 on (0, 1) and 1/4 at the atom
    jsd = (math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * LOG2) / 2
    assert jensen_shannon(uniform, p) == pytest.approx(jsd, abs=1e-12)
    assert jensen_shannon(p, q) == pytest.approx(0.5 * LOG2, abs=1e-12)
    assert jensen_shannon(p, p) == 0
    assert total_variation(p, uniform) == pytest.approx(0.5, abs=1e-12)
    assert total_variation(p, q) == pytest.approx(0.5, abs=1e-12)
    with pytest.raises(InputError, match="expected densities, got atoms in <"):
        of.integral(p, uniform, lambda at: at.p)
