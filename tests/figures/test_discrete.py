"""The figure of discrete outputs: bias against variance, and the strings that are learned."""

from itertools import pairwise

import pytest

from minigan.figures import discrete
from minigan.figures.discrete import TAUS, Discrete, compare


@pytest.fixture(scope="module")
def gradients():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discrete, "SAMPLES", 20_000)
        return compare(0)


def test_reinforce_is_right_in_the_mean_with_the_variance_of_the_formula(gradients):
    for name, one in gradients.items():
        if name.startswith("REINFORCE"):
            assert one.bias < 4 * one.error
            assert one.variance == pytest.approx(one.formula, rel=0.06)
    plain, mean, best = (gradients[f"REINFORCE, {b}"] for b in ("b = 0", "b = E f", "best b"))
    assert plain.formula > 5 * mean.formula >= 5 * best.formula


def test_the_bias_of_concrete_falls_with_the_temperature_and_its_variance_rises(gradients):
    falling = [gradients[f"concrete, tau = {tau:g}"] for tau in TAUS]
    assert all(a.bias > b.bias + b.error for a, b in pairwise(falling[:4]))
    assert all(a.variance < b.variance for a, b in pairwise(falling))
    through = gradients["straight-through, tau = 0.1"]
    assert through.bias > 5 * through.error


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 10])
def test_every_way_learns_what_independent_symbols_cannot(seed):
    report = Discrete(seed).play().numbers()
    for name, one in report["gradients"].items():
        if name.startswith("REINFORCE"):
            assert one["variance"] == pytest.approx(one["formula"], rel=0.02)
    for way in report["learned"].values():
        assert way["median"] <= 0.04 < report["independent"] / 3
