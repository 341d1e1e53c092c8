"""A game that was saved and resumed is the game that was not, bit for bit."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layers_of_ones_own import BatchNorm

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    DiscriminatorTurn,
    Dropout,
    Examples,
    Game,
    GeneratorTurn,
    InputError,
    Linear,
    Maxout,
    Normal,
    ParameterAverage,
    ReLU,
    Sequential,
    Spherical,
    Tanh,
    Turn,
    Uniform,
    ring,
)
from minigan.checkpoint import load, save
from minigan.data.epochs import Epochs
from minigan.optimizers import Optimizer
from minigan.schedules import cosine, exponential_decay, linear_ramp

ROWS = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)


def paper(net):
    """Gradient descent as in the 2014 paper: the rate falls, the momentum rises."""
    return SGD(net, exponential_decay(0.1, 1.01), linear_ramp(0.5, 0.7, 60))


def adam(net):
    return Adam(net, cosine(0.01, 1000), beta1=0.5)


KINDS = {
    "sgd": {},
    "paper": {"optimizer": paper, "dropout": True},
    "adam": {"optimizer": adam},
    "adam with dropout, k = 2": {"optimizer": adam, "dropout": True, "k": 2},
    "simultaneous": {"optimizer": paper, "dropout": True, "simultaneous": True},
    "plain": {"fast": False, "dropout": True, "k": 2},
    "float64": {"dtype": "float64", "dropout": True},
    "minimax": {"cost": "minimax"},
    "max-likelihood": {"cost": "max-likelihood"},
    "examples": {"data": lambda: Examples(ROWS)},
    "epochs": {"data": lambda: Epochs(ROWS), "noise": lambda: Epochs(ROWS[:30])},
    "three networks, running means": lambda: three_networks(),
    "mixture": {"data": lambda: ring(), "noise": lambda: Spherical(2)},
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def game(
    optimizer=lambda net: SGD(net, 0.05),
    dropout=False,
    dtype="float32",
    device="cpu",
    data=lambda: Normal(2.0, 0.5, dim=2),
    noise=lambda: Uniform(dim=2),
    units=5,
    fast=True,
    **options,
):
    """Small game, always made in the same way."""
    drop = [Dropout(0.8)] if dropout else []
    G = [Linear(2, units), ReLU(), *drop, Linear(units, 2)]
    D = [Maxout(2, 5, 3, max_col_norm=0.9), *drop, Linear(5, 1)]
    G = Sequential(G, seed=1, dtype=dtype, device=device, name="G", fast=fast)
    D = Sequential(D, seed=2, dtype=dtype, device=device, name="D", fast=fast)
    made = {"data": data(), "noise": noise(), "batch": 7, "seed": 3} | options
    return Algorithm1(G, D, G_optimizer=optimizer(G), D_optimizer=optimizer(D), **made)


class Watcher(Turn):
    """A turn of a third network, that remembers how often it was taken."""

    moves, draws = ("E",), ("x",)

    def __init__(self, E, D):
        self.E, self.D, self.taken = E, D, 0

    def gradients(self, rng, x):
        self.taken += 1
        e, cache = self.E.forward(x, rng=rng)
        self.E.backward((e - self.D(x)) / len(x), cache, input_grad=False)
        return {"J_E": ((e - self.D(x)) ** 2).mean() / 2 + 1e-3 * self.taken}

    def state(self):
        return {"taken": self.taken}

    def restore(self, state):
        self.taken = state["taken"]


def three_networks():
    """G and D with batch normalisation, and E, which learns what D says."""
    G = Sequential([Linear(2, 5), BatchNorm(5), ReLU(), Linear(5, 2)], seed=1)
    D = Sequential([Linear(2, 5), BatchNorm(5), Tanh(), Linear(5, 1)], seed=2)
    E = Sequential([Dropout(0.8), Linear(2, 4), Tanh(), Linear(4, 1)], seed=3)
    return Game(
        *(DiscriminatorTurn(G, D), GeneratorTurn(G, D), Watcher(E, D)),
        optimizers=[adam(E), paper(G), adam(D)],
        batch=7,
        seed=3,
        x=Epochs(ROWS),
        z=Normal(dim=2),
    )


def play(game, steps):
    """Records of some steps."""
    return list(game.play(steps)) if steps else []


def assert_same_game(one, other):
    """Every bit of two states is the same."""
    one, other = flat(one.state()), flat(other.state())
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert type(value) is type(other[key])
        if isinstance(value, np.ndarray):
            assert (value.dtype, value.shape) == (other[key].dtype, other[key].shape), key
            assert value.tobytes() == other[key].tobytes(), key
        else:
            assert value == other[key], key


def flat(state, path=""):
    if not isinstance(state, dict):
        return {path: state}
    return {k: v for key in state for k, v in flat(state[key], f"{path}/{key}").items()}


def made_of(kind):
    """Game of a kind: options of `game`, or a function that makes one."""
    return kind() if callable(kind) else game(**kind)


def resumed(path, kind, first, second):
    """A game of ``first`` steps, saved; and another, made anew, that goes on from there."""
    before = made_of(kind)
    records = play(before, first)
    save(path, before.state(), configuration={})
    after = made_of(kind)
    after.restore(load(path))
    return after, records + play(after, second)


# On the CPU.


def check_resumed(path, kind, first, second):
    """A game that is interrupted after ``first`` steps is the one that is not."""
    straight = made_of(kind)
    records = play(straight, first + second)
    after, resumed_records = resumed(path, kind, first, second)
    assert resumed_records == records
    assert_same_game(after, straight)


@every_kind
def test_100_steps_and_100_more_are_200_steps(tmp_path, kind):
    check_resumed(tmp_path / "a.npz", kind, 100, 100)


@pytest.mark.slow
@every_kind
def test_500_steps_and_500_more_are_1000_steps(tmp_path, kind):
    check_resumed(tmp_path / "a.npz", kind, 500, 500)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 40), st.integers(0, 20))
def test_a_game_may_be_interrupted_at_any_step(tmp_path, kind, first, second):
    check_resumed(tmp_path / "a.npz", KINDS[kind], first, second)


def test_a_game_goes_on_in_another_process(tmp_path):
    straight, before = game(**KINDS["paper"]), game(**KINDS["paper"])
    play(straight, 40)
    play(before, 20)
    save(tmp_path / "a.npz", before.state(), configuration={})
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from test_state import *\n"
        "after = game(**KINDS['paper'])\n"
        "after.restore(load(sys.argv[1]))\n"
        "play(after, 20)\n"
        "save(sys.argv[1], after.state(), configuration={})\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "a.npz", *sys.path], check=True)
    after = game(**KINDS["paper"])
    after.restore(load(tmp_path / "a.npz"))
    assert_same_game(after, straight)


@every_kind
def test_a_state_is_not_changed_by_later_steps(kind):
    made = made_of(kind)
    play(made, 3)
    state = made.state()
    kept = copy.deepcopy(state)
    play(made, 3)
    made.restore(state)
    assert flat(made.state()).keys() == flat(kept).keys()
    for one, other in zip(flat(state).values(), flat(kept).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_game_can_be_taken_back():
    made = game(**KINDS["paper"])
    play(made, 10)
    before = made.state()
    first = play(made, 10)
    made.restore(before)
    assert play(made, 10) == first


def test_an_average_goes_along(tmp_path):
    one, other = game(**KINDS["adam"]), game(**KINDS["adam"])
    averages = [ParameterAverage(each.G, 0.9) for each in (one, other)]
    for _ in one.play(9):
        averages[0].update()
    save(tmp_path / "a.npz", {"average": averages[0].state()}, configuration={})
    averages[1].restore(load(tmp_path / "a.npz")["average"])
    assert averages[1].t == 9
    assert np.array_equal(averages[1].network.params, averages[0].network.params)


# What does not fit.


class Sign(Optimizer):
    """An optimizer that does not say what it remembers."""

    def _update(self, params, grads, lr):
        params -= lr * np.sign(grads)


class Remembering(Sign):
    memory = ()


UNFIT = {
    "more units": ({"units": 6}, "networks, G: G.layers: expected .*Linear.2, 6"),
    "a dtype": ({"dtype": "float64"}, r"networks, G: G.params: expected numpy float64 .* float32"),
    "an optimizer": (
        {"optimizer": adam},
        "Adam.class: expected 'Adam', got 'SGD'",
    ),
    "dropout": ({"dropout": True}, "networks, G: G.layers: expected .*Dropout"),
    "a sampler": ({"data": lambda: Epochs(ROWS)}, "samplers: expected x, got none"),
    "a third network": (three_networks, "networks: expected G, D, E, got G, D"),
}


@pytest.mark.parametrize(("kind", "message"), UNFIT.values(), ids=UNFIT)
def test_the_state_of_another_game_is_refused_and_changes_nothing(kind, message):
    one, other = game(), made_of(kind)
    play(one, 3)
    play(other, 2)
    before = copy.deepcopy(other.state())
    with pytest.raises(InputError, match=message):
        other.restore(one.state())
    for mine, kept in zip(flat(other.state()).values(), flat(before).values(), strict=True):
        assert np.array_equal(mine, kept)


def bad_states():
    """Changes to a state, each of which makes it one that cannot be."""

    def layers(state):
        return state["streams"]["layers"]

    return {
        "expected the state of a game": lambda s: s.pop("turns"),
        "networks: expected G, D, got G": lambda s: s["networks"].pop("D"),
        "networks: expected G, D, got int": lambda s: s.update(networks=3),
        "t: expected a whole number >= 0, got -1": lambda s: s["optimizers"]["D"].update(t=-1),
        "t: expected int, got float": lambda s: s["optimizers"]["D"].update(t=1.0),
        "steps_done: expected a whole number": lambda s: s.update(steps_done=-1),
        "streams, layers: stream.state.state: expected": lambda s: layers(s)["state"].update(
            state=np.zeros(2)
        ),
        "streams, layers: stream: expected a state that NumPy takes": lambda s: layers(s).update(
            has_uint32=2**70
        ),
        "stream.bit_generator|SFC64": lambda s: layers(s).update(bit_generator="PCG64"),
        "samplers, x: Epochs: expected": lambda s: s["samplers"]["x"].update(order=np.zeros(50)),
    }


@pytest.mark.parametrize(("message", "spoil"), bad_states().items(), ids=list(bad_states()))
def test_a_state_that_cannot_be_is_refused_and_changes_nothing(message, spoil):
    one, other = (game(data=lambda: Epochs(ROWS)) for _ in range(2))
    play(one, 12)
    play(other, 20)
    state, twin = one.state(), copy.deepcopy(other)
    spoil(state)
    with pytest.raises(InputError, match=message):
        other.restore(state)
    assert_same_game(other, twin)
    assert play(other, 5) == play(twin, 5)


@pytest.mark.parametrize("given", [None, [], {}, 3])
def test_what_is_no_state_is_refused(given):
    with pytest.raises(InputError, match="expected the state of a game with steps_done, networks"):
        game().restore(given)


def test_an_optimizer_that_does_not_say_what_it_remembers_is_refused():
    made = game(optimizer=lambda net: Sign(net, 0.1))
    with pytest.raises(InputError, match="Sign: expected memory = names of its vectors"):
        made.state()
    game(optimizer=lambda net: Remembering(net, 0.1)).state()
