"""Networks at home in Python: length, items, parts in the same memory, joined inputs, summaries."""

import numpy as np
import pytest

from minigan import SGD, InputError, Linear, Maxout, ReLU, Sequential, join


def network(**options):
    layers = [ReLU(), Linear(2, 3), ReLU(), Maxout(3, 4, 2), Linear(4, 1)]
    return Sequential(layers, seed=1, dtype="float64", **options)


def test_a_network_is_a_row_of_layers():
    net = network()
    assert len(net) == 5
    assert list(net) == [net[0], net[1], net[2], net[3], net[-1]]
    with pytest.raises(IndexError):
        net[5]


def test_parts_share_memory_and_know_their_widths():
    net = network()
    features, head = net[:-1], net[-1:]
    assert (features.n_in, features.n_out, head.n_in, head.n_out) == (2, 4, 4, 1)
    assert (net[2:3].n_in, net[:1].n_in) == (3, 2)
    head.params[:] = 7
    assert net[-1].W.min() == 7
    assert np.shares_memory(features.grads, net.grads)
    assert net[:-1] is features
    SGD(head, 1.0).step()


@pytest.mark.parametrize("fast", [True, False])
def test_a_network_is_its_parts_one_after_another(fast):
    net, x = network(fast=fast), np.random.default_rng(0).normal(size=(5, 2))
    y, cache = net.forward(x)
    dx = net.backward(np.ones_like(y), cache)
    grads = net.grads.copy()
    net.zero_grads()
    a, first = net[:3].forward(x)
    b, second = net[3:].forward(a)
    assert np.allclose(b, y, rtol=1e-14)
    assert np.allclose(net[:3].backward(net[3:].backward(np.ones_like(b), second), first), dx)
    assert np.allclose(net.grads, grads, rtol=1e-13)
    assert net[:3].fast is fast


def test_a_part_of_a_part_and_a_copy_of_a_part():
    net = network()
    part = net[1:][:3]
    assert list(part) == list(net[1:4])
    twin = part.copy()
    assert np.array_equal(twin.params, part.params)
    assert not np.shares_memory(twin.params, net.params)


@pytest.mark.parametrize("which", [slice(3, 3), slice(None, None, 2), slice(9, None)], ids=str)
def test_a_part_is_a_row_of_consecutive_layers(which):
    with pytest.raises(InputError, match="expected a row of consecutive layers, got slice"):
        network()[which]


def test_joined_inputs_and_their_gradients():
    x, y = np.arange(6.0).reshape(3, 2), np.arange(3.0).reshape(3, 1)
    xy, split = join(x, y)
    assert np.array_equal(xy, np.hstack([x, y]))
    dx, dy = split(10 * xy)
    assert np.array_equal(dx, 10 * x)
    assert np.array_equal(dy, 10 * y)


@pytest.mark.parametrize("parts", [(), (np.ones(3),), (np.ones((3, 1)), np.ones((2, 1))), (1, 2)])
def test_what_is_not_one_batch_cannot_be_joined(parts):
    with pytest.raises(InputError, match="join: expected arrays"):
        join(*parts)


def test_the_summary_tells_layers_widths_and_parameters():
    lines = network().summary().splitlines()
    assert lines[0].split() == ["layer", "output", "parameters"]
    assert lines[2].split() == ["Linear('linear1')", "3", "9", "W", "(2,", "3),", "b", "(3,)"]
    assert lines[-1].split() == ["in", "all", "46", "float64", "on", "cpu"]
    assert "Linear" in network()._repr_html_()
