"""Contractive autoencoders: gradients, the walk against an explicit Jacobian, planted bugs."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import GradientError, check_layer
from minigan.models import contractive
from minigan.models.contractive import Contractive


def a_stack():
    X = np.random.default_rng(0).random((50, 6), dtype=np.float32)
    return contractive.stacked(X, 0, steps=20, widths=(5, 3), rate=1e-2), X.astype(np.float64)


def test_the_penalty_is_the_squared_norm_of_the_jacobian():
    layer = Contractive(4, 3)
    net = mg.Sequential([layer], seed=0, dtype="float64")
    x = np.random.default_rng(1).random((2, 4))
    h = 1 / (1 + np.exp(-(x @ layer.W + layer.c)))
    J = (h * (1 - h))[:, None, :] * layer.W
    assert net(x)[:, -1] == pytest.approx((J**2).sum(axis=(1, 2)), rel=1e-12)


def test_the_walk_moves_by_j_and_its_transpose():
    model, x = a_stack()
    hs = model.encode(x[:4])
    v = np.random.default_rng(2).standard_normal(hs[-1].shape)
    pushed = model.pushed(hs, v)
    for i in range(4):
        J = np.eye(6)
        for layer, h in zip(model.layers, hs, strict=True):
            J = J @ layer.W * (h * (1 - h))[i]
        assert pushed[i] == pytest.approx(v[i] @ J.T @ J, abs=1e-12)
    model.s = 0.0
    rng = np.random.default_rng(0)
    assert model.step(x, rng) == pytest.approx(model.decode(model.encode(x)[-1]), abs=1e-12)


@pytest.mark.parametrize("part", ["logits", "weights"])
def test_a_penalty_without_its_2_is_caught(part):
    class Forgets(Contractive):
        def backward(self, dy, cache, *, param_grads=True):
            (x, h), dJ = cache, dy[:, -1:]
            q = h * (1 - h)
            d_logits = dJ * q**2 * (1 - 2 * h) * (self.W**2).sum(axis=0) * (part == "logits")
            if param_grads:
                self.dW -= x.T @ d_logits
                self.dc -= d_logits.sum(axis=0)
                self.dW -= self.W * (dJ * q**2).sum(axis=0) * (part == "weights")
            return super().backward(dy, cache, param_grads=param_grads) - d_logits @ self.W.T

    assert check_layer(Contractive(4, 3), seeds=range(2)).passed
    with pytest.raises(GradientError):
        check_layer(Forgets(4, 3), seeds=range(2))
