"""The fast gradients are the plain ones, for any row of layers; ties and dropout included."""

# ruff: noqa: SIM300 (J_D and the like are symbols, no constants)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    Dropout,
    GaussianNoise,
    Layer,
    LeakyReLU,
    Linear,
    Maxout,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
    costs,
)
from minigan.fast.gradients import FastGradients
from minigan.training.steps import (
    discriminator_gradients,
    generator_gradients,
    simultaneous_gradients,
)

M = 10
EXACT = {"rtol": 1e-12, "atol": 1e-14}

# Rows of layers from two inputs to two outputs, and from two to one.
ROWS = {
    "relu and maxout": lambda n: [Linear(2, 6), ReLU(), Maxout(6, 4, 3), Linear(4, n)],
    "one layer": lambda n: [Linear(2, n)],
    "one maxout": lambda n: [Maxout(2, n, 4)],
    "linear after linear": lambda n: [Linear(2, 5), Linear(5, 3), Linear(3, n)],
    "maxout after maxout": lambda n: [Maxout(2, 5, 2), Maxout(5, 3, 5), Maxout(3, n, 3)],
    "activation first": lambda n: [ReLU(), Linear(2, 4), Tanh(), Linear(4, n)],
    "two activations first": lambda n: [Tanh(), LeakyReLU(0.3), Maxout(2, n, 2)],
    "activation last": lambda n: [Linear(2, 7), Softplus(), Linear(7, n), ReLU()],
    "all of them": lambda n: [
        Linear(2, 6),
        Tanh(),
        Linear(6, 5),
        LeakyReLU(0.2),
        Maxout(5, 4, 2),
        Sigmoid(),
        Linear(4, 5),
        Softplus(),
        ReLU(),
        Linear(5, n),
    ],
    "relu after relu": lambda n: [Linear(2, 8), ReLU(), ReLU(), Linear(8, n), ReLU(), Tanh()],
    "dropout that keeps all": lambda n: [
        Dropout(1),
        Linear(2, 6),
        ReLU(),
        Dropout(1),
        Linear(6, n),
        Dropout(1),
    ],
}
rows = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
every_cost = pytest.mark.parametrize("cost", costs.GENERATOR_COSTS)


def players(row, dtype="float64"):
    G = Sequential(row(2), seed=1, dtype=dtype)
    D = Sequential(row(1), seed=2, dtype=dtype)
    spread = np.random.default_rng(3)
    for net in (G, D):
        net.params += 0.3 * spread.normal(size=net.params.size)  # biases away from 0
    return G, D


def minibatch(dtype="float64"):
    rng = np.random.default_rng(4)
    return rng.normal(size=(M, 2)).astype(dtype), rng.normal(size=(M, 2)).astype(dtype)


def play(row, fast, steps=35, optimizer=lambda net: SGD(net, 0.05, 0.5), **options):
    """Records of a game, and the parameters of both players at its end."""
    G, D = players(row)
    game = Algorithm1(
        G,
        D,
        data=Normal(1.0, dim=2),
        noise=Normal(dim=2),
        G_optimizer=optimizer(G),
        D_optimizer=optimizer(D),
        batch=M,
        seed=6,
        fast=fast,
        **options,
    )
    return np.array(list(game.play(steps))), np.concatenate([G.params, D.params])


