"""Games of any turns: three small ones of the papers, and what does not make a game."""

import numpy as np
import pytest
from layers_of_ones_own import BatchNorm

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    DiscriminatorTurn,
    Examples,
    Game,
    GeneratorTurn,
    InputError,
    Linear,
    Maxout,
    NonFiniteError,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    Turn,
    Uniform,
)
from minigan.variants.bigan import EncoderGeneratorTurn, FallingNoise, PairDiscriminatorTurn

fast_and_plain = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def mlp(n_in, n_out, seed, **options):
    layers = [Linear(n_in, 8), Tanh(), Linear(8, n_out)]
    return Sequential(layers, seed=seed, **options)


def players(**options):
    return mlp(1, 1, 1, **options), mlp(1, 1, 2, **options)


def game(*turns, **options):
    """Algorithm 1 from its turns; every option of Game can be given."""
    G, D = players()
    turns = turns or (DiscriminatorTurn(G, D), GeneratorTurn(G, D))
    networks = {id(net): net for turn in turns for net in turn.networks().values()}
    made = {"optimizers": [SGD(net, 0.1) for net in networks.values()], "batch": 8}
    return Game(*turns, **made | {"x": Normal(2.0), "z": Uniform()} | options)


# Three networks, and batch normalisation.


def bigan(fast=True):
    """Donahue et al. (2017): G and E by one turn, each with an optimizer."""
    made_of = {"dtype": "float64", "fast": fast}
    G, E, D = mlp(1, 1, 1, **made_of), mlp(1, 1, 3, **made_of), mlp(2, 1, 2, **made_of)
    turns = PairDiscriminatorTurn(G, E, D), EncoderGeneratorTurn(G, E, D)
    optimizers = [Adam(net, 0.01, beta1=0.5) for net in (G, E, D)]
    drawn = {"x": Normal(2.0, 0.5), "z": Uniform(), "noise": FallingNoise(4, 0.3, 400)}
    return Game(*turns, optimizers=optimizers, batch=16, **drawn)


def test_a_third_network_and_a_discriminator_of_two_inputs():
    fast, plain, start = bigan(), bigan(fast=False), bigan()
    for mine, other in zip(fast.play(40), plain.play(40), strict=True):
        assert list(mine)[1:] == ["J_D", "D_grad_norm", "J_GE", "G_grad_norm", "E_grad_norm"]
        assert list(mine.values()) == pytest.approx(list(other.values()), rel=1e-8)
    for name in ("G", "D", "E"):
        assert not np.allclose(fast.networks[name].params, start.networks[name].params)
    assert fast.E is fast.networks["E"]


@fast_and_plain
def test_a_layer_that_mixes_the_batch_normalises_real_and_generated_examples_apart(fast):
    """Together, D would tell them apart by less than their shift, and play another game."""

    def play(separately):
        G, D = mlp(1, 1, 1), Sequential([Linear(1, 8), BatchNorm(8), ReLU(), Linear(8, 1)], seed=2)
        G.fast = D.fast = fast

        class Separate(DiscriminatorTurn):
            def gradients(self, rng, z, x):
                a_real, real = self.D.forward(x, rng=rng)
                a_fake, fake = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
                J_D, da_real, da_fake = self.cost(a_real, a_fake)
                self.D.backward(da_real, real), self.D.backward(da_fake, fake)
                return {"J_D": J_D}

        turn = (Separate if separately else DiscriminatorTurn)(G, D)
        records = list(game(turn, GeneratorTurn(G, D), batch=64).play(30))
        return [record.J_D for record in records], D[1].mean

    for together, apart in zip(play(False), play(True), strict=True):
        np.testing.assert_allclose(together, apart, rtol=1e-4)


def test_running_means_move_in_ds_turn_and_not_in_gs():
    G, D = mlp(1, 1, 1), Sequential([Linear(1, 8), BatchNorm(8), ReLU(), Linear(8, 1)], seed=2)
    made = game(DiscriminatorTurn(G, D), GeneratorTurn(G, D))
    made.take("D")
    mean = D[1].mean.copy()
    assert mean.any()
    made.take("G")
    assert np.array_equal(D[1].mean, mean)


# Costs of one's own.


def least_squares(a_fake):
    return ((a_fake - 1) ** 2).mean() / 2, (a_fake - 1) / a_fake.size


def D_least_squares(a_real, a_fake):
    J_real, da_real = least_squares(a_real)
    return J_real + (a_fake**2).mean() / 2, da_real, a_fake / a_fake.size


