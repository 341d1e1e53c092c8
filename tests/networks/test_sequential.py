"""A network: one flat vector seen by every layer, copies, names, seeds, and refusals."""

import copy

import numpy as np
import pytest

from minigan import SGD, Dropout, InputError, Linear, Maxout, ReLU, Sequential, Tanh
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


def test_forward_and_backward_are_pytorchs(torch, rng):
    net = Sequential([Linear(3, 5), Tanh(), Linear(5, 2)], seed=4, dtype="float64")
    x, dy = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    y, caches = net.forward(x)
    dx = net.backward(dy, caches)
    theta = torch.tensor(net.params, requires_grad=True)
    tx = torch.tensor(x, requires_grad=True)
    W1, b1, W2, b2 = theta.split([15, 5, 10, 2])
    ty = torch.tanh(tx @ W1.view(3, 5) + b1) @ W2.view(5, 2) + b2
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13)
    np.testing.assert_allclose(dx, tx.grad, rtol=1e-12)
    np.testing.assert_allclose(net.grads, theta.grad, rtol=1e-12, atol=1e-14)


def test_calling_a_network_runs_it_without_dropout():
    net = Sequential([Dropout(0.5), Linear(2, 1)], dtype="float64")
    x = np.ones((4, 2))
    np.testing.assert_allclose(net(x), x @ net.layers[1].W, rtol=1e-15)


def test_dropout_is_at_work_while_training(rng):
    net = Sequential([Dropout(0.5), Linear(50, 1)], dtype="float64")
    x = np.ones((4, 50))
    assert not np.allclose(net.forward(x, rng=rng)[0], net(x))
    assert np.array_equal(net.forward(x, train=False)[0], net(x))


def test_backward_through_the_network_can_leave_its_gradients_alone(rng):
    net = network(dtype="float64")
    y, caches = net.forward(rng.normal(size=(3, 2)))
    dx = net.backward(np.ones_like(y), caches, param_grads=False)
    assert not net.grads.any()
    assert np.array_equal(dx, net.backward(np.ones_like(y), caches))
    assert net.grads.any()


# One flat vector.


def test_the_flat_vector_holds_weight_then_bias_layer_by_layer():
    net = network()
    net.params[...] = np.arange(6 + 3 + 12 + 4)
    linear, _, maxout, _ = net.layers
    assert linear.W.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert linear.b.tolist() == [6, 7, 8]
    assert maxout.W.ravel().tolist() == list(range(9, 21))
    assert maxout.b.tolist() == [21, 22, 23, 24]


def test_gradients_lie_as_the_parameters_do():
    net = network()
    net.grads[...] = np.arange(25)
    assert net.layers[0].dW[1, 0] == 3
    assert net.layers[0].db[0] == 6
    assert net.layers[2].dW[0, 0] == 9
    assert net.layers[2].db[3] == 24


def test_what_a_layer_writes_the_network_sees():
    net = network()
    net.layers[2].b[1] = 77
    net.layers[0].dW[0, 2] = 55
    assert net.params[22] == 77
    assert net.grads[2] == 55


def test_gradients_start_at_zero():
    assert not network().grads.any()


# Copies.


def test_a_copy_is_equal_and_independent(rng):
    net = network(dtype="float64")
    net.grads[...] = 5
    twin = net.copy()
    x = rng.normal(size=(3, 2))
    assert np.array_equal(twin.params, net.params)
    assert np.array_equal(twin.grads, net.grads)
    assert np.array_equal(twin(x), net(x))
    before = net.params.copy()
    twin.params += 1
    twin.grads[...] = 9
    assert np.array_equal(net.params, before)
    assert np.all(net.grads == 5)
    assert not np.array_equal(twin(x), net(x))


def test_the_layers_of_a_copy_see_the_copy():
    twin = network().copy()
    twin.params[...] = np.arange(25)
    assert twin.layers[0].b.tolist() == [6, 7, 8]
    twin.layers[2].db[...] = 3
    assert twin.grads[21:].tolist() == [3, 3, 3, 3]


def test_a_copy_leaves_the_original_bound():
    net = network()
    net.copy().params[...] = 0
    net.params[...] = np.arange(25)
    assert net.layers[0].b.tolist() == [6, 7, 8]


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


def test_a_copy_can_be_copied():
    net = network()
    assert np.array_equal(net.copy().copy().params, net.params)


