"""The identities of games in motion can fail."""

import numpy as np

from minigan.identities import game_dynamics
from minigan.identities.game_dynamics import identities
from minigan.theory import function_space


def broken(seed=0):
    return [line.statement for line in identities(seed) if not line.holds]


def test_the_reach_is_met_with_room():
    line = next(iter(identities(3)))
    assert "20 starts" in line.statement
    assert line.left <= 1e-9


def test_a_step_that_is_drawn_aside_breaks_lines(monkeypatch):
    def drawn_aside(p_g, gradient, eta):
        return right(p_g, gradient + 0.01 * np.linspace(0, 1, p_g.size), eta)

    right = function_space.mirror_step
    monkeypatch.setattr(function_space, "mirror_step", drawn_aside)
    monkeypatch.setattr(game_dynamics, "mirror_step", drawn_aside)
    monkeypatch.setattr(function_space.descend, "__defaults__", (0.5, 1e-10, 200))
    lines = " ".join(broken())
    assert "JSD = 0" in lines
    assert "largest rise" in lines
    assert "eta = 1" in lines