def assert_equal_games(row, **options):
    plain_records, plain_params = play(row, False, **options)
    fast_records, fast_params = play(row, True, **options)
    assert np.isfinite(plain_params).all()
    np.testing.assert_allclose(fast_records, plain_records, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(fast_params, plain_params, rtol=1e-12, atol=1e-12)


# Whole games.


@rows
@pytest.mark.parametrize("k", [1, 3])
def test_games_of_all_kinds_of_layers_agree(row, k):
    assert_equal_games(row, k=k)


@every_cost
@pytest.mark.parametrize("k", [1, 3])
def test_games_of_all_costs_agree(cost, k):
    assert_equal_games(ROWS["relu and maxout"], cost=cost, k=k)


@pytest.mark.parametrize("cost", ["minimax", "non-saturating"])
def test_games_with_adam_agree(cost):
    def adam(net):
        return Adam(net, 1e-3, beta1=0.5)

    assert_equal_games(ROWS["all of them"], cost=cost, optimizer=adam)


@pytest.mark.parametrize("pieces", [1, 2, 3, 4, 5])
def test_games_with_any_number_of_pieces_agree(pieces):
    assert_equal_games(lambda n: [Maxout(2, 6, pieces), Maxout(6, n, pieces)])


def test_games_with_limited_columns_agree():
    assert_equal_games(
        lambda n: [Maxout(2, 6, 3, max_col_norm=0.5), Linear(6, n, max_col_norm=0.4)]
    )


def test_minibatches_of_one_agree():
    def one(fast):
        G, D = players(ROWS["relu and maxout"])
        game = Algorithm1(
            G,
            D,
            data=Normal(dim=2),
            noise=Normal(dim=2),
            G_optimizer=SGD(G, 0.1),
            D_optimizer=SGD(D, 0.1),
            batch=1,
            fast=fast,
        )
        list(game.play(10))
        return np.concatenate([G.params, D.params])

    np.testing.assert_allclose(one(True), one(False), **EXACT)


@rows
def test_long_games_agree(row):
    assert_equal_games(row, steps=300, optimizer=lambda net: SGD(net, 0.01))


def test_the_fast_game_does_not_run_the_plain_functions(monkeypatch):
    def plain(*arguments):
        raise AssertionError("the plain version was called")

    monkeypatch.setattr("minigan.training.algorithm1.discriminator_gradients", plain)
    monkeypatch.setattr("minigan.training.algorithm1.generator_gradients", plain)
    play(ROWS["relu and maxout"], fast=True, steps=2)
    with pytest.raises(AssertionError, match="the plain version"):
        play(ROWS["relu and maxout"], fast=False, steps=2)


# Single gradients.


def both_discriminators(G, D, x, z, seed=0):
    """Cost, logits and gradient of D, plain and fast, from equal dropout streams."""
    found = []
    for gradients in (
        lambda *given: discriminator_gradients(G, D, *given),
        FastGradients(G, D, len(x)).discriminator,
    ):
        D.grads[...] = np.nan  # whatever stands there must not matter
        J, a_real, a_fake = gradients(x, z, np.random.default_rng(seed))
        found.append((J, a_real.ravel().copy(), a_fake.ravel().copy(), D.grads.copy()))
    return found


def both_generators(G, D, z, cost, seed=0):
    """Cost, logits and gradient of G, plain and fast, from equal dropout streams."""
    found = []
    for gradients in (
        lambda *given: generator_gradients(G, D, *given),
        FastGradients(G, D, len(z)).generator,
    ):
        G.grads[...] = np.nan
        J, a = gradients(z, cost, np.random.default_rng(seed))
        found.append((J, a.ravel().copy(), G.grads.copy()))
    return found


def assert_same(plain, fast, rtol=1e-12, atol=1e-14):
    for expected, found in zip(plain, fast, strict=True):
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)


@rows
def test_costs_logits_and_gradients_of_d_agree(row):
    G, D = players(row)
    assert_same(*both_discriminators(G, D, *minibatch()))


@rows
@every_cost
def test_costs_logits_and_gradients_of_g_agree(row, cost):
    G, D = players(row)
    _, z = minibatch()
    assert_same(*both_generators(G, D, z, costs.generator_cost(cost)))


def test_a_cost_of_ones_own_agrees():
    def hinge(a_fake):
        return -a_fake.mean(), np.full_like(a_fake, -1 / a_fake.size)

    G, D = players(ROWS["relu and maxout"])
    assert_same(*both_generators(G, D, minibatch()[1], hinge))


@rows
def test_in_float32_they_agree_to_single_precision_and_stay_float32(row):
    G, D = players(row, "float32")
    x, z = minibatch("float32")
    fast = FastGradients(G, D, M)
    for outputs in (
        fast.discriminator(x, z, np.random.default_rng(0)),
        fast.generator(z, costs.minimax_cost, np.random.default_rng(0)),
    ):
        assert {a.dtype for a in outputs[1:]} == {np.dtype("float32")}
    assert_same(*both_discriminators(G, D, x, z), rtol=2e-4, atol=2e-6)
    assert_same(*both_generators(G, D, z, costs.non_saturating_cost), rtol=2e-4, atol=2e-6)