def test_a_deep_copy_is_a_network_too():
    net = network()
    twin = copy.deepcopy(net)
    assert np.array_equal(twin.params, net.params)
    before = net.params.copy()
    twin.params[...] = np.arange(25)
    assert twin.layers[0].b.tolist() == [6, 7, 8]
    assert np.array_equal(net.params, before)


def test_what_is_deep_copied_with_its_network_keeps_it():
    net = network()
    twin, optimizer = copy.deepcopy((net, SGD(net, 0.1)))
    assert optimizer.network is twin


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


def test_the_same_seed_gives_the_same_network():
    assert np.array_equal(network(seed=3).params, network(seed=3).params)


def test_different_seeds_give_different_networks():
    first, second = network(seed=3), network(seed=4)
    assert not np.any(first.layers[0].W == second.layers[0].W)


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


def test_neighbours_must_agree_on_their_width():
    message = r"^D: Linear\('out'\) expected n_in = 3 to follow Linear\('h1'\), got 4$"
    with pytest.raises(InputError, match=message):
        Sequential([Linear(2, 3, name="h1"), ReLU(), Linear(4, 1, name="out")], name="D")


def test_neighbours_without_a_name_are_told_apart_when_they_disagree():
    message = r"^D: Linear\('linear2'\) expected n_in = 3 to follow Linear\('linear1'\), got 4$"
    with pytest.raises(InputError, match=message):
        Sequential([Linear(2, 3), ReLU(), Linear(4, 1)], name="D")


def test_a_network_refused_for_its_widths_gives_its_layers_back():
    first, second = Linear(2, 3), Linear(4, 1)
    with pytest.raises(InputError, match="expected n_in = 3 to follow"):
        Sequential([first, second])
    assert Sequential([second]).params.size == 5
    assert Sequential([first]).params.size == 9


def test_a_layer_belongs_to_one_network():
    shared = Linear(2, 2)
    Sequential([shared], name="G")
    with pytest.raises(InputError, match=r"D: Linear\('linear1'\) is already part of a network"):
        Sequential([shared], name="D")


def test_a_refused_network_gives_its_layers_back():
    fresh, shared = Linear(2, 2), Linear(2, 2)
    Sequential([shared])
    with pytest.raises(InputError, match="is already part of a network"):
        Sequential([fresh, shared])
    assert Sequential([fresh]).params.size == 6


def test_a_network_refused_for_its_seed_gives_its_layers_back():
    fresh = Linear(2, 2)
    with pytest.raises(InputError, match="seed"):
        Sequential([fresh], seed=-1)
    assert Sequential([fresh]).params.size == 6


def test_a_network_refused_for_its_dtype_gives_its_layers_back():
    fresh = Linear(2, 2)
    with pytest.raises(InputError, match="dtype"):
        Sequential([fresh], dtype="int8")
    assert Sequential([fresh]).params.size == 6


def test_a_network_refused_by_an_initialiser_gives_its_layers_back():
    fresh = Linear(2, 4)
    with pytest.raises(InputError, match="sparse: expected n <= n_in = 4, got n = 5"):
        Sequential([fresh, Linear(4, 1, weights=sparse(5))])
    assert Sequential([fresh]).params.size == 12


def test_a_layer_stands_in_a_network_once():
    shared = Linear(2, 2)
    with pytest.raises(InputError, match="is already part of a network"):
        Sequential([shared, ReLU(), shared])


def test_a_network_has_at_least_one_layer():
    with pytest.raises(InputError, match="G: expected at least one layer, got none"):
        Sequential([], name="G")


@pytest.mark.parametrize("thing", [ReLU, "relu", None, np.tanh])
def test_a_network_is_made_of_layers(thing):
    with pytest.raises(InputError, match="Sequential: expected layers, got"):
        Sequential([Linear(1, 1), thing])


@pytest.mark.parametrize("dtype", ["float16", "int32", "complex128", ">f4"])
def test_a_network_is_float32_or_float64(dtype):
    with pytest.raises(InputError, match="G: expected dtype float32 or float64, got"):
        network(dtype=dtype, name="G")


@pytest.mark.parametrize("dtype", ["single precision", 32, "flaot32"])
def test_a_dtype_that_numpy_does_not_know_is_refused(dtype):
    with pytest.raises(InputError, match="G: expected dtype float32 or float64, got"):
        network(dtype=dtype, name="G")


def test_none_is_no_dtype():
    with pytest.raises(InputError, match="G: expected dtype float32 or float64, got None"):
        network(dtype=None, name="G")


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
        other_fast = other.backward
        with pytest.raises(InputError, match=r"expected the cache of .* very network, got that of"):
            other_fast(y, cache)
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
