"""Both players' gradients in every recipe, theta_G's through D, against finite differences."""

import numpy as np
import pytest

from minigan.checks import check_game
from minigan.images import RECIPES

from .helpers import small_rows


def check(name, seeds, **options):
    G, D = RECIPES[name].players(small_rows(name, n=2), seed=0)
    # D starts so small that a gradient for G would be lost in rounding; far from sure, though,
    # for G makes large numbers where it is linear, and a sure D sends no gradient either.
    scale = 0.1 if name.startswith("cifar10") else 0.5
    D.params += scale * np.random.default_rng(1).standard_normal(len(D.params))
    assert check_game(G, D, batch=3, seeds=range(seeds), **options).passed


@pytest.mark.parametrize("name", RECIPES)
def test_gradients_are_those_of_finite_differences(name):
    check(name, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_gradients_at_many_points(name):
    check(name, 20)
