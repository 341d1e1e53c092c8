"""Optimizers against PyTorch, against their formulas, and in the dtype of the network."""

import math

import numpy as np
import pytest

from minigan import SGD, Adam, InputError, Linear, ParameterAverage, Sequential
from minigan.optimizers import Optimizer
from minigan.schedules import cosine, exponential_decay, linear_ramp

BOTH = pytest.mark.parametrize("optimizer", [SGD, Adam])


def network(dtype="float64", **options):
    return Sequential([Linear(3, 2, **options), Linear(2, 1)], seed=1, dtype=dtype)


def descend(optimizer, gradients):
    """Parameters after a step along each of the given gradients."""
    path = []
    for gradient in gradients:
        optimizer.network.grads[...] = gradient
        optimizer.step()
        path.append(optimizer.network.params.copy())
    return np.array(path)


@pytest.fixture
def gradients(rng):
    """A hundred gradients for ``network()``, of very different sizes."""
    return rng.normal(size=(100, 11)) * np.geomspace(1e-3, 1e2, 11)


def pytorchs_path(torch, make, gradients):
    theta = torch.tensor(network().params, requires_grad=True)
    optimizer = make([theta])
    path = []
    for gradient in gradients:
        theta.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.array(path)


# PyTorch.


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_sgd_at_a_constant_rate_is_pytorchs(momentum, torch, gradients):
    theirs = pytorchs_path(torch, lambda p: torch.optim.SGD(p, 0.03, momentum), gradients)
    ours = descend(SGD(network(), 0.03, momentum), gradients)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0.0, 0.0)])
def test_adam_is_pytorchs(betas, torch, gradients):
    theirs = pytorchs_path(torch, lambda p: torch.optim.Adam(p, 0.01, betas), gradients)
    ours = descend(Adam(network(), 0.01, beta1=betas[0], beta2=betas[1]), gradients)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


def test_adams_epsilon_is_pytorchs_where_it_matters(torch, gradients):
    tiny = 1e-6 * gradients
    theirs = pytorchs_path(torch, lambda p: torch.optim.Adam(p, 0.01, eps=1e-4), tiny)
    ours = descend(Adam(network(), 0.01, eps=1e-4), tiny)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


# The formulas.


def test_sgd_follows_the_formula_of_2014_with_both_schedules(gradients):
    net = network()
    theta, v = net.params.copy(), np.zeros(11)
    expected = []
    for t, g in enumerate(gradients):
        rate = max(1e-6, 0.1 / 1.004**t)
        momentum = 0.5 + 0.2 * min(t / 50, 1)
        v = momentum * v - rate * g
        theta = theta + v
        expected.append(theta)
    optimizer = SGD(net, exponential_decay(0.1, 1.004), linear_ramp(0.5, 0.7, 50))
    np.testing.assert_allclose(descend(optimizer, gradients), expected, rtol=1e-12, atol=1e-14)


