"""All conditionals with one set of parameters: masks, what D's message reaches, exact laws."""

import numpy as np
import pytest

import minigan as mg
from minigan.base.randomness import generator
from minigan.variants import gaussian_parts as parts
from minigan.variants.missing_parts import (
    Masks,
    MissingPartsDiscriminatorTurn,
    MissingPartsGeneratorTurn,
    fill_in,
)


def test_masks_are_every_set_but_the_empty_one_equally_often():
    M = Masks(3).sample(70_000, generator(0))
    sets, counts = np.unique(M @ [1, 2, 4], return_counts=True)
    assert sets.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert abs(counts - 10_000).max() < 5 * 10_000**0.5


def test_what_is_given_stays_and_does_not_leak():
    """Entries outside of S are x's own; those in S do not depend on what x had there."""
    rng = np.random.default_rng(0)
    G = mg.Sequential([mg.Linear(9, 5), mg.Tanh(), mg.Linear(5, 3)], seed=1, dtype="float64")
    x, z = rng.normal(size=(2, 7, 3))
    M = Masks(3).sample(7, rng).astype(float)
    filled, _ = fill_in(G, x, M, z)
    assert np.array_equal(filled[M == 0], x[M == 0])
    other, _ = fill_in(G, x + 100 * M, M, z)
    assert np.array_equal(other, filled)


def test_exact_conditionals_are_those_of_a_regression_on_many_draws():
    x = parts.Correlated().sample(400_000, generator(1)).astype(np.float64)
    A = np.column_stack([x[:, :2], np.ones(len(x))])
    slope, rest, *_ = np.linalg.lstsq(A, x[:, 2], rcond=None)
    given = np.array([0.7, -1.2, 99.0])
    law = parts.exact_conditional(given, np.array([0, 0, 1]))
    assert law.mean[0] == pytest.approx(A[0, 2] * slope[2] + given[:2] @ slope[:2], abs=0.02)
    assert law.covariance[0, 0] == pytest.approx(rest[0] / len(x), rel=0.01)


def test_kl_of_gaussians_is_a_mean_of_log_ratios():
    from scipy.stats import multivariate_normal as normal

    p = parts.Conditional(np.array([0.3, -0.2]), np.array([[0.5, 0.2], [0.2, 0.8]]))
    q = parts.Conditional(np.zeros(2), np.eye(2))
    x = normal(*p).rvs(400_000, random_state=0)
    ratio = normal(*p).logpdf(x) - normal(*q).logpdf(x)
    assert parts.kl_gaussians(p, q) == pytest.approx(ratio.mean(), abs=5 * ratio.std() / 632)
    assert parts.kl_gaussians(p, p) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("turn", [MissingPartsDiscriminatorTurn, MissingPartsGeneratorTurn])
def test_networks_of_other_widths_are_refused(turn):
    G, D = mg.Sequential([mg.Linear(4, 2)]), mg.Sequential([mg.Linear(4, 1)])
    with pytest.raises(mg.InputError, match="3 n -> n and D of 2 n -> 1, got 4 -> 2 and 4"):
        turn(G, D)


@pytest.mark.parametrize(("n", "said"), [(0, "n: expected"), (31, "at most 30 entries, got 31")])
def test_masks_of_a_width_out_of_range_are_refused(n, said):
    with pytest.raises(mg.InputError, match=said):
        Masks(n)


def learned(seed):
    """Scores of the network of a game of 3,000 steps."""
    game = parts.gaussian_parts_game(3000, seed)
    for _ in game.play(3000):
        pass
    return parts.scores(game.networks["G"])


@pytest.mark.slow
def test_one_network_learns_all_seven():
    found = [learned(seed) for seed in (12, 13, 14)]
    assert np.median([np.mean(one["kl"]) for one in found]) < 0.15  # seed 12: .22 or .11, by kernel
    kl, ignoring = (
        np.median([one[name][:6] for one in found], axis=0) for name in ("kl", "ignoring")
    )
    assert (kl < ignoring / 2).all()
