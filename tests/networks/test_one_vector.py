"""Parameters and gradients stay views of one vector, whatever is assigned, copied or sent."""

import copy
import multiprocessing
import pickle

import cloudpickle
import joblib
import numpy as np
import pytest
from layers_of_ones_own import BatchNorm

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    InputError,
    Linear,
    Maxout,
    Normal,
    Sequential,
    Tanh,
    Uniform,
    initialisers,
)

COPIES = {
    "copy": lambda net: net.copy(),
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "cloudpickle": lambda net: cloudpickle.loads(cloudpickle.dumps(net)),
}
copied = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)


def network(dtype="float32"):
    return Sequential([Linear(2, 3), Tanh(), Maxout(3, 1, 2)], seed=1, dtype=dtype)


def are_views(net):
    """Whether all parameters and gradients share memory with the network's vectors."""
    return all(
        np.shares_memory(view, flat)
        for layer in net
        for name in layer.params
        for view, flat in (
            (getattr(layer, name), net.params),
            (layer.params[name], net.params),
            (getattr(layer, "d" + name), net.grads),
            (layer.grads[name], net.grads),
        )
    )


@copied
def test_a_copy_is_a_network_of_its_own(copied):
    net = network()
    net.grads[:] = 3
    twin = copied(net)
    assert are_views(twin)
    assert np.array_equal(twin.params, net.params)
    assert np.array_equal(twin.grads, net.grads)
    assert not np.shares_memory(twin.params, net.params)
    assert not any(mine is other for mine, other in zip(twin, net, strict=True))
    twin.params[:] = 0
    assert not twin[0].W.any()
    assert net[0].W.any()
    assert are_views(net)


@copied
def test_a_copy_has_the_memories_of_its_layers_and_keeps_them_apart(copied):
    net = Sequential([BatchNorm(2)], dtype="float64")
    y, cache = net.forward(np.random.default_rng(0).normal(size=(9, 2)))
    net.backward(y, cache)
    twin = copied(net)
    assert np.array_equal(twin[0].mean, net[0].mean)
    twin[0].mean[:] = 7
    assert net[0].mean.max() < 7


@pytest.mark.parametrize("copied", list(COPIES.values())[2:], ids=list(COPIES)[2:])
def test_networks_that_are_sent_together_stay_together(copied):
    net = network()
    optimizer = Adam(net)
    twin, part, moved = copied((net, net[:1], optimizer))
    assert moved.network is twin
    assert np.shares_memory(part.params, twin.params)
    part.params[:] = 5
    assert twin[0].W.min() == 5


def play(game):
    list(game.play(30))
    return game


def new_game():
    G = Sequential([Linear(1, 4), Tanh(), Linear(4, 1)], seed=1)
    D = Sequential([Maxout(1, 4), Linear(4, 1)], seed=2)
    optimizers = {"G_optimizer": SGD(G, 0.1, 0.5), "D_optimizer": Adam(D)}
    return Algorithm1(G, D, data=Normal(2.0), noise=Uniform(), **optimizers)


def in_joblib(game):
    return joblib.Parallel(n_jobs=2)(joblib.delayed(play)(game) for _ in range(1))[0]


def in_multiprocessing(game):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(play, (game,))


@pytest.mark.parametrize("away", [in_joblib, in_multiprocessing])
def test_a_game_trains_in_a_worker_and_comes_back_trained(away):
    here, there = play(new_game()), away(new_game())
    assert there.steps_done == 30
    for mine, other in ((here.G, there.G), (here.D, there.D)):
        assert np.array_equal(mine.params, other.params)
        assert are_views(other)
    assert there.optimizers["D"].network is there.D
    assert list(here.play(5)) == list(there.play(5))


def test_what_is_assigned_is_written_into_the_view():
    net = network()
    W = np.arange(6.0).reshape(2, 3)
    net[0].W = W
    net[0].dW = 2 * W
    net[0].dW *= 0.5
    net.grads *= 2
    net.params += 1
    assert are_views(net)
    assert np.array_equal(net.params[:6], W.ravel() + 1)
    assert np.array_equal(net.grads[:6], 2 * W.ravel())


