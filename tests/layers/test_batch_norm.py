"""BatchNorm: PyTorch's, its exact sums, what it remembers and when, a minibatch of one."""

import pickle

import numpy as np
import pytest

import minigan as mg
from minigan.checks import check_network

SHAPES = {"rows": 3, "images": (3, 2, 4)}
both_shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def channels(x):
    """Values (channels, n) of three channels."""
    return x.reshape(len(x), 3, -1).swapaxes(0, 1).reshape(3, -1)


@both_shapes
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_pytorchs_in_training_and_at_test_with_what_it_remembers(torch, shape, dtype, rng):
    net = mg.Sequential([mg.BatchNorm(shape, momentum=0.3, eps=1e-4)], dtype=dtype)
    layer = net[0]
    make = torch.nn.BatchNorm1d if shape == 3 else torch.nn.BatchNorm2d
    theirs = make(3, momentum=0.3, eps=1e-4, dtype=getattr(torch, dtype))
    for ours, parameter in ((layer.gamma, theirs.weight), (layer.beta, theirs.bias)):
        ours[...] = rng.normal(size=3)
        parameter.data = torch.tensor(ours)
    close = {"rtol": 1e-4, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-12}
    full = (-1, 3) if shape == 3 else (-1, *shape)

    def compare(train):
        x, dy = (2 + 3 * rng.normal(size=(2, 5, net.n_in))).astype(dtype)
        theirs.train(train).zero_grad()
        given = torch.tensor(x.reshape(full), requires_grad=True)
        expected = theirs(given)
        expected.backward(torch.tensor(dy.reshape(full)))
        net.zero_grads()
        y, cache = net.forward(x, train=train)
        dx = net.backward(dy, cache)
        np.testing.assert_allclose(y.reshape(full), expected.detach().numpy(), **close)
        np.testing.assert_allclose(dx.reshape(full), given.grad.numpy(), **close)
        np.testing.assert_allclose(layer.dgamma, theirs.weight.grad.numpy(), **close)
        np.testing.assert_allclose(layer.dbeta, theirs.bias.grad.numpy(), **close)
        np.testing.assert_allclose(layer.running_mean, theirs.running_mean.numpy(), **close)
        np.testing.assert_allclose(layer.running_var, theirs.running_var.numpy(), **close)

    for train in (True, True, False, True, False):
        compare(train)


@both_shapes
def test_the_running_moments_take_over_a_part_of_those_of_each_minibatch(shape, alone, rng):
    layer, mean, var = alone(mg.BatchNorm(shape, momentum=0.25)), np.zeros(3), np.ones(3)
    for _ in range(3):
        x = 2 + 3 * rng.normal(size=(5, layer.n_in))
        y, cache = layer.forward(x)
        layer.backward(y, cache)
        mean = 0.75 * mean + 0.25 * channels(x).mean(axis=1)
        var = 0.75 * var + 0.25 * channels(x).var(axis=1, ddof=1)
    found = channels(layer.forward(x, train=False)[0]).T
    np.testing.assert_allclose(found, (channels(x).T - mean) / np.sqrt(var + 1e-5), rtol=1e-12)


