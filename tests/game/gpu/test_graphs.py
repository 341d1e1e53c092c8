"""A turn as a CUDA graph: recorded after the warm-up, or not at all, and the same game.

On the stand-in a graph is a list of launches; on a GPU the same tests, marked so, replay real ones.
"""

import gc
from functools import partial

import numpy as np
import pytest
import strict_cupy
from devices import take
from games import (
    GAMES,
    STRICT,
    Doubled,
    Sign,
    device_of,
    epoch_by_epoch,
    every_layer,
    game,
    mirrored,
    networks,
    toy,
)
from strict_cupy._counts import is_capturing

from minigan import SGD, Examples, Game, Linear, ReLU, Sequential, Turn
from minigan.game.gpu import graphs as module
from minigan.passes.cuda import products as products_module
from minigan.passes.cuda.products import CuPyProducts


@pytest.mark.usefixtures("little_ahead")
@pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)
def test_replayed_turns_are_the_launched_ones_bit_for_bit(graphs, make, monkeypatch):
    replayed, launched = (make(device_of(graphs)) for _ in "12")
    records = [dict(record) for record in replayed.play(12)]
    assert replayed._on_gpu.recorded
    monkeypatch.setattr(module, "WARM_UP", 10**9)
    assert [dict(record) for record in launched.play(12)] == records
    assert not launched._on_gpu.recorded
    for name, network in launched.networks.items():
        assert np.array_equal(take(network.params), take(replayed.networks[name].params))


def test_a_replay_is_one_launch_and_takes_no_memory(graphs):
    if graphs is not strict_cupy:
        pytest.skip("launches are counted on the stand-in")
    play = toy(STRICT)
    list(play.play(3))
    with strict_cupy.forbid_sync(), strict_cupy.counting() as step:
        play.step()
    assert step.launches <= 5  # a copy of each of three minibatches, and two graphs
    assert step.allocations == 0


def test_epochs_and_what_layers_draw_are_within_the_graph(graphs):
    if graphs is not strict_cupy:
        pytest.skip("launches are counted on the stand-in")
    play = epoch_by_epoch(STRICT)
    list(play.play(11))  # 88 of 20 rows: the next ones are of the epoch that has begun
    with strict_cupy.forbid_sync(), strict_cupy.counting() as step:
        play.step()
    assert play._on_gpu.recorded
    assert step.launches <= 4  # copies of the two minibatches of noise, and two graphs
    assert step.allocations == 0


def test_memory_does_not_grow(graphs):
    gc.collect()  # games of other tests
    pool = graphs.get_default_memory_pool()
    play = every_layer(device_of(graphs), "float32")
    list(play.play(110))
    before = pool.used_bytes()
    list(play.play(110))
    assert pool.used_bytes() == before


def test_passes_of_others_are_not_disturbed_by_a_replay(graphs):
    """A cache that is kept over a step, and gradients that are looked at after one."""
    play = toy(device_of(graphs), optimizer=lambda net: SGD(net, 0.0))
    list(play.play(5))
    x = graphs.ones((8, 1))
    _, cache = play.D.forward(x)
    found = []
    for _ in range(2):
        play.D.zero_grads()
        play.D.backward(x, cache, input_grad=False)
        found.append(take(play.D.grads).copy())
        play.D.zero_grads()
        play.step()
        assert take(play.D.grads).any()
    assert np.array_equal(*found)


class Weighted(Turn):
    """A turn with a number of its own, which may do something more on the host each time."""

    moves, draws = ("G",), ("z",)
    weight = 1.0

    def __init__(self, G, cost, also=lambda turn, rng: None):
        self.G, self.cost, self.also = G, cost, also

    def gradients(self, rng, z):
        self.also(self, rng)
        x, cache = self.G.forward(z, rng=rng)
        J, dx = self.cost(x)
        self.G.backward(self.weight * dx, cache, input_grad=False)
        return {"J": self.weight * J}


SCALE = 1.0


def scaled(x):
    """A cost with a number that a notebook's next cell may set."""
    return SCALE * x.mean(), SCALE * x * 0 + SCALE / x.size


class Cost:
    def __init__(self):
        self.options = {"scale": np.ones(1)}

    def __call__(self, x):
        scale = float(self.options["scale"][0])
        return scale * x.mean(), x * 0 + scale / x.size


def times(scales, x):
    return scales[0] * x.mean(), x * 0 + scales[0] / x.size


def single(place, cost, seed=0, kind=Weighted, **options):
    G = Sequential([Linear(1, 3), ReLU(), Linear(3, 1)], seed=1, dtype="float64", device=place)
    turn = kind(G, cost, **options)
    return Game(
        turn, optimizers=[SGD(G, 0.0)], z=Examples(np.ones((1, 1))), batch=4, seed=seed
    ), turn


def closure():
    scale = [1.0]
    return (lambda x: (scale[0] * x.mean(), x * 0 + scale[0] / x.size)), scale


def test_where_a_generator_cannot_be_recorded_layers_draw_before_the_replay(graphs, monkeypatch):
    if graphs is not strict_cupy:
        pytest.skip("CuPy's can be")
    replayed, launched = (every_layer(STRICT, "float32") for _ in "12")
    with monkeypatch.context() as patch:
        patch.setattr(module, "WARM_UP", 10**9)
        records = [dict(record) for record in launched.play(8)]
    draw = strict_cupy.random.Generator.random

    def random(self, *given, **named):
        if is_capturing():
            raise NotImplementedError
        return draw(self, *given, **named)

    monkeypatch.setattr(strict_cupy.random.Generator, "random", random)
    assert [dict(record) for record in replayed.play(8)] == records
    assert replayed._on_gpu.recorded


