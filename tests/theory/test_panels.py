"""Panels close in on jumps and modes; Gauss-Legendre is exact up to its degree."""

import numpy as np
import pytest

from minigan import InputError, IrwinHall, Mixture, Normal, Uniform
from minigan.theory.quadrature import density_panels, gauss_legendre

LAWS = [Uniform(-0.3, 2), Normal(1, 0.1), IrwinHall(), Mixture([-1000, 1000], 0.1)]
every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)


@every_law
def test_panels_reach_from_end_to_end_in_order(law):
    ends = density_panels(law, 100)
    assert (ends[0], ends[-1]) == law.interval()
    assert np.all(np.diff(ends) > 0)
    assert ends.size >= 101
    assert np.isin(np.linspace(*law.interval(), 101), ends).all()


@every_law
def test_on_panels_the_density_integrates_to_its_probability(law):
    ends = density_panels(law, 100)
    x, dx = gauss_legendre(ends, 3)
    mass = (law.pdf(x) * dx).reshape(-1, 3).sum(axis=1)
    np.testing.assert_allclose(mass, np.diff(law.cdf(ends)), rtol=0, atol=1.1e-10)


def test_panels_of_a_smooth_density_stay_equal():
    assert np.array_equal(density_panels(Uniform(0, 1), 8), np.linspace(0, 1, 9))


def test_panels_close_in_on_a_jump():
    class Step:
        """2 on the first third of (0, 1), 1/2 on the rest."""

        def pdf(self, x):
            return np.where(x < 1 / 3, 2.0, 0.5)

        def cdf(self, x):
            return np.where(x < 1 / 3, 2 * x, 2 / 3 + (x - 1 / 3) / 2)

        def interval(self):
            return 0.0, 1.0

    ends = density_panels(Step(), 4)
    assert ends.size < 60
    assert np.abs(ends - 1 / 3).min() < 1e-9


def test_a_pdf_and_a_cdf_that_disagree_are_refused():
    class Careless(Normal):
        """Its density is wrong in the fifth digit."""

        def pdf(self, x):
            return super().pdf(x) * (1 + 1e-5)

    with pytest.raises(InputError):
        density_panels(Careless(), 16)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_gauss_legendre_is_exact_up_to_degree_two_order_minus_one(order):
    edges = np.array([-1.0, 0.5, 0.75, 3.0])
    x, w = gauss_legendre(edges, order)
    assert x.shape == w.shape == (3 * order,)
    assert np.all(np.diff(x) > 0)
    for degree in range(2 * order):
        exact = (3.0 ** (degree + 1) - (-1.0) ** (degree + 1)) / (degree + 1)
        assert w @ x**degree == pytest.approx(exact, rel=1e-13)
