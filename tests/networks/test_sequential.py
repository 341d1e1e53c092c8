"""A network: one flat vector seen by every layer, copies, names, seeds, and refusals."""

import numpy as np
import pytest

from minigan import Dropout, InputError, Linear, Maxout, ReLU, Sequential, Tanh
from minigan.layers.initialisers import sparse


def network(**options):
    return Sequential([Linear(2, 3), Tanh(), Maxout(3, 2, pieces=2), ReLU()], **options)


# Values.


def test_forward_and_backward_by_hand():
    net = Sequential([Linear(1, 2), ReLU(), Linear(2, 1)], dtype="float64")
    net.params[...] = [2, -1, 0.5, 0.25, 3, 4, -5]  # W (2, -1), b (.5, .25), W (3; 4), b -5
    y, caches = net.forward(np.array([[1.0], [-1]]))
    assert y.tolist() == [[2.5], [0]]  # hidden (2.5, 0) and (0, 1.25)
    assert net.backward(np.array([[1.0], [10]]), caches).tolist() == [[6], [-40]]
    assert net.grads.tolist() == [3, -40, 3, 40, 2.5, 12.5, 11]


def test_dropout_is_at_work_while_training_only(rng):
    net = Sequential([Dropout(0.5), Linear(50, 1)], dtype="float64")
    x = np.ones((4, 50))
    np.testing.assert_allclose(net(x), x @ net.layers[1].W, rtol=1e-15)
    assert not np.allclose(net.forward(x, rng=rng)[0], net(x))
    assert np.array_equal(net.forward(x, train=False)[0], net(x))


# One flat vector.


def test_the_flat_vectors_hold_weight_then_bias_layer_by_layer():
    net = network()
    assert not net.grads.any()
    net.params[...] = np.arange(6 + 3 + 12 + 4)
    net.grads[...] = -np.arange(25)
    linear, _, maxout, _ = net.layers
    for sign, W, b in ((1, linear.W, linear.b), (-1, linear.dW, linear.db)):
        assert (sign * W).tolist() == [[0, 1, 2], [3, 4, 5]]
        assert (sign * b).tolist() == [6, 7, 8]
    for sign, W, b in ((1, maxout.W, maxout.b), (-1, maxout.dW, maxout.db)):
        assert (sign * W).ravel().tolist() == list(range(9, 21))
        assert (sign * b).tolist() == [21, 22, 23, 24]


# Copies: those of Python are in test_one_vector.


@pytest.mark.parametrize("dtype", ["float64", np.float64, np.dtype("float64")])
def test_a_copy_may_have_another_dtype(dtype):
    net = network(dtype="float32")
    twin = net.copy(dtype=dtype)
    assert (net.dtype, twin.dtype) == (np.float32, np.float64)
    assert np.array_equal(twin.params, net.params)
    assert twin(np.zeros((1, 2))).dtype == np.float64


def test_a_copy_has_the_same_names_and_widths():
    twin = network(name="D").copy()
    assert (twin.name, twin.n_in, twin.n_out) == ("D", 2, 2)
    assert [layer.name for layer in twin.layers] == ["linear1", "tanh1", "maxout1", "relu1"]


# Names, widths, seeds, dtypes.


def test_layers_without_a_name_are_numbered_by_kind():
    net = Sequential([Linear(1, 1), ReLU(), Linear(1, 1), ReLU(), Linear(1, 1, name="out")])
    assert [layer.name for layer in net.layers] == ["linear1", "relu1", "linear2", "relu2", "out"]


def test_the_widths_of_a_network_are_those_of_its_ends():
    net = Sequential([ReLU(), Linear(3, 4), Tanh(), Linear(4, 5), Tanh()])
    assert (net.n_in, net.n_out) == (3, 5)


def test_a_network_without_widths_takes_any():
    net = Sequential([Tanh(), ReLU()])
    assert (net.n_in, net.n_out, net.params.size) == (None, None, 0)
    assert net(np.full((2, 7), -1.0)).shape == (2, 7)


