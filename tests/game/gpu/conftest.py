"""Graphs for the stand-in: launches that are noted down, and made again."""

import pytest
import strict_cupy

from minigan.game.gpu import feeds, updates
from minigan.passes.cuda.products import CuPyProducts


@pytest.fixture
def graphs(monkeypatch, kernels):
    """An array module whose games are recorded as graphs."""
    if kernels is strict_cupy:
        monkeypatch.setattr(strict_cupy.cuda, "Stream", strict_cupy.cuda.CapturingStream)
        monkeypatch.setattr(CuPyProducts, "refusal", "")
    return kernels


@pytest.fixture(params=["launched", "recorded"])
def played(request, kernels):
    """An array module whose games are launched kernel by kernel, or recorded."""
    return request.getfixturevalue("graphs") if request.param == "recorded" else kernels


@pytest.fixture
def little_ahead(monkeypatch):
    """Tables of ten rates, and eight minibatches at once: their ends come soon."""
    monkeypatch.setattr(updates, "AHEAD", 10)
    monkeypatch.setattr(feeds, "AHEAD", 8)
