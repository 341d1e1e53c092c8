"""Algorithm 1: what is drawn when, whose turn it is, what is recorded, what is refused."""

# ruff: noqa: SIM300 (J_D and the like are symbols, no constants)

import copy
import os
import signal
import threading

import numpy as np
import pytest

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    DiscriminatorTurn,
    Dropout,
    Examples,
    Game,
    GaussianNoise,
    GeneratorTurn,
    InputError,
    Linear,
    Maxout,
    NonFiniteError,
    Normal,
    Record,
    Sequential,
    Sigmoid,
    SimultaneousTurn,
    Tanh,
    Uniform,
    discriminator_cost,
    non_saturating_cost,
)
from minigan.base.randomness import Streams
from minigan.costs import GENERATOR_COSTS

M = 8
fast_and_plain = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
every_kind = pytest.mark.parametrize(
    "kind", [{}, {"fast": False}, {"simultaneous": True}], ids=["fast", "plain", "simultaneous"]
)


def players(dtype="float32", dropout=False, noise=False):
    """G from the line to the line, and D, with dropout in D and noise in G if that is wanted."""
    drop, move = [Dropout(0.5)] * dropout, [GaussianNoise(0.3)] * noise
    G = Sequential([Linear(1, 6), *move, Tanh(), Linear(6, 1)], seed=1, dtype=dtype, name="G")
    D = Sequential([Maxout(1, 6, 3), *drop, Linear(6, 1)], seed=2, dtype=dtype, name="D")
    return G, D


def game(G=None, D=None, rate=0.1, fast=True, **options):
    """Game of two small players, with fast or plain passes; every option of Algorithm1."""
    if G is None:
        G, D = players()
    G.fast = D.fast = fast
    chosen = {
        "data": Normal(2.0, 0.5),
        "noise": Uniform(),
        "G_optimizer": SGD(G, rate),
        "D_optimizer": SGD(D, rate),
        "batch": M,
    }
    return Algorithm1(G, D, **chosen | options)


def last(records):
    *_, record = records
    return record


class Watched:
    """Sampler that remembers the rows it drew, and calls ``then`` after each draw."""

    def __init__(self, law, then=lambda: None):
        self.law, self.then, self.drawn = law, then, []

    def sample(self, m, rng):
        self.drawn.append(self.law.sample(m, rng))
        self.then()
        return self.drawn[-1]


@every_kind
def test_numpys_global_generator_is_not_touched(kind):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    list(game(*players(dropout=True), **kind).play(2))
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# Whose turn it is: the loop of the paper, written by hand.


def play_by_hand(G, D, k, steps, cost, seed=5, simultaneous=False):
    """The README's loop, with random numbers for layers that want some."""
    G_optimizer, D_optimizer = SGD(G, 0.1), SGD(D, 0.1)
    data, noise, rng = Normal(2.0, 0.5), Uniform(), Streams(seed)
    for _ in range(steps):
        for _ in range(k):
            z, x = noise.sample(M, rng["z"]), data.sample(M, rng["x"])
            fake, fake_cache = G.forward(z.astype(G.dtype), rng=rng["layers"])
            a_real, real = D.forward(x.astype(G.dtype), rng=rng["layers"])
            a_fake, generated = D.forward(fake, rng=rng["layers"])
            _, da_real, da_fake = discriminator_cost(a_real, a_fake)
            D.grads[:] = 0
            D.backward(da_real, real), D.backward(da_fake, generated)
            if not simultaneous:
                D_optimizer.step()
        if not simultaneous:
            z = noise.sample(M, rng["z"])
            fake, fake_cache = G.forward(z.astype(G.dtype), rng=rng["layers"])
            a_fake, generated = D.forward(fake, rng=rng["layers"])
        _, da_fake = cost(a_fake)
        G.grads[:] = 0
        G.backward(D.backward(da_fake, generated, param_grads=False), fake_cache)
        if simultaneous:
            D_optimizer.step()
        G_optimizer.step()


