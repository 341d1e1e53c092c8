"""Passes of networks of images beside the plain layers, where a batch of one is not allowed."""

import numpy as np
import pytest
from devices import take

from minigan import (
    BatchNorm,
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    InputError,
    LeakyReLU,
    Linear,
    MaxPool2D,
    Sequential,
)
from minigan.base.backend import CPU, Device
from minigan.passes.memory import Loan, Loans


def normalised(**how):
    layers = [Linear(3, 24), BatchNorm((2, 3, 4)), LeakyReLU(0.2), Conv2D((2, 3, 4), 3, 2)]
    layers += [BatchNorm((3, 2, 3), momentum=0.3), LeakyReLU(0)]
    net = Sequential([*layers, ConvTranspose2D((3, 2, 3), 1, 2), BatchNorm(12)], seed=2, **how)
    net.params += np.random.default_rng(1).normal(size=net.params.size)
    return net


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-10), ("float32", 2e-3)])
def test_batch_norm_of_images_and_its_running_moments_agree(dtype, rtol):
    rng = np.random.default_rng(0)
    xs = tuple(rng.normal(size=(m, 3)).astype(dtype) for m in (7, 2, 5))
    dys = tuple(rng.normal(size=(len(x), 12)).astype(dtype) for x in xs)
    found = []
    for fast in (True, False):
        net = normalised(dtype=dtype, fast=fast)
        ys, cache = net.forward(xs)
        dxs = net.backward(dys, cache)
        again = net.backward(dys, cache, param_grads=False)
        left, of_second, right = net.backward((None, dys[1], None), cache, param_grads=False)
        assert left is right is None
        _, one = net.forward(xs[0])
        assert isinstance(one, Loan) is isinstance(cache, Loans) is fast
        with pytest.raises(InputError, match="expected 3 gradients, got 2"):
            net.backward(dys[:2], cache)
        found.append([*ys, *dxs, *again, of_second, net.grads, net(xs[0]), net.forward(xs[1])[0]])
    for mine, reference in zip(*found, strict=True):
        assert mine.dtype == reference.dtype
        np.testing.assert_allclose(mine, reference, rtol=rtol, atol=rtol * abs(reference).max())


def test_a_batch_of_one_is_refused_by_either():
    for fast in (True, False):
        with pytest.raises(InputError, match="expected a batch of 2 examples or more"):
            normalised(fast=fast).forward(np.ones((1, 3), "float32"))


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0, 3.0])
def test_the_slope_of_leaky_relu_is_exact_on_both_sides_and_at_zero(slope):
    x = np.array([[-2.0, -0.0, 0.0, 1e-30, 3.0]], "float32")
    found = []
    for fast in (True, False):
        net = Sequential(
            [Conv2D((1, 1, 5), 1, 1, weights=lambda rng, shape: np.ones(shape)), LeakyReLU(slope)],
            fast=fast,
        )
        y, cache = net.forward(x)
        found.append((y, net.backward(x + 2, cache)))
    np.testing.assert_array_equal(found[0], found[1])


def test_on_a_gpu_the_plain_layers_give_the_same(gpu):
    def layers():
        return [
            *(Linear(3, 40), Conv2D((2, 5, 4), 4, 3, pad=1), ChannelMaxout((4, 5, 4), 2)),
            *(MaxPool2D((2, 5, 4), 3, stride=2), BatchNorm((2, 2, 2))),
            ConvTranspose2D((2, 2, 2), 1, 3, stride=2, pad=1, tied_bias=False),
        ]

    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(6, 3)), rng.normal(size=(6, 9))
    found = []
    for place in (Device("cuda", gpu), CPU):
        net = Sequential(layers(), seed=1, dtype="float64", device=place)
        y, cache = net.forward(place.to_device(x))
        dx = net.backward(place.to_device(dy), cache)
        found.append([take(each) for each in (y, dx, net.grads, net(place.to_device(x)))])
    for there, here in zip(*found, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-10, atol=1e-12)
