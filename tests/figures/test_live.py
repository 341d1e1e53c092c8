"""A game that is shown while a cell of a notebook plays it."""

import io

import numpy as np
import pytest

import minigan as mg
from minigan.base.randomness import Streams
from minigan.figures import live as module
from minigan.figures.toy import players, toy_game
from minigan.variants import ring_game


class Shown:
    """A stand-in for the display of a notebook, which keeps what it was told to show."""

    def __init__(self):
        self.pictures = []

    def update(self, picture):
        self.pictures.append(picture)


@pytest.fixture
def shown(monkeypatch):
    display = Shown()
    pair = (lambda display_id: display), (lambda data, width: data)
    monkeypatch.setattr(module, "_notebook", lambda: pair)
    return display


def line_game():
    return toy_game(*players(0), steps=100, seed=1)


def ring(steps=0):
    streams = Streams(0)
    G = ring_game.network(8, 2, "G", streams)
    D = ring_game.network(2, 1, "D", streams)
    return mg.Algorithm1(
        *(G, D), data=ring_game.DATA, noise=ring_game.NOISE, batch=8, seed=streams,
        G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1),
    )  # fmt: skip


class Alone(mg.Turn):
    """A game of one player: the mean of its outputs goes down."""

    moves, draws = ("F",), ("z",)

    def __init__(self, F):
        self.F = F

    def gradients(self, rng, z):
        y, cache = self.F.forward(z, rng=rng)
        self.F.backward(np.full_like(y, 1 / y.size), cache, input_grad=False)
        return {"J": y.mean()}


def alone():
    F = mg.Sequential([mg.Linear(3, 1)], name="F")
    return mg.Game(Alone(F), optimizers=[mg.SGD(F, 0.1)], z=mg.Normal(dim=3), batch=4)


@pytest.mark.parametrize("make", [line_game, ring, alone])
def test_the_picture_is_renewed_and_the_game_is_the_same(make, shown):
    from PIL import Image

    game, other = make(), make()
    record = mg.live(game, 2, seconds=0)
    assert record == list(other.play(2))[-1]
    for name, network in game.networks.items():
        assert np.array_equal(network.params, other.networks[name].params)
    assert len(shown.pictures) == 3  # one a step, and the last
    first, last = (np.asarray(Image.open(io.BytesIO(shown.pictures[i]))) for i in (0, -1))
    assert first.shape == last.shape and (first != last).any()


def test_what_stops_the_game_leaves_the_last_good_picture(shown):
    game = line_game()
    game.optimizers["G"].lr = 1e30
    with pytest.raises(mg.NonFiniteError):
        mg.live(game, 50, seconds=1000)
    assert len(shown.pictures) == 1


def test_outside_of_a_notebook_the_cure_is_named():
    with pytest.raises(mg.InputError, match=r"^live: expected a notebook.*game.play\(steps\)"):
        mg.live(line_game(), 10)


@pytest.mark.parametrize(("option", "value"), [("steps", 0), ("seconds", -1.0)])
def test_options_out_of_range_are_refused(option, value, shown):
    with pytest.raises(mg.InputError, match=f"^live: {option}: expected"):
        mg.live(line_game(), **({"steps": 1} | {option: value}))


@pytest.mark.slow
def test_a_real_kernel_shows_it():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    cell = "import minigan as mg\nfrom minigan.figures.toy import players, toy_game\n"
    cell += "mg.live(toy_game(*players(0), steps=9, seed=1), 9)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbclient.NotebookClient(book, kernel_name="python3").execute()
    kinds = [set(output.get("data", ())) for output in book.cells[0].outputs]
    assert sum("image/png" in kind for kind in kinds) == 1
