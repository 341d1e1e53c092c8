"""What the models with chains reach when trained in full; seeds are those of the specification."""

import numpy as np
import pytest

from minigan.models import dbm, dbn, gsn, rbm, rbm_paths
from minigan.models.registry import BARS
from minigan.models.scores import scores
from minigan.theory.chains import second_eigenvalue

pytestmark = pytest.mark.slow


def on_bars(model):
    return scores(BARS.pmf, model.pmf(BARS.states))


@pytest.mark.parametrize("seed", [0, 10])
def test_cd_is_blurred_and_pcd_is_not(seed):
    cd, pcd = (rbm.on_bars(BARS, seed, learning=learning) for learning in ("cd", "pcd"))
    assert on_bars(cd).kl > 2 * on_bars(pcd).kl
    T, q = pcd.chain()
    assert np.abs(q @ T - q).max() < 1e-12 and 0.98 < second_eigenvalue(T) < 0.999


def test_the_best_rbm_never_mixes():
    models = [rbm_paths.by_l_bfgs(BARS, seed) for seed in range(3)]
    assert min(on_bars(model).kl for model in models) < 1e-3
    assert all(second_eigenvalue(model.transition()) > 0.999999 for model in models)
    assert all(model.sequential_steps() > 1e6 for model in models)


def test_its_sampler_dies_on_the_way():
    points = rbm_paths.l_bfgs_path(BARS, 0)
    steps = [n for n, kl in points if kl < 3]
    assert all(np.diff([n for n in steps if np.isfinite(n)]) > 0) and steps[-1] > 1e6


@pytest.mark.parametrize("seed", [0, 10])
def test_a_dbm_has_a_gap_that_is_nearly_nothing(seed):
    model = dbm.on_bars(BARS, seed)
    gaps = model.log_likelihood(BARS.images) - model.bound(BARS.images, None)
    assert on_bars(model).kl < 0.9 and gaps.min() > 0 and gaps.mean() < 0.02


@pytest.mark.parametrize("seed", [0, 10])
def test_a_second_layer_repairs_what_cd_spoilt(seed):
    model = dbn.on_bars(BARS, seed)
    assert on_bars(model).kl < on_bars(model.lower).kl


@pytest.mark.parametrize("seed", [0, 10])
def test_a_trained_gsn_is_nearly_the_best_factorial_one(seed):
    model, best = gsn.on_bars(BARS, seed), gsn.IdealGSN(BARS, 0.05)
    assert -0.005 < on_bars(model).jsd - on_bars(best).jsd < 0.03
    eigenvalues = [second_eigenvalue(each.transition()) for each in (model, best)]
    assert abs(np.subtract(*eigenvalues)) < 0.01


def test_walkback_ruins_a_factorial_reconstruction():
    assert on_bars(gsn.on_bars(BARS, 0, walkback=5)).jsd > 0.5
