"""A game that was saved and resumed is the game that was not, bit for bit."""

import copy
import subprocess
import sys

import numpy as np
import pytest
import strict_cupy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minigan import (
    SGD,
    Adam,
    Algorithm1,
    Dropout,
    Examples,
    InputError,
    Linear,
    Maxout,
    NonFiniteError,
    Normal,
    ParameterAverage,
    ReLU,
    Sequential,
    Spherical,
    Uniform,
    ring,
)
from minigan.base.backend import Device
from minigan.base.randomness import mirrored_streams
from minigan.base.states import snapshot
from minigan.checkpoint import load, save
from minigan.data.epochs import Epochs
from minigan.optimizers import Optimizer
from minigan.schedules import cosine, exponential_decay, linear_ramp
from minigan.training.state import game_state, restore_game

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
    **options,
):
    """Small game, always made in the same way, and an average of its generator."""
    drop = [Dropout(0.8)] if dropout else []
    G = [Linear(2, units), ReLU(), *drop, Linear(units, 2)]
    D = [Maxout(2, 5, 3, max_col_norm=0.9), *drop, Linear(5, 1)]
    G = Sequential(G, seed=1, dtype=dtype, device=device, name="G")
    D = Sequential(D, seed=2, dtype=dtype, device=device, name="D")
    made = {"data": data(), "noise": noise(), "batch": 7, "seed": 3} | options
    made = Algorithm1(G, D, G_optimizer=optimizer(G), D_optimizer=optimizer(D), **made)
    return made, {"average": ParameterAverage(G, 0.9)}


def play(game, extras, steps):
    """Records of some steps, as tuples."""
    records = []
    for record in game.play(steps) if steps else ():
        extras["average"].update()
        records.append(tuple(record))
    return records


def assert_same_game(one, other):
    """Every bit of two states is the same."""
    one, other = (flat(game_state(*each)) for each in (one, other))
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


def resumed(path, kind, first, second):
    """A game of ``first`` steps, saved; and another, made anew, that goes on from there."""
    before = game(**kind)
    records = play(*before, first)
    save(path, game_state(*before), configuration={})
    after = game(**kind)
    restore_game(after[0], load(path), after[1])
    return after, records + play(*after, second)


# On the CPU.


def check_resumed(path, kind, first, second):
    """A game that is interrupted after ``first`` steps is the one that is not."""
    straight = game(**kind)
    records = play(*straight, first + second)
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
    play(*straight, 40)
    play(*before, 20)
    save(tmp_path / "a.npz", game_state(*before), configuration={})
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from test_state import *\n"
        "after = game(**KINDS['paper'])\n"
        "restore_game(after[0], load(sys.argv[1]), after[1])\n"
        "play(*after, 20)\n"
        "save(sys.argv[1], game_state(*after), configuration={})\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "a.npz", *sys.path], check=True)
    after = game(**KINDS["paper"])
    restore_game(after[0], load(tmp_path / "a.npz"), after[1])
    assert_same_game(after, straight)


