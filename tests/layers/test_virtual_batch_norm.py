"""Reference and virtual batch normalisation: batch norm of N + 1, its bound, the way back."""

import numpy as np
import pytest

import minigan as mg
from minigan.checks import GradientError, check_layer

N = 5


def with_reference(layer, rng, own):
    """xh of rows of one's own, which stand in front of N reference rows, and these."""
    r = rng.normal(size=(N, layer.n_in))
    return layer.forward(np.concatenate([own, r]))[0][:-N], r


@pytest.mark.parametrize("shape", [3, (3, 2, 2)], ids=["rows", "images"])
def test_virtual_is_batch_norm_of_each_example_with_the_reference_batch(alone, shape, rng):
    virtual = alone(mg.VirtualBatchNorm(shape, references=N, eps=1e-3))
    batch_norm = alone(mg.BatchNorm(shape, eps=1e-3))
    x = 4 * rng.normal(size=(6, virtual.n_in))
    y, r = with_reference(virtual, rng, x)
    for i in range(6):
        together, _ = batch_norm.forward(np.concatenate([x[i : i + 1], r]))
        np.testing.assert_allclose(y[i], together[0], rtol=1e-13, atol=1e-13)
    own, _ = batch_norm.forward(r)
    np.testing.assert_allclose(virtual.forward(np.concatenate([x, r]))[0][-N:], own, rtol=1e-13)


def test_reference_is_less_the_mean_of_the_reference_batch_over_its_deviation(alone, rng):
    layer, x = alone(mg.ReferenceBatchNorm(3, references=N, eps=1e-3)), rng.normal(size=(6, 3))
    y, r = with_reference(layer, rng, x)
    np.testing.assert_allclose(y, (x - r.mean(axis=0)) / np.sqrt(r.var(axis=0) + 1e-3), rtol=1e-12)


@pytest.mark.parametrize("far", [1.0, 1e3, 1e6, 1e9])
def test_virtual_is_at_most_the_root_of_n_and_reference_has_no_bound(alone, far, rng):
    virtual = alone(mg.VirtualBatchNorm(2, references=N, eps=0))
    x = far * np.array([[1.0, -1.0], [-3.0, 2.0]])
    y, _ = with_reference(virtual, rng, x)
    assert np.abs(y).max() <= np.sqrt(N) * (1 + 1e-15)
    if far >= 1e6:
        np.testing.assert_allclose(np.abs(y), np.sqrt(N), rtol=1e-9)
        unbounded = alone(mg.ReferenceBatchNorm(2, references=N, eps=0))
        assert np.abs(with_reference(unbounded, rng, x)[0]).min() > far / 4


class ReferenceIsAConstant(mg.VirtualBatchNorm):
    """The usual bug: statistics of the reference batch as if they were numbers."""

    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        alone = dy.copy()
        alone[: -self.references] = 0  # what comes back through the reference rows' own y
        own = super().backward(alone, cache, param_grads=False)
        return np.concatenate([dx[: -self.references], own[-self.references :]])


class ForgetsItself(mg.VirtualBatchNorm):
    """As if an example had no part in its own mean and variance."""

    def backward(self, dy, cache, *, param_grads=True):
        dx = super().backward(dy, cache, param_grads=param_grads)
        m = len(cache[1])
        dx[:m] = (dy[:m] * self.gamma) / cache[1][..., 0]
        return dx


@pytest.mark.parametrize("bug", [ReferenceIsAConstant, ForgetsItself])
def test_a_way_back_without_the_reference_batch_or_itself_is_caught(bug):
    with pytest.raises(GradientError, match=r"d y\[\d, \d\] / d x\[\d, \d\]: backward gives"):
        check_layer(bug(3, references=2))


@pytest.mark.parametrize("kind", [mg.ReferenceBatchNorm, mg.VirtualBatchNorm])
@pytest.mark.parametrize("shape", [3, (2, 1, 2)], ids=["rows", "images"])
def test_the_way_back_is_right(kind, shape):
    assert check_layer(kind(shape, references=2), seeds=range(2)).passed


@pytest.mark.parametrize("train", [True, False])
def test_a_batch_without_a_reference_batch_is_refused(alone, train):
    for layer in (mg.VirtualBatchNorm(2, references=4), mg.ReferenceBatchNorm(2)):
        with pytest.raises(mg.InputError, match=r"reference examples, got 4 rows; a ReferenceNet"):
            alone(layer).forward(np.ones((4, 2)), train=train)


@pytest.mark.parametrize("references", [0, 1, 2.5])
def test_a_reference_batch_has_two_examples_or_more(references):
    with pytest.raises(mg.InputError, match="references: expected a whole number >= 2"):
        mg.VirtualBatchNorm(3, references=references)