def test_a_seed_makes_the_network():
    first, again, other = (network(seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.params, again.params)
    assert not np.any(first.layers[0].W == other.layers[0].W)


def test_a_generator_may_be_the_seed():
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    first, second = network(seed=rng), network(seed=rng)
    assert not np.array_equal(first.params, second.params)
    assert np.array_equal(first.params, network(seed=again).params)


def test_float32_and_float64_start_at_the_same_values():
    single, double = network(dtype="float32"), network(dtype="float64")
    assert np.array_equal(single.params, double.params.astype(np.float32))


def test_networks_are_float32_unless_told_otherwise():
    assert network().dtype == network().params.dtype == network().grads.dtype == np.float32


def test_repr_shows_the_layers():
    net = Sequential([Linear(1, 2), ReLU()], name="G")
    assert repr(net) == "G([Linear(1, 2, name='linear1'), ReLU(name='relu1')])"


# Refusals.


SHARED = Linear(2, 2)
Sequential([SHARED], name="G")
REFUSED = {
    "widths": (
        lambda new: {"layers": [new, ReLU(), Linear(4, 1, name="out")]},
        r"Linear\('out'\) expected n_in = 3 to follow Linear\('linear1'\), got 4$",
    ),
    "nameless widths": (
        lambda new: {"layers": [new, Linear(4, 1)]},
        r"Linear\('linear2'\) expected n_in = 3 to follow Linear\('linear1'\), got 4$",
    ),
    "another's": (
        lambda new: {"layers": [SHARED, new]},
        r"Linear\('linear1'\) is already part of a network",
    ),
    "twice": (
        lambda new: {"layers": [new, ReLU(), new]},
        r"Linear\('linear'\) is already part of a network",
    ),
    "seed": (lambda new: {"layers": [new], "seed": -1}, ""),
    "dtype": (lambda new: {"layers": [new], "dtype": "int8"}, "expected dtype float32 or float64"),
    "initialiser": (
        lambda new: {"layers": [new, Linear(3, 1, weights=sparse(4))]},
        "",
    ),
    "none": (lambda new: {"layers": []}, "expected at least one layer, got none"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_a_network_that_is_refused_gives_its_layers_back(options, message):
    fresh = Linear(2, 3)
    with pytest.raises(InputError, match=f"^D: {message}" if message else "seed|sparse"):
        Sequential(**options(fresh), name="D")
    assert Sequential([fresh]).params.size == 9


@pytest.mark.parametrize("thing", [ReLU, "relu", None, np.tanh])
def test_a_network_is_made_of_layers(thing):
    with pytest.raises(InputError, match="Sequential: expected layers, got"):
        Sequential([Linear(1, 1), thing])


@pytest.mark.parametrize(
    "dtype", ["float16", "int32", "complex128", ">f4", "single precision", 32, "flaot32", None]
)
def test_a_network_is_float32_or_float64(dtype):
    with pytest.raises(InputError, match="G: expected dtype float32 or float64, got"):
        network(dtype=dtype, name="G")


def test_a_copy_is_float32_or_float64():
    with pytest.raises(InputError, match="expected dtype float32 or float64, got 'int8'"):
        network().copy(dtype="int8")


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(InputError, match="seed: expected a whole number >= 0, got"):
        network(seed=seed)


@pytest.mark.parametrize("fast", [True, False])
def test_a_cache_of_another_network_is_refused(fast):
    """Else one network's gradient would go silently into another."""
    net = network(dtype="float64")
    net.fast = fast
    y, cache = net.forward(np.zeros((1, 2)))
    for other in (net.copy(), net[:1], network(dtype="float64")):
        with pytest.raises(InputError, match=r"expected the cache of .* very network, got that of"):
            other.backward(y, cache)
    with pytest.raises(InputError, match=r"expected the cache .* got NoneType"):
        net.backward(y, None)
    net.backward(y, cache)


@pytest.mark.parametrize("fast", [True, False])
def test_as_many_gradients_come_back_as_batches_went_in(fast):
    net = network(dtype="float64")
    net.fast = fast
    (y, z), cache = net.forward((np.zeros((1, 2)), np.zeros((3, 2))))
    with pytest.raises(InputError, match="expected 2 gradients, got 3"):
        net.backward((y, z, z), cache)
    with pytest.raises(InputError, match="expected a batch, got an empty tuple"):
        net.forward(())
