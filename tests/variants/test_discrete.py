"""Discrete outputs: samples, gradients against enumeration, and what published code got wrong."""

from itertools import product

import numpy as np
import pytest

import minigan as mg
from minigan import InputError
from minigan.base.numerics import softplus
from minigan.checks import GradientError, check_turn
from minigan.theory.binned import js_masses
from minigan.variants import strings
from minigan.variants.discrete import (
    ConcreteTurn,
    Embedding,
    ReinforceTurn,
    StraightThroughTurn,
    StringDiscriminatorTurn,
    gumbel,
    one_hot,
    softmax,
)

LOGITS = np.array([0.3, -1.0, 2.0, 0.5])
COSTS = np.array([0.7, 0.1, 1.3, 0.4])


def players(positions=2, symbols=3, dtype="float32"):
    G = mg.Sequential([mg.Linear(2, positions * symbols)], seed=0, dtype=dtype)
    layers = [mg.Linear(positions * symbols, 5), mg.Tanh(), mg.Linear(5, 1)]
    return G, mg.Sequential(layers, seed=1, dtype=dtype)


# Samples.


def test_the_largest_of_l_plus_g_is_a_sample_of_softmax_l():
    """chainer/chainerrl PR #104: a wrong sign of g; vithursant/VAE-Gumbel-Softmax #1: two softmax.

    softmax(l + g) and softmax(log softmax(l) + g) are the same (YongfeiYan/Gumbel_Softmax_VAE #3).
    """
    rows = np.broadcast_to(LOGITS, (100_000, 4))
    g = gumbel(rows, np.random.default_rng(0))
    p = softmax(LOGITS)
    frequencies = one_hot(rows + g).mean(axis=0)
    assert np.abs(frequencies - p).max() < 5 * np.sqrt(0.25 / 100_000)
    np.testing.assert_allclose(softmax(rows + g), softmax(np.log(p) + g), rtol=1e-12)
    assert g.mean() == pytest.approx(np.euler_gamma, abs=0.02)  # of Gumbel's distribution


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("U", [0.0, 1 - 2.0**-24])
def test_noise_is_finite_at_the_ends_of_the_generator(dtype, U):
    """Torch's first version had an epsilon (pytorch PR #3341), later ones NaN at 0 (#22442)."""

    class Ends:
        def random(self, shape, dtype):
            return np.full(shape, U, dtype)

    assert np.isfinite(gumbel(np.zeros((2, 3), dtype), Ends())).all()


# Gradients.


@pytest.mark.parametrize("b", [0.0, 0.5, strings.best_baseline(LOGITS, COSTS)])
def test_reinforce_has_the_exact_mean_and_variance_by_enumeration(b):
    p, eye = softmax(LOGITS), np.eye(4)
    gradients = (COSTS - b)[:, None] * (eye - p)
    exact = strings.exact_gradient(LOGITS, COSTS)
    np.testing.assert_allclose(p @ gradients, exact, atol=1e-15)
    variance = p @ ((gradients - exact) ** 2).sum(axis=1)
    assert strings.reinforce_variance(LOGITS, COSTS, b) == pytest.approx(variance, rel=1e-12)
    h = 1e-6 * np.eye(4)
    numeric = [(softmax(LOGITS + d) - softmax(LOGITS - d)) @ COSTS / 2e-6 for d in h]
    np.testing.assert_allclose(exact, numeric, atol=1e-9)


def test_no_other_constant_has_less_variance_than_the_best_baseline():
    best = strings.best_baseline(LOGITS, COSTS)
    least = strings.reinforce_variance(LOGITS, COSTS, best)
    for b in (best - 0.01, best + 0.01, 0.0, softmax(LOGITS) @ COSTS):
        assert strings.reinforce_variance(LOGITS, COSTS, b) > least


def test_the_turns_mean_over_all_strings_is_the_gradient_of_the_expected_cost():
    """All 9 strings, weighted by p(x): what the turn estimates, through G's parameters."""
    G, D = players(dtype="float64")
    z = np.array([[0.4, -1.1]])
    p = softmax(G(z).reshape(2, 3))
    mean = np.zeros_like(G.grads)
    for i, j in product(range(3), repeat=2):
        G.zero_grads()
        ReinforceTurn(G, D, 3, baseline=0.2).gradients(Chosen([i, j], G(z).reshape(1, 2, 3)), z=z)
        mean += p[0, i] * p[1, j] * G.grads

    def J():
        q = softmax(G(z).reshape(2, 3))
        strings_ = [np.eye(3)[[i, j]].ravel() for i, j in product(range(3), repeat=2)]
        return np.outer(*q).ravel() @ softplus(-D(np.array(strings_)))[:, 0] / 2

    for k in (0, 4, 7, 15):
        before, values = G.params[k], []
        for step in (1e-5, -1e-5):
            G.params[k] = before + step
            values.append(J())
        G.params[k] = before
        assert mean[k] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-9)


class Chosen:
    """A generator whose noise makes chosen symbols the largest of l + g."""

    def __init__(self, symbols, logits):
        self.U = np.where(np.eye(logits.shape[2])[symbols] > 0, 1 - 1e-12, 1e-3)[None]

    def random(self, shape, dtype):
        return np.broadcast_to(self.U, shape).astype(dtype)


def test_a_constant_cost_moves_nothing():
    """Without a baseline it is noise that "trains" (LantaoYu/SeqGAN #21 and #45)."""
    G, D = players()
    D.params[:] = 0
    for turn, moved in ((ReinforceTurn(G, D, 3), 0), (ReinforceTurn(G, D, 3, baseline=0), 0.01)):
        G.zero_grads()
        turn.gradients(np.random.default_rng(0), z=np.ones((16, 2), "float32"))
        assert np.abs(G.grads).max() >= moved
        assert moved or np.abs(G.grads).max() < 1e-7


