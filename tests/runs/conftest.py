"""Few samples to look at: ten thousand would take a second a time."""

import pytest

from minigan.runs import looks


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    monkeypatch.setattr(looks, "SAMPLES", 50)
    monkeypatch.setattr(looks, "SHEET", 20)
