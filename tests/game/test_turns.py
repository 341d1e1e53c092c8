"""The turns of Algorithm 1: what they leave alone; `check_turn` holds their gradients."""

import numpy as np
import pytest

from minigan import (
    DiscriminatorTurn,
    Dropout,
    GeneratorTurn,
    InputError,
    Linear,
    Sequential,
    SimultaneousTurn,
    Tanh,
    costs,
)

M = 6


@pytest.fixture
def game(rng):
    """G, D, x, z with widths 2 -> 3 -> 1, tanh inside, and stale gradients."""
    G = Sequential([Linear(2, 4), Tanh(), Linear(4, 3)], seed=1, dtype="float64")
    D = Sequential([Linear(3, 5), Tanh(), Linear(5, 1)], seed=2, dtype="float64")
    G.grads[...], D.grads[...] = np.nan, np.nan
    return G, D, rng.normal(size=(M, 3)), rng.normal(size=(M, 2))


def taken(turn, rng=None, **drawn):
    """Figures of a turn, from gradients at zero as a game leaves them."""
    for name in turn.moves:
        turn.networks()[name].zero_grads()
    return turn.gradients(rng, **drawn)


def test_no_turn_moves_a_parameter_and_each_leaves_the_other_players_gradients(game):
    G, D, x, z = game
    before = G.params.copy(), D.params.copy()
    taken(DiscriminatorTurn(G, D), x=x, z=z)
    assert np.isnan(G.grads).all()
    D.grads[...] = 7
    taken(GeneratorTurn(G, D), z=z)
    assert np.all(D.grads == 7)
    assert np.array_equal(G.params, before[0])
    assert np.array_equal(D.params, before[1])


def test_gradients_are_added_to_what_is_there(game):
    G, D, x, z = game
    turn = DiscriminatorTurn(G, D)
    taken(turn, x=x, z=z)
    once = D.grads.copy()
    turn.gradients(None, x=x, z=z)
    np.testing.assert_allclose(D.grads, 2 * once, rtol=1e-12)


def test_minibatches_are_not_written_to(game):
    G, D, x, z = game
    x.flags.writeable = z.flags.writeable = False
    taken(SimultaneousTurn(G, D), x=x, z=z)


def test_real_and_generated_minibatches_may_differ_in_size(game):
    G, D, x, z = game
    figures = taken(DiscriminatorTurn(G, D), x=x, z=z[:2])
    found = D.grads.copy()
    D.zero_grads()
    (a_real, real), (a_fake, fake) = D.forward(x), D.forward(G(z[:2]))
    J_D, da_real, da_fake = costs.discriminator_cost(a_real, a_fake)
    D.backward(da_real, real), D.backward(da_fake, fake)
    assert figures["J_D"] == pytest.approx(J_D, rel=1e-13)
    np.testing.assert_allclose(found, D.grads, rtol=1e-11, atol=1e-14)


def test_simultaneous_gradients_share_one_dropout_mask_on_the_generated_examples():
    G = Sequential([Linear(2, 8)], seed=1, dtype="float64")
    D = Sequential([Dropout(0.5), Linear(8, 1)], seed=2, dtype="float64")
    data = np.random.default_rng(3)
    x, z = data.normal(size=(M, 8)), data.normal(size=(M, 2))
    figures = taken(SimultaneousTurn(G, D), np.random.default_rng(4), x=x, z=z)
    rng = np.random.default_rng(4)  # the masks again: first for x, then for G(z)
    D[0].draw(rng, (M, 8), np.float64)
    mask = D[0].draw(rng, (M, 8), np.float64)
    J_G, da = costs.non_saturating_cost((G(z) * mask) @ D[1].W + D[1].b)
    assert figures["J_G"] == pytest.approx(J_G, rel=1e-13)
    np.testing.assert_allclose(G[0].dW, z.T @ (da * D[1].W.T * mask), rtol=1e-12, atol=1e-15)


def test_a_turn_keeps_its_networks(game):
    G, D, _, _ = game
    turn = DiscriminatorTurn(G, D)
    with pytest.raises(InputError, match=r"DiscriminatorTurn\.D: expected the network that"):
        turn.D = D.copy()
    turn.D = D
    with pytest.raises(InputError, match="k: expected a whole number >= 1, got 0"):
        turn.k = 0


@pytest.mark.parametrize("cost", [None, 3, "wgan"])
def test_what_is_no_cost_is_refused(game, cost):
    G, D, _, _ = game
    with pytest.raises(InputError, match="D_cost: expected a function of logits, got"):
        DiscriminatorTurn(G, D, cost)
    with pytest.raises(InputError, match="cost: expected one of minimax"):
        GeneratorTurn(G, D, cost)