@pytest.mark.parametrize("cost", GENERATOR_COSTS)
@pytest.mark.parametrize("random", [False, True], ids=["", "dropout and noise"])
@pytest.mark.parametrize("turns", [{"k": 1}, {"k": 3}, {"k": 1, "simultaneous": True}], ids=str)
def test_the_game_is_the_papers_loop(turns, random, cost):
    """Bit for bit by plain passes, each batch on its own; to rounding by fast, stacked ones."""
    games = {}
    for fast in (False, True):
        G, D = players("float64", dropout=random, noise=random)
        list(game(G, D, fast=fast, cost=cost, seed=5, **turns).play(10))
        games["game", fast] = G.params, D.params
        G, D = players("float64", dropout=random, noise=random)
        G.fast = D.fast = fast
        play_by_hand(G, D, steps=10, cost=GENERATOR_COSTS[cost], **turns)
        games["loop", fast] = G.params, D.params
    G, D = players("float64", dropout=random, noise=random)
    made = [DiscriminatorTurn(G, D), GeneratorTurn(G, D, cost)]
    made[0].k = turns["k"]
    if "simultaneous" in turns:
        made = [SimultaneousTurn(G, D, cost)]
    optimizers = [SGD(D, 0.1), SGD(G, 0.1)]
    samplers = {"x": Normal(2.0, 0.5), "z": Uniform()}
    list(Game(*made, optimizers=optimizers, batch=M, seed=5, **samplers).play(10))
    for mine, reference in zip(games["game", False], games["loop", False], strict=True):
        assert np.array_equal(mine, reference)
    for mine, reference in zip((G.params, D.params), games["game", True], strict=True):
        assert np.array_equal(mine, reference)
    for other in (games["loop", True], games["game", True]):
        for mine, reference in zip(other, games["loop", False], strict=True):
            np.testing.assert_allclose(mine, reference, rtol=1e-11, atol=1e-13)


def pytorchs_game(torch, G, D, minibatches, simultaneous):
    """Parameters after a game of two-layer tanh nets by autograd and torch.optim.SGD."""

    def run(theta, net, x):
        first, _, second = net.layers
        W1, b1, W2, b2 = theta.split([first.W.size, first.b.size, second.W.size, second.b.size])
        hidden = torch.tanh(x @ W1.view(first.W.shape) + b1)
        return hidden @ W2.view(second.W.shape) + b2

    theta_G = torch.tensor(G.params, requires_grad=True)
    theta_D = torch.tensor(D.params, requires_grad=True)
    G_optimizer = torch.optim.SGD([theta_G], 0.1, momentum=0.5)
    D_optimizer = torch.optim.SGD([theta_D], 0.1, momentum=0.5)
    for x, z_D, z_G in minibatches:
        real = torch.sigmoid(run(theta_D, D, x))
        fake = torch.sigmoid(run(theta_D, D, run(theta_G, G, z_D)))
        J_D = -real.log().mean() / 2 - (1 - fake).log().mean() / 2
        (theta_D.grad,) = torch.autograd.grad(J_D, theta_D)
        if not simultaneous:
            D_optimizer.step()
        fake = torch.sigmoid(run(theta_D, D, run(theta_G, G, z_G)))
        J_G = -fake.log().mean() / 2
        (theta_G.grad,) = torch.autograd.grad(J_G, theta_G)
        if simultaneous:
            D_optimizer.step()
        G_optimizer.step()
    return theta_G.detach().numpy(), theta_D.detach().numpy()


