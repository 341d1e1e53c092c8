"""Checks of the exercises about the engine: layers, cost gradients, momentum, dropout."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import minigan as mg
from exercises.answers import WrongError, ask, require, same
from minigan.base.numerics import sigmoid
from minigan.checks import GradientError, check_layer


class _Swish(mg.Layer):
    """y = x sigmoid(x), with a backward of the reader's."""

    def __init__(self, backward: Callable):
        super().__init__(name="swish")
        self._backward = backward

    def forward(self, x, *, train=True, rng=None):
        return x * sigmoid(x), x

    def backward(self, dy, cache, *, param_grads=True):
        return ask(self._backward, dy, cache, shape=dy.shape).astype(dy.dtype)


def backward(answer: Callable) -> None:
    """Exercise 4: the gradient checker, on a layer with the reader's backward.

    Parameters
    ----------
    answer : callable
        (dy, x), arrays of one shape -> dx.

    Raises
    ------
    NotYetError, WrongError
    """
    rng = np.random.default_rng(4)
    dy, x = rng.standard_normal((2, 5, 3))
    dx = ask(answer, dy, x, shape=x.shape)
    if same(dx, ask(answer, np.ones_like(dy), x, shape=x.shape)):
        raise WrongError("the answer does not depend on dy: backward passes on what it is told")
    try:
        check_layer(_Swish(answer))
    except GradientError as error:
        raise WrongError(f"the gradient checker says: {error}") from error


def cost_gradient(answer: Callable) -> None:
    """Exercise 5: the gradient of the non-saturating cost at the logits, however large.

    Parameters
    ----------
    answer : callable
        Logits, array (m, 1) -> dJ/da, array (m, 1).

    Raises
    ------
    NotYetError, WrongError
    """
    a = np.random.default_rng(5).normal(0, 3, (7, 1))
    wanted = mg.non_saturating_cost(a)[1]
    require(
        ask(answer, a, shape=a.shape),
        wanted,
        "gradient at the logits",
        half=(2 * wanted, "twice the gradient: the tutorial's costs have a 1/2 (Eq. 13)"),
        mean=(7 * wanted, "m times the gradient: the cost is a mean over the minibatch"),
        both=(14 * wanted, "2 m times the gradient: the cost is 1/2 of a mean (Eq. 13)"),
        sign=(-wanted, "this is the way up; what is asked for is dJ/da, not the step"),
        other=(mg.minimax_cost(a)[1], "this is the gradient of the minimax cost (Eq. 10)"),
    )
    extreme = np.array([[-1e4], [1e4]], np.float32)
    try:
        got = ask(answer, extreme, shape=(2, 1))
    except WrongError as error:
        raise WrongError(f"right in the middle, but at logits of -1e4 and 1e4: {error}") from error
    require(got, mg.non_saturating_cost(extreme)[1], "at logits of -1e4 and 1e4, float32")


def momentum(answer: Callable) -> None:
    """Exercise 8: mg.SGD with the correction steps as PyTorch's rule does.

    Parameters
    ----------
    answer : callable
        (lr_before, lr_after) -> factor on minigan's velocity.

    Raises
    ------
    NotYetError, WrongError
    """
    for before, after in ((0.1, 0.01), (0.02, 0.05)):
        factor = float(ask(answer, before, after))
        got, wanted = _minigan_path(before, after, factor), _pytorch_path(before, after)
        require(
            got,
            wanted,
            f"parameter after the rate went from {before} to {after}",
            nothing=(
                _minigan_path(before, after, 1.0),
                "this changes nothing: the velocity still holds steps of the old rate",
            ),
            inverse=(_minigan_path(before, after, before / after), "the other way round"),
        )


def _minigan_path(before: float, after: float, factor: float) -> np.ndarray:
    """Ten steps of mg.SGD on theta^2 / 2; the rate changes, and the velocity, after five."""
    network = mg.Sequential([mg.Linear(1, 1)], dtype="float64")
    network.params = np.array([1.0, 0.0])
    optimizer = mg.SGD(network, lambda t: before if t < 5 else after, momentum=0.9)
    path = []
    for t in range(10):
        if t == 5:
            optimizer.velocity *= factor
        network.grads = network.params
        optimizer.step()
        path.append(network.params[0])
    return np.array(path)


def _pytorch_path(before: float, after: float) -> np.ndarray:
    """The same with PyTorch's rule: v <- mu v + g, theta <- theta - lr v."""
    theta, v, path = 1.0, 0.0, []
    for t in range(10):
        v = 0.9 * v + theta
        theta -= (before if t < 5 else after) * v
        path.append(theta)
    return np.array(path)


def maxout(answer: Callable) -> None:
    """Exercise 9: the winner takes dy, and where pieces tie, the first of them does.

    Parameters
    ----------
    answer : callable
        (dy, z), arrays (m, units) and (m, pieces, units) -> dz, array (m, pieces, units).

    Raises
    ------
    NotYetError, WrongError
    """
    rng = np.random.default_rng(9)
    dy, z = rng.standard_normal((6, 3)), rng.standard_normal((6, 4, 3))
    dz = ask(answer, dy, z, shape=z.shape)
    require(dz, _first_wins(dy, z), "dz, no ties")
    z = rng.integers(0, 2, z.shape).astype(float)  # two values, four pieces: many ties
    dz, wanted = ask(answer, dy, z, shape=z.shape), _first_wins(dy, z)
    if not same(dz.sum(axis=1), dy):
        raise WrongError("right without ties, but where pieces tie your dz hands out more than dy")
    require(dz, wanted, "right without ties; with ties the first of them wins. dz")


def _first_wins(dy: np.ndarray, z: np.ndarray) -> np.ndarray:
    """One number at a time, as one would explain it."""
    dz = np.zeros_like(z)
    for i, unit in np.ndindex(dy.shape):
        scores = z[i, :, unit].tolist()
        dz[i, scores.index(max(scores)), unit] = dy[i, unit]
    return dz


def dropout(answer: Callable) -> None:
    """Exercise 10: mean and variance over the two things that can happen.

    Parameters
    ----------
    answer : callable
        (x, keep) -> (mean, variance).

    Raises
    ------
    NotYetError, WrongError
    """
    # No variance here but 0 is its own square root, so that a deviation is not taken for one.
    for x, keep in ((1.0, 0.25), (-2.0, 0.4), (3.0, 0.8), (3.0, 1.0)):
        outcomes, odds = np.array([0.0, x / keep]), np.array([1 - keep, keep])
        mean = outcomes @ odds
        variance = (outcomes - mean) ** 2 @ odds
        got = ask(answer, x, keep, shape=(2,))
        if keep < 1 and same(got[0], keep * x):
            raise WrongError("the mean of x * mask alone; Dropout also divides by keep")
        if keep < 1 and same(got[1], x**2 * keep * (1 - keep)):
            raise WrongError("the variance of x * mask alone; Dropout also divides by keep")
        if keep < 1 and same(got, [mean, np.sqrt(variance)]):
            raise WrongError("this is the standard deviation; asked for is the variance")
        require(got, [mean, variance], f"(mean, variance) for x = {x}, keep = {keep}")
