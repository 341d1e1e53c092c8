"""The gradients of Algorithm 1 against PyTorch's, and what they leave alone."""

# ruff: noqa: SIM300 (J_D and the like are symbols, no constants)

import numpy as np
import pytest

from minigan import Dropout, Linear, Sequential, Tanh, costs
from minigan.training.steps import (
    discriminator_gradients,
    generator_gradients,
    simultaneous_gradients,
)

M = 6
COSTS = pytest.mark.parametrize("name", costs.GENERATOR_COSTS)


@pytest.fixture
def game(rng):
    """G, D, x, z with widths 2 -> 3 -> 1, tanh inside, and stale gradients."""
    G = Sequential([Linear(2, 4), Tanh(), Linear(4, 3)], seed=1, dtype="float64")
    D = Sequential([Linear(3, 5), Tanh(), Linear(5, 1)], seed=2, dtype="float64")
    G.grads[...], D.grads[...] = np.nan, np.nan
    return G, D, rng.normal(size=(M, 3)), rng.normal(size=(M, 2))


def torch_net(torch, net, x):
    """The same network on PyTorch: output, and the leaf of its parameters."""
    theta = torch.tensor(net.params, requires_grad=True)
    first, _, last = net.layers
    W1, b1, W2, b2 = theta.split([first.W.size, first.b.size, last.W.size, last.b.size])
    hidden = torch.tanh(x @ W1.view(first.W.shape) + b1)
    return hidden @ W2.view(last.W.shape) + b2, theta


def pytorchs(torch, game, name):
    """J_D, J_G and the gradients of each with respect to its own player."""
    G, D, x, z = game
    fake, theta_G = torch_net(torch, G, torch.tensor(z))
    a_fake, theta_D = torch_net(torch, D, fake)
    W1, b1, W2, b2 = theta_D.split([15, 5, 5, 1])
    a_real = torch.tanh(torch.tensor(x) @ W1.view(3, 5) + b1) @ W2.view(5, 1) + b2
    D_real, D_fake = torch.sigmoid(a_real), torch.sigmoid(a_fake)
    J_D = -D_real.log().mean() / 2 - (1 - D_fake).log().mean() / 2
    J_G = {
        "minimax": (1 - D_fake).log().mean() / 2,
        "non-saturating": -D_fake.log().mean() / 2,
        "max-likelihood": -(D_fake / (1 - D_fake)).mean() / 2,
    }[name]
    (dD,) = torch.autograd.grad(J_D, theta_D, retain_graph=True)
    (dG,) = torch.autograd.grad(J_G, theta_G)
    return J_D.item(), J_G.item(), dD.numpy(), dG.numpy()


def test_the_discriminators_gradient_is_pytorchs(game, torch, rng):
    G, D, x, z = game
    J_D, a_real, a_fake = discriminator_gradients(G, D, x, z, rng)
    expected, _, dD, _ = pytorchs(torch, game, "minimax")
    assert J_D == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(D.grads, dD, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(a_real, D(x), rtol=1e-15)
    np.testing.assert_allclose(a_fake, D(G(z)), rtol=1e-15)


@COSTS
def test_the_generators_gradient_through_d_is_pytorchs(game, name, torch, rng):
    G, D, _, z = game
    J_G, a_fake = generator_gradients(G, D, z, costs.generator_cost(name), rng)
    _, expected, _, dG = pytorchs(torch, game, name)
    assert J_G == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(G.grads, dG, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(a_fake, D(G(z)), rtol=1e-15)


@COSTS
def test_both_gradients_at_once_are_pytorchs(game, name, torch, rng):
    G, D, x, z = game
    J_D, J_G, _, _ = simultaneous_gradients(G, D, x, z, costs.generator_cost(name), rng)
    expected = pytorchs(torch, game, name)
    assert (J_D, J_G) == pytest.approx(expected[:2], rel=1e-13)
    np.testing.assert_allclose(D.grads, expected[2], rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(G.grads, expected[3], rtol=1e-11, atol=1e-14)


@COSTS
def test_both_gradients_at_once_are_the_two_taken_one_after_the_other(game, name, rng):
    G, D, x, z = game
    cost = costs.generator_cost(name)
    simultaneous_gradients(G, D, x, z, cost, rng)
    dG, dD = G.grads.copy(), D.grads.copy()
    generator_gradients(G, D, z, cost, rng)
    discriminator_gradients(G, D, x, z, rng)
    assert np.array_equal(G.grads, dG)
    assert np.array_equal(D.grads, dD)


def test_no_step_moves_a_parameter_and_each_leaves_the_other_players_gradients(game, rng):
    G, D, x, z = game
    before = G.params.copy(), D.params.copy()
    discriminator_gradients(G, D, x, z, rng)
    assert np.isnan(G.grads).all()
    D.grads[...] = 7
    generator_gradients(G, D, z, costs.minimax_cost, rng)
    assert np.all(D.grads == 7)
    assert np.array_equal(G.params, before[0])
    assert np.array_equal(D.params, before[1])


def test_real_and_generated_minibatches_may_differ_in_size(game, torch, rng):
    G, D, x, z = game
    J_D, a_real, a_fake = discriminator_gradients(G, D, x, z[:2], rng)
    expected, _, dD, _ = pytorchs(torch, (G, D, x, z[:2]), "minimax")
    assert (len(a_real), len(a_fake)) == (M, 2)
    assert J_D == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(D.grads, dD, rtol=1e-11, atol=1e-14)


def test_real_and_generated_examples_meet_masks_of_their_own():
    same = Sequential([Linear(1, 64, weights=lambda rng, shape: np.ones(shape))], dtype="float64")
    D = Sequential([Dropout(0.5), Linear(64, 1, bias=0.1)], seed=1, dtype="float64")
    z = np.ones((M, 1))
    _, a_real, a_fake = discriminator_gradients(same, D, same(z), z, np.random.default_rng(0))
    assert np.unique(np.concatenate([a_real, a_fake])).size == 2 * M


def test_simultaneous_gradients_share_one_dropout_mask_on_the_generated_examples():
    G = Sequential([Linear(2, 8)], seed=1, dtype="float64")
    D = Sequential([Dropout(0.5), Linear(8, 1)], seed=2, dtype="float64")
    data = np.random.default_rng(3)
    x, z = data.normal(size=(M, 8)), data.normal(size=(M, 2))
    cost = costs.non_saturating_cost
    _, J_G, _, a_fake = simultaneous_gradients(G, D, x, z, cost, np.random.default_rng(4))
    assert J_G == cost(a_fake)[0]
    rng = np.random.default_rng(4)  # the masks again: first for x, then for G(z)
    D.layers[0].draw(rng, (8, M))
    kept = D.layers[0].draw(rng, (8, M)).T
    expected = z.T @ (cost(a_fake)[1] * D.layers[1].W.T * kept * 2)
    np.testing.assert_allclose(G.layers[0].dW, expected, rtol=1e-12, atol=1e-15)
