"""Chains in the taxonomy: what never mixes is null, stands at the edge, and is the title."""

import math

import pytest

from minigan.figures import taxonomy
from minigan.models import measured
from minigan.models.rbm import RBM
from minigan.models.registry import Entry

CURVES = {
    "RBM, L-BFGS": lambda data, seed: [(3.0, 2.0), (90.0, 0.5), (math.inf, 0.01)],
    "GSN": lambda data, seed: [(2.0, 3.0), (20.0, 1.0)],
}


def frozen(data, seed):
    model = RBM(data.dim, 2, seed=seed)
    model.params[...] *= 2000
    return model


@pytest.fixture
def played(monkeypatch):
    entries = {
        "rbm": Entry("RBM", lambda data, seed: RBM(data.dim, 2, seed=seed)),
        "frozen": Entry("frozen RBM", frozen),
    }
    for module in (measured, taxonomy):
        monkeypatch.setattr(module, "ON_BARS", entries)
        monkeypatch.setattr(module, "CURVES", CURVES)
    return taxonomy.Taxonomy(jobs=1).play()


@pytest.mark.slow
def test_a_chain_that_never_mixes(played):
    report = played.report()
    rows = {row["name"]: row for row in report["models"]}
    assert rows["rbm"]["leaf"] == "explicit, approximate, Markov chain"
    assert rows["rbm"]["log_likelihood"] == "exact" and rows["rbm"]["posterior"] == "exact"
    assert 1 <= rows["rbm"]["sequential_steps"] < 10
    assert rows["rbm"]["mixing_time"] == rows["rbm"]["sequential_steps"]
    assert rows["frozen"]["sequential_steps"] is rows["frozen"]["mixing_time"] is None
    assert report["curves"]["RBM, L-BFGS"][-1] == [None, 0.01]
    picture = played.draw()
    titles = [ax.get_title() for part in picture.subfigs for ax in part.axes]
    assert any("its sampler\ndies: at KL 0.01 it never mixes" in title for title in titles)