def test_what_layers_draw_by_is_not_frozen_in_the_graph(graphs, monkeypatch):
    records = []
    for warm_up in (module.WARM_UP, 10**9):
        monkeypatch.setattr(module, "WARM_UP", warm_up)
        play = every_layer(device_of(graphs))
        list(play.play(5))
        play.D[0].keep, play.D[1].std, play.D[3].keep = 0.4, 0.1, 1.0
        records.append([dict(record) for record in play.play(5)])
        assert play._on_gpu.recorded == (warm_up < 10)
    assert records[0] == records[1]


class Jittered(Weighted):
    """A turn that draws something itself."""

    def gradients(self, rng, z):
        return {**super().gradients(rng, z), "jitter": rng.random(1, dtype=np.float32)}


def test_what_a_turn_draws_itself_is_drawn_anew_by_each_replay(graphs, monkeypatch):
    drawn = []
    for warm_up in (module.WARM_UP, 10**9):
        monkeypatch.setattr(module, "WARM_UP", warm_up)
        play, _ = single(device_of(graphs), scaled, kind=Jittered)
        drawn.append([record.jitter for record in play.play(10)])
        assert play._on_gpu.recorded == (warm_up < 10)
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 10


CHANGES = {
    "attribute": (scaled, lambda turn, scale: setattr(turn, "weight", 3.0)),
    "class": (scaled, lambda turn, scale: setattr(Weighted, "weight", 3.0)),
    "global": (scaled, lambda turn, scale: globals().update(SCALE=3.0)),
    "closure": (closure, lambda turn, scale: scale.__setitem__(0, 3.0)),
    "object": (Cost(), lambda turn, scale: turn.cost.options["scale"].__setitem__(0, 3.0)),
    "method": (Cost().__call__, lambda turn, scale: turn.cost.__self__.options.update(scale=[3.0])),
    "partial": (partial(times, [1.0]), lambda turn, scale: turn.cost.args[0].__setitem__(0, 3.0)),
}


@pytest.mark.parametrize(("cost", "change"), CHANGES.values(), ids=CHANGES)
def test_a_number_that_has_changed_is_not_frozen_in_the_graph(graphs, cost, change, monkeypatch):
    monkeypatch.setitem(globals(), "SCALE", 1.0)
    monkeypatch.setattr(Weighted, "weight", 1.0)
    cost, scale = closure() if cost is closure else (cost, None)
    play, turn = single(device_of(graphs), cost)
    list(play.play(5))
    assert play._on_gpu.recorded
    norm = play.step().G_grad_norm
    change(turn, scale)
    assert play.step().G_grad_norm == pytest.approx(3 * norm)
    assert not play._on_gpu.recorded
    list(play.play(3))
    assert play._on_gpu.recorded  # anew
    assert play.step().G_grad_norm == pytest.approx(3 * norm)


REFUSALS = {
    "optimizer": (
        lambda place: toy(place, optimizer=Sign),
        "Sign is an optimizer that minigan does not know",
    ),
    "layer": (
        lambda place: game(*networks([Doubled(1, 1)], [Linear(1, 1)], place)),
        r"Doubled\('doubled1'\) of G has no pass for a GPU",
    ),
    "plain": (
        lambda place: game(*networks([Linear(1, 1)], [Linear(1, 1)], place, fast=False)),
        r"G runs its layers' own functions \(fast=False\)",
    ),
    "host": (
        lambda place: single(
            place, scaled, also=lambda turn, rng: setattr(turn, "weight", turn.weight + 1)
        )[0],
        "numbers on the host, on which it depends, change from turn to turn",
    ),
    "draws": (
        lambda place: single(place, scaled, mirrored(place), also=lambda turn, rng: rng.random(3))[
            0
        ],
        r"rng\.random: drawn inside the turn",
    ),
    "sync": (
        lambda place: single(place, lambda x: (float(x.mean()), x / x.size))[0],
        "capturing|captur",
    ),
}


@pytest.mark.parametrize(("make", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_recorded_is_launched_and_says_so_once(graphs, make, message):
    play = make(device_of(graphs))
    with pytest.warns(RuntimeWarning, match=f"kernel by kernel, .* graph: .*({message})") as said:
        list(play.play(20))
    assert len({str(one.message).split("graph: ")[1] for one in said}) == len(said)
    assert not play._on_gpu.recorded


def test_without_cublas_a_game_on_a_gpu_says_why_it_is_slower(graphs, monkeypatch):
    class NoLibrary:
        __name__ = "cupy"

        def __getattr__(self, name):
            if name == "cuda":
                raise OSError("libcublas.so.12: cannot open shared object file\nand more")
            return getattr(strict_cupy, name)

    monkeypatch.undo()
    monkeypatch.setattr(strict_cupy.cuda, "Stream", strict_cupy.cuda.CapturingStream)
    made = products_module._of_device.__wrapped__(NoLibrary(), 0)
    assert type(made) is CuPyProducts
    monkeypatch.setattr(products_module, "_of_device", lambda xp, number: made)
    with pytest.warns(RuntimeWarning) as said:
        list(toy(STRICT).play(5))
    assert len(said) == 1  # for both turns
    assert "cannot be called directly (" in str(said[0].message)
    assert str(said[0].message).endswith("CuPy's own matrix products cannot be recorded")
