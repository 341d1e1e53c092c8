"""Every planted bug in a layer is caught, and the message says what is wrong."""

import numpy as np
import planted_layers as planted
import pytest
from planted_layers import bug

from minigan import Dropout, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from minigan.checks import GradientError, check_layer, check_network

# (layer, what the message must say): which Jacobian entry, or which part of the contract.
BUGS = [
    (planted.WrongSign(4, 3), r"d y\[\d, \d\] / d x\[\d, \d\]: backward gives"),
    (
        bug(planted.Formulas, "Transposed", of_x=lambda self, dy, x: dy @ self.W)(4, 4),
        r"d y\[\d, \d\] / d x\[\d, \d\]",
    ),
    (
        bug(planted.Formulas, "BiasMissing", of_b=lambda self, dy, x: 0)(4, 3),
        r"/ d b\[\d\]: backward gives 0, finite .* give 1 ",
    ),
    (
        bug(planted.Formulas, "BiasMean", of_b=lambda self, dy, x: dy.mean(axis=0))(4, 3),
        r"/ d b\[\d\]: backward gives 0.2, finite .* give 1 ",
    ),
    (
        bug(planted.Formulas, "WeightMean", of_W=lambda self, dy, x: x.T @ dy / len(x))(4, 3),
        r"/ d W\[\d, \d\]: .* \(relative error 8e-01\)",
    ),
    (planted.OneWeightOffByAThousandth(4, 3), r"d y\[\d, 2\] / d W\[1, 2\]: .* error 1e-03"),
    (planted.GradsOverwritten(4, 3), "two passes do not leave the sum"),
    (planted.ParamGradsIgnored(4, 3), "param_grads=False changes grads"),
    (planted.NothingWithoutParamGrads(4, 3), "param_grads=False, gives another dx"),
    (
        bug(
            planted.Formulas, "DxOfWrongShape", of_x=lambda self, dy, x: (dy @ self.W.T).sum(axis=0)
        )(4, 3),
        r"dx of shape \(4,\) for x of \(5, 4\)",
    ),
    (planted.DecaysItsWeights(4, 3), "changes the parameters"),
    (planted.StateOnSelf(4, 3), "two passes open at once, .* direction in W.* kept on self"),
    (planted.StateOnSelfElementwise(), "two passes open at once, .* direction in x.* kept on self"),
    (planted.CachesFirstInFirstOut(), "float32 dy gives float64 dx|kept on self"),
    (planted.CachesLastInFirstOut(), "two passes open at once, .* kept on self"),
    (planted.ForwardRemembers(), "two forward passes with the same x, parameters and rng differ"),
    (planted.LeakySlopeOff(0.2), "backward gives 0.2001, finite differences give 0.2 .*5e-04"),
    (
        bug(LeakyReLU, "NegativeSideForgotten", rule=lambda self, dy, c: dy * (c == 1))(0.2),
        "gives 0, finite differences give 0.2 .*1e[+]00",
    ),
    (
        bug(ReLU, "ReLUAlwaysOn", forward=lambda self, x, **_: (np.maximum(x, 0), x >= x))(),
        "backward gives 1, finite differences give 0 ",
    ),
    (
        bug(ReLU, "ReLUInPlace", forward=lambda self, x, **_: (np.maximum(x, 0, out=x), x > 0))(),
        "forward modifies x",
    ),
    (planted.DyInPlace(), "backward modifies dy"),
    (planted.CacheInPlace(), "backward modifies its cache"),
    (planted.Float64Forward(), "float32 x gives float64 y"),
    (planted.Float64Backward(), "float32 dy gives float64 dx"),
    (
        bug(Sigmoid, "Precedence", rule=lambda self, dy, y: dy * (y * 1 - y))(),
        r"d y\[(\d), (\d)\] / d x\[\1, \2\]: backward gives 0,",
    ),
    (
        bug(Sigmoid, "PrecedenceWithDy", rule=lambda self, dy, y: dy * y * 1 - y)(),
        r"d y\[\d, \d\] / d x\[\d, \d\]",
    ),
    (planted.TanhNotSquared(), r"d y\[(\d), (\d)\] / d x\[\1, \2\]"),
    (planted.SwishTermMissing(), r"d y\[(\d), (\d)\] / d x\[\1, \2\]"),
    (
        bug(
            Dropout,
            "MaskForgotten",
            rule=lambda self, dy, c: dy if c[1] is None else dy / self.keep,
        )(0.5),
        "gives 2, finite differences give 0 .*train=True",
    ),
    (
        bug(
            Dropout,
            "ScaleForgotten",
            rule=lambda self, dy, c: dy if c[1] is None else dy * (c[1] > 0),
        )(0.5),
        "gives 1, finite differences give 2 .*train=True",
    ),
    (planted.DropoutFreshMask(0.5), r"d y\[(\d), (\d)\] / d x\[\1, \2\].*train=True"),
    (planted.DropoutOwnRandomNumbers(0.5), "draw random numbers from rng only"),
    (
        bug(
            Dropout,
            "ScaledAtTestTime",
            rule=lambda self, dy, c: dy * (self.keep if c[1] is None else c[1]),
        )(0.5),
        "gives 0.5, finite differences give 1 .*train=False",
    ),
    (planted.WinnerOfAnotherUnit(4, 3, pieces=3), r"d y\[\d, \d\] / d x\[\d, \d\]"),
    (planted.PiecesInOtherOrder(4, 3, pieces=3), r"d y\[\d, \d\] / d x\[\d, \d\]"),
    (
        bug(Tanh, "NoTrain", forward=lambda self, x: (x, x))(),
        r"expected forward\(self, x, \*, train=True.*, got forward\(x\)",
    ),
    (
        bug(Tanh, "NoParamGrads", backward=lambda self, dy, cache: dy)(),
        r"expected backward\(self.*param_grads=True\), got backward",
    ),
    (
        bug(Tanh, "NoCache", forward=lambda self, x, *, train=True, rng=None: np.tanh(x))(),
        "forward returns ndarray, expected two things: y, cache",
    ),
    (planted.ForgetsToReturn(4, 3), "backward returns None, .*: return dx"),
    (planted.FlatOutput(4, 3), r"y of shape \(15,\), expected \(batch, n_out\) = \(5, 3\)"),
    (planted.WrongWidth(4, 3), r"y of shape \(5, 3\), expected \(batch, n_out\) = \(5, 4\)"),
    (planted.NoWidth(4, 3), "n_in is 4 and n_out None: give both"),
    (planted.HalfOfEachPair(4, 3, dims=2), r"d y\[\d, \d\] / d x\[\d, \d\]: backward gives"),
    (planted.SumsItsBatch(), "says mixes = False, but other rows of x change row 0 of y"),
    (planted.DrawsInForward(), "says mixes = False, but forward draws from rng"),
    (planted.NoiseAtTestTime(), "forward with train=False is random"),
    (planted.NeedsRngAtTestTime(), "forward with train=False and without rng raises"),
]


