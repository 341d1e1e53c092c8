"""Figure 14, and maximum likelihood as a divergence."""

import numpy as np
import pytest

from minigan.figures import which_kl
from minigan.figures.which_kl import WhichKL
from minigan.theory.which_kl import DIVERGENCES


@pytest.fixture(scope="module")
def run():
    """A few distances of the modes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(which_kl, "SEPARATIONS", (1.0, 2.5, 3.25))
        return WhichKL(seed=5).play()


def test_forward_covers_reverse_picks_jsd_stands_between(run):
    report = run.report()
    assert list(report["fits"]) == list(DIVERGENCES)
    (forward,) = report["fits"]["forward"]
    assert forward["std"] == pytest.approx(report["moments"]["std"], abs=1e-5)
    assert abs(report["fits"]["reverse"][0]["mean"]) == pytest.approx(2, abs=0.05)
    assert abs(report["fits"]["jsd"][0]["mean"]) < 1e-4
    assert {abs(round(found["mean"])) for found in report["fits"]["jsd"]} == {0, 2}
    assert report["jumps"] == {"forward": None, "reverse": 2.0, "jsd": 3.25}


def test_likelihood_is_kl_up_to_a_constant(run):
    found = run.report()["likelihood"]
    assert found["constant"] < 1e-12
    assert found["best_by_likelihood"] == found["best_by_divergence"]
    assert found["best_by_likelihood"] == pytest.approx(found["mean"], abs=0.1)
    assert np.ptp(run.likelihood.divergences) > 1  # the constant is not one because all is


def test_the_seed_draws_the_examples_and_moves_no_fit(monkeypatch, run):
    monkeypatch.setattr(which_kl, "SEPARATIONS", ())
    other = WhichKL(seed=6).play()
    assert other.fits == run.fits
    assert (other.likelihood.x != run.likelihood.x).any()


def test_the_text_has_every_minimum(run):
    text = run.text()
    for fits in run.report()["fits"].values():
        for found in fits:
            assert f"{found['divergence']:.4f}" in text
    assert "-0.000" not in text
