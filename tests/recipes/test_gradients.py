"""Both players' gradients in every recipe, theta_G's through D, against finite differences."""

import numpy as np
import pytest

from minigan.checks import check_game
from minigan.fast.gradients import FastGradients
from minigan.recipes import RECIPES

from .helpers import small_rows


def check(name, seeds, **options):
    G, D = RECIPES[name].players(small_rows(name, n=2), seed=0)
    # D starts from weights up to 0.005: so few units would send G a gradient lost in rounding.
    scale = 0.1 if name == "cifar10-convolutional" else 0.5
    D.params += scale * np.random.default_rng(1).standard_normal(len(D.params))
    assert check_game(G, D, batch=3, seeds=range(seeds), **options).passed


@pytest.mark.parametrize("name", RECIPES)
def test_gradients_are_those_of_finite_differences(name):
    check(name, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_gradients_at_many_points_by_the_passes_that_train(name):
    check(name, 20, gradients=FastGradients)