def test_each_players_turn_leaves_the_others_gradients_alone():
    G, D = players(ROWS["all of them"])
    x, z = minibatch()
    fast = FastGradients(G, D, M)
    G.grads[...], D.grads[...] = 7, 7
    fast.discriminator(x, z, None)
    assert np.all(G.grads == 7)
    D.grads[...] = 7
    fast.generator(z, costs.minimax_cost, None)
    assert np.all(D.grads == 7)


def test_minibatches_are_not_written_to():
    G, D = players(ROWS["activation first"])
    x, z = minibatch()
    x.flags.writeable = z.flags.writeable = False
    fast = FastGradients(G, D, M)
    fast.discriminator(x, z, None)
    fast.generator(z, costs.minimax_cost, None)


def test_an_update_of_the_parameters_is_seen_at_once():
    G, D = players(ROWS["relu and maxout"])
    x, z = minibatch()
    fast = FastGradients(G, D, M)
    fast.discriminator(x, z, None)
    for net in (G, D):
        net.params *= -0.5
    J, _, _ = fast.discriminator(x, z, None)
    assert J == pytest.approx(discriminator_gradients(G, D, x, z, None)[0], rel=1e-13)


def test_the_same_call_twice_gives_the_same_numbers():
    G, D = players(ROWS["all of them"])
    x, z = minibatch()
    fast = FastGradients(G, D, M)
    for _ in range(2):
        J, _, _ = fast.discriminator(x, z, None)
        dD = D.grads.copy()
        fast.generator(-z, costs.minimax_cost, None)  # another pass through both in between
        assert fast.discriminator(x, z, None)[0] == J
        assert np.array_equal(D.grads, dD)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_wide_logits_agree_and_warn_of_nothing(dtype):
    G, D = players(ROWS["one layer"], dtype)
    D.params[...] = [1e4, -1e4, 0]
    x, z = minibatch(dtype)
    tolerance = {"rtol": 1e-4 if dtype == "float32" else 1e-12, "atol": 1e-30}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert_same(*both_discriminators(G, D, x, z), **tolerance)
        for cost in (costs.minimax_cost, costs.non_saturating_cost):
            assert_same(*both_generators(G, D, z, cost), **tolerance)


@settings(max_examples=25, deadline=None)
@given(
    widths=st.lists(st.integers(1, 5), min_size=0, max_size=3),
    kinds=st.lists(st.sampled_from(["linear", "maxout", "relu", "tanh"]), min_size=4, max_size=4),
    pieces=st.integers(1, 5),
    batch=st.integers(1, 6),
    few=st.booleans(),
)
def test_networks_of_any_shape_agree(widths, kinds, pieces, batch, few):
    def row(n_out):
        layers, width = [], 2
        for wide, kind in zip([*widths, n_out], kinds, strict=False):
            layers += [Maxout(width, wide, pieces) if kind == "maxout" else Linear(width, wide)]
            layers += {"relu": [ReLU()], "tanh": [Tanh()]}.get(kind, [])
            width = wide
        return layers

    G, D = players(row)
    x, z = (rows[:batch] for rows in minibatch())
    if few:  # small whole numbers make many ties and many zeros
        for array in (G.params, D.params, x, z):
            np.rint(array, out=array)
    assert_same(*both_discriminators(G, D, x, z))
    assert_same(*both_generators(G, D, z, costs.non_saturating_cost))


# Ties.


@pytest.mark.parametrize("pieces", [2, 3, 5])
def test_when_all_pieces_tie_the_first_wins_as_in_the_plain_layer(pieces):
    G, D = players(lambda n: [Maxout(2, 4, pieces), Linear(4, n)])
    x, z = minibatch()
    for net, gradients in (
        (G, lambda: both_generators(G, D, z, costs.minimax_cost)),
        (D, lambda: both_discriminators(G, D, x, z)),
    ):
        net.layers[0].W[...] = 0
        net.layers[0].b[...] = 0.5
        assert_same(*gradients())
        assert net.layers[0].dW[:, :4].all()
        assert not net.layers[0].dW[:, 4:].any()