@pytest.mark.parametrize("simultaneous", [False, True])
def test_costs_of_ones_own_are_functions_of_logits(simultaneous):
    G, D = players(dtype="float64")
    made = Algorithm1(
        *(G, D),
        data=Normal(2.0),
        noise=Uniform(),
        G_optimizer=SGD(G, 0.1),
        D_optimizer=SGD(D, 0.1),
        cost=least_squares,
        D_cost=D_least_squares,
        simultaneous=simultaneous,
    )
    *_, record = made.play(200)
    assert record.J_D < 0.45
    assert record.J_G > 0


def test_pairs_come_from_one_sampler():
    class Pairs:
        def sample(self, m, rng):
            x = rng.normal(size=(m, 1))
            return x, 2 * x

    class Regression(Turn):
        moves, draws = ("F",), ("xy",)

        def __init__(self, F):
            self.F = F

        def gradients(self, rng, xy):
            x, y = xy
            assert x.dtype == y.dtype == np.float32
            f, cache = self.F.forward(x)
            self.F.backward((f - y) / len(x), cache, input_grad=False)
            return {"J": ((f - y) ** 2).mean() / 2}

    F = Sequential([Linear(1, 1)], seed=1)
    made = Game(Regression(F), optimizers=[SGD(F, 0.3)], batch=64, xy=Pairs())
    *_, record = made.play(100)
    assert record["J"] < 1e-6
    assert F[0].W[0, 0] == pytest.approx(2, abs=1e-3)


# Records, turns, samplers.


def test_what_is_set_between_two_steps_is_not_ignored():
    made, drawn = game(), []

    class Watched:
        def sample(self, m, rng):
            drawn.append(m)
            return rng.normal(size=(m, 1))

    made.draw_from("x", Watched())
    made.batch = 5
    made.step()
    assert drawn == [5]
    with pytest.raises(InputError, match="batch: expected a whole number >= 1, got 0"):
        made.batch = 0
    with pytest.raises(InputError, match=r"game\.D: expected the network that the turns hold"):
        made.D = mlp(1, 1, 3)
    for name in ("turns", "networks", "optimizers", "samplers"):
        with pytest.raises(AttributeError):
            setattr(made, name, None)
    with pytest.raises(TypeError):
        made.samplers["x"] = Normal()


def test_algorithm_1_may_be_changed_between_two_steps():
    G, D = players()
    made = Algorithm1(
        *(G, D), data=Normal(), noise=Uniform(), G_optimizer=SGD(G, 0.1), D_optimizer=SGD(D, 0.1)
    )
    made.k = 4
    made.data = Examples(np.ones((3, 1)))
    made.step()
    assert (made.D_optimizer.t, made.k) == (4, 4)
    assert isinstance(made.data, Examples)
    with pytest.raises(InputError, match="k: expected a whole number >= 1, got 0"):
        made.k = 0
    with pytest.raises(InputError, match="x: expected a distribution"):
        made.data = 3


def test_another_sampler_does_not_shift_the_others():
    class Three(DiscriminatorTurn):
        draws = ("z", "x", "y")

        def gradients(self, rng, z, x, y):
            return super().gradients(rng, z, x)

    def params(kind, **samplers):
        G, D = players()
        made = game(kind(G, D), GeneratorTurn(G, D), **samplers)
        list(made.play(5))
        return G.params

    assert np.array_equal(params(DiscriminatorTurn), params(Three, y=Normal()))


def test_reprs_say_what_stands_where():
    turns = "DiscriminatorTurn(G, D), GeneratorTurn(G, D)"
    assert repr(game()) == f"Game({turns}, batch=8, steps_done=0)"
    net = Sequential([Linear(1, 1)], name="G")
    assert repr(SGD(net, 0.1, 0.5)) == "SGD(G, lr=0.1, momentum=0.5, t=0)"
    assert repr(Adam(net)) == "Adam(G, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, t=0)"


# What makes no game.


class Plain(Turn):
    """A turn whose gradients are what a test wants."""

    moves, draws = ("D",), ()

    def __init__(self, figures=None, **networks):
        self.figures = {"J": 1.0} if figures is None else figures
        for name, network in networks.items():
            setattr(self, name, network)

    def gradients(self, rng, **drawn):
        return self.figures


def changed(**attributes):
    return type("Changed", (Plain,), attributes)


