"""Devices: everything that a network is made of, on NumPy, on the stand-in, and on a GPU.

What is computed on a device is compared with NumPy's result, and what comes back is an array
of the device. Games on a GPU have tests of their own, in tests/game/gpu.
"""

import copy
import pickle
import sys

import numpy as np
import pytest
import strict_cupy
from devices import put, quietly, take

import minigan as mg
from minigan import costs
from minigan.base import backend
from minigan.base.backend import CPU, Device, array_module, copy_of_generator, described, to_host
from minigan.base.numerics import sigmoid, softplus
from minigan.base.randomness import Mirrored, Streams
from minigan.distributions import ring
from minigan.theory import GeneratorState, PushForward

STRICT = Device("cuda", strict_cupy)


# Devices by name.


def test_the_cpu_has_a_name_and_a_device_is_passed_through():
    assert backend.device("cpu") is CPU
    assert backend.device(STRICT) is STRICT
    assert str(STRICT) == "cuda"


@pytest.mark.parametrize("name", ["gpu", "cuda:0", None, 0, ""])
def test_other_names_are_refused(name):
    with pytest.raises(mg.InputError, match="device: expected 'cpu' or 'cuda', got"):
        backend.device(name)


def test_without_cupy_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(
        mg.InputError, match=r"CuPy cannot be imported .*pip install -e '\.\[gpu\]'$"
    ):
        backend.device("cuda")


@pytest.mark.parametrize(
    ("count", "message"), [(0, "no GPU found"), (None, "no working driver .too old")]
)
def test_without_a_gpu_or_a_driver_the_message_says_so(monkeypatch, count, message):
    class CUDARuntimeError(RuntimeError):
        pass

    def device_count():
        if count is None:
            raise CUDARuntimeError("too old\nand more")
        return count

    runtime = type("runtime", (), {})
    runtime.getDeviceCount, runtime.CUDARuntimeError = staticmethod(device_count), CUDARuntimeError
    cupy = type("cupy", (), {"cuda": type("cuda", (), {"runtime": runtime})})
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(mg.InputError, match=f"device 'cuda': {message}"):
        backend.device("cuda")


def test_a_device_can_be_copied_and_pickled(device):
    assert copy.deepcopy(device) == device
    assert pickle.loads(pickle.dumps(device)) == device


def test_arrays_know_their_module_and_go_home(xp, device):
    x = device.to_device(np.arange(3.0))
    assert array_module(x) is xp
    assert isinstance(x, xp.ndarray)
    np.testing.assert_array_equal(to_host(x), [0, 1, 2])
    assert described(x) == f"{xp.__name__} float64 (3,)"
    assert array_module(3.0) is array_module(None) is array_module("x") is np
    assert described("x") == "str"


# Layers.

