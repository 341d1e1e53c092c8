"""What each model reaches when it is trained in full; seeds are those of the specification."""

import numpy as np
import pytest

import minigan as mg
from minigan.models import binned, flow, fvbn, implicit, measured, quadrature, vae
from minigan.models.registry import BARS, RING
from minigan.models.scores import ring_scores, scores

pytestmark = pytest.mark.slow


def on_bars(model):
    return scores(BARS.pmf, model.pmf(BARS.states))


@pytest.mark.parametrize("seed", range(5))
def test_made_is_nearly_exact(seed):
    model = fvbn.on_bars(BARS, seed)
    assert on_bars(model).kl < 0.01
    assert abs(model.pmf(BARS.states).sum() - 1) < 1e-12


def test_logistic_regression_of_each_pixel_comes_near():
    assert on_bars(fvbn.on_bars(BARS, 0, hidden=())).kl < 0.02


@pytest.mark.parametrize("seed", [0, 1])
def test_the_bound_costs_the_model_and_not_only_the_report(seed):
    bounded, exact = vae.on_bars(BARS, seed, steps=6000), quadrature.on_bars(BARS, seed)
    assert on_bars(bounded).kl - on_bars(exact).kl > 0.2


def test_the_bound_is_one_whenever_it_is_looked_at():
    model = vae.on_bars(BARS, 0, steps=1)
    optimizers = [mg.Adam(net, 3e-3) for net in (model.E, model.G)]
    game = mg.Game(model, optimizers=optimizers, batch=100, seed=0, x=BARS)
    x, rng = np.tile(BARS.images, (2000, 1)), np.random.default_rng(0)
    for _ in range(5):
        for _ in game.play(400):
            pass
        exact = np.tile(model.exact_log_likelihood(BARS.images), 2000)
        gaps = exact - model.bound(x, rng)
        assert gaps.mean() > -3 * gaps.std() / np.sqrt(len(gaps))
        assert gaps.mean() > 0.05  # a Gaussian misses some of the posterior


@pytest.mark.parametrize("seed", [0, 10])
def test_a_gan_is_valid_and_a_moment_matching_net_is_broad(seed):
    of_gan, of_mmd = (on_bars(fit(BARS, seed)) for fit in (implicit.gan, implicit.mmd_net))
    assert of_gan.valid > 0.85
    assert of_mmd.jsd < 0.25 and of_mmd.patterns >= 10
    assert of_gan.valid > of_mmd.valid and of_gan.patterns < of_mmd.patterns


def test_a_flow_of_pixels_puts_mass_outside_of_all_images():
    found = measured.measure("flow", "bars", 0)
    q = measured.unpacked(found["q"])
    assert 0.9 < found["kl"] < 1.25
    assert 0.3 < 1 - q.sum() < 0.45


@pytest.mark.parametrize("seed", [0, 10])
def test_a_flow_on_the_ring_is_a_density_with_filaments(seed):
    model = flow.on_ring(RING, seed)
    found = ring_scores(model, RING, m=50_000)
    assert found.kl < 0.35 and found.patterns == 8 and found.valid < 0.95
    side = np.linspace(-5, 5, 501)
    x = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert np.exp(model.log_likelihood(x)).sum() * 0.02**2 == pytest.approx(1, abs=1e-3)


def test_bins_do_best_on_the_ring():
    assert ring_scores(binned.on_ring(RING, 0), RING).kl < 0.07


def test_a_vae_on_the_ring_learns_its_standard_deviation():
    model = vae.on_ring(RING, 0)
    assert np.exp(model.G(np.zeros((1, 2)))[0, 2:]) == pytest.approx(0.2, abs=0.01)
    found = ring_scores(model, RING)
    assert found.kl < 0.45 and found.patterns == 8 and found.valid < 0.85