@both_shapes
def test_each_channel_has_mean_0_and_mean_square_1_whatever_came_in(alone, shape, rng):
    layer = alone(mg.BatchNorm(shape, eps=0))
    x = np.exp(3 * rng.normal(size=(6, layer.n_in)))
    xh = channels(layer.forward(x)[0])
    np.testing.assert_allclose(xh.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose((xh**2).mean(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("m", [2, 4, 8])
def test_two_examples_of_one_minibatch_are_correlated_by_minus_1_over_m_less_1(alone, m, rng):
    layer = alone(mg.BatchNorm(1, eps=0))
    xh = np.array([layer.forward(rng.standard_t(2, size=(m, 1)))[0] for _ in range(20)])
    pairs = (xh.sum(axis=1) ** 2 - (xh**2).sum(axis=1)) / (m * (m - 1))  # i != j
    np.testing.assert_allclose(pairs, -1 / (m - 1), rtol=1e-12)


def test_what_it_remembers_moves_in_ones_own_turn_and_in_no_forward_pass():
    G = mg.Sequential([mg.Linear(2, 4), mg.BatchNorm(4), mg.ReLU(), mg.Linear(4, 1)], seed=1)
    D = mg.Sequential([mg.Linear(1, 4), mg.BatchNorm(4), mg.Tanh(), mg.Linear(4, 1)], seed=2)
    optimizers = [mg.SGD(G, 0.1), mg.SGD(D, 0.1)]
    game = mg.Algorithm1(
        *(G, D), data=mg.Normal(), noise=mg.Normal(dim=2), batch=8,
        G_optimizer=optimizers[0], D_optimizer=optimizers[1],
    )  # fmt: skip

    def moments():
        return [{k: v.tolist() for k, v in net[1].state().items()} for net in (G, D)]

    start = moments()
    game.take("D")
    after_D = moments()
    assert after_D[0] == start[0] and after_D[1] != start[1]
    game.take("G")
    after_G = moments()
    assert after_G[0] != start[0] and after_G[1] == after_D[1]
    state = game.state()
    first = list(game.play(5)), moments()
    game.restore(state)
    assert (list(game.play(5)), moments()) == first


def test_what_it_remembers_goes_with_copies_of_the_network_and_into_its_file(tmp_path, rng):
    net = mg.Sequential([mg.Linear(2, 3), mg.BatchNorm(3), mg.Linear(3, 1)], seed=1)
    x = rng.normal(size=(5, 2)).astype("float32")
    y, cache = net.forward(x)
    net.backward(y, cache)
    y = net(x)
    mg.save(net, tmp_path / "net.npz")
    twins = [net.copy(), pickle.loads(pickle.dumps(net)), mg.load(tmp_path / "net.npz")]
    for twin in twins:
        assert np.array_equal(twin(x), y)
        twin[1].running_mean[...] = 9
    assert np.array_equal(net(x), y)
    wide = net.copy("float64")
    assert wide[1].running_var.dtype == "float64"
    np.testing.assert_allclose(wide(x.astype("float64")), y, rtol=1e-5)


def test_an_averaged_network_has_the_running_moments_too(rng):
    net = mg.Sequential([mg.Linear(2, 3), mg.BatchNorm(3)], seed=1, dtype="float64")
    average = mg.ParameterAverage(net, 0.9)
    x = rng.normal(size=(5, 2))
    for _ in range(3):
        y, cache = net.forward(x)
        net.backward(y, cache)
        average.update()
    np.testing.assert_allclose(average.network(x), net(x), rtol=1e-12)
    assert average.network[1].running_mean.any()


def test_a_bias_in_front_has_a_derivative_of_exactly_0_and_the_check_takes_it(rng):
    net = mg.Sequential([mg.Linear(2, 3), mg.BatchNorm(3), mg.Tanh()], seed=1, dtype="float64")
    assert check_network(net, seeds=range(3)).passed
    _, cache = net.forward(rng.normal(size=(5, 2)))
    net.backward(rng.normal(size=(5, 3)), cache)
    assert np.abs(net[0].db).max() < 1e-14 < np.abs(net[0].dW).max()


@both_shapes
def test_a_batch_of_1_is_refused_in_training_only(alone, shape):
    layer = alone(mg.BatchNorm(shape))
    x = np.ones((1, layer.n_in))
    with pytest.raises(mg.InputError, match=r"^BatchNorm.*2 examples or more.*net\(x\), the run"):
        layer.forward(x)
    y, _ = layer.forward(x, train=False)
    np.testing.assert_allclose(y, 1, rtol=1e-4)


@pytest.mark.parametrize(
    ("shape", "options", "what"),
    [
        (0, {}, "n: expected a whole number >= 1, got 0"),
        ((3, 2), {}, r"shape: expected \(channels, rows, columns\)"),
        (3, {"momentum": 0}, r"momentum: .* in \(0, 1\], got 0"),
        (3, {"eps": -1}, "eps: .* >= 0, got -1"),
    ],
)
def test_numbers_out_of_range_are_refused(shape, options, what):
    with pytest.raises(mg.InputError, match=what):
        mg.BatchNorm(shape, **options)