def test_some_units_and_some_examples_may_tie():
    G, D = players(lambda n: [Maxout(2, 3, 4), Linear(3, n)])
    for net in (G, D):
        W = net.layers[0].W.reshape(2, 4, 3)  # (n_in, pieces, units)
        b = net.layers[0].b.reshape(4, 3)
        W[:, 3, 0], b[3, 0] = W[:, 1, 0], b[1, 0]  # the last piece of unit 0 repeats its second
        W[:, 2, 2], b[2, 2] = W[:, 0, 2], b[0, 2]
    x, z = minibatch()
    x[:3] = 0
    assert_same(*both_discriminators(G, D, x, z))
    assert_same(*both_generators(G, D, z, costs.minimax_cost))


def test_a_game_that_starts_with_every_weight_at_zero_agrees():
    def zeros(rng, shape):
        return np.zeros(shape)

    def params(fast):
        G, D = (
            Sequential([Maxout(2, 5, 3, weights=zeros), ReLU(), Linear(5, n)], dtype="float64")
            for n in (2, 1)
        )
        game = Algorithm1(
            G,
            D,
            data=Normal(dim=2),
            noise=Normal(dim=2),
            G_optimizer=SGD(G, 0.2),
            D_optimizer=SGD(D, 0.2),
            batch=M,
            fast=fast,
        )
        list(game.play(30))
        return np.concatenate([G.params, D.params])

    np.testing.assert_allclose(params(True), params(False), rtol=1e-12, atol=1e-12)


# Layers that the fast passes do not know.


class Swish(Layer):
    """y = x sigmoid(s x) with a learned s: a layer with a parameter of its own."""

    def parameter_shapes(self):
        return {"s": (1,)}

    def initialise(self, rng):
        self.s[...] = 0.7

    def forward(self, x, *, train=True, rng=None):
        self.check_input(x)
        y = 1 / (1 + np.exp(-self.s * x))
        return x * y, (x, y)

    def backward(self, dy, cache, *, param_grads=True):
        x, y = cache
        if param_grads:
            self.ds += np.sum(dy * x * x * y * (1 - y))
        return dy * (y + self.s * x * y * (1 - y))


class Half(ReLU):
    """A ReLU by descent only."""

    def forward(self, x, *, train=True, rng=None):
        return x / 2, None

    def backward(self, dy, cache, *, param_grads=True):
        return dy / 2


class Negated(Linear):
    """A Linear by descent only: y = -(x W + b)."""

    def forward(self, x, *, train=True, rng=None):
        y, cache = super().forward(x)
        return -y, cache

    def backward(self, dy, cache, *, param_grads=True):
        return super().backward(-dy, cache, param_grads=param_grads)


@pytest.mark.parametrize(
    "row",
    [
        lambda n: [Swish(), Linear(2, 4), Swish(), ReLU(), Linear(4, n)],
        lambda n: [Linear(2, 4), Half(), Negated(4, 3), Maxout(3, n, 2), Half()],
    ],
    ids=["with a parameter", "by descent"],
)
def test_layers_of_ones_own_agree(row):
    assert_equal_games(row)


# Dropout and noise.


def with_dropout(n):
    return [Linear(2, 6), ReLU(), Dropout(0.5), Linear(6, 5), Tanh(), Dropout(0.8), Linear(5, n)]


def with_noise(n):
    return [GaussianNoise(0.4), Linear(2, 6), Tanh(), GaussianNoise(1.5), Maxout(6, n, 2)]


@every_cost
@pytest.mark.parametrize("row", [with_dropout, with_noise], ids=["masks", "noise"])
def test_from_the_same_random_numbers_the_generators_gradients_agree(row, cost):
    G, D = players(row)
    assert_same(*both_generators(G, D, minibatch()[1], costs.generator_cost(cost), seed=9))


@pytest.mark.parametrize("layer", [Dropout(0.5), GaussianNoise(0.5)], ids=str)
def test_real_and_generated_examples_meet_random_numbers_of_their_own(layer):
    G = Sequential([Linear(1, 64, weights=lambda rng, shape: np.ones(shape))], dtype="float64")
    D = Sequential([layer, Linear(64, 1, bias=0.1)], seed=1, dtype="float64")
    z = np.ones((M, 1))
    fast = FastGradients(G, D, M)
    _, a_real, a_fake = fast.discriminator(G(z), z, np.random.default_rng(0))
    assert np.unique(np.concatenate([a_real.ravel(), a_fake.ravel()])).size == 2 * M


