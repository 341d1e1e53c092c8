"""Records on a GPU: promises that are kept when they are read, and games that stop in time."""

import copy
import json
import pickle

import numpy as np
import pytest
import strict_cupy
from devices import quietly, take
from games import Sign, device_of, game, networks, small, toy

from minigan import SGD, Adam, InputError, Linear, NonFiniteError, Record
from minigan.game.gpu.ledger import CAPACITY


@pytest.fixture
def play(kernels):
    return game(*small(device_of(kernels)))


def test_a_record_waits_for_the_gpu_only_when_it_is_read(kernels, play):
    list(play.play(1))
    with quietly(kernels):
        records = [play.step() for _ in range(5)]
        assert [record.step for record in records] == [2, 3, 4, 5, 6]
    with strict_cupy.counting() as reading:
        values = [(record.J_D, record["G_grad_norm"], dict(record)) for record in records]
    if kernels is strict_cupy:
        assert reading.synchronisations == 1
    assert len({value[0] for value in values}) == 5


WAYS = {
    "attribute": lambda record, plain: record.J_D == plain.J_D,
    "equality": lambda record, plain: record == plain and plain == record,
    "inequality": lambda record, plain: record != {**plain, "J_D": 0.0},
    "dict": lambda record, plain: dict(record) == plain,
    "unpacking": lambda record, plain: {**record} == plain,
    "update": lambda record, plain: ({}.update(record), record == plain)[1],
    "keys": lambda record, plain: list(record) == list(record.keys()) == list(plain),
    "reversed": lambda record, plain: list(reversed(record)) == list(reversed(plain)),
    "values": lambda record, plain: [*record.values()] == [*plain.values()],
    "items": lambda record, plain: [*record.items()] == [*plain.items()],
    "length": lambda record, plain: len(record) == len(plain) == 7,
    "in": lambda record, plain: "J_G" in record,
    "get": lambda record, plain: record.get("J_G") == plain["J_G"],
    "repr": lambda record, plain: repr(record) == repr(plain),
    "json": lambda record, plain: json.dumps(record) == json.dumps(plain),
    "pickle": lambda record, plain: pickle.loads(pickle.dumps(record)) == plain,
    "copies": lambda record, plain: copy.deepcopy(record) == copy.copy(record) == plain,
    "types": lambda record, plain: [*map(type, record.values())] == [int, *[float] * 6],
    "or": lambda record, plain: record | {"more": 1} == plain | {"more": 1},
}


@pytest.mark.parametrize("same", WAYS.values(), ids=WAYS)
def test_a_record_is_as_a_record_of_the_cpu_whichever_way_it_is_read(kernels, same):
    first, second = (toy(device_of(kernels)).step() for _ in "12")
    plain = Record({name: first[name] for name in first})
    assert same(second, plain)
    with pytest.raises(AttributeError, match="no_such_figure"):
        second.no_such_figure  # noqa: B018


def test_records_may_be_read_late_and_in_any_order(kernels):
    here, there = (toy(device_of(kernels)) for _ in "12")
    late = [here.step() for _ in range(CAPACITY + 20)]
    at_once = [dict(there.step()) for _ in range(CAPACITY + 20)]
    for index in (150, 0, CAPACITY + 19, 7):
        assert late[index] == at_once[index]


def test_any_number_of_turns_fits_into_the_ledger(kernels):
    play = toy(device_of(kernels), k=CAPACITY + 1)
    records = [play.step() for _ in range(2)]
    assert np.isfinite([[*record.values()] for record in records]).all()


FIGURES = {
    "an array": lambda a: {"J_G": a},
    "too many": lambda a: {f"figure {i}": 1.0 for i in range(64)},
}


@pytest.mark.parametrize("kind", FIGURES)
def test_figures_that_are_none_are_refused(kernels, kind, monkeypatch):
    play = toy(device_of(kernels))
    turn = play.turns[1]
    figures = FIGURES[kind](kernels.zeros(2))
    monkeypatch.setattr(type(turn), "gradients", lambda self, rng, z: figures)
    message = r"expected a number as J_G, got .* float64 \(2,\)|at most 64 figures, got 65"
    with pytest.raises(InputError, match=message):
        play.step()


# What is not finite.


class Poisoned:
    """Sampler of zeros, of which one minibatch is not finite."""

    def __init__(self, xp, turn, value=np.nan):
        self.xp, self.turn, self.value, self.asked = xp, turn, value, 0

    def sample(self, m, rng):
        self.asked += 1
        rows = self.xp.full((m, 1), 0.5)
        if self.asked == self.turn:
            rows[0] = self.value
        return rows


OPTIMIZERS = {
    "sgd": lambda net: SGD(net, 0.1, 0.5),
    "adam": lambda net: Adam(net, 0.01),
    "any": lambda net: Sign(net),
}
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


@pytest.fixture
def poisoned(played):
    """Makes a toy game whose data are not finite at one turn, and whose noise at another."""

    def make(data=0, noise=0, **options):
        samplers = {"data": Poisoned(played, data), "noise": Poisoned(played, noise)}
        return toy(device_of(played), **samplers, **options)

    return make


