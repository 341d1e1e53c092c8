"""Imitation: occupancies against simulation, policy gradients against divergences."""

import numpy as np
import pytest

from minigan.base.randomness import generator
from minigan.figures.imitation import Imitation
from minigan.theory.binned import js_masses, kl_masses
from minigan.variants import imitation as grid
from minigan.variants.discrete import softmax


@pytest.fixture(scope="module")
def theta():
    return np.random.default_rng(0).standard_normal((grid.STATES, len(grid.MOVES)))


def test_a_move_goes_where_it_says_or_slips():
    assert abs(grid.P.sum(axis=2) - 1).max() < 1e-15
    right, corner = grid.P[7, 0], grid.P[0, 3]  # up from the corner stays there, as left does
    assert right[[8, 12, 6, 2]] == pytest.approx([0.925, 0.025, 0.025, 0.025])
    assert corner[[0, 1, 5]] == pytest.approx([0.95, 0.025, 0.025])


def test_occupancy_is_that_of_simulated_steps(theta):
    pi, rng = softmax(theta), generator(1)
    counts = np.zeros_like(pi)
    s = rng.choice(grid.STATES, size=2000)
    for t in range(60):
        a = (pi[s].cumsum(axis=1) < rng.random((len(s), 1))).sum(axis=1)
        np.add.at(counts, (s, a), grid.GAMMA**t)
        s = (grid.P[s, a].cumsum(axis=1) < rng.random((len(s), 1))).sum(axis=1)
    rho = grid.occupancy(pi)
    assert rho.sum() == pytest.approx(1, abs=1e-12)
    assert abs(counts / counts.sum() - rho).max() < 1e-2
    shown = grid.visits(pi, 200, rng)
    assert shown.sum() == pytest.approx(200 * (1 - 0.9**25) / 0.1)


def test_the_expert_is_better_than_any_step_away_from_it():
    pi = grid.expert(temperature=1e-3)
    assert (grid.advantage(pi, grid.TRUE).max(axis=1) < 1e-2).all()  # Bellman: nothing is better
    assert grid.gain(grid.expert()) == pytest.approx(6.083, abs=1e-3)


@pytest.mark.parametrize("kind", ["GAIL", "AIRL"])
def test_policy_gradients_are_those_of_the_divergences(theta, kind, monkeypatch):
    monkeypatch.setattr(grid, "_LEAST", 0)
    rho_hat = grid.occupancy(grid.expert(0.5))

    def divergence(theta):
        rho = grid.occupancy(softmax(theta))
        pair = rho.ravel(), rho_hat.ravel()
        return 2 * js_masses(*pair) if kind == "GAIL" else kl_masses(*pair)

    pi = softmax(theta)
    rho = grid.occupancy(pi)
    reward = grid.reward_of(rho_hat, rho, kind)
    gradient = rho * grid.advantage(pi, reward)
    for at in ((0, 1), (7, 0), (24, 3)):
        step = np.zeros_like(theta)
        step[at] = 1e-5
        slope = (divergence(theta + step) - divergence(theta - step)) / 2e-5
        assert gradient[at] == pytest.approx(-slope, abs=1e-9)


def test_of_the_exact_expert_nothing_is_left():
    rho = grid.occupancy(grid.expert())
    start = grid.away(np.full_like(rho, 0.25), rho)
    assert grid.away(grid.imitate(rho, steps=300), rho) < start / 50


def test_cloning_copies_counts_and_is_uniform_elsewhere():
    counts = np.zeros((grid.STATES, len(grid.MOVES)))
    counts[3] = [1, 3, 0, 0]
    pi = grid.clone(counts)
    assert pi[3] == pytest.approx([0.25, 0.75, 0, 0], abs=1e-6)
    assert pi[4] == pytest.approx(np.full(4, 0.25))


@pytest.mark.slow
def test_with_few_trajectories_the_gan_beats_cloning():
    for seed in (0, 10):
        found = Imitation(seed=seed).play().numbers()
        of = found["trajectories"]
        gains = {n: {way: one["gain"] for way, one in of[n].items()} for n in of}
        assert gains["1"]["GAIL"] >= gains["1"]["cloning"] + 1.0
        assert gains["3"]["GAIL"] >= gains["3"]["cloning"] + 0.7
        assert all(gains["30"][way] >= found["expert"] - 0.15 for way in ("cloning", "GAIL"))