@pytest.mark.parametrize("value", [1.0, np.ones(3), np.ones((3, 2)), None], ids=str)
def test_what_has_another_shape_is_refused(value):
    net = network()
    with pytest.raises(InputError, match=r"linear1'\): expected W of shape \(2, 3\), got"):
        net[0].W = value


class Rebinds(Linear):
    """An initialise that rebinds what it should fill."""

    def initialise(self, rng):
        self.W = rng.normal(size=(2, 3))


def test_an_initialise_that_assigns_fills_the_view_and_one_that_goes_round_is_refused():
    net = Sequential([Rebinds(2, 3)])
    assert are_views(net)
    assert net.params.any()
    replaces = {"initialise": lambda layer, rng: vars(layer).update(W=np.ones((2, 3)))}
    with pytest.raises(InputError, match="expected initialise to write into W"):
        Sequential([type("Replaces", (Linear,), replaces)(2, 3)])


def test_parameters_are_not_replaced_by_name():
    net = network()
    with pytest.raises(TypeError):
        net[0].params["W"] = np.zeros((2, 3))
    with pytest.raises(AttributeError):
        net.layers = []
    with pytest.raises(AttributeError):
        net.layers.append(Tanh())


def test_a_layer_that_is_copied_is_free():
    net = network()
    free = copy.deepcopy(net[0])
    assert not free.params
    other = Sequential([free])
    other.params[:] = 0
    assert net[0].W.any()


INITIALISERS = [
    *(initialisers.uniform(0.1), initialisers.normal(0.1), initialisers.constant(2)),
    *(initialisers.he(), initialisers.glorot(), initialisers.sparse(2), initialisers.orthogonal()),
]


@pytest.mark.parametrize("weights", INITIALISERS)
def test_networks_of_all_initialisers_can_be_pickled(weights):
    layers = [Linear(3, 4, weights=weights, bias=np.arange(4.0)), Linear(4, 2, bias=weights)]
    if weights is INITIALISERS[5] or weights is INITIALISERS[6]:
        layers.pop()
    net = Sequential(layers, seed=3)
    twin = pickle.loads(pickle.dumps(net))
    assert np.array_equal(twin.params, net.params)


def test_a_layer_needs_no_call_of_its_bases_init():
    class Scale(Linear):
        def __init__(self):
            self.n_in = self.n_out = 2

        def parameter_shapes(self):
            return {"s": (1,)}

        def initialise(self, rng):
            self.s[...] = 2

        def forward(self, x, *, train=True, rng=None):
            return x * self.s, x

        def backward(self, dy, cache, *, param_grads=True):
            if param_grads:
                self.ds += np.sum(dy * cache)
            return dy * self.s

        def constrain(self):
            pass

    net = Sequential([Scale(), Scale()], dtype="float64")
    assert [layer.name for layer in net] == ["scale1", "scale2"]
    assert np.array_equal(net(np.ones((1, 2))), [[4, 4]])


def test_a_gradient_made_in_init_does_not_hide_the_view():
    class Gain(Linear):
        def __init__(self, width):
            super().__init__(width, width)
            self.W, self.dW = np.zeros((width, width)), np.zeros((width, width))

    net = Sequential([Gain(2)], dtype="float64")
    assert are_views(net)

    class Hidden(Linear):
        dW = None

    with pytest.raises(InputError, match="expected no class attribute dW"):
        Sequential([Hidden(2, 2)])


def test_a_shallow_copy_of_a_part_is_coherent():
    net = network()
    part = copy.copy(net[:1])
    part.params[:] = 7
    assert net[0].W.max() < 7
    assert pickle.loads(pickle.dumps(part)).params.min() == 7
    assert part.copy().params.min() == 7
