"""Networks with a reference batch: no example sees another, to the bit; all reach the weights."""

import copy
import pickle

import numpy as np
import pytest

import minigan as mg
from minigan.checks import GradientError, check_network, check_turn

REFERENCE = np.random.default_rng(5).normal(size=(6, 3))
KINDS = {"reference": mg.ReferenceBatchNorm, "virtual": mg.VirtualBatchNorm}
both_kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def layers(norm, n_in=3, n_out=2):
    return [
        *(mg.Linear(n_in, 5), norm(5), mg.Softplus()),
        *(mg.Linear(5, 4), norm(4), mg.Tanh(), mg.Linear(4, n_out)),
    ]


def network(kind=mg.VirtualBatchNorm, dtype="float64", **widths):
    made = layers(kind, **widths)
    return mg.ReferenceNetwork(made, REFERENCE[:, : made[0].n_in], seed=2, dtype=dtype)


def cross_jacobian(net, z):
    """d y_0 / d z_j of all j but 0, for both outputs."""
    found = []
    for output in range(2):
        y, cache = net.forward(z)
        dy = np.zeros_like(y)
        dy[0, output] = 1
        found.append(net.backward(dy, cache)[1:])
    return np.array(found)


@both_kinds
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
def test_no_example_sees_another_to_the_bit(kind, fast, rng):
    net = network(kind)
    net.fast = fast
    z, others = rng.normal(size=(2, 4, 3))
    others[0] = z[0]
    assert np.array_equal(net.forward(z)[0][0], net.forward(others)[0][0])
    assert np.array_equal(net(z)[0], net(others)[0])
    assert (cross_jacobian(net, z) == 0).all()


def test_under_batch_norm_each_sees_the_others(rng):
    net = mg.Sequential(layers(mg.BatchNorm), seed=2, dtype="float64")
    assert np.abs(cross_jacobian(net, rng.normal(size=(4, 3)))).max() > 0.02


@both_kinds
def test_training_and_test_are_one_and_a_batch_of_1_will_do(kind, rng):
    net, z = network(kind), rng.normal(size=(4, 3))
    y, _ = net.forward(z)
    np.testing.assert_allclose(net(z), y, rtol=1e-12)
    np.testing.assert_allclose(net.forward(z[:1])[0], y[:1], rtol=1e-12)


@both_kinds
def test_gradients_reach_the_weights_through_the_reference_batch(kind):
    assert check_network(network(kind), seeds=[0]).passed
    turn = mg.SimultaneousTurn(network(kind), network(kind, n_in=2, n_out=1))
    assert check_turn(turn, seeds=[0 if kind is mg.VirtualBatchNorm else 1]).passed


def test_weights_that_learn_from_the_examples_alone_are_caught():
    class LosesTheReference(mg.Linear):
        mixes = False

        def backward(self, dy, cache, *, param_grads=True):
            dy = dy.copy()
            dy[-len(REFERENCE) :] = 0
            return super().backward(dy, cache, param_grads=param_grads)

    wrong = [LosesTheReference(3, 5), mg.VirtualBatchNorm(5), mg.Tanh(), mg.Linear(5, 2)]
    G = mg.ReferenceNetwork(wrong, REFERENCE, seed=2)
    D = mg.Sequential([mg.Linear(2, 4), mg.Tanh(), mg.Linear(4, 1)], seed=1)
    with pytest.raises(GradientError, match=r"losesthereference1\.W\[\d, \d\]: backward gives"):
        check_turn(mg.GeneratorTurn(G, D))


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
def test_several_batches_are_each_on_its_own(fast, rng):
    net, single = network(), network()
    net.fast = fast
    z, w, dz, dw = (rng.normal(size=(m, n)) for n in (3, 2) for m in (4, 1))
    (a, b), cache = net.forward((z, w))
    dxs = net.backward((dz, dw), cache)
    for batch, y, dy, dx in ((z, a, dz, dxs[0]), (w, b, dw, dxs[1])):
        alone, own = single.forward(batch)
        np.testing.assert_allclose(y, alone, rtol=1e-12)
        np.testing.assert_allclose(single.backward(dy, own), dx, rtol=1e-12)
    np.testing.assert_allclose(net.grads, single.grads, rtol=1e-11)
    only = net.backward((None, dw), cache, param_grads=False)
    assert only[0] is None and only[1].shape == (1, 3)
    assert net.backward((dz, dw), cache, input_grad=False) is None


def test_the_reference_batch_goes_with_copies_states_and_files(tmp_path, rng):
    net, z = network(dtype="float32"), rng.normal(size=(4, 3)).astype("float32")
    mg.save(net, tmp_path / "G.npz")
    twins = [net.copy(), copy.deepcopy(net), pickle.loads(pickle.dumps(net))]
    for twin in [*twins, mg.load(tmp_path / "G.npz")]:
        assert np.array_equal(twin(z), net(z))
        assert np.array_equal(twin.forward(z)[0], net.forward(z)[0])
        twin.reference[...] = 0
    assert net.reference.any()
    assert net.copy("float64").reference.dtype == "float64"
    other = mg.ReferenceNetwork(layers(mg.VirtualBatchNorm), 3 + REFERENCE, seed=9)
    other.restore(net.state())
    assert np.array_equal(other(z), net(z))


def test_a_game_with_it_resumes_bit_for_bit():
    G, D = network(dtype="float32"), network(dtype="float32", n_in=2, n_out=1)
    optimizers = [mg.Adam(G, 0.01), mg.Adam(D, 0.01)]
    turns = mg.DiscriminatorTurn(G, D), mg.GeneratorTurn(G, D)
    game = mg.Game(*turns, optimizers=optimizers, x=mg.ring(), z=mg.Normal(dim=3), batch=8, seed=1)
    list(game.play(3))
    state, first = game.state(), list(game.play(3))
    game.restore(state)
    assert list(game.play(3)) == first


def test_what_does_not_fit_is_refused(rng):
    z = rng.normal(size=(4, 3))
    net, linear = network(), [mg.Linear(3, 2)]
    plain = mg.Sequential([mg.Linear(3, 2)], dtype="float64")
    y, cache = net.forward(z)

    def made(layers, reference):
        return lambda: mg.ReferenceNetwork(layers, reference)

    for wrong, message in (
        (made(linear, np.ones((1, 3))), r"^reference: expected finite numbers .* N >= 2, got"),
        (made(linear, np.full((3, 3), np.nan)), "^reference: expected finite numbers"),
        (made(linear, [1, 2, 3]), "^reference: expected finite numbers"),
        (made([mg.Linear(3, 2)], np.ones((4, 2))), r"expected .*\(batch, 3\)"),
        (made([mg.BatchNorm(3)], REFERENCE), r"^BatchNorm.*: expected mixes = False beside a ref"),
        (lambda: net[:-1], "expected a part without normalisation"),
        (lambda: net.forward(z.astype("float32")), r"expected float64 input, got float32"),
        (lambda: net.backward(y[:2], cache), r"expected a gradient of shape \(4, 2\), got \(2, 2"),
        (lambda: net.backward((y, y), cache), "expected the cache of a forward pass of this very"),
        (lambda: net.backward(y, plain.forward(z)[1]), "expected the cache of a forward pass"),
    ):
        with pytest.raises(mg.InputError, match=message):
            wrong()
    assert net[-1:].n_out == 2
