"""Passes of CuPy are the CPU's: one batch or several, all of them or one, kept, added, drawn."""

import copy

import numpy as np
import pytest
from devices import put, take

import minigan as mg
from minigan.base.backend import CPU, Device
from minigan.base.randomness import Streams

ROWS = {
    "every layer": lambda: [
        *(mg.Dropout(0.8), mg.GaussianNoise(0.3), mg.Maxout(3, 6, 4), mg.LeakyReLU(0.2)),
        *(mg.Linear(6, 5), mg.ReLU(), mg.Dropout(0.5), mg.Maxout(5, 4, 1), mg.Softplus()),
        *(mg.Linear(4, 4), mg.Tanh(), mg.Linear(4, 3), mg.Sigmoid(), mg.Linear(3, 1)),
    ],
    "activation first": lambda: [mg.Tanh(), mg.ReLU(), mg.Linear(3, 1)],
    "random last": lambda: [mg.Maxout(3, 1, 2), mg.GaussianNoise(0.1), mg.Dropout(0.5)],
    "keeps all": lambda: [mg.Dropout(1), mg.Linear(3, 1), mg.Dropout(1.0)],
}
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
CLOSE = {"float64": {"rtol": 1e-11, "atol": 1e-13}, "float32": {"rtol": 1e-4, "atol": 1e-5}}


def there_and_here(gpu, row, dtype="float64"):
    """The network on the device and on the CPU, each with random numbers: the same."""
    for place in (Device("cuda", gpu), CPU):
        layers = copy.deepcopy(row())
        net = mg.Sequential(layers, seed=2, dtype=dtype, device=place)
        yield net, Streams(0, place, mirrored=place is not CPU)["layers"], place.to_device


def all_of(net, rng, to, x, y, da, db):
    """What comes out of passes of every kind, in a row."""
    x, y, da, db = map(to, (x, y, da, db))
    (a, b), cache = net.forward((x, y), rng=rng)
    (c, d), later = net.forward((y, x), rng=rng)  # while the first cache is alive
    net.zero_grads()
    found = [a, b, c, d, *net.backward((da, db), cache), net.grads.copy()]
    found += [net.backward((None, db), cache)[1], net.grads.copy()]  # added
    found += [net.backward((da, None), cache, param_grads=False)[0], net.grads.copy()]
    net.zero_grads()
    assert net.backward((db, None), later, input_grad=False) is None
    found.append(net.grads.copy())
    single, cache = net.forward(x, rng=rng)
    return [*found, single, net.backward(da, cache), net.grads, net.backward(da, cache)]


@every_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_are_the_cpus(kernels, row, dtype, rng):
    x, y = rng.normal(size=(7, 3)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    da, db = (rng.normal(size=(m, 1)).astype(dtype) for m in (7, 5))
    found, expected = (all_of(*each, x, y, da, db) for each in there_and_here(kernels, row, dtype))
    for there, here in zip(found, expected, strict=True):
        assert isinstance(there, kernels.ndarray)
        np.testing.assert_allclose(take(there), here, **CLOSE[dtype])


@every_row
def test_fast_passes_draw_what_the_plain_functions_draw(kernels, row, rng):
    x, place = put(kernels, rng.normal(size=(6, 3))), Device("cuda", kernels)
    outputs = []
    for fast in (True, False):
        net = mg.Sequential(row(), seed=2, dtype="float64", device=place, fast=fast)
        draws = Streams(5, place)["layers"]  # the device's own
        outputs += [take(y) for y in net.forward((x, x + 1), rng=draws)[0]]
    for fast, plain in zip(outputs[:2], outputs[2:], strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-12)


def test_random_layers_ask_for_random_numbers(kernels):
    (net, _, _), _ = there_and_here(kernels, ROWS["every layer"])
    with pytest.raises(mg.InputError, match=r"Dropout.*expected rng= when train=True, got None"):
        net.forward(kernels.ones((4, 3)))
