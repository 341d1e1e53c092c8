"""Games in the plane: the benchmark's numbers, D and G where the picture says, the same bits."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from minigan import Algorithm1, InputError
from minigan.base.numerics import sigmoid
from minigan.base.randomness import Streams, generator
from minigan.base.strict_json import json_text
from minigan.costs import value
from minigan.play.kinds import numbers, opened, picture, setup, snippet
from minigan.variants import ring_game


def played(steps, **knobs):
    session = opened("plane", knobs)
    for _ in range(steps):
        session.do("step")
    return session


def test_with_its_rates_it_is_the_ring_benchmark_and_its_numbers_are_the_score():
    session = played(30, seed=3, noise=8, rate_G=ring_game.RATE_G, rate_D=ring_game.RATE_D)
    streams = Streams(3)
    G = ring_game.network(8, 2, "G", streams)
    D = ring_game.network(2, 1, "D", streams)
    optimizers = {
        "G_optimizer": ring_game.adam(G, ring_game.RATE_G),
        "D_optimizer": ring_game.adam(D, ring_game.RATE_D),
    }
    data, noise = ring_game.DATA, ring_game.NOISE
    game = Algorithm1(
        *(G, D), data=data, noise=noise, batch=ring_game.BATCH, seed=streams, **optimizers
    )
    for _ in game.play(30):
        pass
    x, z = (each.sample(4000, generator(0)) for each in (data, noise))
    seen = numbers(session)
    score = ring_game.score(G(z))
    assert (seen["modes"], seen["quality"]) == (
        score.modes,
        pytest.approx(score.quality, abs=1e-12),
    )
    assert seen["jsd"] == pytest.approx(score.jsd, abs=1e-12)
    assert seen["value"] == pytest.approx(value(D(x), D(G(z)))[0], abs=1e-12)
    assert seen["mean_on_fake"] == pytest.approx(sigmoid(D(G(z))).mean(), abs=1e-6)
    assert seen["seen_at"] == 30


def test_both_bounds_of_jsd_are_0_for_a_g_that_makes_data_and_positive_for_one_that_does_not():
    session = played(0)
    session.looked = lambda: (x, x)  # and G hands on what it gets
    x = session.mixture.sample(4000, generator(1))
    session.pair = lambda: (lambda z: z, session.game.D)
    seen = numbers(session)
    assert seen["modes"] == 8
    assert 0 <= seen["jsd"] < 0.002
    assert seen["jsd_by_D"] <= 1e-6  # V <= -log 4 where both are one
    assert seen["c_of_g"] == pytest.approx(2 * seen["jsd"] - math.log(4), abs=1e-12)
    session.pair = lambda: (lambda z: 0 * z, session.game.D)
    out = math.exp(-4.5)  # of p_data, and all of p_g, are in the cell outside
    jsd = (math.log(2) * (1 - out) + out * math.log(2 * out / (1 + out))) / 2
    jsd += math.log(2 / (1 + out)) / 2
    assert numbers(session)["jsd"] == pytest.approx(jsd, abs=1e-12)


@pytest.mark.parametrize("knobs", [{}, {"data": "grid"}, {"noise": 8}], ids=str)
def test_the_picture_is_of_the_pair(knobs):
    session = played(20, **knobs)
    seen, fixed = picture(session, numbers(session)), setup(session)
    json_text(seen), json_text(fixed)
    G, D = (network.copy(dtype="float64") for network in session.pair())
    side, view, levels = fixed["side"], fixed["view"], fixed["levels"]
    assert len(seen["D"]) == side**2 and len(set(levels)) == 64
    for row, column in ((0, 0), (5, 20), (31, 31)):
        x = [[view * ((2 * i + 1) / side - 1) for i in (column, row)]]
        D_x = sigmoid(D(np.array(x))[0, 0])
        drawn = levels.index(seen["D"][row * side + column]) / 63
        assert drawn == pytest.approx(D_x, abs=0.5 / 63 + 1e-9)
    x, y, u, v = np.array(seen["pulls"])
    h = 1e-5
    for i in (0, 7):
        at = np.array([[x[i], y[i]]])
        slope = [D(at + h * e)[0, 0] - D(at - h * e)[0, 0] for e in np.eye(2)] / np.float64(2 * h)
        pull = slope * (1 - sigmoid(D(at)[0, 0])) / 2  # of -log D / 2
        np.testing.assert_allclose([u[i], v[i]], pull, rtol=0.02, atol=2e-3)
    z = session.looked()[1][:1].astype(float)
    np.testing.assert_allclose([column[0] for column in seen["samples"]], G(z)[0], rtol=0.006)
    assert (seen["mesh"] is None) == (session.knobs.noise == 8)
    assert sum(seen["shares"]) == pytest.approx(1, abs=0.01)
    assert len(seen["shares"]) == len(fixed["modes"]) + 1


def test_the_mesh_is_g_of_a_grid_with_8_percent_of_the_noise_between_two_lines():
    session = played(0)
    session.pair = lambda: (Identity(), session.game.D)
    mesh = np.array(picture(session, numbers(session))["mesh"])
    z = session.noise.sample(200_000, generator(5))[:, 0]
    lines = mesh[0, 0]
    between = [np.mean((z > low) & (z <= high)) for low, high in pairwise(lines)]
    np.testing.assert_allclose(between, 0.08, atol=0.004)
    assert np.array_equal(mesh[0], mesh[1].T)


class Identity:
    """A G that hands on z."""

    def __call__(self, z):
        return z

    def copy(self, **_):
        return self


def test_near_goes_on_until_cells_say_so():
    session = played(1)
    session.do("near")
    session.tick()
    assert (session.game.steps_done, session.mode) == (21, "near")
    session.is_near = lambda: True
    session.tick()
    assert (session.game.steps_done, session.mode) == (41, "pause")
    assert not opened("plane").is_near()


@pytest.mark.parametrize(
    "knobs",
    [
        {"seed": 2, "k": 2, "cost": "minimax"},
        {"data": "grid", "noise": 8, "batch": 32},
        {"K": 3, "k": 2},
    ],
)
def test_the_snippet_reproduces_the_bits(knobs):
    session = opened("plane", knobs)
    for deed in ("step", "D", "line", "update", "G", "step"):
        session.do(deed)
    world: dict = {}
    exec(snippet(session), world)
    for name in ("G", "D"):
        ours, theirs = session.game.networks[name], world["game"].networks[name]
        assert np.array_equal(ours.params, theirs.params)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"data": "moons"}, "data: expected ring, grid; got 'moons'"),
        ({"data": ["ring"]}, "data: expected ring, grid; got"),
        ({"cost": "hinge"}, "cost: expected .*got 'hinge'"),
        ({"k": 11}, "k: expected 1 to 10, got 11"),
        ({"K": -1}, "K: expected a whole number >= 0, got -1"),
        ({"noise": 0}, "noise: expected a whole number >= 1, got 0"),
        ({"noise": 65}, "noise: expected 1 to 64, got 65"),
        ({"batch": 5000}, "batch: expected 1 to 4096, got 5000"),
        ({"rate_D": -1}, "rate_D: expected"),
        ({"sleep": 3}, "knobs: expected seed, .*got 'sleep'"),
    ],
)
def test_knobs_that_do_not_fit_are_one_sentence(knobs, message):
    session = played(1)
    with pytest.raises(InputError, match=message) as caught:
        session.turn_knobs(knobs)
    assert "\n" not in str(caught.value)
    assert session.game.steps_done == 1


def test_what_the_plane_does_not_have_is_refused():
    session = played(0)
    with pytest.raises(InputError, match=r"do: expected one of line, .*got 'until'"):
        session.do("until")
    with pytest.raises(InputError, match="draw: expected a game on the line"):
        session.draw({"G": [[0, 1], [0, 1]]})


def test_a_g_that_is_lost_says_so():
    session = played(0)
    session.game.G.params[...] = np.nan
    seen = json.loads(json_text(picture(session, numbers(session))))
    assert "not finite" in seen["why"]
    assert seen["modes"] == 0