@pytest.mark.parametrize("kind", [Dropout, GaussianNoise])
def test_over_many_draws_the_discriminators_gradients_have_the_same_mean(kind):
    G, D = players(
        lambda n: [Linear(2, 6), Tanh(), kind(0.5), Linear(6, 5), kind(0.8), Linear(5, n)]
    )
    x, z = minibatch()
    fast = FastGradients(G, D, M)
    rng = np.random.default_rng(5)
    means, errors = [], []
    for gradients in (lambda *given: discriminator_gradients(G, D, *given), fast.discriminator):
        drawn = []
        for _ in range(1500):
            gradients(x, z, rng)
            drawn.append(D.grads.copy())
        means.append(np.mean(drawn, axis=0))
        errors.append(np.std(drawn, axis=0) / np.sqrt(1500))
    assert np.all(np.abs(means[0] - means[1]) < 4.5 * np.hypot(*errors) + 1e-15)


def test_a_game_with_dropout_is_reproducible_and_finite():
    first, second = (play(with_dropout, fast=True, steps=100) for _ in range(2))
    assert np.isfinite(first[0]).all()
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


# Both players at once.


def both_at_once(G, D, x, z, cost, seed=0):
    """Costs, logits and gradients of a simultaneous step, plain and fast."""
    found = []
    for gradients in (
        lambda *given: simultaneous_gradients(G, D, *given),
        FastGradients(G, D, len(x)).simultaneous,
    ):
        G.grads[...] = D.grads[...] = np.nan
        J_D, J_G, *logits = gradients(x, z, cost, np.random.default_rng(seed))
        found.append(
            (J_D, J_G, *(a.ravel().copy() for a in logits), D.grads.copy(), G.grads.copy())
        )
    return found


@rows
@every_cost
def test_simultaneous_gradients_agree(row, cost):
    G, D = players(row)
    assert_same(*both_at_once(G, D, *minibatch(), costs.generator_cost(cost)))


def test_simultaneous_gradients_agree_for_a_cost_of_ones_own():
    def hinge(a_fake):
        return -a_fake.mean(), np.full_like(a_fake, -1 / a_fake.size)

    G, D = players(ROWS["all of them"])
    assert_same(*both_at_once(G, D, *minibatch(), hinge))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("logit", [-1e4, -90.0, -70.0, -60.0, -30.0, 30.0])
def test_simultaneous_gradients_agree_however_sure_d_is(dtype, logit):
    G, D = players(ROWS["relu and maxout"], dtype)
    D.layers[-1].b[...] = logit
    tolerance = 3e-4 if dtype == "float32" else 1e-11
    plain, fast = both_at_once(G, D, *minibatch(dtype), costs.non_saturating_cost)
    if logit < 0:
        assert np.abs(plain[-1]).max() > 1e-4  # where D rejects, G's gradient must not vanish
    assert_same(plain[-1:], fast[-1:], rtol=tolerance, atol=tolerance * np.abs(plain[-1]).max())
    assert_same(plain[:-1], fast[:-1], rtol=tolerance, atol=1e-6)


def test_at_once_the_generators_gradient_goes_through_the_discriminators_masks():
    G, D = players(
        lambda n: [Dropout(0.8), Linear(2, 6), Tanh(), Dropout(0.5), Maxout(6, 5), Linear(5, n)]
    )
    x, z = minibatch()
    fast = FastGradients(G, D, M)

    def J_G():
        return fast.simultaneous(x, z, costs.non_saturating_cost, np.random.default_rng(8))[1]

    J_G()
    dG, h = G.grads.copy(), 1e-6
    for i in range(0, G.params.size, 3):
        start = G.params[i]
        G.params[i] = start + h
        above = J_G()
        G.params[i] = start - h
        below = J_G()
        G.params[i] = start
        assert dG[i] == pytest.approx((above - below) / (2 * h), rel=1e-5, abs=1e-9)