@every_optimizer
@pytest.mark.filterwarnings("ignore:.*an optimizer that minigan does not know")
def test_data_that_is_not_finite_stops_the_game_before_that_update(poisoned, optimizer):
    good, bad = poisoned(optimizer=optimizer), poisoned(data=7, optimizer=optimizer)
    list(good.play(6))
    with pytest.raises(
        NonFiniteError, match="step 7: J_D became nan in DiscriminatorTurn"
    ) as error:
        list(bad.play(50))
    assert error.value.step == 7
    assert bad.steps_done == 6
    assert (bad.D_optimizer.t, bad.G_optimizer.t) == (6, 6)
    for name in "GD":
        assert np.array_equal(take(bad.networks[name].params), take(good.networks[name].params))
    # And the game can go on.
    list(good.play(3))
    bad.data.asked = 100
    assert [record.step for record in bad.play(3)] == [7, 8, 9]
    assert np.array_equal(take(bad.D.params), take(good.D.params))
    assert bad.G_optimizer.t == good.G_optimizer.t == 9


def test_noise_that_is_not_finite_in_gs_turn_leaves_d_updated(poisoned):
    bad = poisoned(noise=6)
    with pytest.raises(NonFiniteError, match="step 3: J_G became nan in GeneratorTurn"):
        list(bad.play(10))
    assert (bad.steps_done, bad.D_optimizer.t, bad.G_optimizer.t) == (2, 3, 2)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_cost_that_overflows_is_named_as_on_the_cpu(kernels, simultaneous):
    messages = []
    for place in ("cpu", device_of(kernels)):
        G, D = networks([Linear(1, 1)], [Linear(1, 1)], place, "float32")
        D.params[...] = 100.0
        options = {"cost": "max-likelihood", "simultaneous": simultaneous}
        play = game(G, D, lambda net: SGD(net, 0.0), **options)
        with pytest.raises(NonFiniteError) as error:
            list(play.play(3))
        messages.append(str(error.value))
    assert messages[0] == messages[1]
    assert messages[0].startswith("step 1: J_G became -inf in ")


def test_a_gradient_that_overflows_is_named(kernels):
    G, D = networks([Linear(1, 1)], [Linear(1, 1)], device_of(kernels), "float32")
    D.layers[0].W[...] = 0
    play = game(G, D, data=Poisoned(kernels, 2, 1e30))
    with pytest.raises(NonFiniteError, match="step 2: the gradient of J_D became inf"):
        list(play.play(5))
    assert np.abs(take(D.params)).max() < 10


def test_a_cost_alone_that_is_not_finite_moves_nothing(graphs):
    cost = lambda a: (a.sum() * np.inf, a * 0 + 1)  # noqa: E731
    play = toy(device_of(graphs), cost=cost)
    before = take(play.G.params).copy()
    with pytest.raises(NonFiniteError, match=r"step 1: J_G became -?inf in GeneratorTurn"):
        list(play.play(5))
    assert np.array_equal(take(play.G.params), before)


def test_the_error_is_raised_by_the_record_that_is_read(poisoned):
    play = poisoned(data=3)
    records = [play.step() for _ in range(5)]
    for _ in range(2):
        with pytest.raises(NonFiniteError, match="step 3: J_D became nan"):
            records[2].J_D  # noqa: B018
    assert np.isfinite([*records[1].values()]).all()  # what was before remains readable
    with pytest.raises(NonFiniteError, match="step 3"):
        dict(records[4])


def test_nobody_reads_and_still_the_error_comes_within_a_hundred_steps(poisoned):
    play = poisoned(data=3)
    with pytest.raises(NonFiniteError, match="step 3: J_D became nan"):
        for _ in range(102):
            play.step()
    assert play.steps_done == 2


def test_no_room_on_the_gpu_is_one_line_about_the_batch(kernels, play, monkeypatch):
    class OutOfMemoryError(MemoryError):
        pass

    def full(*given, **named):
        raise OutOfMemoryError("Out of memory allocating 8,192 bytes\nand more")

    monkeypatch.setattr(kernels, "empty", full)
    message = r"^batch: expected .* room for, got 8 \(Out of memory allocating 8,192 bytes\)$"
    with pytest.raises(MemoryError, match=message):
        play.step()
    monkeypatch.undo()
    assert play.step().step == 1


def test_a_turn_that_is_interrupted_after_it_was_judged_is_not_taken_for_the_next(kernels):
    falling = lambda net: SGD(net, lambda t: 0.1 / (1 + t))  # noqa: E731
    here, there = (toy(device_of(kernels), optimizer=falling) for _ in "12")
    records = [here.step() for _ in range(5)]

    def interrupted():
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(here._on_gpu._updates["G"], "launch", interrupted)
        here.take("G")
    assert records == [there.step() for _ in range(5)]
    there._on_gpu.feed("z").minibatch()  # which is lost
    assert [here.step() for _ in range(5)] == [there.step() for _ in range(5)]


def test_a_game_that_was_copied_has_a_ledger_of_its_own(kernels):
    play = toy(device_of(kernels))
    before = [play.step() for _ in range(3)]
    twin = copy.deepcopy(play)
    ahead = [twin.step() for _ in range(3)]
    assert [record.step for record in before + ahead] == [1, 2, 3, 4, 5, 6]
    assert play.step() == ahead[0]
    assert np.isfinite([[*record.values()] for record in before]).all()
