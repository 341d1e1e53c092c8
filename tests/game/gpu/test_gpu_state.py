"""A game on a GPU that was saved and resumed is the game that was not, bit for bit."""

import numpy as np
import pytest
from games import device_of, game, mirrored, networks, small, three

from minigan import SGD, Adam, Dropout, Examples, InputError, Linear, Maxout, NonFiniteError, ReLU
from minigan.checkpoint import load, save
from minigan.data.epochs import Epochs
from minigan.schedules import exponential_decay, linear_ramp

pytestmark = pytest.mark.usefixtures("little_ahead")

ROWS = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)


@pytest.fixture
def place(graphs):
    return device_of(graphs)


def paper(net):
    """Gradient descent as in the 2014 paper: the rate falls, the momentum rises."""
    return SGD(net, exponential_decay(0.1, 1.01), linear_ramp(0.5, 0.7, 60))


def plane(place, optimizer=paper, seed=3, fast=True, **options):
    """A game in the plane, with dropout in both nets."""
    G = [Linear(2, 5), ReLU(), Dropout(0.8), Linear(5, 2)]
    D = [Maxout(2, 5, 3, max_col_norm=0.9), Dropout(0.8), Linear(5, 1)]
    players = networks(G, D, place, fast=fast)
    return game(*players, optimizer, **{"batch": 7, "seed": seed, **options})


KINDS = {
    "paper": lambda place, **seed: plane(place, **seed),
    "adam, k = 2": lambda place, **seed: plane(place, Adam, k=2, **seed),
    "simultaneous": lambda place, **seed: plane(place, simultaneous=True, **seed),
    "plain": lambda place, **seed: plane(place, fast=False, **seed),
    "epochs": lambda place, **seed: plane(place, data=Epochs(ROWS), **seed),
    "examples": lambda place, **seed: plane(place, data=Examples(ROWS), **seed),
    "three": three,
}


def played_on(game, steps):
    return [dict(record) for record in game.play(steps)]


def assert_equal(one, other):
    """Every bit of two states is the same."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_equal(one[key], other[key])
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.tobytes()) == (other.dtype, other.tobytes())
    else:
        assert one == other


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("first", [0, 9])
@pytest.mark.filterwarnings("ignore:.*fast=False")
def test_a_resumed_game_is_the_game(tmp_path, place, make, first):
    straight, halves, resumed = make(place), make(place), make(place, seed=9)
    if first:
        played_on(straight, first), played_on(halves, first), played_on(resumed, 5)
    save(tmp_path / "a.npz", halves.state(), configuration={})
    resumed.restore(load(tmp_path / "a.npz"))
    assert played_on(resumed, 12) == played_on(straight, 12)
    assert_equal(resumed.state(), straight.state())


def test_a_game_can_be_taken_back(place):
    made = plane(place)
    played_on(made, 5)
    before = made.state()
    first = played_on(made, 20)
    made.restore(before)
    assert played_on(made, 20) == first


SPOILT = {  # the batch is 7, of 2 columns
    "drawn, z: expected whole": ("drawn", "z", {"rows": np.zeros((8, 2), "f")}),
    "drawn, x: expected whole": ("drawn", "x", {"rows": np.zeros((7, 3), "f")}),
    "optimizers, D: ": ("optimizers", "D", {"velocity": np.zeros(3)}),
}


@pytest.mark.parametrize("message", SPOILT)
def test_a_refused_state_changes_nothing(place, message):
    made, twin = (plane(place) for _ in range(2))
    for each in (made, twin):
        played_on(each, 5)
    state = made.state()
    state["networks"]["G"]["params"] += 1
    part, name, wrong = SPOILT[message]
    state[part][name].update(wrong)
    with pytest.raises(InputError, match=message):
        made.restore(state)
    assert_equal(made.state(), twin.state())
    assert played_on(made, 12) == played_on(twin, 12)


def test_the_streams_of_the_cpu_are_saved_too(tmp_path, place):
    straight, before = (plane(place, seed=mirrored(place, 3)) for _ in "12")
    records = played_on(straight, 20)
    assert played_on(before, 12) == records[:12]
    save(tmp_path / "a.npz", before.state(), configuration={})
    after = plane(place, seed=mirrored(place, 9))
    after.restore(load(tmp_path / "a.npz"))
    assert played_on(after, 8) == records[12:]


def test_a_game_that_was_lost_is_not_saved_and_can_be_taken_back(place):
    made = plane(place)
    played_on(made, 3)
    before = made.state()
    made.G.params *= np.float32(np.inf)
    made.step()
    with pytest.raises(NonFiniteError):
        made.state()
    made.step()
    made.restore(before)
    assert_equal(made.state()["networks"], before["networks"])
    played_on(made, 3)


def test_a_game_of_the_cpu_does_not_go_on_on_a_gpu(place):
    with pytest.raises(InputError, match=r"expected the state of a game with .*drawn"):
        game(*small(place)).restore(game(*small()).state())
