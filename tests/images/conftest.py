"""Few samples to look at: ten thousand would take a second a time."""

import pytest

from minigan.images import run


@pytest.fixture(autouse=True, scope="module")
def few_samples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "SAMPLES", 50)
        patch.setattr(run, "SHEET", 20)
        yield
