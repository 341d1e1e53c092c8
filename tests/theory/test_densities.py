"""Densities agree with scipy.stats into their tails; what is no density is refused."""

import math

import numpy as np
import pytest
from scipy import stats

from minigan import InputError, IrwinHall, Mixture, Normal, Uniform
from minigan.theory.densities import Cauchy, Density1D, StudentT, knots, log_density, support

ORACLES = {
    "Normal": (Normal(1, 0.5), stats.norm(1, 0.5)),
    "Cauchy": (Cauchy(-2, 3), stats.cauchy(-2, 3)),
    "Student t(3)": (StudentT(3, 1, 2), stats.t(3, 1, 2)),
    "Student t(0.7)": (StudentT(0.7), stats.t(0.7)),
    "Uniform": (Uniform(-1, 2), stats.uniform(-1, 3)),
}


@pytest.mark.parametrize(("ours", "scipys"), ORACLES.values(), ids=ORACLES)
def test_log_density_is_scipys(ours, scipys):
    x = np.concatenate([np.linspace(-30, 30, 601), [-1e6, 1e6]])
    np.testing.assert_allclose(log_density(ours, x), scipys.logpdf(x), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("which", ["Cauchy", "Student t(3)", "Student t(0.7)"])
def test_heavy_tails_keep_their_digits_on_both_sides(which):
    ours, scipys = ORACLES[which]
    x = np.array([-1e12, -1e4, -3.0, 0.0, 2.5, 1e4, 1e12])
    np.testing.assert_allclose(ours.pdf(x), scipys.pdf(x), rtol=1e-12)
    np.testing.assert_allclose(ours.cdf(x), scipys.cdf(x), rtol=1e-11)
    np.testing.assert_allclose(ours.sf(x), scipys.sf(x), rtol=1e-11)
    assert ours.interval() == (-math.inf, math.inf)
    assert np.isfinite(log_density(ours, np.array([1e60, -1e60]))).all()


def test_mixture_has_a_logarithm_where_its_density_underflows():
    law = Mixture([-1.0, 2.0], std=0.1, weights=[0.25, 0.75])
    x = np.array([-50.0, 0.5, 100.0])
    # Far out one mode is all there is: its weight, and its Gaussian.
    far = stats.norm(-1, 0.1).logpdf(-50) + math.log(0.25)
    assert law.pdf(x[0]) == 0
    assert log_density(law, x)[0] == pytest.approx(far, rel=1e-14)
    assert log_density(law, x)[1] == pytest.approx(math.log(law.pdf(0.5)), rel=1e-13)


def test_gaussians_live_on_the_whole_line_and_bounded_laws_do_not():
    assert support(Normal()) == support(Mixture([0.0], 1)) == (-math.inf, math.inf)
    assert support(IrwinHall()) == (-3, 3)
    assert support(Density1D(lambda x: 2 * x, 0, 1)) == (0, 1)


def exponential(rate):
    return Density1D(lambda x: rate * np.exp(-rate * x), 0, math.inf)


@pytest.mark.parametrize("rate", [1e-2, 1.0, 50.0])
def test_density_of_your_own(rate):
    law = exponential(rate)
    x = np.array([-1.0, 0.0, 0.3, 2.0, 1e3, math.inf])
    np.testing.assert_allclose(law.cdf(x), stats.expon(scale=1 / rate).cdf(x), atol=2e-13)
    np.testing.assert_allclose(law.pdf(x), stats.expon(scale=1 / rate).pdf(x), rtol=1e-13)
    assert law.cdf(0.3) == law.cdf(x)[2]
    assert law.interval() == (0, math.inf)


def test_breakpoints_find_a_narrow_peak():
    def peak(x):
        return stats.norm.pdf(x, 123.4, 1e-5)

    law = Density1D(peak, -math.inf, math.inf, breakpoints=[123.4 - 1e-4, 123.4, 123.4 + 1e-4])
    assert law.cdf(123.4) == pytest.approx(0.5, abs=1e-9)
    with pytest.raises(InputError, match=r"integrates to 1, got 0 \(narrow peaks"):
        Density1D(peak, -math.inf, math.inf)


def test_one_breakpoint_is_the_middle_of_a_net():
    law = Density1D(lambda x: stats.norm.pdf(x, 1e6, 0.05), -math.inf, math.inf, [1e6])
    assert law.cdf(1e6) == pytest.approx(0.5, abs=1e-9)
    assert law.breakpoints() == [1e6]


def test_steps_and_roots_are_densities_too():
    steps = Density1D(lambda x: np.where(x < 0.3, 2.0, 4 / 7), 0, 1)
    assert steps.cdf(0.3) == pytest.approx(0.6, abs=1e-12)
    arcsine = Density1D(lambda x: 1 / (math.pi * np.sqrt(x * (1 - x))), 0, 1)
    assert arcsine.cdf(0.25) == pytest.approx(1 / 3, abs=1e-6)


REFUSED = {
    "half the mass": (lambda x: np.full_like(x, 0.5), 0, 1, "integrates to 1, got 0.5"),
    "mass 1 + 1e-5": (lambda x: np.full_like(x, 1 + 1e-5), 0, 1, "integrates to 1, got 1.00001"),
    "infinite mass": (lambda x: 1 / x, 1, math.inf, "integrates to 1, got inf"),
    "infinite at 0": (lambda x: 1 / x, 0, 1, "not settled near x = 0"),
    "negative": (lambda x: 1 + 2 * np.sin(2 * math.pi * x), 0, 1, "pdf finite and >= 0, got -"),
    "NaN": (lambda x: np.where(x > 0.5, np.nan, 1.0), 0, 1, "pdf finite and >= 0, got nan"),
    "inf": (lambda x: np.where(x > 0.5, np.inf, 1.0), 0, 1, "pdf finite and >= 0, got inf"),
    "shape": (lambda x: np.ones(3), 0, 1, "expected pdf of shape"),
    "empty interval": (lambda x: np.ones_like(x), 1, 1, "interval low < high"),
    "NaN interval": (lambda x: np.ones_like(x), math.nan, 1, "interval low < high"),
}


@pytest.mark.parametrize(("pdf", "low", "high", "message"), REFUSED.values(), ids=REFUSED)
def test_no_density(pdf, low, high, message):
    with pytest.raises(InputError, match=message):
        Density1D(pdf, low, high)


def test_mass_within_the_tolerance_is_accepted():
    Density1D(lambda x: np.full_like(x, 1 + 5e-9), 0, 1)
    with pytest.raises(InputError, match=r"integrates to 1, got 1\.00000005"):
        Density1D(lambda x: np.full_like(x, 1 + 5e-8), 0, 1)


def test_breakpoints_and_logpdf_are_checked():
    with pytest.raises(InputError, match="breakpoint: expected a finite number"):
        Density1D(lambda x: np.ones_like(x), 0, 1, breakpoints=[math.nan])
    with pytest.raises(InputError, match="expected logpdf = log pdf"):
        Density1D(lambda x: 2 * x, 0, 1, logpdf=lambda x: np.log(x))


def test_logpdf_is_minus_infinity_outside():
    law = Density1D(lambda x: 2 * x, 0, 1, logpdf=lambda x: np.log(2 * x))
    np.testing.assert_array_equal(log_density(law, np.array([-1.0, 1.5])), [-math.inf] * 2)


@pytest.mark.parametrize("thing", [lambda x: x, 3.0, None])
def test_things_without_pdf_and_interval(thing):
    with pytest.raises(InputError, match=r"expected pdf\(x\) and interval\(\)"):
        knots(thing)


def test_a_density_that_returns_another_shape():
    class Column(Normal):
        def pdf(self, x):
            return super().pdf(x)[:, None]

    class Wrapped:
        pdf = Column().pdf

    with pytest.raises(InputError, match=r"Wrapped: expected a density of shape \(3,\)"):
        log_density(Wrapped(), np.zeros(3))


@pytest.mark.parametrize("bad", [{"scale": 0}, {"scale": -1}, {"location": math.inf}])
def test_parameters_of_heavy_tails(bad):
    for make in (Cauchy, lambda **kw: StudentT(3, **kw)):
        with pytest.raises(InputError):
            make(**bad)
    with pytest.raises(InputError, match="freedom"):
        StudentT(0.3)
