"""Better z: against simulated draws, change of variables, finite differences, closed forms."""

import numpy as np
import pytest

from minigan.base.randomness import generator
from minigan.distributions import Normal
from minigan.figures.better_z import BetterZ
from minigan.theory import PushForward
from minigan.theory.binned import bin_masses, js_masses
from minigan.theory.function_space import criterion
from minigan.variants import better_z as z_of

P_DATA = bin_masses(z_of.DATA, z_of.EDGES)[1:-1]
P_DATA /= P_DATA.sum()


@pytest.fixture(scope="module")
def game():
    game = z_of.two_bells_game(100, seed=1)
    for _ in game.play(100):
        pass
    return game


@pytest.fixture(scope="module")
def laws(game):
    return z_of.slice_laws(game.G)


def test_the_slices_together_are_the_exact_p_g(game, laws):
    exact = bin_masses(PushForward(game.G, Normal()), z_of.EDGES)[1:-1]
    assert abs(laws.mean(axis=0) - exact).sum() < 1e-3


def test_the_exact_ratio_reaches_the_floor_and_accepts_c_over_M(laws):
    p_g = laws.mean(axis=0)
    r, c = z_of.ratio(P_DATA, p_g), z_of.covered(P_DATA, p_g)
    law, accepted = z_of.rejection(p_g, r)
    assert 0.1 < c < 0.999
    assert js_masses(P_DATA, law) == pytest.approx(z_of.floor(c), abs=2e-4)
    assert accepted == pytest.approx(c / r.max(), rel=1e-12)


def test_the_floor_is_that_of_a_set_and_of_one_of_two_modes():
    assert z_of.floor(1.0) == 0
    for kept in (1, 3, 4):
        law = np.repeat([1 / kept, 0], [kept, 4 - kept])
        assert z_of.floor(kept / 4) == pytest.approx(js_masses(np.full(4, 0.25), law), abs=1e-15)
    assert z_of.floor(0.5) == pytest.approx(0.2158, abs=1e-4)


def test_z_that_are_drawn_and_rejected_by_D_have_the_law_that_is_computed(game, laws):
    rng, p_g = generator(3), laws.mean(axis=0)
    a = game.D(z_of.CENTRES[:, None].astype(np.float32))[:, 0].astype(np.float64)
    law, accepted = z_of.rejection(p_g, np.exp(a), 0.95)
    M = np.sort(np.exp(game.D(game.G(Normal().sample(200_000, rng)))[:, 0]))[190_000]
    x = game.G(Normal().sample(200_000, rng))
    kept = x[rng.random(len(x)) < np.exp(game.D(x)[:, 0]) / M, 0]
    assert len(kept) / len(x) == pytest.approx(accepted, abs=0.01)
    for cut in (-2.5, -1.0, 0.0, 1.0, 2.5):
        exact = law[cut > z_of.CENTRES].sum()
        assert (kept < cut).mean() == pytest.approx(exact, abs=0.01)


def test_a_D_that_cannot_tell_changes_nothing(laws):
    p_g, same = laws.mean(axis=0), np.full(laws.shape[1], 0.7)
    for law in (z_of.rejection(p_g, same)[0], z_of.metropolis(p_g, same, 7)):
        assert law == pytest.approx(p_g, abs=1e-12)


def test_metropolis_hastings_goes_to_the_oracle(laws):
    p_g = laws.mean(axis=0)
    r = z_of.ratio(P_DATA, p_g)
    target = z_of.rejection(p_g, r)[0]
    away = [abs(z_of.metropolis(p_g, r, K) - target).sum() for K in (0, 1, 5, 20, 20_000)]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-3


def test_a_metropolis_step_is_that_of_simulated_chains():
    p_g, r, rng = np.array([0.5, 0.3, 0.2]), np.array([0.4, 1.0, 2.5]), np.random.default_rng(0)
    at, other = rng.choice(3, (2, 400_000), p=p_g)
    at = np.where(rng.random(at.size) < r[other] / r[at], other, at)
    assert np.bincount(at) / at.size == pytest.approx(z_of.metropolis(p_g, r, 1), abs=4e-3)


def test_the_slope_of_slices_is_that_of_C(laws):
    l = np.random.default_rng(0).standard_normal(len(laws)) / 3  # noqa: E741

    def C(l):  # noqa: E741
        return criterion(P_DATA, np.exp(l) / np.exp(l).sum() @ laws)

    slope = z_of.slope_of_slices(l, P_DATA, laws)
    for i in (0, 11, 31):
        step = 1e-5 * np.eye(len(l))[i]
        assert slope[i] == pytest.approx((C(l + step) - C(l - step)) / 2e-5, abs=1e-8)
    w = z_of.learned_z(P_DATA, laws, steps=200)
    assert criterion(P_DATA, w @ laws) < criterion(P_DATA, laws.mean(axis=0)) - 0.01


@pytest.mark.slow
def test_Ds_own_ratio_helps_every_game_and_no_way_passes_the_floor():
    for seed in (0, 10):
        for steps, found in BetterZ(seed=seed).play().numbers().items():
            ways = {way: np.array(one["jsd"]) for way, one in found.items()}
            assert (abs(ways["oracle, rejection"] - ways["floor(c)"]) < 2e-4).all()
            assert all((jsd > ways["floor(c)"] - 2e-4).all() for jsd in ways.values())
            assert (ways["D, rejection"] < ways["p_g as it is"]).all()
            if steps == "1000":
                assert np.median(ways["D, rejection"]) <= np.median(ways["p_g as it is"]) / 2
