"""Activations: values and slopes by hand, far out too, and PyTorch's."""

import math

import numpy as np
import pytest

from minigan import InputError, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh

LOG3, FAR = math.log(3), 1e4
BY_HAND = {  # x, y and the slope; tanh(log a) = (a^2 - 1) / (a^2 + 1)
    "ReLU": (ReLU(), [-2, -0.0, 0, 1e-300, 3], [0, 0, 0, 1e-300, 3], [0, 0, 0, 1, 1]),
    "LeakyReLU": (LeakyReLU(0.25), [-2, 0, 3], [-0.5, 0, 3], [0.25, 0.25, 1]),
    "LeakyReLU, default": (LeakyReLU(), [-100, 2], [-1, 2], [0.01, 1]),
    "Sigmoid": (Sigmoid(), [0, LOG3, -LOG3], [0.5, 0.75, 0.25], [0.25, 0.1875, 0.1875]),
    "Softplus": (Softplus(), [0, LOG3], [math.log(2), math.log(4)], [0.5, 0.75]),
    "Tanh": (Tanh(), [0, LOG3, -LOG3], [0, 0.8, -0.8], [1, 0.36, 0.36]),
    "Sigmoid, far out": (Sigmoid(), [-FAR, FAR], [0, 1], [0, 0]),
    "Softplus, far out": (Softplus(), [-FAR, FAR], [0, FAR], [0, 1]),
    "Tanh, far out": (Tanh(), [-FAR, FAR], [-1, 1], [0, 0]),
}


@pytest.mark.parametrize(("layer", "x", "y", "slope"), BY_HAND.values(), ids=BY_HAND)
def test_forward_and_backward_by_hand(layer, x, y, slope):
    found, cache = layer.forward(np.array([x], float))
    np.testing.assert_allclose(found, [y], rtol=1e-14, atol=1e-16)
    dy = np.arange(1.0, len(x) + 1)[None]
    np.testing.assert_allclose(layer.backward(dy, cache), dy * slope, rtol=1e-13, atol=1e-16)


PYTORCHS = {
    "ReLU": (ReLU(), lambda torch, x: torch.relu(x)),
    "Sigmoid": (Sigmoid(), lambda torch, x: torch.sigmoid(x)),
    "Softplus": (
        Softplus(), lambda torch, x: torch.nn.functional.softplus(x, threshold=500),
    ),
    "Tanh": (Tanh(), lambda torch, x: torch.tanh(x)),
    **{
        f"LeakyReLU({slope})": (
            LeakyReLU(slope), lambda torch, x, s=slope: torch.nn.functional.leaky_relu(x, s)
        )
        for slope in (0.0, 0.01, 0.2, 1.0, 3.0)
    },
}  # fmt: skip


@pytest.mark.parametrize(("layer", "theirs"), PYTORCHS.values(), ids=PYTORCHS)
def test_forward_and_backward_are_pytorchs(layer, theirs, torch, rng):
    x, dy = 3 * rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y, cache = layer.forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(torch, tx)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13)
    np.testing.assert_allclose(layer.backward(dy, cache), tx.grad, rtol=1e-11)


@pytest.mark.parametrize("slope", [-0.1, math.nan, math.inf])
def test_a_slope_is_finite_and_not_negative(slope):
    message = rf"^LeakyReLU\('h1'\): slope: expected a finite number >= 0, got {slope}$"
    with pytest.raises(InputError, match=message):
        LeakyReLU(slope, name="h1")
