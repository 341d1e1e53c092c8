"""Memory is lent with a cache: whatever is open, dropped or copied, no pass spoils another."""

import copy
import gc
import pickle
import threading

import numpy as np
import pytest

from minigan import (
    SGD,
    Dropout,
    GaussianNoise,
    InputError,
    Linear,
    Maxout,
    ReLU,
    Sequential,
    Sigmoid,
)
from minigan.passes.memory import Lender

fast_and_plain = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def network(fast=True, seed=1, random=False):
    noise = [GaussianNoise(0.3), Dropout(0.7)] if random else []
    layers = [*noise, Maxout(2, 5, 3), ReLU(), Linear(5, 4), Sigmoid(), Linear(4, 2)]
    return Sequential(layers, seed=seed, dtype="float64", fast=fast)


def batch(m=6, seed=4):
    return np.random.default_rng(seed).normal(size=(m, 2))


def gradients(net, x, dy, before_backward=lambda y: None):
    y, cache = net.forward(x)
    before_backward(y)
    net.zero_grads()
    dx = net.backward(dy, cache)
    return dx, net.grads.copy()


def assert_equal(found, expected):
    for mine, reference in zip(found, expected, strict=True):
        assert np.array_equal(mine, reference)


@fast_and_plain
def test_five_passes_may_be_open_and_differentiated_in_any_order_and_twice(fast):
    net = network(fast)
    inputs = [batch(m, seed) for seed, m in enumerate((6, 4, 6, 1, 9))]
    alone = [gradients(net, x, np.ones((len(x), 2))) for x in inputs]
    opened = [net.forward(x) for x in inputs]
    for i in (3, 0, 4, 2, 1, 0, 3):
        net.zero_grads()
        dx = net.backward(np.ones_like(opened[i][0]), opened[i][1])
        assert_equal((dx, net.grads), alone[i])


@fast_and_plain
def test_what_is_handed_out_is_the_callers_own_for_ever(fast):
    net = network(fast)
    y, cache = net.forward(batch())
    dx = net.backward(np.ones_like(y), cache)
    kept = y.copy(), dx.copy()
    for seed in range(5):
        z, other = net.forward(batch(seed=seed))
        net.backward(z, other)
    del cache
    net.forward(batch(seed=9))
    assert_equal((y, dx), kept)


@fast_and_plain
@pytest.mark.parametrize("layers", [5, 4], ids=["linear last", "sigmoid last"])
def test_input_and_output_may_be_overwritten_between_forward_and_backward(fast, layers):
    net, x = network(fast)[:layers], batch()
    dy = np.ones((6, net.n_out))
    expected = gradients(net, x, dy)

    def overwrite(y):
        x[...], y[...] = np.nan, np.nan

    assert_equal(gradients(net, x, dy, overwrite), expected)
    assert np.array_equal(dy, np.ones((6, net.n_out)))


@fast_and_plain
def test_a_gradient_that_is_handed_in_is_left_alone(fast):
    net, dy = network(fast), np.ones((6, 2))
    dy.flags.writeable = False
    gradients(net, batch(), dy)


def test_memory_comes_back_when_a_cache_is_dropped_and_no_more_is_kept_than_a_few():
    net = network()
    for _ in range(10):
        net.forward(batch())
    assert len(net._lender._free) == 1
    caches = [net.forward(batch())[1] for _ in range(9)]
    assert not net._lender._free
    del caches
    assert len(net._lender._free) == Lender.MOST


def test_a_suspended_generator_keeps_its_pass():
    net = network()
    expected = gradients(net, batch(seed=1), np.ones((6, 2)))

    def steps():
        y, cache = net.forward(batch(seed=1))
        yield
        net.zero_grads()
        yield net.backward(np.ones_like(y), cache), net.grads.copy()

    suspended = steps()
    next(suspended)
    for seed in range(2, 6):
        gradients(net, batch(seed=seed), np.ones((6, 2)))
    assert_equal(next(suspended), expected)


def test_batches_of_other_sizes_share_the_memory():
    net, small = network(), batch(3)
    expected = gradients(net, small, np.ones((3, 2)))
    for m in (3, 50, 3, 7, 3):
        gradients(net, batch(m), np.ones((m, 2)))
    assert_equal(gradients(net, small, np.ones((3, 2))), expected)
    assert len(net._lender._free) == 1


def test_passes_are_no_garbage_cycles():
    net = network()
    gradients(net, batch(), np.ones((6, 2)))
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            gradients(net, batch(), np.ones((6, 2)))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_four_threads_may_use_one_network():
    net = network()
    inputs = [batch(seed=seed) for seed in range(4)]
    expected = [net.forward(x)[0] for x in inputs]
    wrong = []

    def work(x, y):
        for _ in range(200):
            z, cache = net.forward(x)
            dx = net.backward(z, cache, param_grads=False)
            if not np.array_equal(z, y) or not np.isfinite(dx).all():
                wrong.append(x)

    pairs = zip(inputs, expected, strict=True)
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_cache_is_not_copied(copied):
    _, cache = network().forward(batch())
    with pytest.raises(TypeError, match="a cache belongs to one pass of one network"):
        copied(cache)


