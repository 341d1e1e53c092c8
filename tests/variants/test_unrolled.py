"""The unrolled GAN: finite differences through theta_G, a game in closed form, the usual slips."""

import numpy as np
import pytest

import minigan as mg
from minigan import InputError
from minigan.checks import GradientError, check_turn
from minigan.schedules import linear_ramp
from minigan.variants.inner_steps import AdamSteps
from minigan.variants.unrolled import UnrolledGeneratorTurn, UnrolledTurn

ACTIVATIONS = [mg.Tanh, mg.Softplus, mg.ReLU]


def players(activation=mg.Tanh):
    layers = [mg.Linear(3, 6), mg.Tanh(), mg.Linear(6, 2)]
    G = mg.Sequential(layers, seed=1, dtype="float64", name="G")
    layers = [mg.Linear(2, 7), activation(), mg.Linear(7, 6), activation(), mg.Linear(6, 1)]
    return G, mg.Sequential(layers, seed=2, dtype="float64", name="D")


def warm(optimizer, steps=3):
    """The optimizer after a few steps, so that it remembers something."""
    rng, params = np.random.default_rng(0), optimizer.network.params.copy()
    for _ in range(steps):
        optimizer.network.grads = 0.1 * rng.standard_normal(params.shape)
        optimizer.step()
    optimizer.network.params = params
    return optimizer


def adam(D, lr=1e-2):
    return warm(mg.Adam(D, lr, beta1=0.5))


OPTIMIZERS = {
    "SGD": lambda D: mg.SGD(D, 0.5),
    "momentum": lambda D: warm(mg.SGD(D, lambda t: 0.5 / (1 + t), linear_ramp(0.5, 0.7, 4))),
    "Adam": adam,
}


def minibatches(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal((5, 2))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("cost", ["minimax", "non-saturating"])
def test_one_backward_through_g_is_the_derivative_of_all_steps_to_1e_8(activation, name, cost):
    G, D = players(activation)
    D.params += 0.1 * np.random.default_rng(3).standard_normal(D.params.shape)
    turn = UnrolledGeneratorTurn(G, D, OPTIMIZERS[name](D), K=4, cost=cost)
    z, x = minibatches(np.random.default_rng(4))
    turn.gradients(None, z, x)
    w, start, h = np.random.default_rng(5).standard_normal(G.params.shape), G.params.copy(), 1e-4

    def value(t):
        G.params = start + t * w
        return turn.gradients(None, z, x)["J_G"]

    found = G.grads @ w
    differences = 8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))
    assert found == pytest.approx(differences / (12 * h), rel=1e-8)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_turns_are_right_and_touch_nothing_else(name):
    G, D = players()
    optimizer = OPTIMIZERS[name](D)
    before = optimizer.state()
    for kind in (UnrolledGeneratorTurn, UnrolledTurn):
        assert check_turn(kind(G, D, optimizer, K=2), seeds=[0], batch=4).passed
    z, x = minibatches(np.random.default_rng(1))
    UnrolledTurn(G, D, optimizer).gradients(None, z, x[:4])
    assert before.pop("class") == optimizer.state().pop("class")
    assert all(np.array_equal(values, optimizer.state()[name]) for name, values in before.items())


def test_random_layers_keep_their_numbers_on_the_way_back():
    G, _ = players()
    layers = [mg.GaussianNoise(0.3), mg.Maxout(2, 6, pieces=2), mg.Dropout(0.7), mg.Linear(6, 1)]
    D = mg.Sequential(layers, seed=2, dtype="float64")
    assert check_turn(UnrolledGeneratorTurn(G, D, adam(D), K=2), seeds=[0]).passed


@pytest.mark.parametrize("cost", ["minimax", "non-saturating"])
def test_k_0_is_the_ordinary_game(cost):
    G, D = players()
    z, x = minibatches(np.random.default_rng(1))
    found = {}
    for turn in (mg.SimultaneousTurn(G, D, cost), UnrolledTurn(G, D, adam(D), K=0, cost=cost)):
        G.zero_grads()
        D.zero_grads()
        found[turn] = turn.gradients(None, z, x), G.grads.copy(), D.grads.copy()
    (ordinary, *grads), (unrolled, *same) = found.values()
    assert unrolled["J_D"] == pytest.approx(ordinary["J_D"])
    # the minimax cost is -J_D here, with the half that does not depend on G
    J_G = -ordinary["J_D"] if cost == "minimax" else ordinary["J_G"]
    assert unrolled["J_G"] == pytest.approx(J_G)
    for one, other in zip(grads, same, strict=True):
        assert one == pytest.approx(other, abs=1e-15)


# The quadratic game: J_D = -(a theta phi - b phi^2 / 2), where phi_K is known.


class Weight(mg.Layer):
    """y = x W, without a bias."""

    mixes, n_in, n_out = False, 1, 1

    def parameter_shapes(self):
        return {"W": (1, 1)}

    def forward(self, x, *, train=True, rng=None):
        return x @ self.W, x

    def backward(self, dy, cache, *, param_grads=True):
        if param_grads:
            self.dW += cache.T @ dy
        return dy @ self.W.T

    def forward_r(self, Rx, cache, V):
        return Rx @ self.W + cache @ V["W"]

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        H["W"] += Rx.T @ dy + cache.T @ Rdy
        return Rdy @ self.W.T + dy @ V["W"].T


