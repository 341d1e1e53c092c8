"""A statement holds when its two sides are as near as they may differ, and never with NaN."""

import math

import pytest

from minigan.identities.identity import Identity


def identity(left, right, relation="=", tolerance=1e-3):
    return Identity("a statement", "a source", left, right, tolerance, relation)


@pytest.mark.parametrize(
    ("left", "relation", "right", "residual"),
    [
        (1.0, "=", 1.25, 0.25),
        (1.25, "=", 1.0, 0.25),
        (1.0, "<=", 1.25, 0.0),
        (1.25, "<=", 1.0, 0.25),
        (1.0, ">=", 1.25, 0.25),
        (1.25, ">=", 1.0, 0.0),
        (math.inf, "=", math.inf, 0.0),
        (-math.inf, "<=", 1.0, 0.0),
        (math.inf, "<=", 1.0, math.inf),
    ],
)
def test_the_residual_is_what_is_missing_from_the_claim(left, relation, right, residual):
    assert identity(left, right, relation).residual == residual
    assert identity(left, right, relation).holds == (residual == 0)


@pytest.mark.parametrize("relation", ["=", "<=", ">="])
@pytest.mark.parametrize("sides", [(math.nan, 1.0), (1.0, math.nan), (math.nan, math.nan)])
def test_nothing_holds_of_nan(relation, sides):
    assert not identity(*sides, relation).holds
    assert math.isnan(identity(*sides, relation).residual)


@pytest.mark.parametrize("relation", ["=", "<="])
def test_a_claim_may_be_missed_by_its_tolerance_and_no_more(relation):
    assert identity(1.5, 1.0, relation, tolerance=0.5).holds
    assert not identity(1.5, 1.0, relation, tolerance=0.49).holds


def test_infinities_of_different_sign_are_not_equal():
    assert not identity(math.inf, -math.inf).holds
