"""Which divergence, which Gaussian; and maximum likelihood as the minimum of a divergence."""

import math

import numpy as np
import pytest

from minigan import InputError, Mixture, Normal
from minigan.theory.divergences import jensen_shannon, kl
from minigan.theory.which_kl import (
    DIVERGENCES,
    average_log_likelihood,
    divergence,
    empirical,
    fit,
    moments,
    most_likely,
    record,
)

TWO = Mixture([-2.0, 2.0], 0.7)
UNEQUAL = Mixture([-1.0, 2.0], 0.8, [0.3, 0.7])
STARTS = [Normal(-2, 0.7), Normal(2, 0.7), Normal(0.1, 2)]
EVERY = pytest.mark.parametrize("name", DIVERGENCES)


@EVERY
@pytest.mark.parametrize("q", [Normal(0, 2.0), Normal(1.5, 0.8), Normal(-1, 1.2)])
def test_divergences_are_those_of_the_adaptive_quadrature(name, q):
    adaptive = {"forward": kl(TWO, q), "reverse": kl(q, TWO), "jsd": jensen_shannon(TWO, q)}
    assert divergence(name, TWO, q) == pytest.approx(adaptive[name], abs=1e-9)


@EVERY
def test_where_the_model_can_be_right_every_divergence_finds_it(name):
    only, *others = fit(name, Mixture([0.7], 1.3), [Normal(0, 1), Normal(3, 2)])
    assert others == []
    assert only == pytest.approx((0.7, 1.3, 0), abs=1e-5)


def test_maximum_likelihood_takes_the_mean_and_the_variance():
    for data, mean, variance in (
        (TWO, 0.0, 0.49 + 4.0),
        (UNEQUAL, 1.1, 0.64 + 0.3 * 2.1**2 + 0.7 * 0.9**2),
    ):
        target = moments(data)
        assert (target.mean, target.std) == pytest.approx((mean, math.sqrt(variance)), abs=1e-10)
        (found,) = fit("forward", data, STARTS)  # one minimum, from wherever one starts
        assert found[:2] == pytest.approx((mean, math.sqrt(variance)), abs=1e-6)


def test_the_other_direction_takes_one_mode_or_the_other():
    best, second, *rest = fit("reverse", TWO, STARTS)
    assert abs(best.mean) == pytest.approx(2, abs=0.05)
    assert best.mean == pytest.approx(-second.mean, abs=1e-5)
    assert best.std == pytest.approx(0.7, abs=0.05)
    assert best.divergence == pytest.approx(second.divergence, abs=1e-9)
    assert best.divergence < math.log(2)
    for broad in rest:  # covering both is a local minimum too, and a higher one
        assert abs(broad.mean) < 0.01
        assert broad.divergence > best.divergence


def test_jsd_covers_near_modes_and_gives_up_a_far_one():
    assert abs(fit("jsd", TWO, STARTS)[0].mean) < 1e-4
    far = [Normal(-3.5, 0.7), Normal(3.5, 0.7), Normal(0.1, 3.5)]
    assert abs(fit("jsd", Mixture([-3.5, 3.5], 0.7), far)[0].mean) == pytest.approx(3.5, abs=0.01)


@EVERY
def test_what_is_found_is_a_minimum(name):
    for found in fit(name, UNEQUAL, STARTS):
        for step in (-0.02, 0.02):
            for near in (
                Normal(found.mean + step, found.std),
                Normal(found.mean, found.std + step),
                Normal(found.mean + step, found.std - step),
            ):
                assert divergence(name, UNEQUAL, near) > found.divergence


def test_the_lowest_comes_first_and_each_once():
    found = fit("reverse", TWO, [*STARTS, *STARTS])
    values = [one.divergence for one in found]
    assert values == sorted(values)
    assert len(found) == 3


def test_an_unknown_divergence_is_refused():
    for function, last in ((divergence, Normal()), (fit, STARTS)):
        with pytest.raises(InputError, match="expected one of forward, reverse, jsd"):
            function("backward", TWO, last)


def test_cells_are_those_the_data_fell_into():
    seen = record(np.array([0.05, 0.12, 0.19, 0.31]), 0.1)
    assert seen.edges == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    np.testing.assert_array_equal(seen.cell, [1, 2, 2, 4])
    np.testing.assert_array_equal(empirical(seen), [0, 0.25, 0.5, 0, 0.25, 0])
    probability = Normal().cdf(0.2) - Normal().cdf(0.1)
    only = seen._replace(cell=np.array([2]))
    assert average_log_likelihood(only, Normal()) == pytest.approx(math.log(probability))


def test_one_number_has_no_most_likely_gaussian():
    with pytest.raises(InputError, match="std"):
        most_likely(np.array([1.0, 1.0]))
