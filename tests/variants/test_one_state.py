"""A GAN as an actor-critic with one state."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_cost
from minigan.variants import one_state


@pytest.mark.parametrize("seed", [0, 3])
def test_critics_find_D_star_and_policy_gradients_are_those_of_divergences(seed):
    found = one_state.gaps(seed)
    assert len(found) == 5
    assert max(found.values()) < 1e-10


def test_the_critics_cost_has_the_gradients_it_says():
    assert check_cost(one_state.critic_cost, seeds=range(3)).passed


def test_the_actors_step_along_dQ_dx_is_the_generators_turn():
    """Deterministic policy gradient, both factors by differences: E[d log D/dx dG/dtheta]."""
    G = mg.Sequential([mg.Linear(1, 3), mg.Tanh(), mg.Linear(3, 1)], seed=1, dtype="float64")
    D = mg.Sequential([mg.Linear(1, 4), mg.Tanh(), mg.Linear(4, 1)], seed=2, dtype="float64")
    z, h = np.array([[0.3], [-1.2]]), 1e-6
    mg.GeneratorTurn(G, D).gradients(None, z)

    def Q(x):
        return -np.logaddexp(0, -D(x))

    slope = (Q(G(z) + h) - Q(G(z) - h)) / (2 * h)
    for i in (0, 5, 9):
        ends = []
        for step in (-h, h):
            G.params[i] += step
            ends.append(G(z))
            G.params[i] -= step
        policy_gradient = (slope * (ends[1] - ends[0]) / (2 * h)).mean()
        assert G.grads[i] == pytest.approx(-policy_gradient / 2, rel=1e-6)


def test_the_least_rewarded_outcome_loses_probability():
    p_data, p_g = np.array([0.2, 0.3, 0.5]), np.array([0.5, 0.3, 0.2])
    for reward in one_state.REWARDS:
        gradient = one_state.policy_gradient(p_data, p_g, reward)
        assert gradient[0] < 0 < gradient[2]
        assert abs(gradient.sum()) < 1e-15


def test_an_outcome_without_probability_is_refused():
    with pytest.raises(mg.InputError, match=r"^p_g: expected every outcome to have a prob"):
        one_state.policy_gradient(np.array([0.5, 0.5]), np.array([1.0, 0.0]), "log D")
