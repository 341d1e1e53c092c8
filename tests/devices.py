"""The array modules that a test is run on, and the explicit ways in and out.

A test that takes the fixture ``xp`` runs on NumPy, on the strict stand-in for CuPy, and,
marked ``gpu``, on CuPy itself; one that takes ``device`` runs on the same three as
`minigan.base.backend.Device`. ``put`` and ``take`` are the only crossings a test needs.
"""

import contextlib

import numpy as np
import pytest
import strict_cupy
from strict_cupy._compiler import compiler

from minigan.base.backend import Device

CUPY = pytest.param("cupy", marks=pytest.mark.gpu, id="cupy")
STRICT = pytest.param(strict_cupy, id="strict")
DEVICES = [pytest.param(np, id="numpy"), STRICT, CUPY]
GPUS = [STRICT, CUPY]


@pytest.fixture(params=DEVICES)
def xp(request):
    """NumPy, the stand-in, or CuPy."""
    return _module(request.param)


@pytest.fixture(params=GPUS)
def gpu(request):
    """The stand-in, or CuPy: for tests of what only a GPU has."""
    return _module(request.param)


@pytest.fixture
def device(xp):
    """`minigan.base.backend.Device` of each array module."""
    return Device("cpu" if xp is np else "cuda", xp)


@pytest.fixture
def kernels(gpu):
    """The same as ``gpu``, for tests of kernels; skips where the stand-in has no compiler."""
    if gpu is strict_cupy and compiler() is None:
        pytest.skip("the stand-in needs a C++ compiler to run kernels; there is none")
    return gpu


def put(xp, array, dtype=None):
    """Copy of a host array, or of nested lists, in the module's memory."""
    return xp.asarray(np.array(array, dtype))


def take(array):
    """Values of an array of any module, as a NumPy array."""
    return array if isinstance(array, np.ndarray | np.generic) else array.get()


def quietly(xp):
    """Context in which nothing may wait or cross over; on a real GPU nobody can tell."""
    return xp.forbid_sync() if xp is strict_cupy else contextlib.nullcontext()


def _module(param):
    if param != "cupy":
        return param
    cupy = pytest.importorskip("cupy")
    if not cupy.cuda.is_available():
        pytest.skip("CuPy is installed, but there is no GPU")
    return cupy
