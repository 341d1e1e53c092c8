"""Gradient penalties: a linear D in closed form, finite differences, the usual slips."""

import numpy as np
import pytest

import minigan as mg
from minigan import InputError
from minigan.checks import GradientError, check_turn
from minigan.variants.gradient_penalty import (
    PENALTIES,
    PenalisedDiscriminatorTurn,
    add_penalty,
    between,
    one_centred,
)

X = np.random.default_rng(1).standard_normal((5, 3))
W = np.array([0.3, -1.1, 0.4])
EXACT = {
    "R1": (W @ W / 2, W),
    "one-centred": (
        (np.linalg.norm(W) - 1) ** 2,
        2 * (np.linalg.norm(W) - 1) * W / np.linalg.norm(W),
    ),
}


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_linear_d_in_closed_form(penalty):
    D = mg.Sequential([mg.Linear(3, 1)], dtype="float64")
    D.params = np.append(W, 0.7)
    value, gradient = EXACT[penalty]
    assert add_penalty(D, X, PENALTIES[penalty], 3.0) == pytest.approx(value, abs=1e-12)
    assert D.grads == pytest.approx(np.append(3 * gradient, 0), abs=1e-12)


def players(*hidden):
    G = mg.Sequential([mg.Linear(2, 3)], seed=1, dtype="float64")
    layers = [mg.Linear(3, 6), *hidden, mg.Linear(6, 1)]
    return G, mg.Sequential(layers, seed=2, dtype="float64")


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("hidden", [mg.Tanh(), mg.Softplus(), mg.LeakyReLU(0.2), mg.Dropout(0.7)])
def test_turns_are_right(penalty, hidden):
    turn = PenalisedDiscriminatorTurn(*players(hidden), penalty, weight=2.0)
    assert check_turn(turn, seeds=range(2)).passed


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_gradient_of_0_is_no_nan(penalty):
    _, D = players(mg.Tanh())
    D.params = 0
    P = add_penalty(D, X, PENALTIES[penalty])
    assert (P > 0) == (penalty != "R1")
    assert not D.grads.any()
    g = np.zeros((2, 3))
    g[0, 1] = 2
    assert one_centred(g)[1].tolist() == [[0, 1, 0], [0, 0, 0]]


def test_a_point_between_two_examples_has_one_number_an_example():
    x, x_fake = np.zeros((50, 4)), np.arange(1.0, 5.0) * np.ones((50, 1))
    t = between(x, x_fake, np.random.default_rng(0)) / x_fake
    assert np.ptp(t, axis=1).max() < 1e-15
    assert 0 <= t.min() < 0.1 and 0.9 < t.max() <= 1


def test_the_first_gradient_of_the_penalty_alone_is_caught():
    """The derivative at the wrong variable: u . dg/dx, through backward once more."""

    class Wrong(PenalisedDiscriminatorTurn):
        def gradients(self, rng, z, x):
            found = mg.DiscriminatorTurn(self.G, self.D).gradients(rng, z, x)
            a, cache = self.D.forward(x)
            P, _ = PENALTIES["R1"](self.D.backward(np.ones_like(a), cache))
            return {"J_D": found["J_D"] + P}

    with pytest.raises(GradientError, match=r"d J_D / d D\."):
        check_turn(Wrong(*players(mg.Tanh()), "R1"), seeds=[0])


def test_what_cannot_be_penalised_is_one_line():
    for options, message in (
        ({"penalty": "R3"}, "penalty: expected one of R1, one-centred, got 'R3'"),
        ({"weight": -1}, r"weight: expected a finite number >= 0, got -1"),
    ):
        with pytest.raises(InputError, match=f"^{message}"):
            PenalisedDiscriminatorTurn(*players(mg.Tanh()), **options)
    G, _ = players()
    D = mg.Sequential([mg.Linear(3, 6), mg.BatchNorm(6), mg.Linear(6, 1)], dtype="float64")
    with pytest.raises(
        InputError, match=r"^D: expected layers that say mixes = False, .* BatchNor"
    ):
        PenalisedDiscriminatorTurn(G, D)