G, D = players()
NO_GAME = {
    "no turns": (lambda: Game(optimizers=[]), "expected at least one turn, got none"),
    "no turn": (lambda: Game(3, optimizers=[]), "expected turns, got 3"),
    "moves nothing": (
        lambda: Game(changed(moves=())(D=D), optimizers=[]),
        "expected at least one network in moves, got none",
    ),
    "moves a string": (
        lambda: Game(changed(moves="D")(D=D), optimizers=[]),
        "expected a tuple of names as moves, got a string",
    ),
    "moves another": (
        lambda: Game(changed(moves=("E",))(D=D), optimizers=[]),
        r"expected names of its networks \(D\) in moves, got 'E'",
    ),
    "two of one name": (
        lambda: Game(Plain(D=D), Plain(D=G), optimizers=[]),
        "expected one network called D, got two",
    ),
    "one of two names": (
        lambda: Game(Plain(D=D, E=D), optimizers=[]),
        "expected one name for a network, got D and E",
    ),
    "one turn twice": (
        lambda: (lambda turn: Game(turn, turn, optimizers=[]))(Plain(D=D)),
        "expected each turn once, got it twice; set k for more",
    ),
    "two dtypes": (
        lambda: Game(Plain(D=D, E=mlp(1, 1, 1, dtype="float64")), optimizers=[]),
        "expected networks of one dtype, got float32 of D and float64 of E",
    ),
    "no optimizer": (lambda: Game(Plain(D=D), optimizers=[]), "one built on D, got none"),
    "two optimizers": (
        lambda: Game(Plain(D=D), optimizers=[SGD(D, 0.1), SGD(D, 0.1)]),
        "one built on D, got two",
    ),
    "an idle optimizer": (
        lambda: Game(Plain(D=D, G=G), optimizers=[SGD(D, 0.1), SGD(G, 0.1)]),
        "expected optimizers built on D, got SGD",
    ),
    "no sampler": (
        lambda: Game(DiscriminatorTurn(G, D), optimizers=[SGD(D, 0.1)], x=Normal()),
        "draws z: expected a sampler z=, got none",
    ),
    "a sampler too many": (
        lambda: Game(Plain(D=D), optimizers=[SGD(D, 0.1)], x=Normal()),
        r"x: expected samplers that a turn draws \(none\)",
    ),
    "no distribution": (
        lambda: Game(GeneratorTurn(G, D), optimizers=[SGD(G, 0.1)], z=np.ones((3, 1))),
        r"z: expected a distribution with sample\(m, rng\)",
    ),
    "a stream's name": (
        lambda: Game(changed(draws=("layers",))(D=D), optimizers=[SGD(D, 0.1)], layers=Normal()),
        "layers: expected another name",
    ),
    "a sigmoid": (
        lambda: DiscriminatorTurn(G, Sequential([Linear(1, 1), Sigmoid()])),
        r"D: expected a network that ends in a logit, got Sigmoid\('sigmoid1'\) at its end",
    ),
    "a turn of another": (
        lambda: game().take("E"),
        r"take: expected the name of a network that moves \(D, G\), got 'E'",
    ),
}


@pytest.mark.parametrize(("make", "message"), NO_GAME.values(), ids=NO_GAME)
def test_what_makes_no_game_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("figures", [{}, 3, None, [1.0]], ids=str)
def test_a_turn_returns_figures(figures):
    turn = Plain({"J": 1.0}, D=mlp(1, 1, 1))
    turn.figures = figures
    with pytest.raises(InputError, match="Plain: expected figures by name, the cost first, got"):
        Game(turn, optimizers=[SGD(turn.D, 0.1)]).step()


@pytest.mark.parametrize("name", ["J", "step", "D_grad_norm"])
def test_two_figures_of_one_name_are_refused(name):
    net = mlp(1, 1, 1)
    turns = Plain({"J": 1.0}, D=net), Plain({name: 1.0}, D=net)
    with pytest.raises(InputError, match=f"expected a figure that no other turn has, got '{name}'"):
        Game(*turns, optimizers=[SGD(net, 0.1)]).step()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_figure_that_is_not_finite_stops_the_game_and_names_the_turn(number):
    net = mlp(1, 1, 1)
    made = Game(Plain({"J": 1.0, "other": number}, D=net), optimizers=[SGD(net, 0.1)])
    with pytest.raises(NonFiniteError, match=f"step 1: other became {number} in Plain") as caught:
        made.step()
    assert caught.value.step == 1
    assert (made.steps_done, made.optimizers["D"].t) == (0, 0)


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (lambda net: SGD(net, lambda t: np.nan), "SGD: lr: expected .* finite, got nan after 0"),
        (lambda net: SGD(net, lambda t: -0.1), "SGD: lr: expected .* >= 0 .*, got -0.1 after 0"),
        (lambda net: SGD(net, 0.1, lambda t: 1.0), "SGD: momentum: .* below 1, got 1.0 after 0"),
        (lambda net: Adam(net, lambda t: np.inf), "Adam: lr: expected .* finite, got inf after 0"),
    ],
)
def test_a_schedule_out_of_range_stops_the_game_before_anything_has_moved(optimizer, message):
    net = Sequential([Maxout(1, 1)], seed=1)
    made = Game(Plain(D=net), optimizers=[optimizer(net)])
    before = net.params.copy()
    with pytest.raises(InputError, match=message):
        made.step()
    assert np.array_equal(net.params, before)
    assert made.optimizers["D"].t == 0


