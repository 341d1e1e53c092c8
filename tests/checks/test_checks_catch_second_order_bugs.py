"""Every planted bug in a layer's R is caught, and named by what moves and by what is wrong."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import GradientError, check_layer
from minigan.networks.second import has_r


class ForgottenBend(mg.Tanh):
    mixes = False

    def second(self, cache):
        return None


class BendOfWrongSign(mg.Sigmoid):
    mixes = False

    def second(self, cache):
        return -super().second(cache)


class Linear(mg.Linear):
    """With a term a method, to be forgotten."""

    mixes = False

    def of_Rdx(self, dy, Rdy, V):
        return Rdy @ self.W.T + dy @ V["W"].T

    def of_RdW(self, dy, Rdy, Rx, x):
        return Rx.T @ dy + x.T @ Rdy

    def of_Ry(self, Rx, x, V):
        return Rx @ self.W + x @ V["W"] + V["b"]

    def forward_r(self, Rx, cache, V):
        return self.of_Ry(Rx, cache, V)

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        H["W"] += self.of_RdW(dy, Rdy, Rx, cache)
        H["b"] += Rdy.sum(axis=0)
        return self.of_Rdx(dy, Rdy, V)


def bug(name, **methods):
    return type(name, (Linear,), {"mixes": False, **methods})(4, 3)


class DropoutFreshMask(mg.Dropout):
    mixes = False

    def forward_r(self, Rx, cache, V):
        return Rx * (np.random.default_rng(0).random(Rx.shape) < self.keep) / self.keep


class WinnerOfItsOwn(mg.Maxout):
    mixes = False

    def forward_r(self, Rx, cache, V):
        x, winner = cache
        return super().forward_r(Rx, (x, (winner + 1) % self.pieces), V)


BUGS = [
    (ForgottenBend(), r"backward_r gives .* for R{dx} as x moves"),
    (BendOfWrongSign(), r"backward_r gives .* for R{dx} as x moves"),
    (
        bug("VForgotten", of_Rdx=lambda self, dy, Rdy, V: Rdy @ self.W.T),
        r"backward_r gives 0 for R{dx} as W moves",
    ),
    (
        bug("RxForgotten", of_RdW=lambda self, dy, Rdy, Rx, x: x.T @ Rdy),
        r"backward_r gives 0 for R{dW} as x moves",
    ),
    (
        bug("RdyForgotten", of_RdW=lambda self, dy, Rdy, Rx, x: Rx.T @ dy),
        r"backward_r gives 0 for R{dW} as dy moves",
    ),
    (
        bug("BiasForgotten", of_Ry=lambda self, Rx, x, V: Rx @ self.W + x @ V["W"]),
        r"forward_r gives 0 for R{y} as b moves",
    ),
    (
        bug("DirectionForgotten", of_Ry=lambda self, Rx, x, V: Rx @ self.W + V["b"]),
        r"forward_r gives 0 for R{y} as W moves",
    ),
    (DropoutFreshMask(0.5), r"forward_r gives .* for R{y} as x moves"),
    (WinnerOfItsOwn(4, 3, pieces=3), r"forward_r gives .* for R{y} as x moves"),
]


@pytest.mark.parametrize(("layer", "message"), BUGS, ids=[type(one).__name__ for one, _ in BUGS])
def test_bug_is_caught_and_named(layer, message):
    with pytest.raises(GradientError, match=message):
        check_layer(layer, seeds=range(3))


def test_the_terms_together_are_right():
    assert check_layer(Linear(4, 3), seeds=range(2)).passed


def test_a_formula_of_ones_own_inherits_no_second_derivatives():
    class Doubled(mg.Linear):
        mixes = False

        def forward(self, x, *, train=True, rng=None):
            y, cache = super().forward(x)
            return 2 * y, cache

        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(2 * dy, cache, param_grads=param_grads)

    class Named(mg.Linear):
        mixes = False

    assert check_layer(Doubled(3, 2), seeds=range(2)).passed
    assert not has_r(Doubled(3, 2))
    assert has_r(Named(3, 2))
