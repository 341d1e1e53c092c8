"""One thread for linear algebra, seeded numbers, array modules, PyTorch where it is installed."""

import os

import pytest

for library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is first imported
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from devices import device, gpu, kernels, xp  # noqa: E402, F401 (fixtures; they import NumPy)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than five seconds")


@pytest.fixture
def rng():
    """The same random numbers in every test that asks."""
    import numpy as np

    return np.random.default_rng(20140610)


@pytest.fixture(scope="session")
def torch():
    """PyTorch as an oracle; a test that asks for it is skipped where it is missing."""
    return pytest.importorskip("torch")