def test_a_copy_made_after_a_pass_computes_with_its_own_weights():
    net = network()
    y, cache = net.forward(batch())
    for twin in (net.copy(), copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        twin.params *= 0
        assert not twin.forward(batch())[0].any()
    assert np.array_equal(net.forward(batch())[0], y)
    net.backward(y, cache)


def test_a_part_made_after_a_pass_computes_with_its_own_layers():
    net = network()
    net.forward(batch())
    features, cache = net[:-1].forward(batch())
    logits, head = net[-1:].forward(features)
    assert np.allclose(logits, net.forward(batch())[0], rtol=1e-14)
    expected = gradients(net, batch(), np.ones((6, 2)))
    net.zero_grads()
    dx = net[:-1].backward(net[-1:].backward(np.ones((6, 2)), head), cache)
    assert np.allclose(dx, expected[0], rtol=1e-13)
    assert np.allclose(net.grads, expected[1], rtol=1e-13)


@fast_and_plain
def test_gradients_that_stand_there_are_added_to(fast):
    net = network(fast)
    _, once = gradients(net, batch(), np.ones((6, 2)))
    y, cache = net.forward(batch())
    net.zero_grads()
    net.grads += 0.1 * net.params  # weight decay, before backward
    net.backward(np.ones_like(y), cache)
    assert np.allclose(net.grads, once + 0.1 * net.params, rtol=1e-13)
    net.backward(np.ones_like(y), cache)
    assert np.allclose(net.grads, 2 * once + 0.1 * net.params, rtol=1e-13)


@fast_and_plain
def test_a_pass_through_the_head_alone_leaves_zeros_elsewhere(fast):
    net = network(fast)
    gradients(net, batch(), np.ones((6, 2)))
    net.zero_grads()
    features, _ = net[:-1].forward(batch())
    y, cache = net[-1:].forward(features)
    net[-1:].backward(y, cache)
    assert net[-1].dW.any()
    assert not net[0].dW.any()
    assert not net[0].flat_grads.any()
    assert not net.grads[: -net[-1:].params.size].any()


def test_marked_gradients_are_zeros_to_all_who_look():
    for look in (lambda net: net.grads, lambda net: net[0].dW, lambda net: net[0].flat_grads):
        net = network()
        gradients(net, batch(), np.ones((6, 2)))
        net.zero_grads()
        assert not look(net).any()
        assert not net[0].grads["b"].any()


def test_an_optimizer_sees_zeros_where_no_pass_has_been():
    net = network()
    gradients(net, batch(), np.ones((6, 2)))
    before = net.params.copy()
    net.zero_grads()
    SGD(net, 1.0).step()
    assert np.array_equal(net.params, before)


def test_dropout_whose_keep_changes_scales_as_it_draws():
    net = Sequential([Dropout(0.5), Linear(1, 1, weights=lambda rng, shape: np.ones(shape))])
    x = np.ones((1000, 1), "float32")
    for keep in (0.5, 0.9):
        net[0].keep = keep
        y, _ = net.forward(x, rng=np.random.default_rng(0))
        assert sorted(set(y.ravel().tolist())) == [0.0, pytest.approx(1 / keep)]


def test_batches_of_ever_other_sizes_do_not_pile_up_memory():
    net = network()
    for m in (*range(1, 60), 4000, 2):
        gradients(net, batch(m), np.ones((m, 2)))
    (block,) = net._lender._free
    assert len(block._plans) <= block.MOST
    gradients(net, batch(1), np.ones((1, 2)))
    assert block._bytes.nbytes < 100_000  # and not what 4,000 examples took


class Broadcast(Linear):
    """Gives one column where it promises three."""

    def forward(self, x, *, train=True, rng=None):
        return x.mean(1, keepdims=True), x

    def backward(self, dy, cache, *, param_grads=True):
        return np.broadcast_to(dy.sum(1, keepdims=True) / 2, cache.shape)


class Single(Broadcast):
    def forward(self, x, *, train=True, rng=None):
        return super().forward(np.tile(x, (1, 2)))[0].astype("float32") * np.ones((1, 3), "f4"), x


@pytest.mark.parametrize("kind", [Broadcast, Single])
def test_what_a_layer_of_ones_own_gives_is_not_spread_out_or_cast(kind):
    net = Sequential([Linear(2, 2), kind(2, 3), Linear(3, 1)], dtype="float64")
    with pytest.raises(InputError, match=r"expected forward to give float64 \(6, 3\), got"):
        net.forward(batch())


def test_a_first_layer_may_have_no_gradient_to_give():
    class Lookup(Linear):
        def backward(self, dy, cache, *, param_grads=True):
            super().backward(dy, cache, param_grads=param_grads)

    net = Sequential([Lookup(2, 3), Linear(3, 1)], dtype="float64")
    y, cache = net.forward(batch())
    assert net.backward(y, cache, input_grad=False) is None
    with pytest.raises(InputError, match=r"expected backward to give .* got NoneType"):
        net.backward(y, cache)