def test_a_string_is_paid_for_its_own_symbols():
    """williamSYSU/TextGAN-PyTorch #62 mixed the rewards of different strings.

    Also ZiJianZhao/SeqGAN-PyTorch #14.
    """
    G, D = players(dtype="float64")
    z = np.array([[1.0, 0.0], [0.0, 1.0]])
    ReinforceTurn(G, D, 3, baseline=0).gradients(np.random.default_rng(3), z=z)
    l = G(z).reshape(2, 2, 3)  # noqa: E741
    x = one_hot(l + gumbel(l, np.random.default_rng(3)))
    f = softplus(-D(x.reshape(2, 6)))[:, 0] / 2
    by_hand = [f[i] * (x[i] - softmax(l[i])).ravel() / 2 for i in range(2)]  # z are unit vectors
    np.testing.assert_allclose(G.layers[0].dW, by_hand, rtol=1e-12)


def test_turns():
    G, D = players()
    for turn in (
        StringDiscriminatorTurn(G, D, 3),
        StringDiscriminatorTurn(G, D, 3, tau=0.5),
        ConcreteTurn(G, D, 3, tau=0.5),
        ReinforceTurn(G, D, 3),
    ):
        assert check_turn(turn, seeds=range(1)).passed


def test_straight_through_is_no_gradient_and_the_checker_says_so():
    G, D = players()
    with pytest.raises(GradientError):
        check_turn(StraightThroughTurn(G, D, 3), seeds=range(1))


def test_straight_through_takes_ds_slope_at_the_hard_symbols():
    G, D = players(dtype="float64")
    z, rng = np.array([[1.0, 0.0]]), np.random.default_rng
    StraightThroughTurn(G, D, 3, tau=0.7).gradients(rng(5), z=z)
    l = G(z).reshape(1, 2, 3)  # noqa: E741
    y = softmax((l + gumbel(l, rng(5))) / 0.7)
    a, cache = D.forward(one_hot(y).reshape(1, 6))
    dy = D.backward(-0.5 / (1 + np.exp(a)), cache, param_grads=False).reshape(2, 3)
    jacobians = [np.diag(p) - np.outer(p, p) for p in y[0]]
    by_hand = np.concatenate([J @ d / 0.7 for J, d in zip(jacobians, dy, strict=True)])
    np.testing.assert_allclose(G.layers[0].dW[0], by_hand, rtol=1e-10)


# Strings and points.


def test_the_chain_and_its_marks():
    chain = strings.MarkovChain()
    assert chain.masses.sum() == pytest.approx(1)
    assert js_masses(chain.masses, np.full(64, 1 / 64)) == pytest.approx(0.2686, abs=5e-5)
    alone = strings.independent(chain.masses)
    assert js_masses(chain.masses, alone) == pytest.approx(0.1221, abs=5e-5)
    x = chain.sample(50_000, np.random.default_rng(0))
    frequencies = (x @ strings.ONE_HOT.T == 3).mean(axis=0)
    assert np.abs(frequencies - chain.masses).max() < 0.01
    marginals = (x.mean(axis=0)[:, None] * strings.ONE_HOT.T).T.reshape(64, 3, 4).sum(axis=2)
    np.testing.assert_allclose(alone, marginals.prod(axis=1), atol=0.01)


def test_masses_of_a_g_are_means_of_products():
    symbols = softmax(np.random.default_rng(0).standard_normal((5, 3, 4)))
    by_hand = [np.mean([p[0, i] * p[1, j] * p[2, k] for p in symbols]) for i, j, k in strings.ALL]
    np.testing.assert_allclose(strings.mean_masses(symbols), by_hand, rtol=1e-12)


def test_points_mean_the_string_that_they_are_made_of():
    chain, E = strings.MarkovChain(), np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    embedding = Embedding(E, chain)
    points = embedding.sample(40, np.random.default_rng(0))
    x = chain.sample(40, np.random.default_rng(0))
    assert points.shape == (40, 6)
    moved = points + np.random.default_rng(1).uniform(-0.9, 0.9, points.shape)
    assert np.array_equal(embedding.nearest(moved).reshape(40, 12), x)


# Bad input.


@pytest.mark.parametrize("tau", [0, -1, np.nan, "cold"])
def test_a_temperature_that_is_none_is_refused(tau):
    for turn in (ConcreteTurn, StraightThroughTurn, StringDiscriminatorTurn):
        with pytest.raises(InputError, match=r"^tau: expected"):
            turn(*players(), 3, tau=tau)


def test_a_temperature_is_given_by_name():
    """nec-research/tf-imle #1 handed it over by position, as another number."""
    with pytest.raises(TypeError):
        ConcreteTurn(*players(), 3, 0.5)


def test_other_bad_input():
    with pytest.raises(InputError, match=r"symbols: expected a divisor of D's width 6, got 4"):
        ReinforceTurn(*players(), 4)
    with pytest.raises(InputError, match=r"symbols: expected a whole number >= 2"):
        ReinforceTurn(*players(), 1)
    with pytest.raises(InputError, match="baseline"):
        ReinforceTurn(*players(), 3, baseline="mean")
    with pytest.raises(InputError, match="batch: expected 2"):
        turn = ReinforceTurn(*players(dtype="float64"), 3)
        turn.gradients(np.random.default_rng(0), z=np.ones((1, 2)))