A, B, ETA, THETA, PHI = 1.3, 0.7, 0.4, 0.9, -0.5


class QuadraticTurn(UnrolledGeneratorTurn):
    """At x = z = 1 the logits are phi and theta phi."""

    @staticmethod
    def J_D(a_real, a_fake):
        J = -(A * a_fake - B * a_real**2 / 2).sum()
        return J, B * a_real, -A * np.ones_like(a_fake)

    @staticmethod
    def curvature(a_real, a_fake):
        return B * np.ones_like(a_real), np.zeros_like(a_fake)


@pytest.mark.parametrize(
    ("K", "derivative"), [(0, -0.65), (1, 0.709488), (5, 2.067172), (50, 2.172857)]
)
def test_a_quadratic_game_in_closed_form(K, derivative):
    G, D = (mg.Sequential([Weight()], dtype="float64") for _ in range(2))
    G.params, D.params = THETA, PHI
    turn = QuadraticTurn(G, D, mg.SGD(D, ETA), K=K)
    turn.gradients(None, np.ones((1, 1)), np.ones((1, 1)))
    r = (1 - ETA * B) ** K
    phi = r * PHI + (1 - r) * A * THETA / B  # phi_K
    exact = A * phi + (A * THETA - B * phi) * (1 - r) * A / B
    assert G.grads[0] == pytest.approx(exact, rel=1e-13)
    assert exact == pytest.approx(derivative, abs=1e-6)
    if K == 50:
        assert derivative == pytest.approx(A**2 * THETA / B, abs=1e-6)  # of max over phi


# Slips that published code makes.


def caught(turn, **options):
    with pytest.raises(GradientError) as error:
        check_turn(turn, seeds=[0], **options)
    return str(error.value)


def test_the_gradient_stopped_at_phi_k_is_not_that_of_its_value():
    G, D = players()
    assert "d J_G / d G." in caught(UnrolledGeneratorTurn(G, D, adam(D), K=2, stopped=True))


def test_the_real_half_of_the_minimax_cost_belongs_into_lam():
    """It is right at a given D; so the value to hold it against is that of the whole -J_D."""

    class Truncated(UnrolledGeneratorTurn):
        def _cost_there(self, D, rng, x, x_fake):
            J_G, _, _ = super()._cost_there(D, rng, x, x_fake)
            D.zero_grads()
            a_fake, cache = D.forward(x_fake, rng=rng)
            return J_G, D.backward(self.cost(a_fake)[1], cache), D.grads.copy()

    G, D = players()
    assert "d J_G / d G." in caught(Truncated(G, D, adam(D), K=2))
    assert check_turn(Truncated(G, D, adam(D), K=0), seeds=[0]).passed


def test_an_optimizer_that_moves_in_the_inner_steps_is_caught():
    class InPlace(UnrolledGeneratorTurn):
        def look_ahead(self, rng, x, x_fake):
            self.optimizer.m *= 0.9
            return super().look_ahead(rng, x, x_fake)

    G, D = players()
    assert "two calls with the same minibatch" in caught(InPlace(G, D, adam(D), K=2))


def test_where_a_second_moment_is_0_nothing_comes_back_and_no_nan():
    _, D = players()
    steps = AdamSteps(mg.Adam(D, 1e-2))
    g = np.ones_like(D.params)
    g[::2] = 0
    moves = steps.forward(g)
    assert not moves[::2].any()
    back = steps.backward(np.ones_like(g))
    assert np.isfinite(back).all()
    # at g = 0 the step -lr (m / c1) / eps still moves with g
    assert back[::2] == pytest.approx(-1e-2 / 1e-8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"K": -1}, "K: expected a whole number >= 0, got -1"),
        ({"K": 1.5}, "K: expected a whole number >= 0, got 1.5"),
        ({"cost": "maximin"}, "cost: expected one of minimax"),
    ],
)
def test_bad_options_are_one_line(change, message):
    G, D = players()
    with pytest.raises(InputError, match=f"^{message}"):
        UnrolledTurn(G, D, adam(D), **change)


def test_networks_and_optimizers_that_cannot_be_unrolled_are_one_line():
    G, D = players()

    class Other(mg.Adam):
        pass

    for optimizer in (Other(D), mg.Adam(G), "adam"):
        with pytest.raises(InputError, match=r"^optimizer: expected D's"):
            UnrolledTurn(G, D, optimizer)
    last = mg.MinibatchFeatures(4, features=2, dims=2)
    for layer, message in (
        (last, r"D: expected layers that say mixes = False, .*, got MinibatchFeatures"),
        (mg.Linear(4, 6, max_col_norm=1.0), "D: expected no max_col_norm"),
    ):
        D = mg.Sequential([mg.Linear(2, 4), layer, mg.Linear(6, 1)], dtype="float64")
        with pytest.raises(InputError, match=f"^{message}"):
            UnrolledTurn(G, D, mg.Adam(D))

    class Mixing(mg.Tanh):  # says nothing
        pass

    D = mg.Sequential([mg.Linear(2, 1), Mixing()], dtype="float64")
    with pytest.raises(InputError, match=r"^D: expected layers that say mixes = False.* Mixing"):
        UnrolledTurn(G, D, mg.Adam(D))
