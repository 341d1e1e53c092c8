"""Few samples to look at: ten thousand would take a second a time."""

import pytest

from minigan.images import run


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    monkeypatch.setattr(run, "SAMPLES", 50)
    monkeypatch.setattr(run, "SHEET", 20)