@every_kind
def test_a_state_is_not_changed_by_later_steps(kind):
    made = game(**kind)
    play(*made, 3)
    state = game_state(*made)
    kept = copy.deepcopy(state)
    play(*made, 3)
    restore_game(made[0], state, made[1])
    assert flat(game_state(*made)).keys() == flat(kept).keys()
    for one, other in zip(flat(state).values(), flat(kept).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_game_can_be_taken_back():
    made = game(**KINDS["paper"])
    play(*made, 10)
    before = game_state(*made)
    first = play(*made, 10)
    restore_game(made[0], before, made[1])
    assert play(*made, 10) == first


@pytest.mark.parametrize("bits", ["PCG64", "MT19937", "Philox"])
def test_any_generator_of_numpy_can_be_saved(tmp_path, bits):
    kind = getattr(np.random, bits)

    def with_streams(seed):
        made = game()
        rngs = {name: np.random.Generator(kind(seed)) for name in ("data", "noise", "dropout")}
        made[0]._streams = made[0]._streams._replace(**rngs)
        return made

    one, other = with_streams(1), with_streams(2)
    play(*one, 3)
    save(tmp_path / "a.npz", game_state(*one), configuration={})
    restore_game(other[0], load(tmp_path / "a.npz"), other[1])
    assert play(*one, 3) == play(*other, 3)


# What does not fit.


class Sign(Optimizer):
    """An optimizer that does not say what it remembers."""

    def _update(self, params, grads, lr):
        params -= lr * np.sign(grads)


class Remembering(Sign):
    memory = ()


UNFIT = {
    "more units": ({"units": 6}, "G: network.layers: expected .*Linear.2, 6"),
    "a dtype": ({"dtype": "float64"}, r"G: network.params: expected numpy float64 .* float32"),
    "an optimizer": ({"optimizer": adam}, "G_optimizer: Adam.class: expected 'Adam', got 'SGD'"),
    "dropout": ({"dropout": True}, "G: network.layers: expected .*Dropout"),
    "a sampler": ({"data": lambda: Epochs(ROWS)}, "expected the state .* data, average, got"),
}


@pytest.mark.parametrize(("kind", "message"), UNFIT.values(), ids=UNFIT)
def test_the_state_of_another_game_is_refused_and_changes_nothing(kind, message):
    one, other = game(), game(**kind)
    play(*one, 3)
    play(*other, 2)
    before = copy.deepcopy(game_state(*other))
    with pytest.raises(InputError, match=message):
        restore_game(other[0], game_state(*one), other[1])
    for mine, kept in zip(flat(game_state(*other)).values(), flat(before).values(), strict=True):
        assert np.array_equal(mine, kept)


def bad_states():
    """Changes to a state, each of which makes it one that cannot be."""

    def without(state):
        del state["D"]

    def with_t(state, value):
        state["D_optimizer"]["t"] = value

    def with_stream(state, value):
        state["dropout_stream"]["state"]["state"] = value

    return {
        "expected the state of a game": without,
        "t: expected a whole number >= 0, got -1": lambda s: with_t(s, -1),
        "t: expected int, got float": lambda s: with_t(s, 1.0),
        "steps_done: expected a whole number": lambda s: s.update(steps_done=-1),
        "dropout_stream: stream.state.state: expected": lambda s: with_stream(s, np.zeros(2)),
        "dropout_stream: stream: expected a state that NumPy takes": lambda s: s[
            "dropout_stream"
        ].update(has_uint32=2**70),
        "dropout_stream.bit_generator|SFC64": lambda s: s["dropout_stream"].update(
            bit_generator="PCG64"
        ),
        "average: ParameterAverage.average: expected": lambda s: s["average"].update(average=0.5),
        "average: ParameterAverage: t: expected": lambda s: s["average"].update(t=-1),
        "data: Epochs: expected": lambda s: s["data"].update(order=np.zeros(50)),
    }


@pytest.mark.parametrize(("message", "spoil"), bad_states().items(), ids=list(bad_states()))
def test_a_state_that_cannot_be_is_refused_and_changes_nothing(message, spoil):
    one, other = (game(data=lambda: Epochs(ROWS)) for _ in range(2))
    play(*one, 12)
    play(*other, 20)
    state, twin = game_state(*one), copy.deepcopy(other)
    spoil(state)
    with pytest.raises(InputError, match=message):
        restore_game(other[0], state, other[1])
    assert_same_game(other, twin)
    assert play(*other, 5) == play(*twin, 5)


@pytest.mark.parametrize("given", [None, [], {}, 3])
def test_what_is_no_state_is_refused(given):
    with pytest.raises(InputError, match="expected the state of a game with steps_done, G, D"):
        restore_game(game()[0], given)


def test_extras_may_not_take_the_names_of_the_games_own_parts():
    made, extras = game()
    for name in ("G", "steps_done"):
        with pytest.raises(InputError, match=f"another name than '{name}'"):
            game_state(made, {name: extras["average"]})


def test_an_optimizer_that_does_not_say_what_it_remembers_is_refused():
    made = game(optimizer=lambda net: Sign(net, 0.1))
    with pytest.raises(InputError, match="Sign: expected memory = names of its vectors"):
        game_state(*made)
    game_state(*game(optimizer=lambda net: Remembering(net, 0.1)))


def test_a_stream_of_another_kind_is_refused():
    made, extras = game()
    made._streams = made._streams._replace(noise=np.random.RandomState(0))
    with pytest.raises(InputError, match="noise stream: expected a generator of NumPy or CuPy"):
        game_state(made, extras)


# On a GPU, or its stand-in.


class Philox(strict_cupy.random.Philox4x3210):
    """The stand-in's bits, kept in an array on the device, as CuPy keeps them."""

    def __init__(self, seed):
        key = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key).generate_state(2)
        self._state = strict_cupy.asarray(np.array([*key, 0], np.int64).view(np.int8))

    @property
    def _generator(self):
        """Generator of one draw; the next draw has the next one."""
        *key, drawn = self._state.get().view(np.int64).tolist()
        self._state.set(np.array([*key, drawn + 1], np.int64).view(np.int8))
        return np.random.Generator(np.random.Philox(counter=drawn << 128, key=key))

    @_generator.setter
    def _generator(self, _):
        raise AssertionError("the bits are in _state")