@every_kind
def test_thirty_steps_are_pytorchs(kind, torch):
    G = Sequential([Linear(2, 5), Tanh(), Linear(5, 1)], seed=1, dtype="float64")
    D = Sequential([Linear(1, 7), Tanh(), Linear(7, 1)], seed=2, dtype="float64")
    start = G.copy(), D.copy()
    data, noise = Watched(Normal(2.0)), Watched(Normal(dim=2))
    optimizers = {"G_optimizer": SGD(G, 0.1, 0.5), "D_optimizer": SGD(D, 0.1, 0.5)}
    list(game(G, D, data=data, noise=noise, **optimizers, **kind).play(30))
    simultaneous = "simultaneous" in kind
    x, z = ([torch.tensor(rows.astype(float)) for rows in law.drawn] for law in (data, noise))
    z_D, z_G = (z, z) if simultaneous else (z[::2], z[1::2])
    minibatches = zip(x, z_D, z_G, strict=True)
    theta_G, theta_D = pytorchs_game(torch, *start, minibatches, simultaneous)
    np.testing.assert_allclose(G.params, theta_G, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(D.params, theta_D, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("k", [1, 3])
@fast_and_plain
def test_a_step_is_k_turns_of_d_and_then_one_of_g(k, fast):
    whole, by_turns = game(k=k, fast=fast), game(fast=fast)
    record = whole.step()
    for _ in range(k):
        of_D = by_turns.take("D")
    assert of_D | by_turns.take("G") == record
    assert np.array_equal(whole.G.params, by_turns.G.params)
    assert np.array_equal(whole.D.params, by_turns.D.params)


# What is recorded.


@every_kind
def test_a_record_tells_costs_accuracies_and_gradient_norms(kind):
    G, D = players(dtype="float64")
    D.layers[-1].b[...] = -0.5  # D is right about some of the examples of either kind
    before = G.copy(), D.copy()
    data, noise = Watched(Normal(0.5)), Watched(Normal(-3.0, 3.0))
    record = next(game(G, D, data=data, noise=noise, seed=2, **kind).play(1))
    a_real = before[1](data.drawn[0].astype(float))
    a_fake = before[1](before[0](noise.drawn[0].astype(float)))
    assert len({np.mean(a > 0) for a in (a_real, a_fake, -a_real, -a_fake)}) == 4
    assert record.J_D == pytest.approx(discriminator_cost(a_real, a_fake)[0], rel=1e-12)
    assert record.real_accuracy == np.mean(a_real > 0)
    assert record.fake_accuracy == np.mean(a_fake < 0)
    if "simultaneous" not in kind:  # G's turn has noise of its own, and D as it is by then
        a_fake = D(before[0](noise.drawn[1].astype(float)))
    assert record.J_G == pytest.approx(non_saturating_cost(a_fake)[0], rel=1e-12)
    # SGD at rate 0.1 without momentum moves by a tenth of the gradient
    for norm, net, start in (
        (record.G_grad_norm, G, before[0]),
        (record.D_grad_norm, D, before[1]),
    ):
        assert norm == pytest.approx(np.linalg.norm(net.params - start.params) / 0.1, rel=1e-10)


@every_kind
def test_a_discriminator_that_knows_nothing_is_right_about_nothing_at_log_two(kind):
    G, D = players()
    D.params[...] = 0
    record = next(game(G, D, **kind).play(1))
    assert record.J_D == pytest.approx(np.log(2), rel=1e-6)
    assert record.real_accuracy == record.fake_accuracy == 0  # a logit of 0 is on neither side


@every_kind
def test_records_are_plain_numbers(kind):
    record = next(game(**kind).play(1))
    assert [type(number) for number in record.values()] == [int, *[float] * 6]
    assert isinstance(record, Record)
    assert record["J_D"] == record.J_D
    with pytest.raises(AttributeError, match=r"expected one of step, J_D, .* got 'J_E'"):
        record.J_E  # noqa: B018


def test_the_discriminators_figures_are_those_of_the_last_of_k_updates():
    G, D = players(dtype="float64")
    data, noise = Watched(Normal(2.0)), Watched(Uniform())
    record = next(game(G, D, data=data, noise=noise, k=2, rate=0.0).play(1))
    first, second = (
        discriminator_cost(D(x.astype(float)), D(G(z.astype(float))))[0]
        for x, z in zip(data.drawn, noise.drawn[:2], strict=True)
    )
    assert record.J_D == pytest.approx(second, rel=1e-13)
    assert record.J_D != pytest.approx(first, rel=1e-3)


@every_kind
def test_steps_are_numbered_from_one_and_go_on_where_play_was_left(kind):
    play = game(**kind)
    assert [record.step for record in play.play(2)] == [1, 2]
    for record in play.play(100):
        if record.step == 4:
            break
    assert play.steps_done == 4
    assert play.step().step == 5
    assert [record.step for record in play.play(1)] == [6]


@every_kind
def test_playing_in_pieces_is_playing_at_once(kind):
    whole, pieces = game(**kind), game(**kind)
    records = list(whole.play(6))
    assert [*pieces.play(2), *pieces.play(3), pieces.step()] == records
    assert np.array_equal(whole.G.params, pieces.G.params)


# Seeds.


@every_kind
def test_the_same_seed_is_the_same_game_bit_for_bit(kind):
    games = [game(*players(dropout=True), seed=7, **kind) for _ in range(2)]
    first, second = (list(play.play(12)) for play in games)
    assert first == second
    assert np.array_equal(games[0].G.params, games[1].G.params)
    assert np.array_equal(games[0].D.params, games[1].D.params)


@every_kind
def test_another_seed_is_another_game(kind):
    first, second = game(seed=7, **kind), game(seed=8, **kind)
    assert last(first.play(3)) != last(second.play(3))


def test_a_game_may_be_seeded_by_a_seed_sequence():
    by_sequence = game(seed=np.random.SeedSequence(7))
    assert last(by_sequence.play(3)) == last(game(seed=7).play(3))


def test_games_side_by_side_do_not_disturb_each_other():
    alone = list(game(seed=1).play(5))
    first, second = game(seed=1).play(5), game(seed=2).play(5)
    together = [record for record, _ in zip(first, second, strict=True)]
    assert together == alone


# dtype.


@every_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_a_game_stays_in_its_dtype(kind, dtype, optimizer):
    G, D = players(dtype)
    G_optimizer, D_optimizer = (optimizer(net, lambda t: 0.01) for net in (G, D))
    options = {"G_optimizer": G_optimizer, "D_optimizer": D_optimizer}
    list(game(G, D, **options, **kind).play(3))
    assert {a.dtype for net in (G, D) for a in (net.params, net.grads)} == {np.dtype(dtype)}
    assert np.isfinite(G.params).all()


@every_kind
def test_float64_data_can_be_played_with_in_float32(kind):
    data = Examples(np.random.default_rng(0).normal(size=(30, 1)))
    assert np.isfinite(next(game(data=data, **kind).play(1)).J_D)


# When a cost is no longer a number.


class NaNAt:
    """Sampler whose n-th draw is not a number."""

    def __init__(self, law, n):
        self.law, self.left = law, n

    def sample(self, m, rng):
        self.left -= 1
        return self.law.sample(m, rng) * (np.nan if self.left == 0 else 1)


@every_kind
@pytest.mark.filterwarnings("error")
def test_a_cost_that_is_nan_stops_the_game_at_its_step_with_the_networks_as_before(kind):
    play = game(data=NaNAt(Normal(), 4), **kind)
    list(play.play(3))
    before = play.G.params.copy(), play.D.params.copy()
    with pytest.raises(NonFiniteError, match=r"^step 4: J_D became nan in \w+Turn$") as caught:
        next(play.play(1))
    assert caught.value.step == 4
    assert play.steps_done == 3
    assert np.array_equal(play.G.params, before[0])
    assert np.array_equal(play.D.params, before[1])
    assert (play.G_optimizer.t, play.D_optimizer.t) == (3, 3)


@fast_and_plain
@pytest.mark.filterwarnings("error")
def test_a_generators_cost_that_is_infinite_stops_the_game_before_the_generators_update(fast):
    G, D = players()
    D.layers[-1].b[...] = 200  # exp(200) is infinite in float32
    before = G.params.copy()
    with pytest.raises(NonFiniteError, match=r"^step 1: J_G became -inf in Gen") as caught:
        next(game(G, D, cost="max-likelihood", fast=fast).play(1))
    assert caught.value.step == 1
    assert np.array_equal(G.params, before)


@pytest.mark.filterwarnings("error")
def test_simultaneous_players_both_stay_when_the_generators_cost_is_infinite():
    G, D = players()
    D.layers[-1].b[...] = 200
    before = G.params.copy(), D.params.copy()
    with pytest.raises(NonFiniteError, match="J_G became -inf"):
        next(game(G, D, cost="max-likelihood", simultaneous=True).play(1))
    assert np.array_equal(G.params, before[0])
    assert np.array_equal(D.params, before[1])


@every_kind
def test_an_infinite_gradient_under_a_finite_cost_does_not_reach_the_networks(kind):
    G, D = (Sequential([Linear(1, 6), Tanh(), Linear(6, 1)]) for _ in range(2))
    G.params[...], D.params[...] = 0, 0
    D.layers[2].b[...] = 85  # exp(85) is finite in float32, a million times as much is not
    D.layers[0].W[...], D.layers[2].W[...] = 1e3, 1e3
    play = game(G, D, D_optimizer=SGD(D, 0.0), cost="max-likelihood", **kind)
    with pytest.raises(NonFiniteError, match=r"^step 1: the gradient of J_G became (inf|nan) in"):
        next(play.play(1))
    assert not G.params.any()


# Ctrl-C.


@pytest.fixture
def pythons_own_handler():
    """Python's handler, even where the tests run with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@every_kind
def test_an_interrupt_inside_a_step_waits_for_its_end(kind, pythons_own_handler):
    reached = []

    def interrupt_at_the_third_draw():
        if len(data.drawn) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("after the interrupt")

    data = Watched(Normal(2.0, 0.5), then=interrupt_at_the_third_draw)
    play = game(data=data, **kind)
    with pytest.raises(KeyboardInterrupt):
        list(play.play(10))
    undisturbed = game(**kind)
    list(undisturbed.play(3))
    assert reached == ["after the interrupt"]
    assert play.steps_done == 3
    assert np.array_equal(play.G.params, undisturbed.G.params)
    assert np.array_equal(play.D.params, undisturbed.D.params)
    assert signal.getsignal(signal.SIGINT) is pythons_own_handler
    assert list(play.play(2)) == list(undisturbed.play(2))


def test_an_interrupt_between_two_steps_arrives_at_once(pythons_own_handler):
    records = game().play(2)
    next(records)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert next(records).step == 2


def test_a_game_can_be_played_in_another_thread():
    found = []
    thread = threading.Thread(target=lambda: found.extend(game().play(3)))
    thread.start()
    thread.join()
    assert found == list(game().play(3))


# Refusals.


@pytest.mark.parametrize("number", [0, -1, 1.5, "1", None, True])
def test_k_batch_and_steps_are_whole_numbers_of_at_least_one(number):
    for option in ("k", "batch"):
        with pytest.raises(InputError, match=f"^{option}: expected a whole number >= 1, got"):
            game(**{option: number})
    with pytest.raises(InputError, match=r"^steps: expected a whole number >= 1, got"):
        list(game().play(number))


def test_numbers_may_come_from_numpy():
    play = game(k=np.int64(2), batch=np.int32(4))
    assert last(play.play(np.int64(2))).step == 2


G, D = players()
SIGMOID = Sequential([Linear(1, 1), Sigmoid()])
SAMPLER = "expected a distribution with sample"
REFUSED = {
    **{f"cost {cost}": (G, D, {"cost": cost}, "cost: expected one of minimax, non-saturating, max-")
       for cost in ("wgan", "nonsaturating", None)},
    **{f"seed {seed}": (G, D, {"seed": seed}, "seed: expected a whole number >= 0, got")
       for seed in (-1, 0.5, None)},
    **{f"{what}, {type(given).__name__}": (G, D, {what: given}, f"{what}: {SAMPLER}")
       for what in ("data", "noise") for given in (None, np.zeros((5, 1)))},
    **{f"{whose}_optimizer {optimizer}": (
           G, D, {f"{whose}_optimizer": optimizer},
           f"^{whose}_optimizer: expected an optimizer built on {whose}",
       )
       for whose, other in (("G", D), ("D", G.copy())) for optimizer in (SGD(other, 0.1), None)},
    "k": (G, D, {"simultaneous": True, "k": 2}, "expected 1 with simultaneous updates, got 2"),
    "widths": (Sequential([Linear(1, 2)]), Sequential([Linear(3, 1)]), {},
               "G's output width to be D's input width, got 2 and 3"),
    "two logits": (Sequential([Linear(1, 2)]), Sequential([Linear(2, 2)]), {},
                   "expected D to end in one logit, got n_out = 2"),
    "dtypes": (G, players("float64")[1], {}, "one dtype, got float32 of G and float64 of D"),
    "a sigmoid": (G, SIGMOID, {}, "a network that ends in a logit, got Sigmoid"),
    "one network": (G, G, {}, "expected two networks"),
}  # fmt: skip


@pytest.mark.parametrize(("G", "D", "options", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_game_is_refused_before_the_first_step(G, D, options, message):
    with pytest.raises(InputError, match=message):
        game(G, D, **options)


class Wrong:
    """Sampler of rows of a shape of its own."""

    def __init__(self, *shape):
        self.shape = shape

    def sample(self, m, rng):
        return np.zeros(self.shape, np.float32)


@every_kind
@pytest.mark.parametrize("what", ["data", "noise"])
@pytest.mark.parametrize("shape", [(M,), (M, 2), (M + 1, 1), (1, M), (M, 1, 1), (0, 1)])
def test_a_sampler_must_return_the_rows_that_were_asked_for(kind, what, shape):
    play = game(**{what: Wrong(*shape)}, **kind)
    name = {"data": "x", "noise": "z"}[what]
    message = rf"^{name}: expected rows \(8, width\) from sample, got \("
    if shape == (M, 2):
        message = r"^(Linear|Maxout)\('\w+1'\): expected \(batch, 1\) with batch >= 1, got \("
    with pytest.raises(InputError, match=message) as caught:
        next(play.play(1))
    assert str(caught.value).endswith(f"got {shape}")


@fast_and_plain
def test_a_deep_copy_of_a_game_goes_on_as_the_game_does(fast):
    original = game(fast=fast)
    list(original.play(5))
    twin = copy.deepcopy(original)
    untouched = original.G.params.copy()
    ahead = list(twin.play(5))
    assert np.array_equal(original.G.params, untouched)
    assert list(original.play(5)) == ahead
    assert np.array_equal(original.G.params, twin.G.params)