@pytest.mark.parametrize(
    ("layer", "message"), BUGS, ids=[type(layer).__name__ for layer, _ in BUGS]
)
def test_bug_is_caught_and_named(layer, message):
    with pytest.raises(GradientError, match=message) as caught:
        check_layer(layer)
    assert str(caught.value).startswith(type(layer).__name__)
    assert "seed" in str(caught.value)


def test_layer_that_draws_in_forward_and_says_that_it_mixes_is_right():
    assert check_layer(planted.MixesAndDrawsInForward()).passed


def test_every_seed_alone_catches_a_slope_that_is_off_by_a_ten_thousandth():
    for seed in range(50):
        with pytest.raises(GradientError, match=f"0.2001.*seed {seed}, "):
            check_layer(planted.LeakySlopeOff(0.2), seeds=[seed])


def test_bug_inside_a_network_is_caught_and_its_block_named():
    buggy = planted.OneWeightOffByAThousandth(8, 3, name="hidden")
    network = Sequential([Linear(4, 8), Tanh(), buggy, Tanh()], seed=0, name="D")
    with pytest.raises(GradientError, match=r"^D: d y\[\d, 2\] / d hidden.W\[1, 2\]"):
        check_network(network)


def test_bug_that_needs_wide_inputs_is_caught_at_wide_inputs():
    class ClipsItsGradient(Linear):
        def backward(self, dy, cache, *, param_grads=True):
            dx = super().backward(dy, cache, param_grads=param_grads)
            return dx * (abs(cache) < 8)

    assert check_layer(ClipsItsGradient(4, 3)).passed
    with pytest.raises(GradientError, match=r"/ d x\[\d, \d\]: backward gives 0,"):
        check_layer(ClipsItsGradient(4, 3), scale=10)


def test_layer_that_a_network_cannot_call_is_named():
    network = Sequential([Linear(3, 3), bug(Tanh, "NoTrain", forward=lambda self, x: (x, x))()])
    with pytest.raises(GradientError, match=r"NoTrain\('notrain1'\): expected forward\(self, x"):
        check_network(network)
