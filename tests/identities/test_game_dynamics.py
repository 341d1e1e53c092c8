"""The identities of games in motion can fail."""

import numpy as np

from minigan.identities import game_dynamics
from minigan.identities.game_dynamics import identities
from minigan.theory import bilinear_game as games
from minigan.theory import function_space, mode_collapse


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


def test_a_wrong_slope_breaks_lines(monkeypatch):
    def too_steep(logit):
        return 1.1 * right(logit)

    right = function_space.slope
    monkeypatch.setattr(function_space, "slope", too_steep)
    monkeypatch.setattr(game_dynamics, "slope", too_steep)
    lines = " ".join(broken())
    assert "eta = 1" in lines
    assert "dC/dp_g" in lines
    assert "2 KL" in lines


def test_a_wrong_value_breaks_lines(monkeypatch):
    def half_forgotten(p_data, p_g, logit):
        return right(p_data, p_g, logit) + 0.1 * float(p_g @ p_g)  # no longer linear in p_g

    right = function_space.value
    monkeypatch.setattr(game_dynamics, "value", half_forgotten)
    lines = " ".join(broken())
    assert "U(mixture" in lines
    assert "U(p_g, D) <= C(G)" in lines


def test_a_wrong_game_breaks_lines(monkeypatch):
    def gauss_seidel_lost(start, eta, steps):
        return games.simultaneous(start, eta, steps)

    monkeypatch.setattr(games, "alternating", gauss_seidel_lost)
    assert any("x^2 + y^2 - eta x y" in line for line in broken())
    monkeypatch.setattr(games, "extragradient", gauss_seidel_lost)
    assert any("extragradient" in line for line in broken())
    monkeypatch.setattr(games, "optimistic", gauss_seidel_lost)
    assert any("optimistic" in line for line in broken())


def test_a_wrong_best_response_breaks_lines(monkeypatch):
    monkeypatch.setattr(mode_collapse, "best_response", lambda a: np.eye(a.size)[a.argmin()])
    lines = " ".join(broken())
    assert "argmin_G" in lines
    assert "min_G V(G, D)" in lines
