"""Every planted bug in a cost is caught, and the message says what is wrong."""

import numpy as np
import pytest

from minigan.base.numerics import sigmoid, softplus
from minigan.checks import GradientError, check_cost
from minigan.costs import discriminator_cost, minimax_cost, non_saturating_cost


def forgets_the_mean(a_fake):
    J, da = non_saturating_cost(a_fake)
    return J, da * a_fake.size


def wrong_sign(a_fake):
    J, da = non_saturating_cost(a_fake)
    return J, -da


def forgets_the_half(a_fake):
    J, da = minimax_cost(a_fake)
    return J, 2 * da


def sigmoid_of_the_wrong_side(a_fake):
    J, _ = non_saturating_cost(a_fake)
    return J, -sigmoid(a_fake) / (2 * a_fake.size)


def divides_by_the_other_batch(a_real, a_fake):
    J, da_real, da_fake = discriminator_cost(a_real, a_fake)
    return J, da_real, da_fake * a_fake.size / a_real.size


def wrong_sign_on_fake(a_real, a_fake):
    J, da_real, da_fake = discriminator_cost(a_real, a_fake)
    return J, da_real, -da_fake


def one_example_forgotten(a_fake):
    J, da = non_saturating_cost(a_fake)
    da[3] = 0
    return J, da


def swaps_its_gradients(a_real, a_fake):
    J, da_real, da_fake = discriminator_cost(a_real, a_fake)
    return J, da_fake, da_real


def one_gradient_only(a_real, a_fake):
    J, da_real, _ = discriminator_cost(a_real, a_fake)
    return J, da_real


def value_for_each_example(a_fake):
    return softplus(-a_fake), -sigmoid(-a_fake)


def flat_gradient(a_fake):
    J, da = non_saturating_cost(a_fake)
    return J, da.ravel()


def float64_gradient(a_fake):
    J, da = non_saturating_cost(a_fake)
    return J, da * np.float64(1)


def logits_in_place(a_fake):
    np.clip(a_fake, -2, 2, out=a_fake)
    return non_saturating_cost(a_fake)


COST_BUGS = [
    (forgets_the_mean, r"d J / d a_fake\[\d, 0\]: the gradient gives"),
    (wrong_sign, r"d J / d a_fake\[\d, 0\]: .*\(relative error 2e\+00\)"),
    (forgets_the_half, r"d J / d a_fake\[\d, 0\]: .*\(relative error 5e-01\)"),
    (sigmoid_of_the_wrong_side, r"d J / d a_fake\[\d, 0\]"),
    (divides_by_the_other_batch, r"d J / d a_fake\[\d, 0\]: .*\(relative error 3e-01\)"),
    (wrong_sign_on_fake, r"d J / d a_fake\[\d, 0\]"),
    (one_example_forgotten, r"d J / d a_fake\[3, 0\]: the gradient gives 0,"),
    (swaps_its_gradients, r"expected a gradient at a_real of float32 \(5, 1\)"),
    (one_gradient_only, r"expected a tuple of a number and 2 gradient"),
    (value_for_each_example, r"expected a tuple of a number"),
    (flat_gradient, r"expected a gradient at a_fake of float32 \(5, 1\), got numpy float32 \(5,\)"),
    (float64_gradient, r"of float32 \(5, 1\), got numpy float64"),
    (logits_in_place, "a_fake is modified in place"),
]


@pytest.mark.parametrize(("cost", "message"), COST_BUGS, ids=[c.__name__ for c, _ in COST_BUGS])
def test_cost_bug_is_caught_and_named(cost, message):
    with pytest.raises(GradientError, match=f"^{cost.__name__}: .*{message}"):
        check_cost(cost)