LAYERS = {
    "linear": lambda: mg.Linear(6, 4),
    "maxout": lambda: mg.Maxout(6, 4, 3),
    "relu": mg.ReLU,
    "leaky relu": lambda: mg.LeakyReLU(0.2),
    "sigmoid": mg.Sigmoid,
    "softplus": mg.Softplus,
    "tanh": mg.Tanh,
    "dropout at rest": lambda: mg.Dropout(1.0),
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_layer_computes_there_what_it_computes_here(xp, device, make, dtype, rng):
    x = rng.normal(size=(5, 6)).astype(dtype)
    here = mg.Sequential([make()], seed=1, dtype=dtype)
    there = mg.Sequential([make()], seed=1, dtype=dtype, device=device)
    np.testing.assert_array_equal(take(there.params), here.params)
    y, caches = here.forward(x, rng=rng)
    moved_y, moved_caches = there.forward(put(xp, x), rng=None)
    dy = rng.normal(size=y.shape).astype(dtype)
    dx, moved_dx = here.backward(dy, caches), there.backward(put(xp, dy), moved_caches)
    close = {"rtol": 1e-12, "atol": 1e-14} if dtype == "float64" else {"rtol": 2e-5, "atol": 1e-6}
    for found, expected in ((moved_y, y), (moved_dx, dx), (there.grads, here.grads)):
        assert isinstance(found, xp.ndarray)
        assert found.dtype == dtype
        np.testing.assert_allclose(take(found), expected, **close)


@pytest.mark.parametrize("layer", [mg.Dropout(0.8), mg.GaussianNoise(0.5)], ids=str)
def test_random_layers_draw_on_the_device(xp, device, layer):
    net = mg.Sequential([layer], device=device)
    x = xp.ones((200, 100), "float32")
    y, caches = net.forward(x, rng=Streams(0, device)["layers"])
    assert (np.mean(take(y)), np.std(take(y))) == pytest.approx((1, 0.5), abs=0.02)
    dx = y if isinstance(layer, mg.Dropout) else x  # dropout hides the gradient too
    np.testing.assert_array_equal(take(net.backward(x, caches)), take(dx))


# Networks.


def test_a_copy_moves_and_shares_nothing(xp, device):
    here = mg.Sequential([mg.Linear(3, 2)], seed=4)
    there = here.copy(device=device, dtype="float64")
    assert (there.device, there.xp, there.dtype) == (device, xp, np.float64)
    np.testing.assert_array_equal(take(there.params), here.params)
    there.params[...] = 0
    assert here.params.any()
    back = copy.deepcopy(there)
    assert back.device == device
    back.layers[0].W[...] = 7
    assert not take(there.params).any()


def test_what_is_assigned_is_copied_in_and_seen_by_the_layers(xp, device):
    net = mg.Sequential([mg.Linear(1, 2)], dtype="float64", device=device)
    net.params = put(xp, [1.0, 2, 3, 4])
    net.grads = 5.0
    np.testing.assert_array_equal(take(net.layers[0].b), [3, 4])
    np.testing.assert_array_equal(take(net.layers[0].dW), [[5, 5]])


def test_what_lies_on_the_other_device_is_refused_in_one_line(gpu, rng):
    there = mg.Sequential([mg.Linear(3, 2), mg.ReLU()], device=Device("cuda", gpu))
    here = mg.Sequential([mg.Linear(3, 2)])
    x = np.zeros((4, 3), np.float32)
    name = gpu.__name__
    with pytest.raises(mg.InputError, match=f"expected an array of {name} .*got numpy float32"):
        there.forward(x)
    with pytest.raises(mg.InputError, match=f"expected an array .*got {name} float32"):
        here.forward(put(gpu, x))
    _, caches = there.forward(put(gpu, x))
    with pytest.raises(mg.InputError, match=r"gradient of shape \(4, 2\), got numpy float64"):
        there.backward(np.zeros((4, 2)), caches)
    with pytest.raises(mg.InputError, match=f"expected params as an array of {name}, got numpy"):
        there.params = np.zeros(8)


def test_players_of_two_devices_are_no_game(gpu):
    place = Device("cuda", gpu)
    G = mg.Sequential([mg.Linear(1, 1)], device=place)
    D = mg.Sequential([mg.Linear(1, 1)])
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.SGD(D, 0.1)}
    with pytest.raises(mg.InputError, match="networks of one device, got cuda of G and cpu of D"):
        mg.Algorithm1(G, D, data=mg.Normal(), noise=mg.Uniform(), **optimizers)


def test_streams_of_another_device_are_refused_at_the_first_draw(gpu):
    place = Device("cuda", gpu)
    G, D = (mg.Sequential([mg.Linear(1, 1)], device=place) for _ in "GD")
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.SGD(D, 0.1)}
    play = mg.Algorithm1(G, D, data=mg.Normal(), noise=mg.Uniform(), seed=Streams(0), **optimizers)
    with pytest.raises(mg.InputError, match=f"z: expected rows of {gpu.__name__}, got numpy"):
        play.step()


