"""The extra ``fast`` changes no bit: whole games with numba's passes and updates, and without."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

import minigan as mg
from minigan import optimizers
from minigan.passes import extra, plan

pytestmark = pytest.mark.skipif(extra.compiled() is None, reason="numba is not installed")


def game(dtype, optimizer, pieces):
    G = mg.Sequential(
        [mg.Linear(3, 40), mg.ReLU(), mg.Linear(40, 30), mg.ReLU(), mg.Linear(30, 2)],
        seed=1,
        dtype=dtype,
    )
    D = mg.Sequential(
        [mg.Maxout(2, 37, pieces), mg.Dropout(0.5), mg.Maxout(37, 21, 3), mg.Linear(21, 1)],
        seed=2,
        dtype=dtype,
    )
    data, noise = mg.ring(8, 2.0, 0.1), mg.Uniform(-1, 1, dim=3)
    optimizers = {"G_optimizer": optimizer(G), "D_optimizer": optimizer(D)}
    return mg.Algorithm1(G, D, data=data, noise=noise, batch=300, seed=4, **optimizers)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize(
    "optimizer",
    [lambda net: mg.Adam(net, 1e-2, beta1=0.5), lambda net: mg.SGD(net, 0.05, momentum=0.5)],
    ids=["Adam", "SGD"],
)
def test_a_game_is_the_same_bit_for_bit(dtype, pieces, optimizer, monkeypatch):
    with_it = game(dtype, optimizer, pieces)
    kinds = {each.__name__ for each in with_it.D._lender._made_of[-1].passes.values()}
    assert "CompiledMaxoutPass" in kinds
    list(with_it.play(30))
    for module in (plan, optimizers):
        monkeypatch.setattr(module, "compiled", lambda: None)
    without = game(dtype, optimizer, pieces)
    list(without.play(30))
    for name, network in with_it.networks.items():
        assert np.array_equal(network.params, without.networks[name].params)
        assert np.isfinite(network.params).all() and network.params.std() > 0


def test_of_equal_pieces_the_first_wins_and_what_is_not_a_number_is_passed_on():
    z = np.array([[1.0, 3.0, 2.0], [1.0, 4.0, 2.0], [0.0, 4.0, 2.0]])
    dz = np.empty_like(z)
    extra.compiled().to_winners(z, z.max(axis=0), np.array([7.0, 8.0, -9.0]), dz, 0)
    assert dz.tolist() == [[7.0, 0.0, -9.0], [0.0, 8.0, 0.0], [0.0, 0.0, 0.0]]
    y = np.empty(3)
    extra.compiled().rectify(np.array([-1.0, np.nan, 2.0]), y)
    assert np.array_equal(y, [0.0, np.nan, 2.0], equal_nan=True)


def test_importing_minigan_does_not_import_numba():
    assert importlib.util.find_spec("numba")
    code = "import sys, minigan; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_told_to_leave_python_as_it_is_numba_is_not_used():
    code = "from minigan.passes.extra import compiled; assert compiled() is None"
    environment = {"NUMBA_DISABLE_JIT": "1", "PATH": ""}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_without_a_place_for_its_cache_numba_compiles_for_this_process(monkeypatch):
    from numba.core import caching

    from minigan.passes.compiled import compiled, rectify

    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    kernel = compiled(rectify.py_func)
    y = np.empty(3)
    kernel(np.array([-1.0, 0.5, 2.0]), y)
    assert y.tolist() == [0, 0.5, 2]