@pytest.fixture
def place(kernels, monkeypatch):
    if kernels is strict_cupy:
        monkeypatch.setattr(strict_cupy.random, "Philox4x3210", Philox)
    return Device("cuda", kernels)


GPU_KINDS = {
    "paper": {"optimizer": paper, "dropout": True},
    "adam, k = 2": {"optimizer": adam, "dropout": True, "k": 2},
    "simultaneous": {"optimizer": adam, "simultaneous": True},
    "plain": {"fast": False, "dropout": True},
    "epochs": {"data": lambda: Epochs(ROWS)},
    "examples": {"data": lambda: Examples(ROWS)},
}


@pytest.mark.parametrize("kind", GPU_KINDS.values(), ids=GPU_KINDS)
@pytest.mark.parametrize("first", [0, 70])
def test_on_a_gpu_a_resumed_game_is_the_game(tmp_path, place, kind, first):
    check_resumed(tmp_path / "a.npz", kind | {"device": place}, first, 80)


def test_on_a_gpu_a_game_can_be_taken_back(place):
    made = game(**GPU_KINDS["paper"], device=place)
    play(*made, 30)
    before = game_state(*made)
    first = play(*made, 90)
    restore_game(made[0], before, made[1])
    assert play(*made, 90) == first


def test_on_a_gpu_a_refused_state_changes_nothing(place):
    made, twin = (game(**GPU_KINDS["paper"], device=place) for _ in range(2))
    for each in (made, twin):
        play(*each, 30)
    state = game_state(*made)
    state["average"] = {"t": 0, "average": 0}
    state["G"]["params"] += 1
    with pytest.raises(InputError, match=r"average: ParameterAverage\.average"):
        restore_game(made[0], state, made[1])
    assert_same_game(made, twin)
    assert play(*made, 80) == play(*twin, 80)


def test_on_a_gpu_the_streams_of_the_cpu_are_saved_too(tmp_path, place):
    kind = {"device": place, "dropout": True}
    straight = game(seed=mirrored_streams(3, place), **kind)
    records = play(*straight, 20)
    before = game(seed=mirrored_streams(3, place), **kind)
    assert play(*before, 12) == records[:12]
    save(tmp_path / "a.npz", game_state(*before), configuration={})
    after = game(seed=mirrored_streams(9, place), **kind)
    restore_game(after[0], load(tmp_path / "a.npz"), after[1])
    assert play(*after, 8) == records[12:]


def test_on_a_gpu_a_game_that_was_lost_is_not_saved_and_can_be_taken_back(place):
    made = game(device=place)
    play(*made, 3)
    before = game_state(*made)
    made[0].G.params *= np.float32(np.inf)
    made[0].step()
    with pytest.raises(NonFiniteError):
        game_state(*made)
    made[0].step()
    restore_game(made[0], before, made[1])
    assert np.array_equal(snapshot(made[0].G.params), before["G"]["params"])
    play(*made, 3)


def test_a_game_of_the_cpu_does_not_go_on_on_a_gpu(place):
    with pytest.raises(InputError, match=r"expected the state of a game with .*turns"):
        restore_game(game(device=place)[0], game_state(game()[0]))
