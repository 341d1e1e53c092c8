"""f-GAN's figure: the exact minimisers, and games that find them."""

import numpy as np
import pytest

from minigan import Normal
from minigan.figures import f_gan
from minigan.figures.f_gan import DATA, SETTINGS, FGan
from minigan.theory import which_kl
from minigan.theory.densities import Density1D
from minigan.theory.f_divergences import f_divergence
from minigan.variants.f_gan import ROWS

KNOWN = {  # mu, sigma, D_f on another grid, by Nelder and Mead
    "KL": (-0.1000, 1.5192, 0.2817),
    "reverse KL": (-0.9443, 0.7708, 0.3374),
    "Pearson": (-0.0431, 1.5821, 0.5090),
    "Neyman": (-0.9815, 0.7216, 0.4167),
    "squared Hellinger": (-0.1639, 1.4425, 0.1611),
    "Jensen-Shannon": (-0.1686, 1.4673, 0.1528),
    "Jeffrey": (-0.1622, 1.3874, 0.6945),
    "alpha 1/2": (-0.1639, 1.4425, 0.3223),
}


@pytest.mark.parametrize("name", KNOWN)
def test_exact_minimisers(name):
    assert f_gan.exact_fit(name) == pytest.approx(KNOWN[name], abs=1e-4)


def test_total_variation_has_its_minimum_to_its_kinks():
    assert f_gan.exact_fit("total variation") == pytest.approx((-0.8035, 0.9743, 0.26639), abs=1e-3)


def test_kl_is_least_at_the_mean_and_the_variance_of_the_data():
    mean = 0.7 * -1 + 0.3 * 2
    second = 0.7 * (0.49 + 1) + 0.3 * (0.25 + 4)
    best = f_gan.exact_fit("KL")
    assert best.mean == pytest.approx(mean, abs=1e-6)
    assert best.std == pytest.approx((second - mean**2) ** 0.5, abs=1e-6)


@pytest.mark.parametrize("name", ["KL", "Pearson", "total variation", "alpha 1/2"])
def test_divergences_on_the_grid_are_those_by_quadrature_that_adapts(name):
    def log_p(x):
        parts = [np.log(w) - (x - n.mean) ** 2 / (2 * n.std**2) - np.log(n.std) for w, n in PARTS]
        return np.logaddexp(*parts) - np.log(2 * np.pi) / 2

    PARTS = DATA.parts
    p = Density1D(DATA.pdf, -np.inf, np.inf, breakpoints=[-2, -1, 0, 1.5, 2, 3], logpdf=log_p)
    model = Normal(-0.3, 1.4)
    exact = f_divergence(p, model, ROWS[SETTINGS[name].row].divergence)
    found = which_kl.divergence(f_gan.divergence(name), DATA, model)
    assert found == pytest.approx(exact, abs=1e-4 if name == "total variation" else 1e-8)


def test_the_samples_are_of_the_density():
    x = np.sort(DATA.sample(20_000, np.random.default_rng(0))[:, 0])
    assert np.abs(DATA.cdf(x) - (np.arange(20_000) + 0.5) / 20_000).max() < 0.012


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 10])
def test_games_find_the_best_gaussian_of_their_own_divergence(seed, monkeypatch):
    names = ("KL", "reverse KL", "squared Hellinger", "Neyman", f_gan.CONTROL)
    monkeypatch.setattr(f_gan, "SETTINGS", {name: SETTINGS[name] for name in names})
    fits = FGan(seed).play().numbers()["fits"]
    assert [f_gan.near(fits[name]) for name in names] == [True, True, True, True, False]
    assert fits[f_gan.CONTROL]["F"] < 0.02  # beside a D_f of more than .26
    for name in names[:4]:
        assert abs(fits[name]["F"] - fits[name]["D_f"]) < 0.01
