"""Figure 1 with a short inner loop, and a place for files."""

import pytest

from minigan.figures import figure1


@pytest.fixture(autouse=True)
def short_inner_loop(monkeypatch):
    monkeypatch.setattr(figure1, "INNER", {8: 5})


@pytest.fixture
def out(tmp_path):
    """A directory that is not there yet."""
    return tmp_path / "out"