# Costs and numerics.


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_costs_are_the_same_on_any_device(xp, dtype, rng):
    a, b = (np.append(rng.normal(size=30) * 5, [90.0, -90.0])[:, None].astype(dtype) for _ in "ab")
    rtol = 1e-12 if dtype == "float64" else 1e-5
    for cost, logits in (
        (costs.value, (a, b)),
        (costs.discriminator_cost, (a, b)),
        (costs.minimax_cost, (a,)),
        (costs.non_saturating_cost, (a,)),
        (costs.maximum_likelihood_cost, (a / 2,)),
        (lambda a: (0.0, sigmoid(a), softplus(a)), (a * 100,)),
    ):
        expected, found = cost(*logits), cost(*(put(xp, each, dtype) for each in logits))
        for there, here in zip(found, expected, strict=True):
            if type(there) is not float:  # as a value is on the CPU; on a GPU it stays there
                assert there.dtype == dtype
                there = take(there)
            np.testing.assert_allclose(there, here, rtol=rtol)


# Optimizers.


@pytest.mark.parametrize("make", [lambda n: mg.SGD(n, 0.1, 0.5), lambda n: mg.Adam(n, 0.1)])
def test_optimizers_move_a_network_there_as_here(xp, device, make, rng):
    here = mg.Sequential([mg.Linear(3, 2, max_col_norm=1.0)], seed=1, dtype="float64")
    there = here.copy(device=device)
    average = mg.ParameterAverage(there, 0.5)
    players = [(here, make(here)), (there, make(there))]
    for _ in range(5):
        gradient = rng.normal(size=8)
        for net, optimizer in players:
            net.grads = put(net.xp, gradient)
            with quietly(net.xp):
                optimizer.step()
        average.update()
    assert isinstance(players[1][1]._scratch, xp.ndarray)
    np.testing.assert_allclose(take(there.params), here.params, rtol=1e-12)
    assert np.isfinite(take(average.network.params)).all()


# Random numbers.

SAMPLERS = {
    "uniform": mg.Uniform(-1, 3, dim=2),
    "normal": mg.Normal(1, 2, dim=2),
    "irwin-hall": mg.IrwinHall(2.0, 0.5),
    "piecewise": mg.PiecewiseLinear([0.0, 1.0, 3.0], [0.0, 1.0, 0.5]),
    "mixture": ring(),
    "spherical": mg.Spherical(3),
    "examples": mg.Examples(np.arange(8.0).reshape(4, 2)),
}


@pytest.mark.parametrize("law", SAMPLERS.values(), ids=SAMPLERS)
def test_samplers_draw_where_their_generator_is(xp, device, law):
    law = law.to(device) if hasattr(law, "to") else law
    rows = law.sample(5000, Streams(0, device)["x"])
    assert isinstance(rows, xp.ndarray)
    assert rows.shape == (5000, law.dim)
    here = SAMPLERS_HERE[type(law)].sample(5000, Streams(1)["x"])
    spread = here.std(axis=0) + 1e-9
    gap = np.abs(take(rows).mean(axis=0) - here.mean(axis=0)) / spread
    assert np.all(gap < 6 / np.sqrt(2500))
    np.testing.assert_allclose(take(rows).std(axis=0), spread, rtol=0.1)


SAMPLERS_HERE = {type(law): law for law in SAMPLERS.values()}


@pytest.mark.parametrize("law", SAMPLERS.values(), ids=SAMPLERS)
def test_mirrored_streams_draw_the_cpus_numbers_on_the_device(xp, device, law):
    here, there = Streams(5), Streams(5, device, mirrored=True)
    moved = law.to(device) if hasattr(law, "to") else law
    for name in ("x", "z"):
        rows = moved.sample(7, there[name])
        assert isinstance(rows, xp.ndarray)
        expected = law.sample(7, here[name])
        np.testing.assert_allclose(take(rows), expected, rtol=1e-6)