def test_what_layers_remember_is_as_before_where_a_game_stops():
    class Once:
        def __init__(self):
            self.left = 3

        def sample(self, m, rng):
            self.left -= 1
            return rng.normal(size=(m, 1)) * (np.nan if self.left == 0 else 1)

    G, D = mlp(1, 1, 1), Sequential([Linear(1, 8), BatchNorm(8), ReLU(), Linear(8, 1)], seed=2)
    made = game(DiscriminatorTurn(G, D), GeneratorTurn(G, D), x=Once())
    list(made.play(2))
    mean = D[1].mean.copy()
    with pytest.raises(NonFiniteError):
        made.step()
    assert np.array_equal(D[1].mean, mean)
    list(made.play(2))


def test_labels_stay_whole_numbers():
    class Labelled:
        def sample(self, m, rng):
            y = rng.integers(0, 3, m)
            return np.eye(3)[y] + 0.1 * rng.normal(size=(m, 3)), y[:, None]

    class Classifier(Turn):
        """Cross-entropy: softmax of three outputs against a label."""

        moves, draws = ("C",), ("xy",)

        def __init__(self, C):
            self.C = C

        def gradients(self, rng, xy):
            x, y = xy
            assert (x.dtype, y.dtype.kind) == (np.float32, "i")
            a, cache = self.C.forward(x, rng=rng)
            p = np.exp(a - a.max(1, keepdims=True))
            p /= p.sum(1, keepdims=True)
            hit = np.eye(3, dtype=p.dtype)[y[:, 0]]
            self.C.backward((p - hit) / len(x), cache, input_grad=False)
            return {"J_C": -np.log((p * hit).sum(1)).mean()}

    C = mlp(3, 3, 1)
    *_, record = Game(Classifier(C), optimizers=[Adam(C, 0.01)], xy=Labelled()).play(200)
    assert record.J_C < 0.1


class OneBuffer:
    """Uniform numbers, or pairs of them, always in the same memory."""

    def __init__(self, dtype="float32", pairs=False):
        self.rows, self.pairs = np.empty((8, 1), dtype), pairs

    def sample(self, m, rng):
        self.rows[...] = rng.random((m, 1), np.float32)
        return (self.rows, self.rows) if self.pairs else self.rows


class Fresh(OneBuffer):
    """The same in new memory each time."""

    def sample(self, m, rng):
        rows = super().sample(m, rng)
        return tuple(part.copy() for part in rows) if self.pairs else rows.copy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_sampler_that_fills_one_buffer_again_and_again_plays_the_same_game(dtype):
    shared = OneBuffer(dtype)
    reused, own = game(x=shared, z=shared), game(x=Fresh(dtype), z=Fresh(dtype))
    assert list(reused.play(5)) == list(own.play(5))


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_a_turn_may_keep_and_change_what_was_drawn(pairs, dtype):
    class Keeps(Plain):
        draws = ("x",)

        def gradients(self, rng, x):
            rows = x[-1] if pairs else x
            kept.append(rows)
            rows += 1
            return self.figures

    kept, sampler, D = [], OneBuffer(dtype, pairs), mlp(1, 1, 1)
    list(Game(Keeps(D=D), optimizers=[SGD(D, 0.1)], batch=8, x=sampler).play(2))
    first, second = kept
    assert not np.shares_memory(first, second)
    assert np.array_equal(second, sampler.rows + 1)


def test_rates_may_be_set_to_numbers():
    optimizer = SGD(mlp(1, 1, 1), 0.1)
    optimizer.lr, optimizer.momentum = 0.01, 0.9
    assert (optimizer.rate("lr"), optimizer.rate("momentum")) == (0.01, 0.9)
    with pytest.raises(InputError, match="SGD: momentum: expected a finite number"):
        optimizer.momentum = 1.0


def test_k_is_a_turns_and_a_turn_is_equal_to_itself_only():
    with pytest.raises(InputError, match=r"game\.k: expected to set the k of a turn"):
        game().k = 3
    never = type("Never", (GeneratorTurn,), {"k": 0})
    with pytest.raises(InputError, match="k: expected a whole number >= 1, got 0"):
        game(never(G, D))
    alike = type("Alike", (GeneratorTurn,), {"__hash__": None})
    with pytest.raises(InputError, match="expected a turn that is equal to itself only"):
        game(alike(G, D))
