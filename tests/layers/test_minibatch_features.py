"""MinibatchFeatures: plain loops, the ends of its range, and a minibatch that must have others."""

import numpy as np
import pytest

from minigan import InputError, Linear, MinibatchFeatures, Sequential, Tanh


def by_loops(x, T):
    """o of the definition, two examples at a time."""
    M = np.einsum("ia,abc->ibc", x, T)
    o = np.zeros((len(x), T.shape[1]))
    for i, j in np.ndindex(len(x), len(x)):
        if i != j:
            o[i] += np.exp(-np.abs(M[i] - M[j]).sum(axis=1))
    return o


def added(layer, x):
    """The features alone, (batch, B)."""
    return layer.forward(x)[0][:, layer.n_in :]


def test_the_features_are_the_definition_written_as_loops(alone, rng):
    layer, x = alone(MinibatchFeatures(4, features=3, dims=2)), rng.normal(size=(6, 4))
    y, _ = layer.forward(x)
    assert np.array_equal(y[:, :4], x)
    np.testing.assert_allclose(y[:, 4:], by_loops(x, layer.T), rtol=1e-13)
    assert layer.T.shape == (4, 3, 2)


@pytest.mark.parametrize("m", [2, 3, 64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_lie_between_0_far_apart_and_m_less_1_all_equal(alone, rng, m, dtype):
    layer = alone(MinibatchFeatures(3, features=4, dims=2), dtype)
    x = rng.normal(size=(m, 3)).astype(dtype)
    o = added(layer, x)
    assert (o > 0).all() and (o < m - 1).all()
    assert (added(layer, np.repeat(x[:1], m, axis=0)) == m - 1).all()
    assert (added(layer, 1e5 * x) == 0).all()


def test_another_order_of_the_minibatch_is_another_order_of_the_rows(alone, rng):
    layer, x = alone(MinibatchFeatures(3, features=2, dims=2)), rng.normal(size=(7, 3))
    order = rng.permutation(7)
    np.testing.assert_allclose(added(layer, x)[order], added(layer, x[order]), rtol=1e-13)


def test_a_network_with_it_never_runs_real_and_generated_examples_side_by_side(rng):
    D = Sequential([Linear(2, 4), Tanh(), MinibatchFeatures(4, 3, 2), Linear(7, 1)], seed=1)
    x, x_fake = rng.normal(size=(2, 5, 2)).astype("float32")
    assert D.mixes
    (a_real, a_fake), _ = D.forward((x, x_fake))
    np.testing.assert_allclose(a_real, D.forward(x)[0], rtol=1e-5)
    np.testing.assert_allclose(a_fake, D.forward(x_fake)[0], rtol=1e-5)
    assert not np.allclose(a_real[0], D.forward(np.concatenate([x[:1], x_fake]))[0][0])


@pytest.mark.parametrize("train", [True, False])
def test_a_batch_of_1_is_refused(alone, train):
    layer = alone(MinibatchFeatures(3, features=2, dims=2))
    message = r"^MinibatchFeatures\('minibatchfeatures1'\): expected .* 2 examples or more, .*got 1"
    with pytest.raises(InputError, match=message):
        layer.forward(np.ones((1, 3)), train=train)


@pytest.mark.parametrize("sizes", [(0, 2, 2), (3, 0, 2), (3, 2, 0), (3, 2.0, 1)])
def test_sizes_are_whole_numbers(sizes):
    with pytest.raises(InputError, match=r"(n_in|features|dims): expected a whole number >= 1"):
        MinibatchFeatures(*sizes)