def test_mirrored_streams_are_streams_that_name_what_they_lack():
    there = Streams(0, STRICT, mirrored=True)
    assert isinstance(there["x"], Mirrored)
    with pytest.raises(AttributeError, match="no_such_method"):
        there["x"].no_such_method()
    with pytest.raises(mg.InputError, match="seed: expected a whole number"):
        Streams(-1, STRICT, mirrored=True)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_copy_of_streams_goes_on_as_they_do(device, mirrored):
    original = Streams(5, device, mirrored=mirrored)
    original["x"].random((3,), dtype=np.float32)
    twin = copy.deepcopy(original)
    for name in ("x", "z"):
        ahead = take(twin[name].random((9,), dtype=np.float32))
        behind = take(original[name].random((9,), dtype=np.float32))
        np.testing.assert_array_equal(ahead, behind)


def test_a_generator_with_a_lock_can_be_copied():
    class Bits:
        def __init__(self):
            self.lock, self.state = __import__("threading").Lock(), [0]

    class Generator:
        def __init__(self):
            self.bit_generator = Bits()

    original = Generator()
    twin = copy_of_generator(original)
    original.bit_generator.state[0] = 1
    assert twin.bit_generator.state == [0]
    assert twin.bit_generator.lock is original.bit_generator.lock


# The theory, which is computed on the CPU, takes networks from anywhere.


def test_the_theory_takes_networks_from_any_device(device):
    G = mg.Sequential([mg.Linear(1, 4), mg.Tanh(), mg.Linear(4, 1)], seed=1)
    D = mg.Sequential([mg.Linear(1, 4), mg.Tanh(), mg.Linear(4, 1)], seed=2)
    x, noise = np.linspace(-1, 1, 5), mg.Uniform()
    np.testing.assert_array_equal(
        PushForward(G.copy(device=device), noise).pdf(x), PushForward(G, noise).pdf(x)
    )
    here = GeneratorState(G, noise, mg.Normal())
    there = GeneratorState(G.copy(device=device), noise, mg.Normal())
    assert there.jsd == here.jsd
    assert there.judge(D.copy(device=device)) == here.judge(D)


# The game, on all of them. tests/game/gpu has what is special about a GPU.


@pytest.mark.parametrize("options", [{}, {"fast": False}, {"simultaneous": True}, {"k": 2}])
def test_a_game_is_played_recorded_and_left(xp, device, options):
    if xp is strict_cupy:
        pytest.importorskip("devices").compiler() or pytest.skip("no C++ compiler")
    options = dict(options)
    place = {"device": device, "fast": options.pop("fast", True)}
    G = mg.Sequential([mg.Linear(1, 6), mg.Tanh(), mg.Linear(6, 1)], seed=1, **place)
    D = mg.Sequential([mg.Maxout(1, 6), mg.Dropout(0.8), mg.Linear(6, 1)], seed=2, **place)
    optimizers = {"G_optimizer": mg.SGD(G, 0.1), "D_optimizer": mg.Adam(D, 0.01)}
    play = mg.Algorithm1(
        G, D, data=mg.Normal(2.0), noise=mg.Uniform(), batch=16, **optimizers, **options
    )
    before = take(G.params).copy()
    records = []
    for record in play.play(10):
        records.append(record)
        if record.step == 4:
            break
    assert play.steps_done == 4
    assert np.isfinite([[*record.values()] for record in records]).all()
    assert 0 <= records[-1].real_accuracy <= 1
    assert not np.array_equal(take(G.params), before)
    assert [record.step for record in play.play(2)] == [5, 6]


def test_logits_of_two_devices_are_refused(gpu):
    a = np.zeros((2, 1))
    with pytest.raises(mg.InputError, match="expected logits on one device, got numpy"):
        costs.discriminator_cost(a, put(gpu, a))


@pytest.mark.parametrize("layer", [mg.Dropout(0.5), mg.GaussianNoise(0.5)], ids=str)
def test_a_layer_on_a_gpu_refuses_numbers_drawn_on_the_cpu(gpu, layer):
    net = mg.Sequential([layer], device=Device("cuda", gpu))
    with pytest.raises(mg.InputError, match="expected rng on the network's device, got numpy"):
        net.forward(put(gpu, np.ones((2, 3), np.float32)), rng=np.random.default_rng(0))
