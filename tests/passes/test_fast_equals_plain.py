"""Fast passes are the plain ones, for any row of layers and batches; ties and masks included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layers_of_ones_own import BatchNorm, Half, Negated, Swish

from minigan import (
    SGD,
    Algorithm1,
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    GaussianNoise,
    LeakyReLU,
    Linear,
    Maxout,
    MaxPool2D,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
)
from minigan.passes.memory import Loan

SIZES = (6, 4, 1)

# Rows of layers from two inputs to n outputs.
ROWS = {
    "relu and maxout": lambda n: [Linear(2, 6), ReLU(), Maxout(6, 4, 3), Linear(4, n)],
    "one layer": lambda n: [Linear(2, n)],
    "one maxout": lambda n: [Maxout(2, n, 4)],
    "maxout of one piece": lambda n: [Maxout(2, 6, 1), Maxout(6, n, 1)],
    "linear after linear": lambda n: [Linear(2, 5), Linear(5, 3), Linear(3, n)],
    "maxout after maxout": lambda n: [Maxout(2, 5, 2), Maxout(5, 3, 5), Maxout(3, n, 3)],
    "activation first": lambda n: [ReLU(), Linear(2, 4), Tanh(), Linear(4, n)],
    "two activations first": lambda n: [Tanh(), LeakyReLU(0.3), Maxout(2, n, 2)],
    "activation last": lambda n: [Linear(2, 7), Softplus(), Linear(7, n), ReLU()],
    "all of them": lambda n: [
        *(Linear(2, 6), Tanh(), Linear(6, 5), LeakyReLU(0.2), Maxout(5, 4, 2), Sigmoid()),
        *(Linear(4, 5), Softplus(), ReLU(), Linear(5, n)),
    ],
    "relu after relu": lambda n: [Linear(2, 8), ReLU(), ReLU(), Linear(8, n), ReLU(), Tanh()],
    "narrow in front of wide": lambda n: [Maxout(2, 40, 5), Linear(40, n)],
    "dropout that keeps all": lambda n: [Dropout(1), Linear(2, 6), Dropout(1), Linear(6, n)],
    "dropout": lambda n: [Dropout(0.8), Linear(2, 6), ReLU(), Dropout(0.5), Linear(6, n)],
    "noise": lambda n: [GaussianNoise(0.4), Linear(2, 6), Tanh(), GaussianNoise(2), Maxout(6, n)],
    "a parameter of one's own": lambda n: [Swish(), Linear(2, 4), Swish(), ReLU(), Linear(4, n)],
    "by descent": lambda n: [Linear(2, 4), Half(), Negated(4, 3), Maxout(3, n, 2), Half()],
    "images": lambda n: [
        *(Linear(2, 40), Conv2D((2, 5, 4), 3, 3, stride=2, pad=1), LeakyReLU(0.2)),
        *(ConvTranspose2D((3, 3, 2), 1, 4, stride=3, pad=1, tied_bias=False), Linear(40, n)),
    ],
    "images throughout": lambda n: [
        *(Conv2D((1, 1, 2), 3, 3, pad=2, tied_bias=False), LeakyReLU(1.5)),
        *(ConvTranspose2D((36, 1, 1), n, 1),),
    ],
    "pooled images": lambda n: [
        *(Linear(2, 50), MaxPool2D((2, 5, 5), 2, stride=2), Dropout(0.7)),
        *(ChannelMaxout((2, 3, 3), pieces=2), Conv2D((1, 3, 3), n, 3)),
    ],
    "mixing": lambda n: [Linear(2, 5), BatchNorm(5), Dropout(0.6), Tanh(), Linear(5, n)],
}
rows = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def network(row, n=1, dtype="float64"):
    net = Sequential(row(n), seed=1, dtype=dtype)
    net.params += 0.3 * np.random.default_rng(3).normal(size=net.params.size)  # biases too
    return net


def batches(dtype="float64", sizes=SIZES, width=2, seed=4):
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=(m, width)).astype(dtype) for m in sizes)


def outcome(net, xs, dys, stacked):
    """All that two passes through the batches give: outputs, gradients at x, and of parameters.

    The second pass back is of the second batch alone, and leaves the parameters' gradients.
    """
    rng, found = np.random.default_rng(8), []
    net.zero_grads()
    if stacked:
        ys, cache = net.forward(xs, rng=rng)
        dxs = net.backward(dys, cache)
        alone = [None] * len(xs)
        alone[1] = 3 * dys[1]
        dxs_alone = net.backward(tuple(alone), cache, param_grads=False)
        assert [dx is None for dx in dxs_alone] == [True, False, True]
        found = [*ys, *dxs, dxs_alone[1]]
    else:
        passes = [net.forward(x, rng=rng) for x in xs]
        dxs = [net.backward(dy, cache) for dy, (_, cache) in zip(dys, passes, strict=True)]
        again = net.backward(3 * dys[1], passes[1][1], param_grads=False)
        found = [*(y for y, _ in passes), *dxs, again]
    return [*found, net.grads.copy()]


def assert_same(net, xs, dys, rtol=1e-12, atol=1e-14):
    """Plain and fast, stacked and apart."""
    net.fast = False
    expected = outcome(net, xs, dys, stacked=False)
    for fast, stacked in ((False, True), (True, False), (True, True)):
        net.fast = fast
        for mine, reference in zip(outcome(net, xs, dys, stacked), expected, strict=True):
            assert mine.dtype == reference.dtype
            np.testing.assert_allclose(mine, reference, rtol=rtol, atol=atol)


@rows
@pytest.mark.parametrize("n", [1, 2])
def test_outputs_and_gradients_agree(row, n):
    assert_same(network(row, n), batches(), batches(width=n, seed=5))


@rows
def test_in_float32_they_agree_to_single_precision_and_stay_float32(row):
    net = network(row, dtype="float32")
    assert_same(net, batches("float32"), batches("float32", width=1), rtol=2e-4, atol=2e-5)


@rows
def test_games_agree(row):
    def play(fast):
        G, D = network(row, 2), network(row, 1)
        G.fast = D.fast = fast
        game = Algorithm1(
            *(G, D),
            data=Normal(1.0, dim=2),
            noise=Normal(dim=2),
            G_optimizer=SGD(G, 0.01, 0.5),
            D_optimizer=SGD(D, 0.01, 0.5),
            batch=10,
        )
        records = [list(record.values()) for record in game.play(60)]
        return np.array(records), np.concatenate([G.params, D.params])

    for fast, plain in zip(play(True), play(False), strict=True):
        assert np.isfinite(plain).all()
        np.testing.assert_allclose(fast, plain, rtol=1e-10, atol=1e-11)


@rows
def test_without_a_gradient_at_the_input_the_parameters_gradients_are_the_same(row):
    for fast in (True, False):
        net, xs, dys = network(row), batches(), batches(width=1)
        net.fast = fast
        _, cache = net.forward(xs[0], rng=np.random.default_rng(0))
        net.zero_grads()
        net.backward(dys[0], cache)
        whole = net.grads.copy()
        net.zero_grads()
        assert net.backward(dys[0], cache, input_grad=False) is None
        np.testing.assert_allclose(net.grads, whole, rtol=1e-12, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(
    widths=st.lists(st.integers(1, 5), min_size=0, max_size=3),
    kinds=st.lists(st.sampled_from(["linear", "maxout", "relu", "tanh"]), min_size=4, max_size=4),
    pieces=st.integers(1, 5),
    sizes=st.tuples(*[st.integers(1, 6)] * 3),
    few=st.booleans(),
)
def test_networks_of_any_shape_agree(widths, kinds, pieces, sizes, few):
    def row(n_out):
        layers, width = [], 2
        for wide, kind in zip([*widths, n_out], kinds, strict=False):
            layers += [Maxout(width, wide, pieces) if kind == "maxout" else Linear(width, wide)]
            layers += {"relu": [ReLU()], "tanh": [Tanh()]}.get(kind, [])
            width = wide
        return layers

    net, xs, dys = network(row, 2), batches(sizes=sizes), batches(sizes=sizes, seed=6)
    if few:  # small whole numbers make many ties and many zeros
        for array in (net.params, *xs):
            np.rint(array, out=array)
    assert_same(net, xs, dys)


@pytest.mark.parametrize("pieces", [2, 3, 5])
def test_when_all_pieces_tie_the_first_wins_as_in_the_plain_layer(pieces):
    net = network(lambda n: [Maxout(2, 4, pieces), Linear(4, n)])
    net[0].W = np.zeros((2, 4 * pieces))
    net[0].b = np.full(4 * pieces, 0.5)
    assert_same(net, batches(), batches(width=1))
    assert net[0].dW[:, :4].all()
    assert not net[0].dW[:, 4:].any()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_wide_numbers_agree_and_warn_of_nothing(dtype):
    net = network(lambda n: [Linear(2, 3), Sigmoid(), Linear(3, n), Tanh()], dtype=dtype)
    net.params *= 1e4
    tolerance = {"rtol": 1e-4 if dtype == "float32" else 1e-12, "atol": 1e-30}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert_same(net, batches(dtype), batches(dtype, width=1), **tolerance)


def uses_kept_memory(net, x):
    return isinstance(net.forward(x, rng=np.random.default_rng(0))[1], Loan)


def test_fast_passes_are_used_where_they_may_be():
    x, y = batches(sizes=(3, 3))
    net = network(ROWS["all of them"])
    assert uses_kept_memory(net, x)
    assert uses_kept_memory(net, (x, y))
    mixing = network(ROWS["mixing"])
    assert uses_kept_memory(mixing, x)
    assert not uses_kept_memory(mixing, (x, y))  # each batch on its own
    net.fast = False
    assert not uses_kept_memory(net, x)


@pytest.mark.parametrize("own", [Swish(), type("Sub", (Dropout,), {})(0.5)], ids=["own", "sub"])
def test_layers_that_do_not_say_that_they_do_not_mix_are_never_stacked(own):
    net = Sequential([Linear(2, 3), own, Linear(3, 1)], dtype="float64")
    assert not uses_kept_memory(net, batches(sizes=(3, 3)))
