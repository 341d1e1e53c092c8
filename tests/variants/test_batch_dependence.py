"""Share of the others, correlation in a minibatch: exact cases, the tables, a trained game."""

import numpy as np
import pytest

from minigan.base.randomness import Streams
from minigan.variants import batch_dependence as games


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5])
def test_correlation_is_that_of_two_samples_of_one_minibatch(rho, rng):
    m, of = 4, 40_000
    L = np.linalg.cholesky((1 - rho) * np.eye(m) + rho)
    y = 3 + (L @ rng.standard_normal((of, 2, m, 1)))[..., 0].swapaxes(1, 2)
    assert games.correlation(y) == pytest.approx(rho, abs=0.01)


@pytest.mark.parametrize("m", [4, 8])
def test_share_of_the_others_is_that_of_a_known_mixing(m, rng):
    class Mixes:
        """y_i = z_i + the sum of the others: 1 / m of the variance is one's own."""

        def forward(self, z):
            return z.sum(axis=0, keepdims=True) + 0 * z, None

    share = games.share_of_the_others(Mixes(), m, 100, 60, rng)
    assert share == pytest.approx((m - 1) / m, abs=0.05)


@pytest.mark.parametrize("norm", games.NORMS)
def test_the_share_is_exactly_0_but_under_batch_norm(norm):
    game = games.ring_game(norm, 4, seed=1, steps=20)
    list(game.play(20))
    share = games.share_of_the_others(game.G, 4, 5, 6, Streams(0)["measured"])
    assert share > 0.2 if norm == "batch" else share == 0


ASKED = {  # by law and function, at m = 4, 16, 64
    ("normal", "1(|xh| < .3)"): (-0.065, -0.010, -0.002),
    ("Student t, 2 d.f.", "1(xh > .3)"): (-0.200, -0.007, 0.018),
    ("lognormal, 1.5", "1(|xh| < .3)"): (-0.064, 0.039, 0.149),
    ("1 in 30 is 20 larger", "1(|xh| < .3)"): (-0.038, 0.086, 0.050),
}


@pytest.mark.parametrize(("law", "function"), ASKED)
def test_xh_has_minus_1_over_m_less_1_of_any_law_and_a_threshold_may_turn_the_sign(
    law, function, rng
):
    for m, asked in zip((4, 16, 64), ASKED[law, function], strict=True):
        xh = games.normalised_draws(lambda shape: games.LAWS[law](rng, shape), m, 20_000)
        assert games.correlation(xh) == pytest.approx(-1 / (m - 1), abs=1e-3)
        found = games.correlation(games.FUNCTIONS[function](xh))
        assert found == pytest.approx(asked, abs=0.012)


@pytest.mark.slow
def test_trained_nets_reach_the_figures():
    rng = np.random.default_rng(0)
    for seed in (0, 1):
        G = games.ring_game("batch", 4, seed, 2500)
        list(G.play(2500))
        y = games.minibatches(G.G, 4, 4000, rng)
        assert games.correlation(y) == pytest.approx(-1 / 3, abs=0.02)
        assert games.share_of_the_others(G.G, 4, 100, 40, rng) >= 0.2