def test_adam_follows_algorithm_1_of_its_paper_with_a_schedule(gradients):
    net = network()
    theta, m, v = net.params.copy(), np.zeros(11), np.zeros(11)
    expected = []
    for t, g in enumerate(gradients, start=1):
        m = 0.5 * m + 0.5 * g
        v = 0.99 * v + 0.01 * g**2
        rate = 0.005 * (1 + math.cos(math.pi * (t - 1) / 60)) if t <= 61 else 0.0
        theta = theta - rate * (m / (1 - 0.5**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
        expected.append(theta)
    optimizer = Adam(net, cosine(0.01, 60), beta1=0.5, beta2=0.99)
    np.testing.assert_allclose(descend(optimizer, gradients), expected, rtol=1e-12, atol=1e-14)


def test_momentum_moves_on_when_the_gradient_is_gone():
    net = network()
    net.params[...] = 0
    path = descend(SGD(net, 1.0, momentum=0.5), [np.ones(11), np.zeros(11), np.zeros(11)])
    assert path[:, 0].tolist() == [-1, -1.5, -1.75]


def test_the_rate_is_inside_the_velocity_unlike_pytorchs():
    net = network()
    net.params[...] = 0
    path = descend(SGD(net, lambda t: [1.0, 0.0][t], 0.5), [np.ones(11), np.ones(11)])
    assert path[:, 0].tolist() == [-1, -1.5]  # outside it, a rate of 0 would stand still


# Around the update.


@BOTH
def test_the_schedule_is_asked_for_the_number_of_updates_made(optimizer):
    asked = []
    player = optimizer(network(), lambda t: asked.append(t) or 0.1)
    descend(player, np.ones((4, 11)))
    assert asked == [0, 1, 2, 3]
    assert player.t == 4


@BOTH
def test_a_rate_of_zero_moves_nothing(optimizer, gradients):
    net = network()
    start = net.params.copy()
    assert np.array_equal(descend(optimizer(net, 0.0), gradients)[-1], start)


@BOTH
def test_gradients_are_left_alone(optimizer, gradients):
    net = network()
    descend(optimizer(net, 0.1), gradients[:3])
    assert np.array_equal(net.grads, gradients[2])


@BOTH
@pytest.mark.parametrize("rate", [0.01, exponential_decay(0.01), lambda t: np.float64(0.01)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_follows_the_network(optimizer, rate, dtype, gradients):
    net = network(dtype)
    player = optimizer(net, rate)
    descend(player, gradients[:3])
    state = [array for array in vars(player).values() if isinstance(array, np.ndarray)]
    assert len(state) >= 2
    assert {array.dtype for array in [net.params, *state]} == {np.dtype(dtype)}


@BOTH
def test_float32_follows_float64(optimizer, gradients):
    single = descend(optimizer(network("float32"), exponential_decay(0.01)), gradients)
    double = descend(optimizer(network("float64"), exponential_decay(0.01)), gradients)
    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-5)


@BOTH
def test_the_column_norms_are_limited_after_the_step(optimizer):
    limited, free = network(max_col_norm=0.8), network()
    descend(optimizer(limited, 1.0), [np.ones(11)])
    descend(optimizer(free, 1.0), [np.ones(11)])
    W = free.layers[0].W  # where the step alone would lead
    norm = np.linalg.norm(W, axis=0)
    assert np.all(norm > 0.8)
    np.testing.assert_allclose(limited.layers[0].W, W * 0.8 / norm, rtol=1e-14)
    assert np.array_equal(limited.layers[0].b, free.layers[0].b)
    assert np.array_equal(limited.layers[1].W, free.layers[1].W)


# Refusals.


@BOTH
@pytest.mark.parametrize("rate", [-1e-9, math.nan, math.inf, "fast", None])
def test_a_learning_rate_is_a_number_of_at_least_zero(optimizer, rate):
    message = f"expected a finite number >= 0, got {rate!r}"
    with pytest.raises(InputError, match=f"^{optimizer.__name__}: lr: {message}"):
        optimizer(network(), rate)


@pytest.mark.parametrize(
    ("optimizer", "name", "numbers", "expected"),
    [
        (SGD, "momentum", (-0.1, 1.0, 1.5, math.nan), r"in \[0, 1\)"),
        (Adam, "beta1", (-0.1, 1.0, math.nan), r"in \[0, 1\)"),
        (Adam, "beta2", (-0.1, 1.0, math.nan), r"in \[0, 1\)"),
        (Adam, "eps", (0, 0.0, -1e-8, math.nan, math.inf), "> 0"),
    ],
)
def test_other_hyperparameters_out_of_range_are_refused(optimizer, name, numbers, expected):
    message = f"^{optimizer.__name__}: {name}: expected a finite number {expected}, got"
    for number in numbers:
        with pytest.raises(InputError, match=f"{message} {number}$"):
            optimizer(network(), 0.1, **{name: number})
    if optimizer is Adam:  # no schedules
        with pytest.raises(InputError, match=f"{message} <function"):
            Adam(network(), **{name: lambda t: 0.5})


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(1), np.where(True, 0.5, 1)])
def test_a_schedule_may_give_any_kind_of_number(value):
    rate = SGD(network(), lambda t: value).rate("lr")
    assert rate == value and type(rate) is float


@pytest.mark.parametrize("value", [None, "0.1", math.nan, math.inf, -0.1, np.ones(2), 1j])
def test_a_schedule_gives_a_number_at_every_step(value):
    net = network()
    optimizer, before = SGD(net, lambda t: value), net.params.copy()
    message = r"^SGD: lr: expected a schedule of numbers >= 0 and finite, got .* after 0 updates$"
    with pytest.raises(InputError, match=message):
        optimizer.step()
    assert np.array_equal(net.params, before)


def test_adams_hyperparameters_are_keywords_only():
    with pytest.raises(TypeError):
        Adam(network(), 1e-3, 0.5)


def test_an_optimizer_is_built_on_a_network():
    with pytest.raises(InputError, match=r"SGD: expected a Sequential, got 0\.1"):
        SGD(0.1, network())


def test_an_optimizer_without_an_update_cannot_be_made():
    class Lazy(Optimizer):
        pass

    with pytest.raises(TypeError, match="abstract"):
        Lazy(Sequential([Linear(1, 1)]), 0.1)


# Averaging.


@pytest.mark.parametrize("decay", [0.0, 0.9, 0.9997])
def test_the_average_weighs_each_update_decay_times_as_much_as_the_next(decay, rng):
    net = network()
    average = ParameterAverage(net, decay)
    assert np.array_equal(average.network.params, net.params)
    seen = rng.normal(size=(20, 11))
    for t in range(20):
        net.params[...] = seen[t]
        average.update()
        assert np.array_equal(net.params, seen[t])
        weights = decay ** np.arange(t, -1.0, -1.0)
        expected = np.average(seen[: t + 1], axis=0, weights=weights)
        np.testing.assert_allclose(average.network.params, expected, rtol=1e-11, atol=1e-13)


def test_the_average_is_a_network_that_can_be_run(rng):
    net = network("float32")
    average = ParameterAverage(net, 0.5)
    for _ in range(2):
        net.params[...] += 1
        average.update()
    x = rng.normal(size=(4, 3)).astype(np.float32)
    assert average.network(x).dtype == np.float32
    assert not np.array_equal(average.network(x), net(x))


@pytest.mark.parametrize("decay", [-0.1, 1.0, 1.1, math.nan, "0.9"])
def test_a_decay_is_at_least_zero_and_less_than_one(decay):
    message = rf"^ParameterAverage: decay: expected a finite number in \[0, 1\), got {decay!r}$"
    with pytest.raises(InputError, match=message):
        ParameterAverage(network(), decay)


@pytest.mark.parametrize("kind", [lambda net: SGD(net, 0.1, 0.5), lambda net: Adam(net, 0.1)])
def test_long_vectors_are_updated_in_blocks_as_short_ones_are(kind, monkeypatch):
    def params(block):
        monkeypatch.setattr("minigan.optimizers.BLOCK", block)
        net = Sequential([Linear(6, 5)], seed=1, dtype="float64")
        optimizer = kind(net)
        for step in range(4):
            net.grads = np.cos(step + np.arange(net.grads.size))
            optimizer.step()
        return net.params

    assert np.array_equal(params(8), params(1000))
